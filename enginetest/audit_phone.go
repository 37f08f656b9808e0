package enginetest

import (
	"slices"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// What the telephones tell.

// telephones sees that an agent is on one call and a caller talks to one agent,
// that only agents are rung, nobody for a caller who is gone, and that nobody was
// told what was not stored.
func (a *auditor) telephones() {
	owner := map[string][]string{}
	for _, g := range a.Agents {
		for _, e := range g.Endpoints {
			owner[e.Address] = append(owner[e.Address], g.ID)
		}
	}
	rings := map[string]map[string]flow.Key{} // by agent, by telephone: the call
	talks := map[string]string{}              // by caller's call: the agent's telephone
	for _, h := range a.Happened {
		at := h.At.UnixNano()
		if h.Call.Account != "" && h.Call.Account != a.Account {
			continue
		}
		switch h.What {
		case sim.Rang:
			a.rings(h, owner[h.Phone], rings)
		case sim.Ended:
			for _, id := range owner[h.Phone] {
				delete(rings[id], h.Phone)
			}
			if talks[a.caller(h.Call)] == h.Phone {
				delete(talks, a.caller(h.Call))
			}
			if c, ok := a.calls[h.Call.ID]; ok && !c.IsLeg() && string(c.From) == h.Phone {
				a.ended[h.Call.ID] = at
			}
		case sim.Joined:
			if len(owner[h.Phone]) == 0 {
				continue
			}
			if other := talks[a.caller(h.Call)]; other != "" && other != h.Phone {
				a.fault("the caller of %s talks to %s and to %s at %s", a.caller(h.Call), other, h.Phone, clock(at))
			}
			talks[a.caller(h.Call)] = h.Phone
		case sim.Got:
			a.stored(h)
		case sim.Failed:
			a.fault("at %s: %s (%w)", clock(at), h.Note, h.Err)
		}
	}
	for _, phone := range a.Open {
		a.fault("the telephone %s is still in use", phone)
	}
}

// rings is a telephone that begins to ring.
func (a *auditor) rings(h sim.Happening, owners []string, rings map[string]map[string]flow.Key) {
	at := h.At.UnixNano()
	if c := a.calls[h.Call.ID]; len(owners) == 0 && !(c.IsOutbound() && h.Phone == "tel:"+string(c.From)) {
		a.fault("%s is rung at %s, which is no agent's", h.Phone, clock(at))
	}
	if gone, ok := a.ended[a.caller(h.Call)]; ok && gone < at {
		a.fault("%s rings at %s for a caller who hung up at %s", h.Phone, clock(at), clock(gone))
	}
	for _, id := range owners {
		for phone, call := range rings[id] {
			if call != h.Call {
				a.fault("agent %s is rung by %s at %s and is on %s at %s already", id, h.Call.ID, clock(at), call.ID, phone)
			}
		}
		if rings[id] == nil {
			rings[id] = map[string]flow.Key{}
		}
		rings[id][h.Phone] = h.Call
	}
}

// caller is the caller's call that a call is for: itself, or the peer of a leg.
func (a *auditor) caller(k flow.Key) string {
	if c, ok := a.calls[k.ID]; ok && c.IsLeg() {
		return c.Info.Peer
	}
	return k.ID
}

// stored sees that what a carrier was told stands in the store.
func (a *auditor) stored(h sim.Happening) {
	t := h.Turn
	turns := a.Turns[t.Call.ID]
	switch {
	case t.Seq == flow.SafeSeq:
		a.fault("call %s got a safe turn at %s", t.Call.ID, clock(h.At.UnixNano()))
	case t.Seq == 0 || int(t.Seq) > len(turns):
		a.fault("call %s got turn %d, which was never stored", t.Call.ID, t.Seq)
	case t.Move.Do.Kind != flow.Hangup && turns[t.Seq-1].Move.Do.Kind != t.Move.Do.Kind:
		a.fault("call %s got turn %d as %v; %v was stored", t.Call.ID, t.Seq, t.Move, turns[t.Seq-1].Move)
	case !slices.ContainsFunc(turns[t.Seq-1:], func(s flow.Turn) bool { return !s.Event.At.After(h.At) }):
		a.fault("call %s got turn %d before it was stored", t.Call.ID, t.Seq)
	}
}
