package flow

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The proof by visiting: a book's states are finite and few, so every one that can
// be reached is reached, and every event is tried there, also those that nobody
// would expect. Nothing is assumed about who sends what when.

// stand is a state, and the command that stands in it.
type stand struct {
	State
	Do CommandKind
}

// walk is a visit to every state of a book.
type walk struct {
	b           *Book
	events      []What
	at          []stand
	ids         map[stand]int32
	came        []way     // how each was reached first
	into        [][]int32 // from where each can be reached
	transitions int
	faults      []string
}

// way is the way from one stand to another.
type way struct {
	from  int32
	event int32
}

// walked visits every state of a book.
func walked(b *Book) *walk {
	w := &walk{b: b, events: b.AllEvents(), ids: map[stand]int32{}}
	w.visit(stand{}, way{-1, -1})
	for from := int32(0); int(from) < len(w.at); from++ {
		was := w.at[from]
		w.check(from, was.wrong(b))
		accepted := 0
		for e := range w.events {
			s, eff := b.step(was.State, &w.events[e])
			next := stand{s, was.Do}
			if eff.move != nil {
				next.Do = eff.move.Do.Kind
			}
			if wrong := was.wrongStep(b, &w.events[e], next, eff); wrong != "" {
				w.faults = append(w.faults, wrong+"\n"+w.story(from)+"\n  and then "+w.tells(e)+"\n  to "+next.String())
			}
			if eff.ignored != 0 {
				continue
			}
			accepted++
			w.transitions++
			to := w.visit(next, way{from, int32(e)})
			if into := w.into[to]; len(into) == 0 || into[len(into)-1] != from {
				w.into[to] = append(into, from)
			}
		}
		if accepted == 0 && !was.Has(Closed) {
			w.check(from, "nothing can happen here")
		}
	}
	w.ends()
	return w
}

func (w *walk) visit(s stand, how way) int32 {
	id, ok := w.ids[s]
	if !ok {
		id = int32(len(w.at))
		w.ids[s] = id
		w.at, w.came, w.into = append(w.at, s), append(w.came, how), append(w.into, nil)
	}
	return id
}

// wrong is what a state must not be; empty where it is as it should be.
func (s stand) wrong(b *Book) string {
	n := b.node(s.State)
	outward := n.action == reach
	carriers := s.Phase != Finding && s.Phase != Asking && s.Phase != Telling && s.Phase != Later && !(outward && s.Phase == InLine)
	inQueue := n.action == queue && (s.Phase == InLine || s.Phase == InRing)
	asked := s.Phase == Consulting
	perhaps := s.Phase == InTalk && s.Has(Dialling) // a fact says that the member answered; the wait may yet go on
	again := s.Phase == Calling && !s.Has(Placed)   // a leg that could not be placed is placed again
	ours := s.Armed.Has(WaitClock) || s.Armed.Has(NoticeClock) && !again
	switch {
	case s.Phase == Unbegun:
		return cond(s.State != State{}, "something is so before the call has begun")
	case s.Legs > MaxLegs, s.Legs > 0 && s.Phase != InLine && s.Phase != InTalk && s.Phase != Asking && !(outward && s.Phase == Calling):
		return "offers are out where nobody waits for one"
	case s.Tries[0] > n.repeats, s.Tries[1] > n.repeats:
		return "failures beyond the repeats"
	case s.Has(Held) && s.Phase != InRing && s.Phase != InTalk && n.action != leg && (s.Phase != Ending || n.action != ring && n.action != queue):
		return "an agent is reserved and nobody rings or talks"
	case s.Has(CallerGone) && (s.Has(Held) || s.Legs > 0):
		return "the caller is gone and an agent is still reserved, or an offer out"
	case s.Has(Confirming) && (s.Phase != InLine && s.Phase != Asking || n.callback == nil):
		return "asked whether to be called back, and not waiting"
	case s.Has(Confirming) != (s.Do == Listen) && n.action == queue && s.Phase == InLine:
		return "asked, and nothing listens"
	case s.Has(Closed):
		return cond(s.Armed != 0, "closed, and a clock runs") + cond(s.Phase != Ended, "closed, and it waits") +
			cond(s.Result == NoResult, "closed without a result")
	case s.Phase == Ended:
		return "ended and not closed"
	case s.Has(CallerGone) != (s.Phase == Pending):
		return "after the caller, only a recording is waited for"
	case s.Phase == Pending:
		return cond(s.Armed != LifeClock.Of(), "other clocks than Life run after the call")
	case s.Result != NoResult && s.Phase != InTalk && s.Phase != Ending:
		return "it has a result and goes on"
	case !slices.Contains(waitsOn[s.Phase], s.Do):
		return "what stands is not what the phase waits for"
	case !s.Armed.Has(LifeClock):
		return "nothing bounds the call's life"
	case carriers && !s.Armed.Has(StepClock):
		return "no backup clock while the carrier is waited for"
	case perhaps && s.Armed.Has(NoticeClock):
		return "announcements during a talk"
	case (inQueue || perhaps) && (s.Has(Overdue) && !s.Has(Confirming)) == s.Armed.Has(WaitClock):
		return "a wait without an end, or one that ended twice"
	case n.action == spell && (s.Phase == Choosing && s.Try == 0 || s.Phase == Listening && s.Try > 0 || s.Try > MaxChoices):
		return "chooses from nobody, or is not asked whom"
	case asked && !s.Armed.Has(WaitClock):
		return "a question without a limit"
	case carriers && !inQueue && !perhaps && !asked && ours:
		return "a queue's clock runs outside the queue"
	case inQueue && !s.Armed.Has(NoticeClock):
		return "a waiting caller without announcements"
	}
	return ""
}

