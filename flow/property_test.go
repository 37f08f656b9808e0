package flow

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

// What holds for every call, whatever happens to it and in whatever order: events
// that make sense, events that do not, late, early, repeated, and garbage.

// chaos draws what happens to a call, and checks each time what must hold.
type chaos struct {
	b     *Book
	pick  func(n int) int // a number from 0 to n-1
	c     Call
	at    time.Time
	turns []Turn
	all   []What
}

// oddBooks are the books that calls are tried on.
func oddBooks() []*Book {
	sample, err := Compile(sampleSettings())
	if err != nil {
		panic(err)
	}
	books := []*Book{sample}
	for seed := range uint64(24) {
		b, _ := generated(seed)
		books = append(books, b)
	}
	return books
}

func newChaos(books []*Book, pick func(n int) int) *chaos {
	b := books[pick(len(books))]
	return &chaos{b: b, pick: pick, at: noon, all: b.AllEvents()}
}

// happens lets one thing happen. The error says what did not hold.
func (x *chaos) happens() error {
	e := x.event()
	if wrong := x.advance(e); wrong != "" {
		return fmt.Errorf("%s\n  after %+v\n  the call was %+v", wrong, e, x.c)
	}
	if x.c.Info != nil && x.pick(8) == 0 {
		x.c.Owed = false // delivered
	}
	return nil
}

// event is what happens next: mostly something that the state waits for.
func (x *chaos) event() Event {
	w := x.all[x.pick(len(x.all))]
	if likely := x.b.Events(x.c.State); len(likely) > 0 && x.pick(4) != 0 {
		w = likely[x.pick(len(likely))]
	}
	e := Event{Call: x.c.Turn().Call, Re: x.c.Standing, Reply: x.pick(2) == 0, What: w}
	x.at = x.at.Add(time.Duration(x.pick(120)) * time.Second)
	if wake, clock, ok := x.c.Wake(); ok && w.Kind == Woke && x.pick(4) != 0 {
		x.at, e.Clock = wake, clock
	}
	e.At = x.at
	x.spoil(&e)
	return e
}

// spoil makes an event odd, now and then.
func (x *chaos) spoil(e *Event) {
	switch x.pick(6) {
	case 0:
		e.Re = 0
	case 1:
		e.Re = uint32(x.pick(12))
	case 2:
		e.At = e.At.Add(-time.Duration(x.pick(7200)) * time.Second)
	}
	if e.Kind == Told || x.pick(5) == 0 {
		e.Leg = []string{"", "a", "b", "c", "d", "e", "f"}[x.pick(7)]
	}
	switch x.pick(12) {
	case 0:
		e.Party = []*extension.Party{nil, ada, grace, {}}[x.pick(4)]
	case 1:
		e.Class = extension.Class(x.pick(8))
	case 2:
		e.Digits = []Digits{"9999", "*", "\x00", "0123456789012345678901234567890123456789", "#", "1", "8"}[x.pick(7)]
	case 3:
		e.Length, e.Position = time.Duration(x.pick(200)-100)*time.Second, uint16(x.pick(1<<16))
	case 4:
		e.Kind = Kind(x.pick(256))
	case 5:
		e.News, e.Clock, e.Report, e.Budget = News(x.pick(256)), Clock(x.pick(256)), Report(x.pick(256)), Budget(x.pick(256))
	case 6:
		e.Start = []*Info{nil, {}, {Entry: "nowhere"}, {Peer: "call", Queue: "queue0"}}[x.pick(4)]
	case 7:
		e.At = []time.Time{{}, time.Unix(1<<40, 0), time.Unix(-1<<40, 0)}[x.pick(3)]
	}
}

// advance takes the event and checks all that must hold of the step.
func (x *chaos) advance(e Event) string {
	was, legs := x.c, slices.Clone(x.c.Legs)
	c, m := x.b.Advance(was, e)
	if wrong := unlawful(x.b, was, e, c, m); wrong != "" {
		return wrong
	}
	if !slices.Equal(legs, was.Legs) {
		return "the call before it was changed"
	}
	if other, again := x.b.Advance(was, e); !reflect.DeepEqual(other, c) || !reflect.DeepEqual(again, m) {
		return "a second time the answer is another one"
	}
	posts := x.b.Posts(was, c, e)
	if m.Ignored == 0 {
		x.turns = append(x.turns, Turn{Call: c.Key, Seq: c.Rev, Event: e, Move: m, Posts: posts})
		if wrong := repeated(x.b, c, e); wrong != "" {
			return wrong
		}
	}
	x.c = c
	return ""
}

