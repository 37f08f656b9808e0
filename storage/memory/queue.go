package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// queues is the store as storage.Queues.
type queues Store

// line is the callers who wait in a queue, in the order in which they joined, and
// what was learnt from those who were served.
type line struct {
	waiters []*waiter
	served  []wait // at most lately of them, the oldest first
}

// waiter is a caller in a line.
type waiter struct {
	call   string
	from   number.E164
	queue  string
	since  time.Time
	rank   int // the place in the line at which it joined, from 1
	offers int // members who ring for it
}

// wait is how long somebody waited who was served.
type wait struct {
	at    time.Time
	place time.Duration // for each place of the line
}

// An estimate goes by the last callers who were served, if that was lately.
const (
	lately = 20
	recent = time.Hour
)

// line is the line of a queue, made if nobody ever waited in it.
func (a *account) line(queue string) *line {
	l := a.lines[queue]
	if l == nil {
		l = &line{}
		a.lines[queue] = l
	}
	return l
}

// join gives a call the last place in a line: behind everybody who joined no later.
func (a *account) join(r *record, queue string, at time.Time) {
	a.leave(r)
	l := a.line(queue)
	i := len(l.waiters)
	for i > 0 && l.waiters[i-1].since.After(at) {
		i--
	}
	r.waits = &waiter{call: r.key.ID, queue: queue, since: at, rank: i + 1}
	if r.call.Info != nil {
		r.waits.from = r.call.From
	}
	l.waiters = slices.Insert(l.waiters, i, r.waits)
}

// serve takes a call out of a line. One that a member took tells how long it
// waited for each place that it had before it.
func (a *account) serve(r *record, queue string, at time.Time) {
	w := r.waits
	if w == nil || w.queue != queue {
		return
	}
	a.leave(r)
	if r.call.Result != flow.ResultAnswered {
		return
	}
	l := a.line(queue)
	if len(l.served) == lately {
		l.served = slices.Delete(l.served, 0, 1)
	}
	l.served = append(l.served, wait{at: at, place: at.Sub(w.since) / time.Duration(w.rank)})
}

// leave takes a call out of the line that it waits in, if any.
func (a *account) leave(r *record) {
	if r.waits == nil {
		return
	}
	l := a.line(r.waits.queue)
	if i := slices.Index(l.waiters, r.waits); i >= 0 {
		l.waiters = slices.Delete(l.waiters, i, i+1)
	}
	r.waits = nil
}

// estimate is how long the caller at a position will wait: as long for each place
// as the callers who were served lately waited for each of theirs, on average. It
// is 0 where nobody was served lately.
func (l *line) estimate(position int, now time.Time) time.Duration {
	sum, n := time.Duration(0), 0
	for _, w := range l.served {
		if now.Sub(w.at) <= recent {
			sum += w.place
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n) * time.Duration(position)
}

func (c *queues) Waiting(ctx context.Context, id, queue string, open func(hours string) bool) (flow.Waiting, error) {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return flow.Waiting{}, err
	}
	var w flow.Waiting
	a.ask(open, extension.Inquiry{Now: s.now()}, func(q extension.Inquiry) { w = a.waiting(queue, q) })
	return w, nil
}

func (a *account) waiting(queue string, q extension.Inquiry) flow.Waiting {
	w := flow.Waiting{Queue: queue}
	if l := a.lines[queue]; l != nil {
		for _, c := range l.waiters {
			w.Callers = append(w.Callers, flow.Waiter{Call: c.call, From: c.from, Since: c.since, Legs: c.offers})
		}
	}
	for _, id := range a.dir.Members(queue) {
		agent, _ := a.dir.Agent(id)
		m := flow.Member{
			Party:     a.dir.Party(id, ""),
			Free:      a.dir.Free(id, q),
			AtWork:    agent.AtWork(q),
			IdleSince: agent.Duty.IdleSince,
			Hours:     agent.Hours,
		}
		if agent.Duty.Resting(q.Now) {
			m.Rest = agent.Duty.RestUntil
		}
		w.Members = append(w.Members, m)
	}
	return w
}

func (c *queues) Place(ctx context.Context, id, queue, call string) (storage.Place, error) {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return storage.Place{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if l := a.lines[queue]; l != nil {
		i := slices.IndexFunc(l.waiters, func(w *waiter) bool { return w.call == call })
		if i >= 0 {
			return storage.Place{Position: i + 1, Size: len(l.waiters), Wait: l.estimate(i+1, s.now())}, nil
		}
	}
	return storage.Place{}, fmt.Errorf("call %s in the queue %q: %w", call, queue, storage.ErrNotFound)
}

// SetMembers refuses who is no agent: the error is extension.ErrNoAgent and
// storage.ErrNotFound.
func (c *queues) SetMembers(ctx context.Context, id, queue string, agents []string) error {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return orNotFound(a.dir.SetMembers(queue, agents))
}

func (c *queues) Serving(ctx context.Context, id, agent string) ([]string, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.dir.QueuesOf(agent)), nil
}
