package postgres

import (
	"context"
	"slices"
	"sync"
	"time"
)

// gather sends what many commit at once to the database together. Nobody waits for
// company: while all the statements that a node has under way are busy, those who
// come gather, and the next one takes them along. One that is refused does not keep
// the others from being stored.
type gather struct {
	s *Store

	mu      sync.Mutex
	waiting []*waiter
	running int
}

// waiter is a commit that waits to be sent.
type waiter struct {
	plan
	until time.Time // when who waits gives up; zero where it does not
	done  chan error
}

// How many statements a node has under way at once, and how many commits are in
// one at the most.
const (
	lanes = 4
	most  = 64
)

func (g *gather) init(s *Store) { g.s = s }

// commit stores a plan. When ctx ends before it was sent, nothing has changed.
func (g *gather) commit(ctx context.Context, p plan) error {
	g.mu.Lock()
	if g.running < lanes { // nobody to wait for
		g.running++
		g.s.working.Add(1)
		g.mu.Unlock()
		defer g.freed()
		return g.s.together(ctx, []plan{p})[0]
	}
	w := &waiter{plan: p, done: make(chan error, 1)}
	w.until, _ = ctx.Deadline()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(x *waiter) bool { return x == w })
	return ctx.Err()
}

// freed hands a lane on to those who have gathered meanwhile, if any have.
func (g *gather) freed() {
	defer g.s.working.Done()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running--
		return
	}
	g.s.working.Go(g.run)
}

// run sends what has gathered until nothing is left.
func (g *gather) run() {
	for {
		batch := g.next()
		if len(batch) == 0 {
			return
		}
		g.s.send(batch)
	}
}

// next takes those who can be sent together, in the order in which they came. Two
// that concern the same call, agent or telephone cannot.
func (g *gather) next() (batch []*waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 1 {
		batch, g.waiting = g.waiting, nil
		return batch
	}
	concerned := map[string]bool{}
	rest := g.waiting[:0:0]
	for _, w := range g.waiting {
		if len(batch) == most || slices.ContainsFunc(w.keys, func(k string) bool { return concerned[k] }) {
			rest = append(rest, w)
			continue
		}
		for _, k := range w.keys {
			concerned[k] = true
		}
		batch = append(batch, w)
	}
	g.waiting = rest
	if len(batch) == 0 {
		g.running--
	}
	return batch
}

// patience is for how long a statement is waited for on behalf of somebody who has
// all the time in the world.
const patience = 30 * time.Second

// send stores a batch and tells everybody what became of it.
func (s *Store) send(batch []*waiter) {
	until := time.Now()
	for _, w := range batch {
		if w.until.IsZero() {
			until = time.Now().Add(patience)
			break
		}
		if w.until.After(until) {
			until = w.until
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	plans := make([]plan, len(batch))
	for i, w := range batch {
		plans[i] = w.plan
	}
	for i, err := range s.together(ctx, plans) {
		batch[i].done <- err
	}
}

// together stores plans in one statement, and says of each what became of it. Where
// the connection was cut it is sent again: nothing is stored twice, and what turns
// out to have been stored is.
func (s *Store) together(ctx context.Context, plans []plan) []error {
	cutBefore := false
	for try := 1; ; try++ {
		errs, err := s.execute(ctx, plans)
		switch {
		case err == nil && !cutBefore:
			return errs
		case err == nil:
			for i := range errs {
				if refused(errs[i]) && s.isStored(ctx, plans[i].w) {
					errs[i] = nil
				}
			}
			return errs
		case try == tries || ctx.Err() != nil || !cut(err) && !undone(err):
			return slices.Repeat([]error{err}, len(plans))
		}
		cutBefore = cutBefore || cut(err)
	}
}
