package sim

import (
	"context"
	"fmt"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Do carries out a turn that nobody was waiting for. It never calls the handler:
// what follows from it is reported by the next act, or by Wait of 0. So it may be
// called from anywhere, also from inside the handler.
//
// Done twice is done once: a turn older than the one that is being carried out, or
// that very one, changes nothing. Only where a request for the next turn got no
// answer is the same one carried out again. The error wraps adapter.ErrRefused for
// what a carrier cannot do, adapter.ErrGone for a call that there never was, and ErrDown where a fault says so.
func (c *Carrier) Do(_ context.Context, t flow.Turn) error {
	defer c.news.Tell()
	c.mu.Lock()
	defer c.mu.Unlock()
	do := t.Move.Do.Kind
	if err, carried := c.faults.ofDo(c.plan.Chance); err != nil {
		if carried && carries(do) {
			_ = c.do(t)
			if do == flow.Originate { // an error would say that it was not placed
				return nil
			}
		}
		return err
	}
	if !carries(do) {
		return fmt.Errorf("sim: turn %d of call %s says nothing that a carrier can do: %w", t.Seq, t.Call.ID, adapter.ErrRefused)
	}
	if do == flow.Originate && c.cfg.NoPlacing {
		return fmt.Errorf("sim: this carrier places no calls (NoPlacing): %w", adapter.ErrRefused)
	}
	return c.do(t)
}

func (c *Carrier) do(t flow.Turn) error {
	l := c.find(t.Call, t.Info)
	again := l != nil && l.leg && l.state == Over && t.Seq > l.seq // another try, at another time
	if (l == nil || again) && t.Move.Do.Kind == flow.Originate {
		l = c.place(t)
	}
	if l == nil {
		return fmt.Errorf("sim: call %s: %w", t.Call.ID, adapter.ErrGone)
	}
	if l.state == Over {
		return nil // its end is reported
	}
	l.named(t.Call)
	if t.Seq < l.seq || t.Seq == l.seq && l.waits == nil {
		return nil
	}
	l.note(Happening{What: Got, Turn: t})
	l.carry(t)
	return nil
}

// find is the line of a call, by our key, or else by the carrier's own reference.
func (c *Carrier) find(k flow.Key, info *flow.Info) *line {
	if l := c.lines[k]; l != nil {
		return l
	}
	if info != nil {
		return c.refs[info.Ref]
	}
	return nil
}

// place makes the line of a leg.
func (c *Carrier) place(t flow.Turn) *line {
	c.forget()
	l := &line{c: c, clocks: c.time.Clocks(), leg: true, key: t.Call, start: t.Info, ref: c.newRef(), state: Waiting}
	c.lines[l.key] = l
	c.refs[l.ref] = l
	return l
}

// Probe is what the carrier knows of a call: also for an hour after it ended, with
// its newest recording. It never fails.
func (c *Carrier) Probe(_ context.Context, call flow.Call) (adapter.Status, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var l *line
	if call.Info != nil {
		l = c.find(call.Key, call.Info)
	}
	if l == nil {
		return adapter.Status{Report: flow.Gone}, nil
	}
	s := adapter.Status{Report: flow.Alive, Ref: l.newest.ref, Length: l.newest.length, NoRecording: l.newest.ref == "" && !l.missing}
	switch l.state {
	case Talking:
		s.Report = flow.Talking
	case Over:
		s.Report = flow.Gone
	}
	return s, nil
}

// Leg is an agent's phone in a call.
type Leg struct {
	Phone  string   // the endpoint's address
	State  State    // Ringing, Screening, Talking; or what a placed leg does after it was answered
	Call   flow.Key // the call that it rings for: the caller's own, or the placed leg's
	Caller flow.Key // the caller's call
	Gone   bool     // the caller's call has ended at this carrier: then nothing should ring or talk for long
}

// Legs are all agents' phones that ring or talk, by address.
func (c *Carrier) Legs() []Leg {
	var out []Leg
	for _, a := range c.Agents() {
		if g, ok := c.legOf(a); ok {
			out = append(out, g)
		}
	}
	return out
}

// Ringing are the addresses of the agents' phones that ring, in order.
func (c *Carrier) Ringing() []string {
	var out []string
	for _, g := range c.Legs() {
		if g.State == Ringing {
			out = append(out, g.Phone)
		}
	}
	return out
}

func (c *Carrier) legOf(a *Agent) (Leg, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.leg == nil {
		return Leg{}, false
	}
	l := a.leg.line
	g := Leg{Phone: a.ear.address, State: a.view().State, Call: l.key, Caller: l.key}
	if l.leg && l.start != nil {
		g.Caller.ID = l.start.Peer
	}
	if l.leg && l.start != nil && l.start.Outbound { // nobody is on the line for whom it rings
		return g, true
	}
	caller := c.lines[g.Caller]
	g.Gone = caller == nil || caller.state == Over
	return g, true
}
