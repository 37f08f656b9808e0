package vonagetest

import (
	"slices"
	"strings"
)

// Looking at phones.

// View is a phone as one sees it at one moment.
type View struct {
	Phone  string // the caller's number, or the endpoint's address
	State  State
	UUID   string // empty on no call
	Status string // the call's, in Vonage's words
	Entry  string // keyed so far
	Heard  []Said // in this call; for an agent's phone, in the newest
	Timers []Timer
	With   []string // who rings, or talks, at the other end
	Shown  string   // an agent's phone: the number that calls
	Cause  string   // how the call ended
	Source string   // where the document came from that is carried out
}

// View is the phone now.
func (p *Phone) View() View {
	p.call.c.mu.Lock()
	defer p.call.c.mu.Unlock()
	return p.call.view()
}

func (l *call) view() View {
	v := View{State: l.state(), UUID: l.uuid, Status: l.status, Timers: l.clocks.List(), Cause: l.cause}
	if l.phone != nil {
		v.Phone, v.Heard = l.phone.address, slices.Clone(l.phone.heard)
	}
	if l.ring != nil && l.ring.took {
		v.With = []string{l.ring.r.call.phone.address}
	}
	if l.main != nil && !l.main.over {
		v.Timers = append(v.Timers, l.main.clocks.List()...)
		v.Source = l.main.url
		l.main.see(&v)
	}
	slices.SortStableFunc(v.Timers, func(a, b Timer) int { return a.At.Compare(b.At) })
	return v
}

// see adds what a run does.
func (r *run) see(v *View) {
	switch a := r.act.(type) {
	case *entering:
		v.Entry = a.entry
	case *connecting:
		v.With = a.with()
	case *meeting:
		v.With = a.with()
	}
}

// Phones are the callers' phones whose calls have not ended, in the order in which
// they dialled.
func (c *Carrier) Phones() []*Phone {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*Phone
	for _, l := range c.calls {
		if l.agent == nil && !l.over() {
			out = append(out, &Phone{call: l})
		}
	}
	return out
}

// Phone is the caller's phone of a call, also after the call ended; false where
// there is none.
func (c *Carrier) Phone(uuid string) (*Phone, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.byUUID[uuid]
	if l == nil || l.agent != nil {
		return nil, false
	}
	return &Phone{call: l}, true
}

// Leg is an agent's phone in a call.
type Leg struct {
	Phone  string // the endpoint's address
	State  State
	UUID   string
	Parent string // the caller's leg of a connect; empty for one that was placed by REST
	Gone   bool   // the caller's call has ended: then nothing should ring or talk for long
}

// Legs are all agents' phones that ring or talk, by address.
func (c *Carrier) Legs() []Leg {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Leg
	for _, l := range c.calls {
		if l.agent == nil || l.over() || l.agent.leg != l {
			continue
		}
		leg := Leg{Phone: l.phone.address, State: l.state(), UUID: l.uuid}
		if l.ring != nil {
			leg.Parent, leg.Gone = l.ring.r.call.uuid, l.ring.r.call.over()
		}
		out = append(out, leg)
	}
	slices.SortStableFunc(out, func(a, b Leg) int { return strings.Compare(a.Phone, b.Phone) })
	return out
}

// Ringing are the addresses of the agents' phones that ring, in order.
func (c *Carrier) Ringing() []string {
	var out []string
	for _, l := range c.Legs() {
		if l.State == Ringing {
			out = append(out, l.Phone)
		}
	}
	return out
}
