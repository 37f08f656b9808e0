package memory

import (
	"errors"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Reservations. What a call holds is part of the call; these are the same facts by
// agent and by endpoint. They outlive the agent's entry in the directory, so that
// one who is removed and added again during a call is still reserved, and they
// keep the endpoints that really ring, whoever has them by now.

// holds are the agents and endpoints of an account that calls reserve.
type holds struct {
	agents map[string]string // the call that holds an agent
	rung   map[string]string // the call that rings, or talks to, an address
}

// reach reports whether an address that rings is the caller's identity given. Only
// a sip address is written in more ways than one.
func (h holds) reach(caller number.E164) bool {
	address := string(caller)
	switch scheme, _, ok := strings.Cut(address, ":"); {
	case !ok:
		address = "tel:" + address
	case scheme == "sip" || scheme == "sips":
		for rung := range h.rung {
			if (extension.Endpoint{Address: rung}).Is(caller) {
				return true
			}
		}
	}
	return h.rung[address] != ""
}

// sameHold reports whether two versions of a call reserve the same.
func sameHold(was, now *flow.Call) bool {
	return was.Agent() == now.Agent() && (was.Agent() == "" || was.Party == now.Party)
}

// reserve frees what the Txn's calls no longer reserve and takes what they now do.
// It returns the agents that other calls reserve; then nothing has changed.
func (w *commit) reserve() (taken []string) {
	for i := range w.was {
		if was := w.before(i); was != nil {
			w.account.free(was)
		}
	}
	for i := range w.was {
		if now := w.wanted(i); now != nil && !w.account.hold(now) {
			taken = append(taken, now.Agent())
		}
	}
	if len(taken) == 0 {
		return nil
	}
	for i := range w.was {
		if now := w.wanted(i); now != nil {
			w.account.free(now)
		}
	}
	for i := range w.was {
		if was := w.before(i); was != nil {
			w.account.hold(was)
		}
	}
	return taken
}

// before is the call as it reserves an agent now and, after the change, no longer
// does in this way; nil where that is not so.
func (w *commit) before(i int) *flow.Call {
	r := w.was[i]
	if r == nil || r.call.Agent() == "" || sameHold(&r.call, &w.txn.Changes[i].Now) {
		return nil
	}
	return &r.call
}

// wanted is the call as it will reserve an agent and does not yet.
func (w *commit) wanted(i int) *flow.Call {
	r, now := w.was[i], &w.txn.Changes[i].Now
	if now.Agent() == "" || r != nil && sameHold(&r.call, now) {
		return nil
	}
	return now
}

// hold reserves the call's agent and endpoints for it. If another call has any of
// them it reports false, and nothing has changed.
func (a *account) hold(c *flow.Call) bool {
	if a.elsewhere(c.Party, c.ID) {
		return false
	}
	if err := a.dir.Hold(c.Party.Agent, c.ID, lease(c)); errors.Is(err, extension.ErrHeld) {
		return false
	}
	a.holds.agents[c.Party.Agent] = c.ID
	for _, e := range c.Party.Endpoints {
		a.holds.rung[e.Address] = c.ID
	}
	return true
}

// free ends what the call reserves.
func (a *account) free(c *flow.Call) {
	if a.holds.agents[c.Party.Agent] != c.ID {
		return
	}
	delete(a.holds.agents, c.Party.Agent)
	for _, e := range c.Party.Endpoints {
		if a.holds.rung[e.Address] == c.ID {
			delete(a.holds.rung, e.Address)
		}
	}
	a.dir.Release(c.Party.Agent, c.ID)
}

// elsewhere reports whether a call other than this one has the party, or rings one
// of its endpoints.
func (a *account) elsewhere(p *extension.Party, call string) bool {
	if by := a.holds.agents[p.Agent]; by != "" && by != call {
		return true
	}
	for _, e := range p.Endpoints {
		if by := a.holds.rung[e.Address]; by != "" && by != call {
			return true
		}
	}
	return false
}

// lease is how long a reservation may stand before somebody asks the carrier: the
// call's own last clock does.
func lease(c *flow.Call) time.Time {
	if !c.Armed.Has(flow.LifeClock) {
		return time.Time{}
	}
	return time.Unix(0, c.Clocks[flow.LifeClock-1]).UTC()
}
