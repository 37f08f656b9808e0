package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/flow"
)

// Faults are what goes wrong between the carrier and the handler. The chances are
// from 0 to 1, for each event whenever it is sent; the same seed and the same acts
// give the same faults. The zero value is a carrier without any.
//
// A request (an event with Reply) that got no answer is made once more after 5 s,
// as carriers do; after that the caller hears nothing until the engine's own clock
// finds out. A lost fact stays lost.
type Faults struct {
	Seed    uint64
	Twice   float64       // it arrives twice, the second time right after the first
	Lost    float64       // it never arrives
	Mute    float64       // it arrives, and its answer is lost; of a fact there is none to lose
	Swapped float64       // it arrives after the event that follows it, or a second later if none does
	Late    float64       // it arrives late
	LateBy  time.Duration // by at most this; 10 s
	Do      float64       // Do fails and does nothing

	Next []Fault // befall certain events, once each, before chance does

	LosesTapes int // the next so many recordings that a caller's hanging up ends are gone, and never reported

	DoFails   int // the next so many Do fail and do nothing
	DoUnsure  int // then so many are carried out, and yet return an error; for a leg to place none, since that would say that it was not
	DoRefuses int // then so many are refused for good: adapter.ErrRefused
}

// Fault befalls the next event of its kind; Kind 0 is the next of any. One of the
// others says what it is, in the words of Faults; Late is by how much exactly.
type Fault struct {
	Kind                       flow.Kind
	Twice, Lost, Mute, Swapped bool
	Late                       time.Duration
}

// ErrDown is in every error that Do returns because of a fault other than a refusal.
var ErrDown = errors.New("sim: the carrier cannot be reached")

// Break sets the faults from now on, instead of those set before. Events that are
// on their way already keep theirs.
func (c *Carrier) Break(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := make([]farend.Fault[flow.Kind], len(f.Next))
	for i, n := range f.Next {
		next[i] = farend.Fault[flow.Kind]{For: n.Kind, Twice: n.Twice, Lost: n.Lost, Mute: n.Mute, Swapped: n.Swapped, Late: n.Late}
	}
	c.faults, c.plan = f, farend.NewPlan(f.Seed, f.LateBy, next)
}

// befall decides what goes wrong with an event, and reports whether it is not to be
// delivered now.
func (c *Carrier) befall(m *letter) bool {
	f := c.faults
	is := c.plan.Draw(m.event.Kind, farend.Odds{Mute: f.Mute, Lost: f.Lost, Swapped: f.Swapped, Twice: f.Twice, Late: f.Late})
	lost := func(how string) { m.line.note(Happening{What: Lost, Event: m.event, Note: how}) }
	switch {
	case is.Lost:
		lost("lost")
		if m.event.Reply {
			c.retry(m)
		}
		return true
	case is.Late > 0:
		lost("late by " + is.Late.String())
		c.post.SendIn(is.Late, m)
		return true
	case is.Swapped:
		lost("swapped with the next")
		c.post.Swap(m)
		return true
	case is.Mute && m.event.Reply:
		lost("its answer will be lost")
		m.Mute = true
	case is.Twice:
		lost("twice")
		c.post.Hurry(c.post.Twin(m))
	}
	return false
}

// ofDo is what goes wrong with a Do: the error that it returns, and whether it is
// carried out all the same.
func (f *Faults) ofDo(by func(odds float64) bool) (err error, carried bool) {
	switch {
	case f.DoFails > 0:
		f.DoFails--
		return fmt.Errorf("%w; nothing was done", ErrDown), false
	case f.DoUnsure > 0:
		f.DoUnsure--
		return fmt.Errorf("%w; whether it was done is unknown", ErrDown), true
	case f.DoRefuses > 0:
		f.DoRefuses--
		return fmt.Errorf("sim: it was told to: %w", adapter.ErrRefused), false
	case f.Do > 0 && by(f.Do):
		return fmt.Errorf("%w; nothing was done", ErrDown), false
	}
	return nil, true
}