// waitsOn are the commands that can stand in a phase.
var waitsOn = map[Phase][]CommandKind{
	Listening: {Listen}, Choosing: {Listen}, Finding: {Find, Spell}, Asking: {AskHours, Vet, StandIn}, InRing: {Connect}, InTalk: {Connect, Join},
	InLine: {Hold, Listen, Await}, Holding: {Hold}, Later: {Await},
	Recording: {Record}, Ending: {Hangup}, Calling: {Originate}, Screening: {Listen}, Telling: {Tell}, Consulting: {Hold},
}

// wrongStep is what a step must not do.
func (s stand) wrongStep(b *Book, w *What, next stand, eff effect) string {
	waits := func(s stand) bool { return s.Legs > 0 }
	switch {
	case eff.ignored != 0:
		return cond(next.State != s.State, "ignored, and yet something changed")
	case s.Has(Closed):
		return "something changed after the end"
	case s.Has(CallerGone) && eff.move != nil:
		return "something is said to a caller who is gone"
	case s.Result != NoResult && next.Result == NoResult && s.Phase != InTalk:
		return "a result is forgotten"
	case w.Kind == HungUp && !next.Has(CallerGone) && b.node(s.State).action != reach:
		return "the caller is gone and the call does not know"
	case !s.Has(Reconciled) && next.Has(Reconciled) && w.Kind != Woke:
		return "told, but marked as found by asking"
	case b.node(s.State).action == reach && waits(s) && !waits(next) && eff.tell == Missed:
		return ""
	case waits(s) && !waits(next) && eff.tell != Withdrawn && !(w.Kind == Told && (w.News == Missed || w.News == Left)):
		return "offers that nobody takes back"
	case next.At == b.sorry && s.At != b.sorry && w.Kind != Failed && !(w.Kind == Arrived && w.Start.Entry == "nowhere"):
		return "an outcome that leads nowhere"
	case next.At == b.limit && s.At != b.limit && w.Kind != Exhausted:
		return "a limit that was not reached"
	}
	return ""
}

func cond(wrong bool, what string) string {
	if wrong {
		return what
	}
	return ""
}

func (w *walk) check(id int32, wrong string) {
	if wrong != "" {
		w.faults = append(w.faults, wrong+"\n"+w.story(id))
	}
}

// ends checks that every call can come to its end, from wherever it is.
func (w *walk) ends() {
	ends := make([]bool, len(w.at))
	var next []int32
	for id := range w.at {
		if w.at[id].Has(Closed) {
			ends[id], next = true, append(next, int32(id))
		}
	}
	for len(next) > 0 {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		for _, from := range w.into[id] {
			if !ends[from] {
				ends[from], next = true, append(next, from)
			}
		}
	}
	for id := range ends {
		if !ends[id] {
			w.check(int32(id), "the call cannot end from here")
		}
	}
}

// story is how a state is reached: the shortest way that was found first.
func (w *walk) story(id int32) string {
	var lines []string
	for ; id >= 0; id = w.came[id].from {
		line := "  " + w.at[id].String() + " at " + w.b.StepName(w.at[id].State)
		if e := w.came[id].event; e >= 0 {
			line = "  " + w.tells(int(e)) + "\n  " + line
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

func (w *walk) tells(event int) string {
	e := w.events[event]
	text := Event{What: e}.Text()
	if e.Start != nil {
		text += fmt.Sprintf(" (%+v)", *e.Start)
	}
	return text
}

func (s stand) String() string { return fmt.Sprintf("%+v, standing %d", s.State, s.Do) }

func (w *walk) proves(t *testing.T) {
	t.Helper()
	if len(w.faults) > 0 {
		t.Errorf("%d faults, the first:\n%s", len(w.faults), w.faults[0])
	}
	require.Empty(t, w.untaken(), "rules that no call can follow")
}

func TestWalk_sampleAccountWaitsEverywhereAndEndsFromEverywhere(t *testing.T) {
	t.Parallel()
	b, err := Compile(sampleSettings())
	require.NoError(t, err)
	start := time.Now()
	w := walked(b)
	w.proves(t)
	t.Logf("%d states, %d transitions, %d events each, %v", len(w.at), w.transitions, len(w.events), time.Since(start).Round(time.Millisecond))
}

func TestWalk_everyGeneratedAccountWaitsEverywhereAndEndsFromEverywhere(t *testing.T) {
	t.Parallel()
	books := uint64(50)
	switch {
	case os.Getenv("EXTFLOW_LONG") != "":
		books = 3000
	case testing.Short():
		books = 20
	}
	start := time.Now()
	states, transitions, most := 0, 0, 0
	for seed := range books {
		b, settings := generated(seed)
		w := walked(b)
		w.proves(t)
		if t.Failed() {
			t.Fatalf("the account of seed %d: %s", seed, inWords(settings))
		}
		states, transitions, most = states+len(w.at), transitions+w.transitions, max(most, len(w.at))
	}
	t.Logf("%d accounts, %d states (%d at most), %d transitions, %v", books, states, most, transitions, time.Since(start).Round(time.Millisecond))
}
