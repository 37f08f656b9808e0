package flow

import (
	"fmt"
	"testing"
	"time"
)

// TestHand_decidesWhatTheBookDecides visits every state that the book reaches and
// tries every event there, so that the yardstick is a measure of the same work.
func TestHand_decidesWhatTheBookDecides(t *testing.T) {
	t.Parallel()
	book := benchBook(t)
	type pair struct {
		book State
		hand handState
	}
	seen := map[pair]bool{{}: true}
	for queue := []pair{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, w := range book.AllEvents() {
			if !handKnows(&w) || w.Kind == Woke && !at.book.Armed.Has(w.Clock) {
				continue
			}
			s, eff := book.step(at.book, &w)
			h, done, ok := handStep(at.hand, &w)
			where := fmt.Sprintf("%+v with %+v", at, w)
			if ok != (eff.ignored == 0) {
				t.Fatalf("%s: the book's answer %+v, the hand's %v", where, eff, ok)
			}
			if !ok {
				continue
			}
			sameDecision(t, where, s, eff, h, done)
			if next := (pair{s, h}); !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	if len(seen) < 100 {
		t.Fatalf("only %d states were visited", len(seen))
	}
}

// handKnows reports whether the hand-written flow can meet an event: it has one
// number, and its members are rung directly.
func handKnows(w *What) bool {
	switch w.Kind {
	case Arrived:
		return w.Start.Entry == "main line"
	case Told:
		return w.News == Dialled || w.News == Deserted
	}
	return true
}

// sameDecision compares what the book and the yardstick made of an event.
func sameDecision(t *testing.T, where string, s State, eff effect, h handState, done handEffects) {
	t.Helper()
	if got, want := handWhere(h), s.Phase; got != want {
		t.Fatalf("%s: the book stands at phase %v, the hand at %v", where, want, got)
	}
	if h.result != s.Result || h.armed != s.Armed || h.held != s.Has(Held) || h.found != s.Has(Reconciled) || h.taping != s.Has(Taping) {
		t.Fatalf("%s: the book has %+v, the hand %+v", where, s, h)
	}
	var says []string
	clocks := map[Clock]time.Duration{}
	var do handEffect
	again := false
	for _, e := range done {
		switch e.do {
		case 0:
		case handSay:
			says = append(says, e.text.String())
		case handArm:
			clocks[Clock(e.arg)] = e.time
		case handAgain:
			again = true
		default:
			do = e
		}
	}
	if do.do == handHold && do.text != handNone {
		says = append(says, do.text.String())
	}
	if again != eff.again {
		t.Fatalf("%s: the book asks again: %v, the hand: %v", where, eff.again, again)
	}
	sameClocks(t, where, eff, clocks)
	sameMove(t, where, eff.move, do, says)
}

func sameClocks(t *testing.T, where string, eff effect, got map[Clock]time.Duration) {
	t.Helper()
	want := map[Clock]time.Duration{}
	for _, a := range []*arms{eff.arm, moveArms(eff.move)} {
		for k := StepClock; a != nil && k <= LifeClock; k++ {
			if a.on.Has(k) {
				want[k] = a.in[k-1]
			}
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: the book arms %v, the hand %v", where, want, got)
	}
	for k, d := range want {
		if got[k] != d {
			t.Fatalf("%s: the book arms %v, the hand %v", where, want, got)
		}
	}
}

func moveArms(m *Move) *arms {
	if m == nil {
		return nil
	}
	return m.arm
}

func sameMove(t *testing.T, where string, m *Move, do handEffect, says []string) {
	t.Helper()
	if m == nil {
		m = &Move{}
	}
	kinds := map[handDo]CommandKind{
		handListen: Listen, handFind: Find, handConnect: Connect, handHold: Hold, handRecord: Record, handHangup: Hangup,
	}
	if kinds[do.do] != m.Do.Kind {
		t.Fatalf("%s: the book does %v, the hand %v", where, m.Do.Kind, do.do)
	}
	if len(says) != len(m.Say) {
		t.Fatalf("%s: the book says %v, the hand %q", where, m.Say, says)
	}
	for i, text := range says {
		if m.Say[i].Say != text {
			t.Fatalf("%s: the book says %v, the hand %q", where, m.Say, says)
		}
	}
	switch do.do {
	case handListen:
		if do.arg != m.Do.Digits || do.time != m.Do.First || do.inter != m.Do.Inter || do.text.String() != m.Do.Finish {
			t.Fatalf("%s: the book listens as %+v, the hand as %+v", where, m.Do, do)
		}
	case handConnect:
		if do.time != m.Do.Time {
			t.Fatalf("%s: the book rings for %v, the hand for %v", where, m.Do.Time, do.time)
		}
	case handRecord:
		if do.text.String() != m.Do.Mailbox || do.time != m.Do.Time || do.inter != m.Do.Silence {
			t.Fatalf("%s: the book records as %+v, the hand as %+v", where, m.Do, do)
		}
	}
}

// handWhere is the phase that a place of the hand-written flow is.
func handWhere(h handState) Phase {
	return [...]Phase{
		handIdle: Unbegun, handCollecting: Listening, handFinding: Finding, handInMenu: Listening, handRinging: InRing,
		handTalking: InTalk, handTalkingMember: InTalk, handJoining: Finding, handInLine: InLine, handOffered: InRing,
		handRecording: Recording, handEnding: Ending, handPending: Pending, handOver: Ended,
	}[h.at]
}
