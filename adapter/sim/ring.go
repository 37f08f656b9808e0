package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// Rings. All endpoints that the carrier reaches ring together for the ring time.
// One that is screened has the agent press 1, outside the ring time, while the
// others ring on; the first to accept takes the call, and all others stop.
//
// A placed leg with one endpoint is not screened here: it reports the answer, and
// the turns that follow ask the agent. With several, only the carrier can let the
// others ring on, so it screens as for a direct ring and reports an answer that was
// accepted (Answered with Yes).

// ring is the phones that ring for a turn.
type ring struct {
	line *line
	do   flow.Command
	legs []*leg
	took *leg // the one that talks
}

// dial rings the party of a turn.
func (l *line) dial(do flow.Command) {
	l.state = Ringing
	r := &ring{line: l, do: do}
	l.ring = r
	l.clocks.Start("ring", cmp.Or(do.Time, 20*time.Second), func() { r.rangOut() })
	if do.Party != nil {
		for _, e := range do.Party.Endpoints {
			if e.Reachable(l.c.cfg.Name) {
				r.legs = append(r.legs, &leg{agent: l.c.agents.At(e.Address), line: l, at: e, clocks: l.c.time.Clocks()})
			}
		}
	}
	for _, g := range r.legs {
		g.begin()
	}
	r.check()
}

// rangOut is the end of the ring time.
func (r *ring) rangOut() {
	r.line.note(Happening{What: Fired, Note: "ring"})
	for _, g := range r.legs {
		if g.state == Ringing {
			g.over(flow.Unanswered)
		}
	}
	r.check()
}

// check ends a ring whose phones have all stopped.
func (r *ring) check() {
	l := r.line
	if l.ring != r || r.took != nil || slices.ContainsFunc(r.legs, func(g *leg) bool { return g.state != Over }) {
		return
	}
	w := flow.What{Kind: combined(r.legs)}
	l.ring = nil
	l.clocks.Clear()
	l.state = Waiting
	if l.leg {
		l.end("nobody took it")
		l.fact(l.seq, w)
		return
	}
	l.control(w)
}

// combined is the outcome of a ring that nobody took, from how its phones ended:
// busy, else declined, else no answer, else unreachable.
func combined(legs []*leg) flow.Kind {
	for _, k := range []flow.Kind{flow.FoundBusy, flow.Declined, flow.Unanswered} {
		if slices.ContainsFunc(legs, func(g *leg) bool { return g.cause == k }) {
			return k
		}
	}
	return flow.Unreachable
}

// stopRing stops everything that rings for the line, or talks to it directly.
func (l *line) stopRing() {
	r := l.ring
	if r == nil {
		return
	}
	l.ring = nil
	for _, g := range r.legs {
		if g.state != Over {
			g.free()
		}
	}
}
