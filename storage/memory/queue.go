package memory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// queues is the store as storage.Queues.
type queues Store

// line is the callers who wait in a queue, in the order in which they joined, and
// what was learnt from those who were served.
type line struct {
	order
	served []wait // at most lately of them, the oldest first
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
	r.waits = &waiter{call: r.key.ID, info: r.call.Info, queue: queue, since: at}
	l.join(r.waits)
	r.waits.rank = l.position(r.waits)
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
	a.lines[r.waits.queue].leave(r.waits)
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

func (c *queues) Waiting(ctx context.Context, id, queue string, n int, open func(hours string) bool) (flow.Waiting, error) {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return flow.Waiting{}, err
	}
	var w flow.Waiting
	a.ask(open, extension.Inquiry{Now: s.now()}, func(q extension.Inquiry) { w = a.waiting(queue, n, q) })
	return w, nil
}

func (a *account) waiting(queue string, n int, q extension.Inquiry) flow.Waiting {
	w := flow.Waiting{Queue: queue}
	if l := a.lines[queue]; l != nil {
		w.Size = l.len()
		for c := range l.all() {
			if len(w.Callers) >= n {
				break
			}
			w.Callers = append(w.Callers, flow.Waiter{
				Call: c.call, From: c.info.From, Carrier: c.info.Carrier, Since: c.since, Legs: c.offers,
			})
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
	if place, ok := s.place(a, queue, flow.Key{Account: id, ID: call}); ok {
		return place, nil
	}
	return storage.Place{}, fmt.Errorf("call %s in the queue %q: %w", call, queue, storage.ErrNotFound)
}

func (s *Store) place(a *account, queue string, k flow.Key) (storage.Place, bool) {
	p := s.part(k)
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.calls[k]
	if r == nil || r.waits == nil || r.waits.queue != queue {
		return storage.Place{}, false
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	l := a.lines[queue]
	at := l.position(r.waits)
	return storage.Place{Position: at, Size: l.len(), Wait: l.estimate(at, s.now())}, true
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

// Lines yields them by account and name.
func (c *queues) Lines(ctx context.Context) iter.Seq2[storage.Line, error] {
	return func(yield func(storage.Line, error) bool) {
		s := (*Store)(c)
		if err := ctx.Err(); err != nil {
			yield(storage.Line{}, err)
			return
		}
		s.mu.RLock()
		ids := slices.Sorted(maps.Keys(s.byID))
		s.mu.RUnlock()
		for _, id := range ids {
			a, err := s.account(id)
			if err != nil {
				continue
			}
			for _, queue := range a.waited() {
				if !yield(storage.Line{Account: id, Queue: queue}, nil) {
					return
				}
			}
		}
	}
}

// waited are the queues in which somebody waits, by name.
func (a *account) waited() (queues []string) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for name, l := range a.lines {
		if l.len() > 0 {
			queues = append(queues, name)
		}
	}
	slices.Sort(queues)
	return queues
}

func (c *queues) Serving(ctx context.Context, id, agent string) ([]string, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	queues := slices.Clone(a.dir.QueuesOf(agent))
	if found, ok := a.dir.Agent(agent); ok {
		for _, e := range found.Endpoints {
			for other := range a.dir.At(e.Address) {
				queues = append(queues, a.dir.QueuesOf(other.ID)...)
			}
		}
	}
	slices.Sort(queues)
	return slices.Compact(queues), nil
}
