package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/extflow/extflow/adapter"
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
	if f.LateBy <= 0 {
		f.LateBy = 10 * time.Second
	}
	f.Next = append([]Fault(nil), f.Next...)
	c.plan = plan{Faults: f, rand: rand.New(rand.NewPCG(f.Seed, 0))}
}

// plan is the faults that are still to come.
type plan struct {
	Faults
	rand *rand.Rand
}

const swappedFor = time.Second

// befall decides what goes wrong with an event, and reports whether it is not to be
// delivered now.
func (c *Carrier) befall(m *letter) bool {
	if m.judged {
		return false
	}
	m.judged = true
	f := c.plan.draw(m.event.Kind)
	lost := func(how string) { m.line.note(Happening{What: Lost, Event: m.event, Note: how}) }
	switch {
	case f.Lost:
		lost("lost")
		if m.event.Reply {
			c.retry(m)
		}
		return true
	case f.Late > 0:
		lost("late by " + f.Late.String())
		c.postLater(m, f.Late)
		return true
	case f.Swapped:
		lost("swapped with the next")
		c.swap(m)
		return true
	case f.Mute && m.event.Reply:
		lost("its answer will be lost")
		m.mute = true
	case f.Twice:
		lost("twice")
		again := *m
		again.copy = true
		c.outbox = append([]*letter{&again}, c.outbox...)
	}
	return false
}

// draw is the fault of an event of a kind: one that waits for it, else by chance.
// Every event draws as often, so that one fault more does not change the others.
func (p *plan) draw(k flow.Kind) Fault {
	for i, f := range p.Next {
		if f.Kind == 0 || f.Kind == k {
			p.Next = append(p.Next[:i:i], p.Next[i+1:]...)
			return f
		}
	}
	if p.rand == nil {
		return Fault{}
	}
	f := Fault{
		Lost: p.rand.Float64() < p.Lost, Mute: p.rand.Float64() < p.Mute,
		Swapped: p.rand.Float64() < p.Swapped, Twice: p.rand.Float64() < p.Twice,
	}
	late, by := p.rand.Float64(), p.rand.Float64()
	if late < p.Late {
		f.Late = max(time.Duration(by*float64(p.LateBy)), time.Millisecond)
	}
	return f
}

// swap holds an event back until another was delivered.
func (c *Carrier) swap(m *letter) {
	c.swaps = append(c.swaps, m)
	c.after(swappedFor, c.release)
}

// release sends on what was held back.
func (c *Carrier) release() {
	for _, m := range c.swaps {
		c.post(m)
	}
	c.swaps = nil
}

// doFault is what goes wrong with a Do: the error that it returns, and whether it
// is carried out all the same.
func (p *plan) doFault() (err error, carried bool) {
	switch {
	case p.DoFails > 0:
		p.DoFails--
		return fmt.Errorf("%w; nothing was done", ErrDown), false
	case p.DoUnsure > 0:
		p.DoUnsure--
		return fmt.Errorf("%w; whether it was done is unknown", ErrDown), true
	case p.DoRefuses > 0:
		p.DoRefuses--
		return fmt.Errorf("sim: it was told to: %w", adapter.ErrRefused), false
	case p.rand != nil && p.Do > 0 && p.rand.Float64() < p.Do:
		return fmt.Errorf("%w; nothing was done", ErrDown), false
	}
	return nil, true
}
