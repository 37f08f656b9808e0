package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// A waiting caller and two members who ring for it are three calls. Here all that
// the three can be at once is visited: every event at every call, what they tell
// each other passed on in the same commit, as the engine does.

// trio is a caller and two legs between commits. Out are the legs, by bit, that
// the caller's call has in its list.
type trio struct {
	caller State
	legs   [2]State
	out    uint8
}

// has reports whether the caller's call has the leg in its list.
func (t *trio) has(leg int) bool { return t.out&(1<<leg) != 0 }

// meeting passes on what the calls of a trio tell each other.
type meeting struct {
	b *Book
	trio
}

// atCaller lets an event happen to the caller's call, and reports whether it was
// accepted. Speaker is the leg that tells it, or -1.
func (m *meeting) atCaller(w What, speaker int) bool {
	if w.Kind == Told && (w.News == Missed || w.News == Accepted || w.News == Left) && !m.has(speaker) {
		return false
	}
	next, eff := m.b.step(m.caller, &w)
	if eff.ignored != 0 {
		return false
	}
	told := m.out
	switch {
	case next.Legs == 0:
		m.out = 0
	case w.Kind == Told && w.News == Offered:
		m.out |= 1 << speaker
	case w.Kind == Told && w.News == Missed:
		m.out &^= 1 << speaker
	case w.Kind == Told && w.News == Accepted:
		m.out = 1 << speaker
	}
	m.caller = next
	for leg := range m.legs {
		if eff.tell != 0 && told&(1<<leg) != 0 && leg != speaker {
			m.atLeg(What{Kind: Told, News: eff.tell}, leg)
		}
	}
	return true
}

// atLeg lets an event happen to a leg, and answers what it asks the caller's call.
func (m *meeting) atLeg(w What, leg int) bool {
	next, eff := m.b.step(m.legs[leg], &w)
	if eff.ignored != 0 {
		return false
	}
	m.legs[leg] = next
	if eff.tell != 0 {
		m.atCaller(What{Kind: Told, News: eff.tell}, leg)
	}
	if next.Phase == Telling {
		took := m.atCaller(What{Kind: Told, News: Accepted}, leg)
		m.atLeg(What{Kind: Replied, Yes: took}, leg)
	}
	return true
}

// offer places a leg, if the caller still waits.
func (m *meeting) offer(leg int) bool {
	if m.legs[leg].Phase != Unbegun && !m.legs[leg].Has(Closed) || !m.atCaller(What{Kind: Told, News: Offered}, leg) {
		return false
	}
	m.legs[leg] = State{}
	return m.atLeg(What{Kind: Arrived, Start: &Info{Peer: "call", Queue: "support"}}, leg)
}

// wrongTrio is what a caller and two legs must not be.
func (t *trio) wrongTrio() string {
	talks := 0
	for i, s := range t.legs {
		rings := s.Phase == Calling || s.Phase == Screening
		switch {
		case rings && !t.has(i):
			return "an agent rings for nobody"
		case s.Phase == InTalk && !t.has(i):
			return "an agent talks to nobody"
		case t.has(i) && !rings && s.Phase != InTalk:
			return "the caller waits for a leg that is over"
		case s.Phase == InTalk:
			talks++
		}
		if s.Has(Closed) == s.Has(Held) && s.Phase != Unbegun {
			return "an agent is reserved after the leg, or not during it"
		}
	}
	switch {
	case talks > 1:
		return "a caller talks to two agents"
	case t.caller.Phase == InTalk && talks != 1:
		return "a caller talks to nobody"
	case t.caller.Phase != InTalk && talks != 0:
		return "an agent talks to a caller who is elsewhere"
	case t.caller.Phase == InTalk && t.caller.Legs != 1:
		return "a talk with other offers out"
	}
	return ""
}

func TestPair_aCallerAndTwoMembersAgreeWhateverHappensToThem(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		q := s.Queues["support"]
		q.Strategy, q.OnLeave, q.OnMaxWait = RingAll, ToQueue("support"), HangUp(nil)
		s.Queues["support"] = q
	})
	caller, _ := b.step(State{}, &What{Kind: Arrived, Start: &Info{Entry: theLine}})
	start := trio{caller: caller}
	seen := map[trio]bool{start: true}
	transitions, began := 0, time.Now()
	events := pairEvents(b)
	for todo := []trio{start}; len(todo) > 0; {
		was := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		try := func(whom string, w What, happens func(*meeting) bool) {
			m := &meeting{b: b, trio: was}
			if !happens(m) {
				if m.trio != was {
					t.Fatalf("%s: %v was refused, and yet something changed:\n  %+v\n  %+v", whom, Event{What: w}, was, m.trio)
				}
				return
			}
			transitions++
			if wrong := m.wrongTrio(); wrong != "" {
				t.Fatalf("%s:\n  %+v\n  then %s: %v\n  %+v", wrong, was, whom, Event{What: w}, m.trio)
			}
			if !seen[m.trio] {
				seen[m.trio] = true
				todo = append(todo, m.trio)
			}
		}
		for _, w := range events {
			try("caller", w, func(m *meeting) bool { return m.atCaller(w, -1) })
			for leg := range was.legs {
				try([]string{"leg 0", "leg 1"}[leg], w, func(m *meeting) bool {
					return m.legs[leg].Phase != Unbegun && m.atLeg(w, leg)
				})
			}
		}
		for leg := range was.legs {
			try("the engine", What{Kind: Told, News: Offered}, func(m *meeting) bool { return m.offer(leg) })
		}
	}
	t.Logf("%d states of a caller and two legs, %d transitions, %v", len(seen), transitions, time.Since(began).Round(time.Millisecond))
	require.Greater(t, len(seen), 5_000)
}

// pairEvents are the events that come from outside, one for each way in which
// they matter here.
func pairEvents(b *Book) []What {
	var out []What
	for _, w := range b.AllEvents() {
		switch {
		case w.Kind == Arrived, w.Kind == Opened, w.Kind == Replied, w.Kind == Recorded:
		case w.Kind == Told && w.News != Dropped && w.News != Deserted:
		case w.Kind == Found && (w.Party != nil || w.Class > extension.ClassAway):
		case w.Yes && ringOutcome(&w) != NoOutcome: // which of a leg's telephones rings matters to nobody else
		case w.Kind == Pressed && len(w.Digits) > 1, w.Kind == Exhausted && w.Budget != Turns:
		default:
			out = append(out, w)
		}
	}
	return out
}
