package sim

import (
	"context"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// Agent is an agent's phone: whatever rings at one endpoint. It is on one call at a
// time and busy to every other.
type Agent struct {
	c      *Carrier
	ear    *handset
	manner Manner
	after  time.Duration
	leg    *leg // the call that it is in
}

// Manner is what an agent does by itself when the phone rings.
type Manner string

// The manners.
const (
	RingsOut    Manner = ""            // nothing
	Takes       Manner = "takes"       // answers, and presses 1 where asked to
	Declines    Manner = "declines"    // refuses
	Voicemail   Manner = "voicemail"   // a mobile's voicemail: it answers like a person, says nothing and presses nothing
	Engaged     Manner = "engaged"     // busy to the network; the phone does not even ring
	Unreachable Manner = "unreachable" // the carrier does not find it
)

// Agent is the phone at an endpoint's address, as in "client:ada". There is one at
// every address.
func (c *Carrier) Agent(address string) *Agent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agents.At(address)
}

// Set is what the agent does by itself from the next ring on, that long after it
// began to ring. What rings now is left to Answer and Decline.
func (a *Agent) Set(m Manner, after time.Duration) {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	a.manner, a.after = m, after
}

// act is the agent's manner at a phone that begins to ring.
func (a *Agent) act(g *leg) {
	switch a.manner {
	case Takes, Voicemail:
		g.clocks.Start("answers", a.after, g.answer)
	case Declines:
		g.clocks.Start("declines", a.after, g.decline)
	}
}

// Answer picks up. An endpoint that is screened must then Press 1. ErrIdle: nothing
// rings.
func (a *Agent) Answer(ctx context.Context) error {
	return a.while(ctx, (*leg).answer, Ringing)
}

// Decline refuses the call that rings. ErrIdle: nothing rings.
func (a *Agent) Decline(ctx context.Context) error {
	return a.while(ctx, (*leg).decline, Ringing)
}

// HangUp ends the agent's part: of a talk, or of a call that is screened, which
// counts as declined. ErrIdle: the phone was not picked up.
func (a *Agent) HangUp(ctx context.Context) error {
	return a.while(ctx, (*leg).putDown, Screening, Talking)
}

// while does something at the phone if it is in one of the states.
func (a *Agent) while(ctx context.Context, do func(*leg), in ...State) error {
	return a.c.time.Act(ctx, func() error {
		if a.leg == nil || !slices.Contains(in, a.leg.state) {
			return ErrIdle
		}
		do(a.leg)
		return nil
	})
}

// decline refuses a ring, or a call that is screened.
func (g *leg) decline() {
	r := g.line.ring
	g.over(flow.Declined)
	r.check()
}

// putDown is the agent hanging up.
func (g *leg) putDown() {
	switch {
	case g.state == Screening:
		g.decline()
	case g.line.leg:
		g.line.hangUp("the agent hung up")
	default:
		g.hangUp()
	}
}

// Press presses keys one after the other. Those that nothing listens for are lost.
// ErrIdle: the phone is on no call.
func (a *Agent) Press(ctx context.Context, keys string) error {
	return a.c.time.Press(ctx, keys, 0, a.press)
}

func (a *Agent) press(key byte) error {
	g := a.leg
	switch {
	case g == nil || g.state == Ringing:
		return ErrIdle
	case g.state == Talking && g.line.leg:
		return g.line.press(key)
	case g.state == Talking:
		g.note(Happening{What: Dropped, Note: string(key)})
		return nil
	}
	g.note(Happening{What: Keyed, Note: string(key)})
	if key == '1' {
		g.accept(true)
	} else {
		g.unaccepted()
	}
	return nil
}

// View is the phone now.
func (a *Agent) View() View {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	return a.view()
}

func (a *Agent) view() View {
	v := View{State: Idle}
	if g := a.leg; g != nil {
		v = View{State: g.state, Call: g.line.key, Ref: g.line.ref, Shown: g.shown(), Timers: g.clocks.List()}
		if g.line.own == g {
			v = g.line.view()
			v.Shown = g.shown()
		} else if g.state == Talking {
			v.With = []string{g.line.phone.address}
		}
	}
	v.Phone, v.Heard = a.ear.address, slices.Clone(a.ear.heard)
	return v
}

// Agents are the agents' phones that have been rung or named, by address.
func (c *Carrier) Agents() []*Agent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agents.All()
}
