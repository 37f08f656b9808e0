package enginetest

import (
	"strings"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// Causes: nothing is done that nobody asked for, or twice, and a carrier is answered
// what is stored.

func (a *auditor) causes() {
	a.offered()
	a.rung()
	a.answers()
	a.messages()
}

// offered sees that every leg was offered once, to the caller whose it is, and that
// there is a leg for every offer.
func (a *auditor) offered() {
	by := map[string][]string{} // the callers' calls that were told of a leg
	for _, c := range a.Calls {
		for _, t := range a.Turns[c.ID] {
			if t.Event.Kind == flow.Told && t.Event.News == flow.Offered {
				by[t.Event.Leg] = append(by[t.Event.Leg], c.ID)
			}
		}
	}
	for _, c := range a.Calls {
		if !c.IsLeg() {
			continue
		}
		if told := by[c.ID]; len(told) != 1 || told[0] != c.Info.Peer {
			a.fault("the leg %s is for %s; it was asked for by %v", c.ID, c.Info.Peer, told)
		}
		delete(by, c.ID)
	}
	for leg, callers := range by {
		a.fault("%v was offered the leg %s, which there is not", callers, leg)
	}
}

// rung sees that a telephone rings for a call no more often than a turn said so.
func (a *auditor) rung() {
	type ring struct{ call, phone string }
	times := map[ring]int{}
	for _, h := range a.Happened {
		if h.What == sim.Rang && h.Call.Account == a.Account {
			times[ring{h.Call.ID, h.Phone}]++
		}
	}
	for r, n := range times {
		told := 0
		for _, t := range a.Turns[r.call] {
			if do := t.Move.Do; do.Kind == flow.Connect || do.Kind == flow.Originate {
				told++
			}
		}
		if n > told {
			a.fault("%s rang %d times for call %s, which was told to ring %d times", r.phone, n, r.call, told)
		}
	}
}

// answers sees that a request which a carrier waited on made a turn that is stored, or
// changed nothing: because it came late, or means nothing where the call stood. The
// turn that was answered is stored: see stored.
func (a *auditor) answers() {
	for _, h := range a.Handled {
		e := h.Event
		if !e.Reply || h.Turn.Call.Account != a.Account || h.Turn.Seq == flow.SafeSeq {
			continue
		}
		e.Call = h.Turn.Call
		if !a.made(e) && !a.moot(e, h.Turn.Seq) {
			a.fault("call %s answered %s to turn %d with turn %d, and stored nothing of it", e.Call.ID, strings.TrimSpace(e.Kind.String()), e.Re, h.Turn.Seq)
		}
	}
}

// made reports whether an event made a turn.
func (a *auditor) made(e flow.Event) bool {
	for _, t := range a.Turns[e.Call.ID] {
		if t.Event.Reply && t.Event.Kind == e.Kind && t.Event.Re == e.Re && t.Event.Digits == e.Digits {
			return true
		}
	}
	return false
}

// moot reports whether an event changes nothing where the call stood at a turn.
func (a *auditor) moot(e flow.Event, standing uint32) bool {
	for _, c := range a.stood[e.Call.ID] {
		if c.Info == nil || c.Standing != standing {
			continue
		}
		if _, m := a.book.Advance(c, e); m.Ignored != 0 {
			return true
		}
	}
	return false
}

// messages sees that every recording that may have begun became a message, or none, or
// was told to be lost: once.
func (a *auditor) messages() {
	for _, c := range a.Calls {
		pending := ""
		for _, t := range a.Turns[c.ID] {
			for _, p := range t.Posts {
				switch p.Kind {
				case flow.PostMessagePending:
					if pending != "" {
						a.fault("call %s begins a message to %q, and of that to %q nothing is known", c.ID, p.Mailbox, pending)
					}
					pending = p.Mailbox
				case flow.PostMessageLeft, flow.PostMessageDropped, flow.PostMessageLost:
					if pending != p.Mailbox {
						a.fault("call %s has %v to %q, where none had begun", c.ID, p.Kind, p.Mailbox)
					}
					pending = ""
				}
			}
		}
		if pending != "" {
			a.fault("call %s left something to %q, of which nothing is known", c.ID, pending)
		}
	}
}
