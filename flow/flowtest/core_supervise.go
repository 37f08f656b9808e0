package flowtest

import (
	"context"
	"errors"
	"slices"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a supervisor does, on the core: the rules of an Engine's Move and Pick, written
// once more.

func (c *core) Move(_ context.Context, k flow.Key, id string, to flow.Dest) error {
	what, err := c.book.MovedTo(to)
	if err != nil {
		return err
	}
	caller := c.calls[k.ID]
	if to.To == flow.TargetExtension {
		if _, party := c.agents.Find(to.Name, c.inquiry(caller.call)); party == nil {
			return storage.ErrNotFound
		}
	}
	return c.decide(caller, id, func(w *coreWork) (flow.Move, error) {
		return w.happen(flow.Event{Call: k, ID: id, What: what})
	})
}

func (c *core) Pick(_ context.Context, k flow.Key, id, agent string) error {
	caller := c.calls[k.ID]
	a, ok := c.agents.Agent(agent)
	if !ok {
		return storage.ErrNotFound
	}
	queue := c.book.Line(caller.call)
	class, party := c.agents.Find(string(a.Extension), c.inquiry(caller.call))
	switch {
	case caller.did(id):
		return nil
	case queue == "":
		return extflow.ErrNotWaiting
	case class != extension.ClassAvailable:
		return extflow.ErrNotFree
	}
	q, _ := c.book.Queue(queue)
	direct := !caller.call.IsOutbound() && (q.Offer == flow.Dial || !adapter.AbilitiesOf(c.Carrier).Place)
	return c.decide(caller, id, func(w *coreWork) (flow.Move, error) {
		return c.ring(w, caller.call, flow.Offer{Queue: queue, Call: k.ID, Carrier: c.Name, Party: party}, direct, id)
	})
}

// decide has an act happen that is done once, or says why it comes too late.
func (c *core) decide(caller *kept, id string, act func(*coreWork) (flow.Move, error)) error {
	if caller.did(id) {
		return nil
	}
	w := c.begin()
	m, err := act(w)
	switch {
	case err != nil:
		return err
	case m.Ignored == flow.Meaningless:
		return extflow.ErrThere
	case m.Ignored != 0:
		return extflow.ErrNotWaiting
	}
	if err = w.commit(); errors.Is(err, extension.ErrHeld) {
		return extflow.ErrNotFree
	}
	return err
}

// did reports whether an event of an id has happened to a call.
func (k *kept) did(id string) bool {
	return slices.ContainsFunc(k.turns, func(t flow.Turn) bool { return t.Event.ID == id })
}
