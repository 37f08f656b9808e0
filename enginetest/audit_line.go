package enginetest

import (
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Lines: who waited where, since when, and who was offered to them.

// wait is a caller's time in a line.
type wait struct {
	call, queue string
	span                // since the caller joined the line
	there       int64   // from when on: a callback comes back to its place for another try, before or after what else happens then
	legs        []span  // when members rang
	offers      []offer // what began them
	served      bool    // a member took the caller
}

type offer struct {
	at    int64
	agent string
}

// lines is about everybody who waited.
func (a *auditor) lines() {
	for _, c := range a.Calls {
		if !c.IsLeg() {
			a.waited(c)
		}
	}
	slices.SortStableFunc(a.waits, func(x, y *wait) int { return x.before(y.span) })
	a.idle()
	members := a.members()
	for _, w := range a.waits {
		a.inTime(w)
		for _, o := range w.offers {
			a.inTurn(w, o, members)
		}
	}
	for _, w := range a.waits {
		a.served(w, members)
	}
}

// waited reads a call's waits out of its turns.
func (a *auditor) waited(c flow.Call) {
	var w *wait
	out := map[string]int64{} // members that ring, by leg; "" for a direct ring
	stop := func(leg string, at int64) {
		if from, ok := out[leg]; ok {
			w.legs = append(w.legs, span{from, at})
			delete(out, leg)
		}
	}
	for _, t := range a.Turns[c.ID] {
		at := t.Event.At.UnixNano()
		if w != nil && t.Event.Kind == flow.Told {
			switch t.Event.News {
			case flow.Offered, flow.Dialled:
				out[t.Event.Leg] = at
				if t.Event.ID == "" { // else a person took the caller, whoever waited before
					w.offers = append(w.offers, offer{at, t.Event.Party.Agent})
				}
			case flow.Missed:
				stop(t.Event.Leg, at)
			case flow.Accepted:
				w.served = true
			}
		}
		if w != nil && t.Move.Do.Kind == flow.Hold {
			stop("", at)
		}
		for _, p := range t.Posts {
			switch p.Kind {
			case flow.PostServed:
				w.to = at
				for leg := range out {
					stop(leg, at)
				}
				if t.Event.Kind == flow.Answered {
					w.served = true
				}
			case flow.PostWaiting:
				w = &wait{call: c.ID, queue: p.Queue, span: span{at - int64(p.Length), never}, there: at}
				a.waits = append(a.waits, w)
			}
		}
	}
}

// inTime sees that a wait ended in time: when the caller hung up, or after the
// longest that the queue allows, a ring that was under way aside.
func (a *auditor) inTime(w *wait) {
	if gone, ok := a.ended[w.call]; ok && w.to > gone {
		a.fault("call %s hung up at %s and left %s at %s", w.call, clock(gone), w.queue, clock(w.to))
	}
	if a.calls[w.call].IsOutbound() { // as long as it takes: see outside
		return
	}
	q := a.Settings.Queues[w.queue]
	limit := q.MaxWait
	if q.Callback {
		limit += confirming
	}
	if q.Offer == flow.Dial {
		limit += ringOut
	}
	if a.died(w.from, w.to) {
		limit += lease
	}
	if waited := time.Duration(w.long()); waited > limit {
		a.fault("call %s waited in %s for %s, from %s on; the longest is %s", w.call, w.queue, waited, clock(w.from), q.MaxWait)
	}
}

const (
	ringOut    = 15*time.Second + 2*8*time.Second + 15*time.Second // of a direct ring: the ring, the screening, the margin
	confirming = 8 * time.Second                                   // whoever is asked whether the number is right is let answer
	lease      = 30 * time.Second                                  // what a dead node had claimed is another's after that
	atOnce     = 250 * time.Millisecond                            // in which whoever frees is served
	swept      = 5*time.Second + atOnce                            // in which what a dead node left is found
)

// died reports whether a node died in a time, or right before.
func (a *auditor) died(from, to int64) bool {
	return slices.ContainsFunc(a.Deaths, func(t time.Time) bool {
		return t.UnixNano() >= from-int64(swept) && t.UnixNano() <= to
	})
}

// inTurn sees that nobody who had waited longer stood there without an offer when
// an agent was offered a caller, in that queue or in another of the agent's; and
// that the caller was still there.
func (a *auditor) inTurn(w *wait, o offer, members map[string][]membership) {
	if gone, ok := a.ended[w.call]; ok && gone < o.at {
		a.fault("call %s is offered at %s and hung up at %s", w.call, clock(o.at), clock(gone))
	}
	for _, d := range a.waits {
		if d.from >= w.from {
			break
		}
		if d.there >= o.at || d.to <= o.at || during(d.legs, o.at) || d.queue != w.queue && !serves(members[d.queue], o.agent, o.at) {
			continue
		}
		a.fault("at %s %s is offered call %s, of %s since %s; call %s has waited in %s since %s",
			clock(o.at), o.agent, w.call, w.queue, clock(w.from), d.call, d.queue, clock(d.from))
	}
}

// membership is an agent serving a queue.
type membership struct {
	agent string
	span
}

// serves reports whether an agent served a queue at an instant, and not only just.
func serves(all []membership, agent string, at int64) bool {
	return slices.ContainsFunc(all, func(m membership) bool { return m.agent == agent && m.from < at && at < m.to })
}

// members are who served each queue, and when.
func (a *auditor) members() map[string][]membership {
	out := map[string][]membership{}
	set := func(queue string, members []string, at int64) {
		all := out[queue]
		for i, m := range all {
			if m.to == never && !slices.Contains(members, m.agent) {
				all[i].to = at
			}
		}
		for _, id := range members {
			if !slices.ContainsFunc(all, func(m membership) bool { return m.agent == id && m.to == never }) {
				all = append(all, membership{id, span{at, never}})
			}
		}
		out[queue] = all
	}
	for queue, members := range a.Members {
		set(queue, members, 0)
	}
	for _, c := range a.Changes {
		if c.Queue != "" {
			set(c.Queue, c.Members, c.At.UnixNano())
		}
	}
	return out
}

// idle works out when each agent could have been offered a caller: available,
// reserved by no call, neither resting nor wrapping up, and with a telephone that
// nobody else is on.
func (a *auditor) idle() {
	busy := map[string][]span{}
	for id, holds := range a.held {
		for _, other := range a.sharing(id) {
			for _, h := range holds {
				busy[other] = append(busy[other], h.span)
			}
		}
	}
	presence := map[string]extension.Presence{}
	away := map[string]int64{}
	turn := func(id string, p extension.Presence, at int64) {
		if presence[id] != extension.Available && presence[id] != "" {
			busy[id] = append(busy[id], span{away[id], at})
		}
		presence[id], away[id] = p, at
	}
	changes := slices.Clone(a.Changes)
	for _, e := range a.Feed {
		p := e.Post
		switch {
		case p.Kind == flow.PostAway:
			changes = append(changes, Change{At: e.At, Agent: p.Agent, Presence: extension.Away})
		case p.Length > 0 && (p.Kind == flow.PostMissed || p.Kind == flow.PostTalked):
			busy[p.Agent] = append(busy[p.Agent], span{e.At.UnixNano(), e.At.Add(p.Length).UnixNano()})
		}
	}
	slices.SortStableFunc(changes, func(x, y Change) int { return x.At.Compare(y.At) })
	for _, c := range changes {
		if c.Agent != "" {
			turn(c.Agent, c.Presence, c.At.UnixNano())
		}
	}
	a.free = map[string][]span{}
	for _, g := range a.Agents {
		turn(g.ID, extension.Available, never)
		a.free[g.ID] = span{0, never}.without(busy[g.ID])
	}
}

// sharing are the agents who cannot be rung while one is: itself, and those with a
// telephone of the same address.
func (a *auditor) sharing(id string) []string {
	i := slices.IndexFunc(a.Agents, func(g extension.Agent) bool { return g.ID == id })
	var out []string
	for _, g := range a.Agents {
		if slices.ContainsFunc(g.Endpoints, func(e extension.Endpoint) bool {
			return slices.ContainsFunc(a.Agents[i].Endpoints, func(o extension.Endpoint) bool { return strings.EqualFold(o.Address, e.Address) })
		}) {
			out = append(out, g.ID)
		}
	}
	return out
}

// served sees that nobody waited without an offer while a member was free.
func (a *auditor) served(w *wait, members map[string][]membership) {
	for _, alone := range (span{w.there, w.to}).without(w.legs) {
		for _, m := range members[w.queue] {
			there := alone.overlap(m.span)
			for _, f := range a.free[m.agent] {
				both := there.overlap(f)
				limit := atOnce
				if both.long() > 0 && a.died(both.from, both.to) {
					limit = swept
				}
				if both.long() > int64(limit) {
					a.fault("call %s waits in %s without an offer from %s to %s, and %s is free", w.call, w.queue, clock(both.from), clock(both.to), m.agent)
				}
			}
		}
	}
}
