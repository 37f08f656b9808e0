package extflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a supervisor does with a caller who waits in a queue: lead the caller
// elsewhere, end the call with a goodbye, or take it to a telephone of choice.

// The errors of a supervisor's acts that callers tell apart.
var (
	// ErrNotWaiting is a caller who waits in no queue any more: gone, led elsewhere, or
	// being joined to a member. A talk is never cut.
	ErrNotWaiting = errors.New("the caller does not wait in a queue any more; look at the call again")

	// ErrThere is a caller who is there already.
	ErrThere = errors.New("the caller waits there already")

	// ErrNotFree is an agent who cannot be rung now.
	ErrNotFree = errors.New("the agent cannot be rung now; pick somebody who is available, and on no other call")

	// ErrPace is a carrier that can place no further call at this moment.
	ErrPace = errors.New("the carrier takes no further call just now; try again in a few seconds")
)

// Move leads a caller who waits in a queue to a queue, a mailbox, a menu or a flow of
// the caller's release, to the agent of an extension, or, with flow.HangUp(nil), to the
// goodbye and the end of the call. Members who ring for the caller ring no more. The id
// is the supervisor's for this act: the same id again is the same act, done once.
//
// The error is storage.ErrNotFound for an unknown call or extension, flow.Faults for a
// destination that nobody can be moved to, ErrThere, or ErrNotWaiting where it comes
// too late: whichever of a member's answer and this is stored first holds.
func (e *Engine) Move(ctx context.Context, call flow.Key, id string, to flow.Dest) error {
	c, b, err := e.supervised(ctx, call)
	if err != nil {
		return err
	}
	what, err := b.MovedTo(to)
	if err != nil {
		return err
	}
	if to.To == flow.TargetExtension {
		if _, _, err := e.reachable(ctx, c, b, to.Name); err != nil {
			return err
		}
	}
	return e.decide(ctx, call, id, func(w *work) (flow.Move, error) {
		return w.happen(call.ID, flow.Event{Call: call, ID: id, At: w.now, What: what})
	})
}

// Pick rings an agent for one caller who waits in a queue, whoever waits before: a
// supervisor takes the call. The caller keeps the place, and members who ring for the
// caller ring on, until somebody accepts. The id is the act's, as with Move.
//
// The error is storage.ErrNotFound for an unknown call or agent, ErrNotFree,
// ErrNotWaiting, or ErrPace where the carrier can place no call now.
func (e *Engine) Pick(ctx context.Context, call flow.Key, id, agent string) error {
	c, b, err := e.supervised(ctx, call)
	if err != nil {
		return err
	}
	a, err := e.Store.Directory().Agent(ctx, call.Account, agent)
	if err != nil {
		return err
	}
	queue := b.Line(c)
	if queue == "" {
		return e.tooLate(ctx, call, id, ErrNotWaiting)
	}
	class, party, err := e.reachable(ctx, c, b, string(a.Extension))
	if err != nil {
		return err
	}
	if class != extension.ClassAvailable {
		return e.tooLate(ctx, call, id, fmt.Errorf("%s is %s: %w", agent, class, ErrNotFree))
	}
	q, _ := b.Queue(queue)
	able := adapter.AbilitiesOf(e.Carriers[c.Carrier])
	o := ring{Offer: flow.Offer{Queue: queue, Call: call.ID, Carrier: c.Carrier, Party: party}, id: id, leg: e.NewID()}
	o.direct = !c.IsOutbound() && (q.Offer == flow.Dial || !able.Place)
	if err := e.awaitPace(ctx, c.Carrier, able.Pace, o.direct); err != nil {
		return err
	}
	err = e.decide(ctx, call, id, func(w *work) (flow.Move, error) { return w.ring(o) })
	var taken *storage.TakenError
	if errors.As(err, &taken) {
		return fmt.Errorf("%w: %w", err, ErrNotFree)
	}
	return err
}

// supervised is a call and its book.
func (e *Engine) supervised(ctx context.Context, call flow.Key) (flow.Call, *flow.Book, error) {
	c, err := e.Store.Calls().Load(ctx, call)
	if err != nil {
		return c, nil, err
	}
	b, err := e.book(ctx, call.Account, c.Release)
	return c, b, err
}

// reachable is the agent of an extension, as the caller's carrier reaches that agent.
func (e *Engine) reachable(ctx context.Context, c flow.Call, b *flow.Book, ext string) (extension.Class, *extension.Party, error) {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return 0, nil, err
	}
	class, party, err := e.Store.Directory().Find(ctx, c.Account, storage.Lookup{
		Call: c.ID, Entry: ext, Caller: c.From, Carrier: c.Carrier, Open: e.opener(b, now),
	})
	if err == nil && party == nil {
		err = fmt.Errorf("extension %s: %w", ext, storage.ErrNotFound)
	}
	return class, party, err
}

// decide stores what a supervisor decided.
func (e *Engine) decide(ctx context.Context, call flow.Key, id string, draft func(*work) (flow.Move, error)) error {
	m, err := e.settle(ctx, call.Account, draft)
	switch {
	case err != nil:
		return err
	case m.Ignored == flow.Meaningless:
		return e.tooLate(ctx, call, id, ErrThere)
	case m.Ignored != 0:
		return e.tooLate(ctx, call, id, ErrNotWaiting)
	}
	return nil
}

// settle stores what somebody else than a carrier decided about a call, again from the
// start as long as others change the call meanwhile. A move that is ignored is not
// stored.
func (e *Engine) settle(ctx context.Context, account string, draft func(*work) (flow.Move, error)) (flow.Move, error) {
	var taken []string
	for range maxConflicts {
		now, err := e.Store.Agenda().Now(ctx)
		if err != nil {
			return flow.Move{}, err
		}
		w := e.begin(ctx, account, now, taken)
		m, err := draft(w)
		if err != nil || m.Ignored != 0 {
			return m, err
		}
		err = w.commit()
		var busy *storage.TakenError
		switch {
		case err == nil, errors.Is(err, storage.ErrSeen):
			return m, nil
		case errors.As(err, &busy) && !slices.ContainsFunc(busy.Agents, func(a string) bool { return slices.Contains(taken, a) }):
			taken = append(taken, busy.Agents...) // where the flow rings, the agent is busy
		case !errors.Is(err, storage.ErrConflict):
			return m, err
		}
	}
	return flow.Move{}, storage.ErrConflict
}

// tooLate is the error of an act that changes nothing, unless it was done before: then
// there is none.
func (e *Engine) tooLate(ctx context.Context, call flow.Key, id string, because error) error {
	if id == "" {
		return because
	}
	turns, err := e.Store.Calls().Turns(ctx, call, 0)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(turns, func(t flow.Turn) bool { return t.Event.ID == id }) {
		return nil
	}
	return because
}

// paceTime is how long a supervisor waits at most for the carrier to be able to place
// the call.
const paceTime = 2 * time.Second

// awaitPace takes a token of the carrier's pace, which is soon there or not for a while.
func (e *Engine) awaitPace(ctx context.Context, carrier string, pace time.Duration, direct bool) error {
	if direct {
		return nil
	}
	for until := time.Now().Add(paceTime); ; {
		now, err := e.Store.Agenda().Now(ctx)
		if err != nil {
			return err
		}
		wait, err := e.paced(ctx, carrier, pace, now)
		if err != nil || wait <= 0 {
			return err
		}
		if time.Now().Add(wait).After(until) {
			return fmt.Errorf("%s: %w", carrier, ErrPace)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
