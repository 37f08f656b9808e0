package enginetest

import (
	"errors"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// supervises is a supervisor who moves, takes or sends away one of those who called, or
// the product, which ends a call: now and then too late.
func (p *tenant) supervises(id string) error {
	call, ok := p.somebody()
	if !ok {
		return nil
	}
	var do func(n *node) error
	switch agent := agentID(p.IntN(p.floor.Agents)); p.IntN(6) {
	case 0:
		to := *flow.ToQueue(queueName(p.IntN(p.floor.Queues)))
		do = func(n *node) error { return n.Move(p.ctx, call, id, to) }
	case 1:
		do = func(n *node) error { return n.Move(p.ctx, call, id, *flow.ToVoicemail("team")) }
	case 2:
		do = func(n *node) error { return n.Move(p.ctx, call, id, *flow.HangUp(nil)) }
	case 3:
		if ours, ok := p.outbound(); ok && p.IntN(3) == 0 {
			call = ours
		}
		do = func(n *node) error { return n.Pick(p.ctx, call, id, agent) }
	case 4:
		if ours, ok := p.outbound(); ok {
			call = ours
		}
		fallthrough
	default:
		do = func(n *node) error {
			return n.Signal(p.ctx, flow.Event{Call: call, ID: id, What: flow.What{Kind: flow.Told, News: flow.Dropped}})
		}
	}
	err := p.cluster.through(do)
	for _, late := range []error{extflow.ErrNotWaiting, extflow.ErrThere, extflow.ErrNotFree, storage.ErrNotFound} {
		if errors.Is(err, late) {
			err = nil
		}
	}
	return errors.Join(err, p.carrier.Wait(p.ctx, 0))
}

// somebody is a caller of the account's, one who waits if there is any.
func (p *tenant) somebody() (flow.Key, bool) {
	var waits, there []flow.Key
	for _, phone := range p.carrier.Phones() {
		switch v := phone.View(); {
		case v.Call.Account != p.account:
		case v.State == sim.Holding:
			waits = append(waits, v.Call)
		default:
			there = append(there, v.Call)
		}
	}
	if len(waits) == 0 || p.IntN(8) == 0 {
		waits = there
	}
	if len(waits) == 0 {
		return flow.Key{}, false
	}
	return waits[p.IntN(len(waits))], true
}
