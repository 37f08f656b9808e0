package sim

import (
	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// leg is an agent's phone in a call.
type leg struct {
	agent  *Agent
	line   *line
	at     extension.Endpoint
	state  State     // Ringing, Screening, Talking, Over
	cause  flow.Kind // how it ended
	said   uint8     // times that the screening was said
	clocks farend.Clocks
}

// begin rings one phone, if it can be rung.
func (g *leg) begin() {
	a := g.agent
	switch {
	case a.manner == Unreachable:
		g.state, g.cause = Over, flow.Unreachable
		return
	case a.manner == Engaged, a.leg != nil, g.line.c.offHook(g.at):
		g.state, g.cause = Over, flow.FoundBusy
		return
	}
	g.state, a.leg, a.ear.heard = Ringing, g, nil
	g.note(Happening{What: Rang, Note: g.shown()})
	a.act(g)
}

// answer is the agent picking up.
func (g *leg) answer() {
	g.clocks.Clear()
	g.note(Happening{What: PickedUp})
	r := g.line.ring
	switch {
	case !r.do.Screens(g.at):
		g.accept(true)
	case g.line.leg && len(r.legs) == 1:
		g.accept(false)
	default:
		g.state = Screening
		g.ask()
	}
}

// ask says the screening, and gives the agent time to press 1.
func (g *leg) ask() {
	g.said++
	screen := g.line.ring.do.Screen
	m := screen.Announcing(g.line.from())
	a := g.agent
	a.ear.heard = append(a.ear.heard, Said{At: g.line.c.Now(), Message: m})
	g.note(Happening{What: Heard, Said: m})
	said := g.line.c.lasts(m)
	g.clocks.Start("accept", said+screen.Time, func() {
		g.note(Happening{What: Fired, Note: "accept"})
		g.unaccepted()
	})
	if a.manner == Takes {
		g.clocks.Start("presses 1", said, func() { _ = a.press('1') })
	}
}

// unaccepted is time passing, or a key other than 1: it is said again, so many times.
func (g *leg) unaccepted() {
	if g.said < g.line.ring.do.Screen.Times {
		g.ask()
		return
	}
	r := g.line.ring
	g.over(flow.Unanswered)
	r.check()
}

// accept is the first agent to take the call: all others stop.
func (g *leg) accept(accepted bool) {
	l, r := g.line, g.line.ring
	g.clocks.Clear()
	g.state, r.took = Talking, g
	for _, other := range r.legs {
		if other != g {
			other.over(flow.Unanswered)
		}
	}
	l.clocks.Clear()
	if l.leg {
		l.ring, l.own, l.phone, l.taken, l.state = nil, g, g.agent.ear, true, Waiting
		l.control(flow.What{Kind: flow.Answered, Yes: accepted})
		return
	}
	l.state = Talking
	l.note(Happening{What: Joined})
	g.note(Happening{What: Joined})
	if d := r.do.Limit; d > 0 {
		l.clocks.Start("limit", d, func() {
			l.note(Happening{What: Fired, Note: "limit"})
			g.hangUp()
		})
	}
	if !l.safe {
		l.fact(l.seq, flow.What{Kind: flow.Answered})
	}
}

// hangUp is the end of a direct talk at the agent's side.
func (g *leg) hangUp() {
	l := g.line
	g.over(0)
	l.ring = nil
	l.clocks.Clear()
	l.state = Waiting
	l.control(flow.What{Kind: flow.AgentHungUp})
}

// over ends the phone's part in the ring, if it has not ended yet.
func (g *leg) over(cause flow.Kind) {
	if g.state != Over {
		g.cause = cause
		g.free()
	}
}

// free puts the agent's phone down, or stops it ringing.
func (g *leg) free() {
	why := "hung up"
	switch {
	case g.cause == flow.Declined:
		why = "declined"
	case g.state == Ringing:
		why = "stopped ringing"
	}
	g.clocks.Clear()
	g.state = Over
	g.note(Happening{What: Ended, Note: why})
	if g.agent.leg == g {
		g.agent.leg = nil
	}
}

func (g *leg) note(h Happening) {
	h.Phone, h.Call = g.agent.ear.address, g.line.key
	g.line.c.note(h)
}

// from is who calls, as far as the line knows.
func (l *line) from() number.E164 {
	if l.start == nil {
		return ""
	}
	return l.start.From
}

// shown is the number that the agent sees: the caller's, or the one that was called
// where the flow says so or the caller is withheld.
func (g *leg) shown() string {
	from := g.line.from()
	if g.line.start != nil && (from == "" || g.line.turn.Move.Do.CallerID == flow.ShowNumber) {
		from = g.line.start.To
	}
	return string(from)
}
