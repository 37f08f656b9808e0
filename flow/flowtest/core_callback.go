package flowtest

import (
	"strconv"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	e164 "github.com/extflow/extflow/number/written"
)

// Callbacks, as the core knows them: whom it may call, and who stands in for whom.

// callbackLimit is how many callbacks one number gets in a story.
const callbackLimit = 10

// vet is whether a caller may be called back.
func (c *core) vet(call flow.Call) flow.What {
	what := flow.What{Kind: flow.Found, Class: extension.ClassAway}
	if call.From == "" || !adapter.AbilitiesOf(c.Carrier).Place || e164.Dialable(call.From, c.Document.Countries) != nil {
		return what
	}
	for _, a := range c.Document.Numbers {
		if a.Number == call.From {
			return what
		}
	}
	for _, id := range c.order {
		if other := c.calls[id].call; other.IsOutbound() && other.From == call.From && !other.Has(flow.Closed) {
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
