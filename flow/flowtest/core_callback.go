package flowtest

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	e164 "github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Calls of ours, as the core knows them: whom it may call, and who stands in for whom.

// callbackLimit is how many callbacks one number gets in a story.
const callbackLimit = 10

// callable reports whether somebody outside may be called.
func (c *core) callable(n number.E164) bool {
	return n != "" && adapter.AbilitiesOf(c.Carrier).Place && e164.Dialable(n, c.Document.Countries) == nil && !c.ours(n)
}

// ours reports whether a number is the account's.
func (c *core) ours(n number.E164) bool {
	return slices.ContainsFunc(c.Document.Numbers, func(a number.Assignment) bool { return a.Number == n })
}

// CallOut is a call of an agent with somebody outside: the rules of an Engine's, written
// once more.
func (c *core) CallOut(_ context.Context, o extflow.CallOut) (flow.Key, error) {
	key := flow.Key{Account: o.Account, ID: "call " + o.Key}
	a, known := c.agents.Agent(o.Agent)
	i := slices.IndexFunc(c.Document.Numbers, func(a number.Assignment) bool { return a.Number == o.From })
	switch {
	case c.calls[key.ID] != nil:
		return key, nil
	case !known || i < 0:
		return key, storage.ErrNotFound
	}
	start := flow.Info{Key: key, Carrier: c.Name, From: o.To, To: o.From, Entry: c.Document.Numbers[i].Entry, Outbound: true}
	class, party := c.agents.Find(string(a.Extension), c.inquiry(flow.Call{Info: &flow.Info{From: o.To, Carrier: c.Name}}))
	switch {
	case class != extension.ClassAvailable:
		return key, extflow.ErrNotFree
	case !c.callable(o.To):
		return key, extflow.ErrNotCallable
	}
	w := c.begin()
	if _, err := w.happen(flow.Event{Call: key, What: flow.What{Kind: flow.Arrived, Start: &start, Party: party}}); err != nil {
		return key, err
	}
	call := w.changes[w.load(key.ID)].now
	if _, err := c.ring(w, call, flow.Offer{Call: key.ID, Carrier: c.Name, Party: party}, false, ""); err != nil {
		return key, err
	}
	err := w.commit()
	if errors.Is(err, extension.ErrHeld) {
		err = extflow.ErrNotFree
	}
	return key, err
}

// vet is whether a caller may be called back.
func (c *core) vet(call flow.Call) flow.What {
	what := flow.What{Kind: flow.Found, Class: extension.ClassAway}
	if !c.callable(call.From) {
		return what
	}
	for _, id := range c.order {
		if other := c.calls[id].call; other.IsOutbound() && other.Queue != "" && other.From == call.From && !other.Has(flow.Closed) {
			what.Class = extension.ClassBusy
			return what
		}
	}
	if c.backs[call.From] >= callbackLimit {
		return flow.What{Kind: flow.Exhausted, Budget: flow.Outlay}
	}
	what.Class = extension.ClassAvailable
	return what
}

// standIn has a callback stand in the line in the place of a caller.
func (w *coreWork) standIn(call flow.Call) (flow.What, error) {
	what := w.c.vet(call)
	if what.Class != extension.ClassAvailable {
		return what, nil
	}
	w.c.backs[call.From]++
	w.c.legs++
	start := *call.Info
	start.Key.ID = "callback " + strconv.Itoa(w.c.legs)
	start.Ref, start.ForwardedFrom = "", ""
	start.Outbound, start.Queue, start.After, start.Since = true, w.c.book.Line(call), call.ID, w.c.book.Joined(call)
	_, err := w.happen(flow.Event{Call: start.Key, What: flow.What{Kind: flow.Arrived, Start: &start}})
	return what, err
}
