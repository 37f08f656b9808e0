package benchmarks

import (
	"context"

	"github.com/qmuntal/stateless"

	"github.com/extflow/extflow/flow"
)

// Stateless is the flow on github.com/qmuntal/stateless in the fastest way found:
// no queue of triggers and no arguments, the state kept outside, places and
// triggers of one byte, which need no allocation where the library takes them as
// any, and one callback for all that is done. An action at each state, as the
// library's own examples have, costs two allocations and about twice the time.
type Stateless struct {
	call
	machine *stateless.StateMachine
}

// NewStateless is a new call. Guards and the callback belong to the call, so each
// call builds its own machine.
func NewStateless() *Stateless {
	c := &Stateless{}
	c.machine = stateless.NewStateMachineWithExternalStorage(
		func(context.Context) (stateless.State, error) { return c.at, nil },
		func(_ context.Context, s stateless.State) error { c.at = s.(place); return nil },
		stateless.FiringImmediate)
	c.machine.OnUnhandledTrigger(func(context.Context, stateless.State, stateless.Trigger, []string) error { return errIgnored{} })
	c.machine.OnTransitioned(func(_ context.Context, t stateless.Transition) {
		c.goes(t.Source.(place), t.Destination.(place), t.Trigger.(trigger))
	})
	c.configure()
	return c
}

// errIgnored is an event that changes nothing.
type errIgnored struct{}

func (errIgnored) Error() string { return "ignored" }

// Happen tells the call of an event and returns what it asks for, until the next
// one. False is an event that changes nothing.
func (c *Stateless) Happen(w *flow.What) (*Effects, bool) {
	c.effects.n = 0
	t := sort(c.at, w)
	if t == none {
		return &c.effects, false
	}
	return &c.effects, c.machine.FireCtx(context.Background(), t) == nil
}

// Reset makes it a new call with the same machine.
func (c *Stateless) Reset() { c.call = call{} }

// Place is where the call is.
func (c *Stateless) Place() string { return c.at.String() }

func (c *Stateless) configure() {
	fewer := func(n uint8) stateless.GuardFunc {
		return func(context.Context, ...any) bool { return c.tries < n }
	}
	spent := func(n uint8) stateless.GuardFunc {
		return func(context.Context, ...any) bool { return c.tries >= n }
	}
	m := c.machine
	m.Configure(idle).Permit(arrives, collecting)
	m.Configure(collecting).SubstateOf(live).
		PermitReentry(silence, fewer(failures)).Permit(silence, ending, spent(failures)).
		PermitReentry(wrongEntry, fewer(failures)).Permit(wrongEntry, ending, spent(failures)).
		Permit(entry, finding).Permit(star, joining)
	m.Configure(finding).SubstateOf(live).
		Permit(available, ringing).Permit(busy, inMenu).Permit(away, recording).
		Permit(unknown, collecting, fewer(failures)).Permit(unknown, ending, spent(failures))
	m.Configure(inMenu).SubstateOf(live).
		PermitReentry(silence, fewer(menuFailures)).Permit(silence, ending, spent(menuFailures)).
		PermitReentry(wrongEntry, fewer(menuFailures)).Permit(wrongEntry, ending, spent(menuFailures)).
		PermitReentry(key9).Permit(key1, joining).Permit(key2, recording)
	m.Configure(ringing).SubstateOf(live).
		Permit(unanswered, joining).Permit(foundBusy, inMenu).Permit(unreachable, recording).
		Permit(answered, talking).Permit(agentHungUp, ending)
	m.Configure(talking).SubstateOf(live).Permit(agentHungUp, ending)
	m.Configure(joining).SubstateOf(live).
		Permit(available, inLine).Permit(busy, recording).Permit(away, recording)
	m.Configure(inLine).SubstateOf(live).
		PermitReentry(noticeDue).Permit(dialled, offered).Permit(waitOver, recording).Permit(left, recording)
	m.Configure(offered).SubstateOf(live).
		PermitReentry(noticeDue).Permit(unanswered, inLine).Permit(foundBusy, inLine).Permit(unreachable, inLine).
		Permit(answered, talking).Permit(agentHungUp, ending)
	m.Configure(recording).SubstateOf(live).
		Permit(recorded, ending).Permit(tooShort, ending).Permit(hungUp, pending)
	m.Configure(ending).Permit(hungUp, over)
	m.Configure(pending).Permit(recorded, over).Permit(tooShort, over)
	m.Configure(live).Permit(hungUp, over).Permit(failed, ending)
}
