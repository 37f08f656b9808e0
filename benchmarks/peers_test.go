package benchmarks

import (
	"testing"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// peer is a call on another library's machine.
type peer interface {
	Happen(w *flow.What) (*Effects, bool)
	Place() string
	Reset()
}

func compile(tb testing.TB) *flow.Book {
	tb.Helper()
	b, err := flow.Compile(Settings(flow.Dial))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// paths are calls that together meet every rule of the flow.
func paths() map[string][]flow.What {
	party := &extension.Party{Agent: "ada", Mailbox: "ada"}
	start := Script()[0]
	keys := func(d flow.Digits) flow.What { return flow.What{Kind: flow.Pressed, Digits: d} }
	found := func(c extension.Class) flow.What { return flow.What{Kind: flow.Found, Class: c, Party: party} }
	is := func(k flow.Kind) flow.What { return flow.What{Kind: k} }
	message := flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 20 * time.Second}
	dial := flow.What{Kind: flow.Told, News: flow.Dialled, Party: party}
	return map[string][]flow.What{
		"the script":                   Script(),
		"silence to the end":           {start, keys(""), keys("#"), keys(""), keys(""), is(flow.HungUp)},
		"guesses to the end":           {start, keys("77"), found(extension.ClassPartial), keys("9x"), keys("9999"), found(extension.ClassUnknown), keys("12a")},
		"a talk":                       {start, keys("1001"), found(extension.ClassAvailable), is(flow.Answered), is(flow.AgentHungUp), is(flow.HungUp)},
		"the agent's end comes first":  {start, keys("1001#"), found(extension.ClassAvailable), is(flow.AgentHungUp)},
		"away":                         {start, keys("1001"), found(extension.ClassAway), {Kind: flow.Recorded, Ref: "RE1", Length: time.Second}, is(flow.HungUp)},
		"unreachable, and gone":        {start, keys("1001"), found(extension.ClassAvailable), is(flow.Unreachable), is(flow.HungUp), message},
		"unreachable, nothing left":    {start, keys("1001"), found(extension.ClassAvailable), is(flow.Unreachable), is(flow.HungUp), is(flow.Recorded)},
		"the carrier fails":            {start, is(flow.Failed), is(flow.HungUp)},
		"gone at once":                 {start, is(flow.HungUp)},
		"busy, and the menu":           {start, keys("1001"), found(extension.ClassBusy), keys("9"), keys(""), keys("5"), keys("1"), found(extension.ClassBusy)},
		"busy at the phone, no choice": {start, keys("1001"), found(extension.ClassAvailable), is(flow.FoundBusy), keys("55"), keys("7"), keys("7")},
		"the menu's mailbox":           {start, keys("1001"), found(extension.ClassBusy), keys("2"), message},
		"star, and the line":           {start, keys("12*"), found(extension.ClassAvailable), dial, is(flow.Declined), dial, is(flow.FoundBusy), keys("*")},
		"a member takes it":            {start, keys("*"), found(extension.ClassAvailable), dial, is(flow.Answered), is(flow.AgentHungUp)},
		"nobody at work":               {start, keys("*"), found(extension.ClassAway)},
	}
}

func TestPeers_askForWhatExtflowAsksFor(t *testing.T) {
	t.Parallel()
	book := compile(t)
	for name, path := range paths() {
		for peerName, p := range map[string]peer{"stateless": NewStateless(), "looplab": NewLooplab()} {
			var c flow.Call
			now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			for i, w := range path {
				now = now.Add(5 * time.Minute)
				next, m := book.Advance(c, flow.Event{Re: c.Standing, Reply: true, At: now, What: w})
				asked, ok := p.Happen(&w)
				if m.Ignored != 0 || !ok {
					t.Fatalf("%s, event %d: extflow ignores it as %v, %s takes it: %v", name, i+1, m.Ignored, peerName, ok)
				}
				where := name + ", " + peerName + " at " + p.Place()
				sameAnswer(t, where, next, m, asked.All(), now)
				if phases[p.Place()] != next.Phase {
					t.Fatalf("%s, event %d: extflow is in phase %v", where, i+1, next.Phase)
				}
				c = next
			}
		}
	}
}

var phases = map[string]flow.Phase{
	"collecting": flow.Listening, "finding": flow.Finding, "menu": flow.Listening, "ringing": flow.InRing, "talking": flow.InTalk,
	"joining": flow.Finding, "line": flow.InLine, "offered": flow.InRing, "recording": flow.Recording, "ending": flow.Ending,
	"pending": flow.Pending, "over": flow.Ended,
}

// sameAnswer compares what a peer asks for with extflow's move and the clocks that
// it armed.
func sameAnswer(t *testing.T, where string, c flow.Call, m flow.Move, asked []Effect, now time.Time) {
	t.Helper()
	var words []string
	var do Effect
	for _, e := range asked {
		if e.Words != "" {
			words = append(words, e.Words)
		}
		switch {
		case e.Do != 0:
			do = e
		case e.Clock != 0:
			if at := time.Unix(0, c.Clocks[e.Clock-1]); !c.Armed.Has(e.Clock) || !at.Equal(now.Add(e.Time)) {
				t.Fatalf("%s: clock %v goes off after %v, extflow's at %v of %v", where, e.Clock, e.Time, at, c.Armed)
			}
		}
	}
	if do.Do != m.Do.Kind || len(words) != len(m.Say) {
		t.Fatalf("%s: it says %q and does %v; extflow says %v and does %v", where, words, do.Do, m.Say, m.Do.Kind)
	}
	for i := range words {
		if m.Say[i].Say != words[i] {
			t.Fatalf("%s: it says %q, extflow %v", where, words, m.Say)
		}
	}
	switch {
	case do.Do == flow.Listen && (do.Digits != m.Do.Digits || do.Time != m.Do.First),
		(do.Do == flow.Connect || do.Do == flow.Record) && do.Time != m.Do.Time:
		t.Fatalf("%s: it asks for %+v, extflow for %+v", where, do, m.Do)
	}
}

func TestPeers_resetIsANewCall(t *testing.T) {
	t.Parallel()
	for _, p := range []peer{NewStateless(), NewLooplab()} {
		for range 2 {
			for i, w := range Script() {
				if _, ok := p.Happen(&w); !ok {
					t.Fatalf("%T ignores event %d", p, i+1)
				}
			}
			if p.Place() != "over" {
				t.Fatalf("%T ends at %s", p, p.Place())
			}
			p.Reset()
		}
	}
}

// One operation is an event, on a machine that was made before.

func BenchmarkStateless(b *testing.B) { benchmarkSteps(b, NewStateless()) }
func BenchmarkLooplab(b *testing.B)   { benchmarkSteps(b, NewLooplab()) }

func benchmarkSteps(b *testing.B, p peer) {
	events := Script()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i == len(events) {
			i = 0
			p.Reset()
		}
		if _, ok := p.Happen(&events[i]); !ok {
			b.Fatal("the event was ignored")
		}
	}
}

// One operation is a call: a new machine, fourteen events, closed.

func BenchmarkStatelessCall(b *testing.B) {
	benchmarkCalls(b, func() peer { return NewStateless() })
}
func BenchmarkLooplabCall(b *testing.B) { benchmarkCalls(b, func() peer { return NewLooplab() }) }

func benchmarkCalls(b *testing.B, begin func() peer) {
	events := Script()
	b.ReportAllocs()
	for b.Loop() {
		p := begin()
		for i := range events {
			p.Happen(&events[i])
		}
		if p.Place() != placeNames[over] {
			b.Fatal("the call did not end")
		}
	}
}
