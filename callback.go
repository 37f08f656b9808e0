package extflow

import (
	"errors"

	"github.com/google/uuid"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Callbacks, as the engine answers what the book asks about them.

// vet is whether the caller may be called back: busy says that there is a callback for
// the number already. Where that may be, id is the one that the callback is to have.
func (w *work) vet(c flow.Call) (what flow.What, id string, err error) {
	what = flow.What{Kind: flow.Found, Class: extension.ClassAway}
	err = w.callable(c.Carrier, c.From)
	if err == nil {
		id, err = w.nextCallback(c.From)
	}
	if err == nil && id == "" {
		what.Class = extension.ClassBusy
		return what, "", nil
	}
	if err == nil {
		err = w.afford(w.outlay(c.From, ""))
	}
	switch {
	case errors.Is(err, ErrNotCallable):
		what.Cause = err.Error()
		return what, "", nil
	case errors.Is(err, ErrLimit):
		return flow.What{Kind: flow.Exhausted, Budget: flow.Outlay, Cause: err.Error()}, "", nil
	case err != nil:
		return what, "", err
	}
	what.Class = extension.ClassAvailable
	return what, id, nil
}

// recentCalls is how many of a number's newest calls are looked through for its last
// callback. One that is older is found all the same, from the first on.
const recentCalls = 50

// nextCallback is the id of a number's next callback; empty where one is open. It
// follows from the one before it: whoever asks at the same time comes to the same id, so
// that one of them is stored and the other finds it open.
func (w *work) nextCallback(n number.E164) (id string, err error) {
	last := ""
	for c, err := range w.e.Store.Calls().List(w.ctx, w.account, storage.Query{From: n, Limit: recentCalls}) {
		if err != nil {
			return "", err
		}
		if !c.IsOutbound() || c.Queue == "" {
			continue
		}
		if last = c.ID; !c.Has(flow.Closed) {
			return "", nil
		}
		break
	}
	for {
		id = uuid.NewSHA1(uuid.NameSpaceURL, []byte("extflow:callback:"+string(n)+":"+last)).String()
		c, err := w.e.Store.Calls().Load(w.ctx, flow.Key{Account: w.account, ID: id})
		switch {
		case errors.Is(err, storage.ErrNotFound):
			return id, nil
		case err != nil || !c.Has(flow.Closed):
			return "", err
		}
		last = id
	}
}

// standIn has a callback stand in the line in the place of a caller who waits there.
func (w *work) standIn(b *flow.Book, c flow.Call) (flow.What, error) {
	what, id, err := w.vet(c)
	if err != nil || what.Class != extension.ClassAvailable {
		return what, err
	}
	switch err := w.pay(w.outlay(c.From, "")); {
	case errors.Is(err, ErrLimit):
		return flow.What{Kind: flow.Exhausted, Budget: flow.Outlay, Cause: err.Error()}, nil
	case err != nil:
		return what, err
	}
	start := flow.Info{
		Key: flow.Key{Account: w.account, ID: id}, Carrier: c.Carrier, Region: c.Region, From: c.From, To: c.Info.To,
		Release: c.Release, Entry: c.Entry, Queue: b.Line(c), Outbound: true, After: c.ID, Since: b.Joined(c),
	}
	arrived := w.event(id, flow.What{Kind: flow.Arrived, Start: &start})
	if _, err := w.happen(id, arrived); err != nil {
		return what, err
	}
	return what, nil
}
