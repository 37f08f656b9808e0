package extflow

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// claimed is how many calls a node claims at once.
const claimed = 64

// Next is when Wake has something to do next, by the store's clock; false where
// it never will unless something happens.
func (e *Engine) Next(ctx context.Context) (time.Time, bool, error) {
	at, ok, err := e.Store.Agenda().Next(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	if due, some := e.nextServing(); some && (!ok || due.Before(at)) {
		at, ok = due, true
	}
	if due, some := e.nextAsking(); some && (!ok || due.Before(at)) {
		at, ok = due, true
	}
	return at, ok, nil
}

// Wake does everything that is due now and returns: tests and hosts with a
// scheduler of their own call it instead of Run. What one call fails to do does
// not keep the others waiting; the error joins all that went wrong, and what
// failed is tried again when its lease is over.
func (e *Engine) Wake(ctx context.Context) error {
	var errs []error
	for ctx.Err() == nil {
		served, err := e.serveLines(ctx)
		errs = append(errs, err)
		for _, q := range e.wondered() {
			errs = append(errs, e.consult(ctx, q))
		}
		tickets, err := e.Store.Agenda().Claim(ctx, claimed, e.Lease)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if len(tickets) == 0 && !served {
			return errors.Join(errs...)
		}
		for _, t := range tickets {
			errs = append(errs, e.attend(ctx, t))
		}
	}
	return errors.Join(append(errs, ctx.Err())...)
}

// attend gives a claimed call what it needs: its standing turn carried out, or its
// clock gone off.
func (e *Engine) attend(ctx context.Context, t storage.Ticket) error {
	c, err := e.claimed(ctx, t)
	if err != nil {
		return err
	}
	if t.Owed {
		return e.deliver(ctx, t, c)
	}
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	at, clock, armed := c.Wake()
	if !armed || at.After(now) {
		return e.Store.Agenda().Settle(ctx, t)
	}
	what, err := e.woke(ctx, c, clock, now)
	if err != nil {
		return err
	}
	_, err = e.happen(ctx, flow.Event{Call: c.Key, What: what})
	return err
}

// claimed is the call of a ticket: as this node remembers it, if that is what was
// claimed, or as it is stored.
func (e *Engine) claimed(ctx context.Context, t storage.Ticket) (flow.Call, error) {
	calls := e.Store.Calls()
	if r, ok := calls.(storage.Recaller); ok {
		if c, known := r.Recall(ctx, t.Call); known && c.Rev == t.Rev {
			return c, nil
		}
	}
	return calls.Load(ctx, t.Call)
}

// deliver has the carrier carry out a turn that nobody waits for.
func (e *Engine) deliver(ctx context.Context, t storage.Ticket, c flow.Call) error {
	carrier, ok := e.Carriers[c.Carrier]
	if !ok {
		e.Logger.LogAttrs(ctx, slog.LevelError, "no such carrier here", slog.String("carrier", c.Carrier), slog.String("call", c.ID))
		return e.Store.Agenda().Settle(ctx, t)
	}
	if c.Move != nil && c.Move.Do.Kind == flow.Originate && !c.Has(flow.CallerGone) {
		return e.place(ctx, carrier, c)
	}
	err := carrier.Do(ctx, standingOf(c))
	if err == nil {
		return e.Store.Agenda().Settle(ctx, t)
	}
	what := flow.What{Kind: flow.Failed, Cause: err.Error()}
	switch {
	case errors.Is(err, adapter.ErrGone):
		what.Kind = flow.HungUp
	case !errors.Is(err, adapter.ErrRefused):
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "turn not delivered", slog.String("call", c.ID), slog.Any("error", err))
		return err
	}
	if err := e.Store.Agenda().Settle(ctx, t); err != nil {
		return err
	}
	_, err = e.happen(ctx, flow.Event{Call: c.Key, Re: c.Standing, What: what})
	return err
}

// woke is a clock that went off, with what the machine wants to know then: what
// the carrier says of the call, or where the caller stands in the line.
func (e *Engine) woke(ctx context.Context, c flow.Call, clock flow.Clock, now time.Time) (flow.What, error) {
	w := flow.What{Kind: flow.Woke, Clock: clock}
	switch clock {
	case flow.NoticeClock:
		return e.lineNews(ctx, c, w, now)
	case flow.StepClock, flow.LifeClock:
		if !c.Has(flow.Placed) && (c.IsLeg() && c.Phase == flow.Calling || c.IsOutbound()) {
			return w, nil // the carrier cannot know it
		}
		status, err := e.probe(ctx, c)
		if err != nil {
			return w, err
		}
		if c.Phase == flow.Pending && status.Ref != "" {
			return flow.What{Kind: flow.Recorded, Ref: status.Ref, Length: status.Length, Cause: "looked up"}, nil
		}
		if c.Phase == flow.Pending && status.NoRecording {
			return flow.What{Kind: flow.Recorded, Cause: "looked up"}, nil
		}
		w.Report = status.Report
	}
	return w, nil
}

// probe asks the carrier about a call. One that cannot be asked knows nothing.
func (e *Engine) probe(ctx context.Context, c flow.Call) (adapter.Status, error) {
	carrier, ok := e.Carriers[c.Carrier]
	if !ok {
		return adapter.Status{}, nil
	}
	status, err := adapter.Probe(ctx, carrier, c)
	if errors.Is(err, errors.ErrUnsupported) {
		return adapter.Status{}, nil
	}
	return status, err
}

// lineNews is where a waiting caller stands, and whether anybody is at work.
func (e *Engine) lineNews(ctx context.Context, c flow.Call, w flow.What, now time.Time) (flow.What, error) {
	b, err := e.book(ctx, c.Account, c.Release)
	if err != nil {
		return w, err
	}
	queue := b.Line(c)
	if queue == "" {
		return w, nil
	}
	line, err := e.Store.Queues().Waiting(ctx, c.Account, queue, 0, e.opener(b, now))
	if err != nil {
		return w, err
	}
	w.Class = extension.ClassAvailable
	if !line.AtWork(c.Carrier) {
		w.Class = extension.ClassAway
	}
	place, err := e.Store.Queues().Place(ctx, c.Account, queue, c.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return w, err
	}
	w.Position, w.Length = uint16(min(place.Position, 1<<16-1)), place.Wait.Round(time.Second)
	e.look(c.Account, queue, now) // the backstop of whoever frees, serves
	return w, nil
}
