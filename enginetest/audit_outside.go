package enginetest

import (
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// People outside whom we call, and what the product is asked.

const (
	mostTries = 2              // of a callback
	longest   = 96 * time.Hour // until a call of ours is given up for which nobody is found
)

func (a *auditor) outside() {
	backs := map[string][]flow.Call{} // the callbacks of a caller's call
	for _, c := range a.Calls {
		a.asked(c)
		switch {
		case !c.IsOutbound():
			continue
		case c.Queue == "" && !slices.Contains(a.Placed, c.Key):
			a.fault("call %s to %s was asked for by nobody", c.ID, c.From)
		case c.Queue != "":
			backs[c.Info.After] = append(backs[c.Info.After], c)
		}
		a.reached(c)
	}
	for _, k := range a.Placed {
		if !a.calls[k.ID].IsOutbound() {
			a.fault("the product was told of the call %s, which there is not", k.ID)
		}
	}
	for _, c := range a.Calls {
		a.calledBack(c, backs[c.ID])
	}
	a.oneAtATime(backs)
}

// calledBack sees that a caller is called back who asked for it, once and in the place
// that was left, and nobody else.
func (a *auditor) calledBack(c flow.Call, backs []flow.Call) {
	wanted := 0
	if c.State.Result == flow.ResultCallback {
		wanted = 1
	}
	if len(backs) != wanted {
		a.fault("call %s ended as %v; %d calls call back", c.ID, c.State.Result, len(backs))
		return
	}
	for _, b := range backs {
		left, took := a.lastWait(c.ID), a.firstWait(b.ID)
		switch {
		case b.From != c.From:
			a.fault("%s is called back for call %s, which was another's", b.ID, c.ID)
		case left == nil || took == nil:
			a.fault("the callback %s took over no place of call %s", b.ID, c.ID)
		case left.queue != took.queue || left.from != took.from || left.to != took.there:
			a.fault("call %s left its place in %s, since %s, at %s; the callback %s took one in %s, since %s, at %s",
				c.ID, left.queue, clock(left.from), clock(left.to), b.ID, took.queue, clock(took.from), clock(took.there))
		}
	}
}

func (a *auditor) firstWait(call string) *wait {
	if i := slices.IndexFunc(a.waits, func(w *wait) bool { return w.call == call }); i >= 0 {
		return a.waits[i]
	}
	return nil
}

func (a *auditor) lastWait(call string) (last *wait) {
	for _, w := range a.waits {
		if w.call == call {
			last = w
		}
	}
	return last
}

// reached sees that somebody outside is rung after an agent has accepted, each time, and
// no more often than that; and that a call of ours is not given up before its time.
func (a *auditor) reached(c flow.Call) {
	accepted, ended := 0, false // somebody's word, or a limit
	turns := a.Turns[c.ID]
	for _, t := range turns {
		switch e := t.Event; {
		case e.Kind == flow.Told && e.News == flow.Accepted:
			accepted++
		case e.Kind == flow.Told && e.News == flow.Dropped, e.Kind == flow.Exhausted:
			ended = true
		case e.Kind == flow.Woke && e.Clock == flow.LifeClock:
			ended = e.At.Sub(turns[0].Event.At) >= longest
		}
	}
	rung := 0
	for _, h := range a.Happened {
		if h.What == sim.Rang && h.Call == c.Key {
			rung++
		}
	}
	tries := mostTries
	if c.Queue == "" {
		tries = 1
	}
	if rung > accepted || accepted > tries {
		a.fault("%s is rung %d times by call %s, for which agents accepted %d times; %d is the most", c.From, rung, c.ID, accepted, tries)
	}
	asked := accepted
	if c.Queue == "" { // one agent is asked, who may not want to
		asked = tries
	}
	if c.State.Result != flow.ResultAnswered && asked < tries && !ended {
		a.fault("call %s to %s ended as %v after %d tries of %d", c.ID, c.From, c.State.Result, accepted, tries)
	}
}

// oneAtATime sees that there is one callback for a number at a time.
func (a *auditor) oneAtATime(backs map[string][]flow.Call) {
	until := map[string]int64{}                  // when a number's newest callback ended
	for _, c := range slices.Backward(a.Calls) { // the newest are the first
		if len(backs[c.Info.After]) == 0 || !c.IsOutbound() {
			continue
		}
		turns := a.Turns[c.ID]
		if began := turns[0].Event.At.UnixNano(); began < until[string(c.From)] {
			a.fault("%s, called back by another call until %s, is by %s from %s on", c.From, clock(until[string(c.From)]), c.ID, clock(began))
		}
		until[string(c.From)] = turns[len(turns)-1].Event.At.UnixNano()
	}
}

// asked sees that callers of whom the product is asked are led on in time, and by a word
// that it said.
func (a *auditor) asked(c flow.Call) {
	var since time.Time // zero while nothing is asked
	var turn uint32
	for i, t := range a.Turns[c.ID] {
		now := a.stood[c.ID][i+1]
		if t.Event.Kind == flow.Told && t.Event.News == flow.Advised && t.Event.Entry != "" &&
			!slices.Contains(a.Answers, Answer{c.Key, t.Event.Re, t.Event.Entry}) {
			a.fault("call %s is led on by %q, which the product did not say", c.ID, t.Event.Entry)
		}
		if waits := now.Phase == flow.Consulting; !since.IsZero() && (!waits || now.Standing != turn) {
			limit := flow.DefaultQuestionLimit + atOnce
			if a.died(since.UnixNano(), t.Event.At.UnixNano()) {
				limit += lease
			}
			if waited := t.Event.At.Sub(since); waited > limit {
				a.fault("call %s waits %s for the product's word", c.ID, waited)
			}
			since = time.Time{}
		} else if waits && since.IsZero() {
			since = t.Event.At
		}
		turn = now.Standing
	}
}
