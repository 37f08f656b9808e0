package memory

import (
	"time"

	"github.com/extflow/extflow/flow"
)

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

// hold reserves the call's agent for it, and the endpoints that it rings. If
// another call has any of them it reports false, and nothing has changed.
func (a *account) hold(c *flow.Call) bool {
	return a.dir.Hold(c.Party.Agent, c.ID, lease(c), c.Party.Endpoints...) == nil
}

// free ends what the call reserves.
func (a *account) free(c *flow.Call) { a.dir.Release(c.Party.Agent, c.ID) }

// lease is how long a reservation may stand before somebody asks the carrier: the
// call's own last clock does.
func lease(c *flow.Call) time.Time {
	if !c.Armed.Has(flow.LifeClock) {
		return time.Time{}
	}
	return time.Unix(0, c.Clocks[flow.LifeClock-1]).UTC()
}