// unlawful is what a step of a call must not do; empty where it is lawful.
func unlawful(b *Book, was Call, e Event, c Call, m Move) string {
	late := e.Re != 0 && e.Re != was.Standing
	leg := was.Info.IsPlaced()
	ring := e.Kind == FoundBusy || e.Kind == Unanswered || e.Kind == Declined || e.Kind == Unreachable
	always := e.Kind == HungUp || e.Kind == Woke || e.Kind == Told || leg && (ring || e.Kind == AgentHungUp)
	fetched := c.Rev != was.Rev && c.State == was.State && c.Standing == was.Standing && was.Owed && !c.Owed
	switch {
	case m.Ignored != 0:
		return cond(!sameCall(c, was), "ignored, and yet something changed")
	case c.Rev != was.Rev+1:
		return "a turn that is not the next"
	case c.Last < was.Last:
		return "the clock went back"
	case c.Standing != was.Standing && c.Standing != c.Rev:
		return "a standing turn that is none"
	case was.Info != nil && c.Info != was.Info:
		return "the call became another"
	case late && !always && !fetched:
		return "a late event moved the call"
	case e.Re == 0 && !leg && (e.Kind == Pressed || ring) && !fetched:
		return "a fact moved the call"
	case e.Re == 0 && !leg && e.Kind == Answered && c.Standing != was.Standing:
		return "a fact changed what stands"
	case c.Entries > maxEntries+1:
		return "more steps than a call may enter"
	case c.Rev > maxTurns+1 && c.Phase == Listening:
		return "more turns than a call may take"
	}
	return standing(b, c)
}

// standing is what a call must not be between events.
func standing(b *Book, c Call) string {
	_, _, armed := c.Wake()
	switch {
	case c.Move == nil:
		return "nothing stands"
	case len(c.Legs) != int(c.State.Legs):
		return "the legs are not those that are counted"
	case !c.Has(Closed) && !armed:
		return "a live call that waits on nothing"
	case c.Has(Closed) && armed:
		return "a clock runs after the end"
	case c.Has(CallerGone) && (c.Agent() != "" || c.Party != nil || len(c.Legs) > 0):
		return "the caller is gone and an agent is reserved, or a leg rings"
	case c.Has(CallerGone) && c.Owed:
		return "something is owed to a caller who is gone"
	case c.Turn().Seq != c.Standing:
		return "the standing turn is another"
	}
	return stand{c.State, c.Move.Do.Kind}.wrong(b)
}

// repeated is what must not come of the same event twice. What the engine answers,
// and a failure, bear the turn that asked; without it they are not told apart.
func repeated(b *Book, c Call, e Event) string {
	if e.Kind == Woke && c.Move.Do.Kind.Engine() {
		return "" // not stored before the engine has answered
	}
	if e.Re == 0 && (e.Kind == Found || e.Kind == Opened || e.Kind == Replied || e.Kind == Exhausted || e.Kind == Failed) {
		return ""
	}
	again, m := b.Advance(c, e)
	return cond(m.Ignored == 0 || !sameCall(again, c), "the same event twice is two events") +
		cond(!reflect.DeepEqual(again.Turn(), c.Turn()), "a repeated event changed the standing turn")
}

// sameCall compares all of two calls, and what they point to by pointer.
func sameCall(a, b Call) bool {
	if !slices.Equal(a.Legs, b.Legs) {
		return false
	}
	a.Legs, b.Legs = nil, nil
	return a.Info == b.Info && a.Rev == b.Rev && a.Standing == b.Standing && a.State == b.State && a.Clocks == b.Clocks &&
		a.Last == b.Last && a.Move == b.Move && a.Party == b.Party && a.Mailbox == b.Mailbox && a.Owed == b.Owed &&
		a.Entries == b.Entries && a.Guesses == b.Guesses && a.Began == b.Began && a.Left == b.Left && a.TakenBy == b.TakenBy
}

// replays checks that the turns lead to the call.
func (x *chaos) replays() error {
	again := x.b.Replay(x.turns)
	again.Owed = x.c.Owed
	if !reflect.DeepEqual(again, x.c) {
		return fmt.Errorf("replayed, the call is\n  %+v\nand not\n  %+v", again, x.c)
	}
	return nil
}

func TestCalls_keepTheLawsWhateverHappens(t *testing.T) {
	t.Parallel()
	books := oddBooks()
	ended := 0
	rapid.Check(t, func(t *rapid.T) {
		x := newChaos(books, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		for range rapid.IntRange(1, 80).Draw(t, "events") {
			if err := x.happens(); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.replays(); err != nil {
			t.Fatal(err)
		}
		if x.c.Has(Closed) {
			ended++
		}
	})
	require.NotZero(t, ended, "no call came to its end, so little was tried")
}

func FuzzAdvance(f *testing.F) {
	books := oddBooks()
	for _, seed := range []string{"", "\x00", "front desk", "a caller who never stops pressing keys, and another who hangs up at once"} {
		f.Add([]byte(seed))
	}
	f.Add(make([]byte, 400))
	f.Fuzz(func(t *testing.T, data []byte) {
		pick := func(n int) int {
			if len(data) < 2 {
				return 0
			}
			d := int(data[0])<<8 | int(data[1])
			data = data[2:]
			return d % n
		}
		x := newChaos(books, pick)
		for range 300 {
			if len(data) < 2 {
				break
			}
			if err := x.happens(); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.replays(); err != nil {
			t.Fatal(err)
		}
	})
}
