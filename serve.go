package extflow

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Whoever frees, serves: a commit or a presence that frees an agent, or adds a
// caller to a line, marks the queue, and Wake offers its callers to its members.

// SetPresence changes an agent's presence and serves the queues that the agent is
// a member of. ErrNotFound of storage for an unknown agent.
func (e *Engine) SetPresence(ctx context.Context, account, agent string, p extension.Presence, reason string) error {
	if err := e.Store.Directory().SetPresence(ctx, account, agent, p, reason); err != nil {
		return err
	}
	return e.Freed(ctx, account, agent)
}

// Freed has the queues of an agent looked at: a host that changed agents or
// memberships in the store itself says so here.
func (e *Engine) Freed(ctx context.Context, account, agent string) error {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	queues, err := e.Store.Queues().Serving(ctx, account, agent)
	for _, q := range queues {
		e.look(account, q, now)
	}
	return err
}

// touched looks at the queues that a turn's posts concern.
func (e *Engine) touched(ctx context.Context, account string, now time.Time, posts []flow.Post) {
	for _, p := range posts {
		switch p.Kind {
		case flow.PostWaiting:
			e.look(account, p.Queue, now)
		case flow.PostMissed, flow.PostFreed, flow.PostTalked:
			if p.Queue != "" { // the caller keeps the place: another member is tried
				e.look(account, p.Queue, now)
			}
			queues, err := e.Store.Queues().Serving(ctx, account, p.Agent)
			if err != nil {
				continue // the callers' own clocks look again
			}
			for _, q := range queues {
				e.look(account, q, now.Add(p.Length))
				e.look(account, q, now)
			}
		}
	}
}

// look marks a queue to be looked at, from an instant on.
func (e *Engine) look(account, queue string, at time.Time) {
	s := e.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	l := line{account, queue}
	if due, ok := s.serve[l]; !ok || at.Before(due) {
		s.serve[l] = at
	}
	e.hurry()
}

// nextServing is when a queue wants to be looked at next.
func (e *Engine) nextServing() (next time.Time, some bool) {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	for _, at := range e.shared.serve {
		if !some || at.Before(next) {
			next, some = at, true
		}
	}
	return next, some
}

// serveLines looks at every queue that is marked for now, and reports whether
// there was any.
func (e *Engine) serveLines(ctx context.Context) (bool, error) {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return false, err
	}
	var due []line
	e.shared.mu.Lock()
	for l, at := range e.shared.serve {
		if !at.After(now) {
			due = append(due, l)
			delete(e.shared.serve, l)
		}
	}
	e.shared.mu.Unlock()
	slices.SortFunc(due, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.queue, b.queue))
	})
	var errs []error
	for _, l := range due {
		if err := e.serveLine(ctx, l, now); err != nil {
			errs = append(errs, err)
			e.look(l.account, l.queue, now.Add(time.Second))
		}
	}
	return len(due) > 0, errors.Join(errs...)
}

// serveLine offers the callers of a queue to its free members.
func (e *Engine) serveLine(ctx context.Context, l line, now time.Time) error {
	latest, err := e.Store.Releases().Current(ctx, l.account)
	if err != nil {
		return err
	}
	b, err := e.book(ctx, l.account, latest)
	if err != nil {
		return err
	}
	q, _ := b.Queue(l.queue)
	var waiting flow.Waiting
	var offers []flow.Offer
	for n := head; ; n *= 2 {
		waiting, err = e.Store.Queues().Waiting(ctx, l.account, l.queue, n, e.opener(b, now))
		if err != nil || waiting.Size == 0 {
			return err
		}
		waiting.Queue, waiting.Strategy = l.queue, q.Strategy
		offers = flow.Offers(waiting)
		if len(offers) >= waiting.Free() || len(waiting.Callers) == waiting.Size || n >= deepest {
			break
		}
	}
	if at := waiting.Again(now); !at.IsZero() {
		e.look(l.account, l.queue, at)
	}
	if !waiting.AtWork() {
		return e.desert(ctx, l, b, now)
	}
	e.comeback(l)
	var errs []error
	for _, o := range offers {
		errs = append(errs, e.offer(ctx, l, q.Offer, o, now))
	}
	return errors.Join(errs...)
}

// A line is read from its head, and further only where members are free whom none
// of the first callers can be offered to; never further than to the deepest.
const (
	head    = 64
	deepest = 1024
)

// desert tells the callers of a line that nobody is at work any more: once, since
// they leave by themselves in retell, and whoever joined meanwhile looks again by a
// clock of its own.
func (e *Engine) desert(ctx context.Context, l line, b *flow.Book, now time.Time) error {
	s := e.shared
	s.mu.Lock()
	at, told := s.deserted[l]
	told = told && now.Before(at.Add(retell))
	if !told {
		s.deserted[l] = now
	}
	s.mu.Unlock()
	if told {
		return nil
	}
	all, err := e.Store.Queues().Waiting(ctx, l.account, l.queue, math.MaxInt32, e.opener(b, now))
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range all.Callers {
		k := flow.Key{Account: l.account, ID: c.Call}
		_, err := e.happen(ctx, flow.Event{Call: k, At: now, What: flow.What{Kind: flow.Told, News: flow.Deserted}})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// retell is after how long callers may be told again that nobody is at work.
const retell = 30 * time.Second

// comeback is somebody of a line's members being at work.
func (e *Engine) comeback(l line) {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	delete(e.shared.deserted, l)
}

// offer rings a member for a waiting caller: by a leg of our own, or by a direct
// ring where the queue wants that or the carrier cannot place calls. Somebody
// else having been faster is no error; what changed marks the queue again.
func (e *Engine) offer(ctx context.Context, l line, how flow.Offering, o flow.Offer, now time.Time) error {
	w := e.begin(ctx, l.account, now, nil)
	i, err := w.load(o.Call, &flow.Event{})
	if err != nil {
		return err
	}
	caller := w.changes[i].Now
	party := o.Party.Via(caller.Carrier)
	if party == nil {
		return nil // this caller's carrier cannot reach the member
	}
	if how == flow.Dial || !adapter.AbilitiesOf(e.Carriers[caller.Carrier]).Place {
		dial := flow.What{Kind: flow.Told, News: flow.Dialled, Party: party}
		if _, err := w.happen(o.Call, w.event(o.Call, dial)); err != nil {
			return err
		}
		return e.lost(w.commit())
	}
	id := e.NewID()
	told, err := w.happen(o.Call, w.event(o.Call, flow.What{Kind: flow.Told, News: flow.Offered, Leg: id, Party: party}))
	if err != nil || told.Ignored != 0 {
		return err
	}
	start := flow.Info{
		Key: flow.Key{Account: l.account, ID: id}, Carrier: caller.Carrier, Region: caller.Region,
		From: caller.From, To: caller.To, Release: caller.Release, Peer: caller.ID, Queue: l.queue,
	}
	arrived := flow.Event{Call: start.Key, At: now, What: flow.What{Kind: flow.Arrived, Start: &start, Party: party}}
	if _, err := w.happen(id, arrived); err != nil {
		return err
	}
	return e.lost(w.commit())
}

// lost is the error of a commit that came second, which is none: the winner's
// commit has the queue looked at again.
func (e *Engine) lost(err error) error {
	var taken *storage.TakenError
	if errors.As(err, &taken) || errors.Is(err, storage.ErrConflict) {
		return nil
	}
	return err
}
