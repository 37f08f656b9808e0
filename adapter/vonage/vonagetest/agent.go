package vonagetest

import (
	"context"
	"slices"
	"time"
)

// Agent is an agent's phone: whatever rings at one address. It is on one call at a
// time and busy to every other.
type Agent struct {
	c      *Carrier
	ear    *handset
	manner Manner
	after  time.Duration
	leg    *call // the call that it is in
}

// Manner is what an agent does by itself when the phone rings.
type Manner string

// The manners.
const (
	RingsOut    Manner = ""            // nothing
	Takes       Manner = "takes"       // answers, and presses 1 at the first input that it hears
	Declines    Manner = "declines"    // refuses
	Voicemail   Manner = "voicemail"   // a mobile's voicemail: it answers like a person, says nothing and presses nothing
	Engaged     Manner = "engaged"     // busy to the network; the phone does not even ring
	Unreachable Manner = "unreachable" // the carrier does not find it
)

// Agent is the phone at an address, as in "client:ada", "tel:+12025550111" or
// "sip:ada@pbx.example". There is one at every address.
func (c *Carrier) Agent(address string) *Agent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agents.At(address)
}

// Agents are the agents' phones that have been rung or named, by address.
func (c *Carrier) Agents() []*Agent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agents.All()
}

// Set is what the agent does by itself from the next ring on, that long after it
// began to ring. What rings now is left to Answer and Decline.
func (a *Agent) Set(m Manner, after time.Duration) {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	a.manner, a.after = m, after
}

// act is the agent's manner at a phone that begins to ring.
func (a *Agent) act(l *call) {
	switch a.manner {
	case Takes, Voicemail:
		l.clocks.Start("answers", a.after, l.pickUp)
	case Declines:
		l.clocks.Start("declines", a.after, l.decline)
	}
}

func (l *call) decline() { l.fail(l.c.cfg.Declined, "declined") }

// Answer picks up. Where a document asks for a key first, Press it then. ErrIdle:
// nothing rings.
func (a *Agent) Answer(ctx context.Context) error {
	return a.while(ctx, false, (*call).pickUp)
}

// Decline refuses the call that rings. ErrIdle: nothing rings.
func (a *Agent) Decline(ctx context.Context) error {
	return a.while(ctx, false, (*call).decline)
}

// HangUp ends the agent's part: of a talk, or of a call that is being screened.
// ErrIdle: the phone was not picked up.
func (a *Agent) HangUp(ctx context.Context) error {
	return a.while(ctx, true, func(l *call) { l.finish(completed, "the agent hung up", "user") })
}

// while does something at the phone if it was answered, or not yet.
func (a *Agent) while(ctx context.Context, up bool, do func(*call)) error {
	return a.c.time.Act(ctx, func() error {
		if a.leg == nil || up != (a.leg.status == answered) {
			return ErrIdle
		}
		do(a.leg)
		return nil
	})
}

// Press presses keys one after the other. Those that nothing listens for are lost.
// ErrIdle: the phone is on no call.
func (a *Agent) Press(ctx context.Context, keys string) error {
	return a.c.time.Press(ctx, keys, 0, func(key byte) error {
		if a.leg == nil || a.leg.status != answered {
			return ErrIdle
		}
		a.leg.press(key)
		return nil
	})
}

// View is the phone now.
func (a *Agent) View() View {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	v := View{State: Idle}
	if a.leg != nil {
		v = a.leg.view()
		v.Shown = a.leg.shown()
	}
	v.Phone, v.Heard = a.ear.address, slices.Clone(a.ear.heard)
	return v
}
