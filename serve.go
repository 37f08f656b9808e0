package extflow

import (
	"context"
	"errors"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
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

// SetMembers says who serves a queue, in their order, and serves it. ErrNotFound of
// storage names the agent that there is not; then nothing has changed.
func (e *Engine) SetMembers(ctx context.Context, account, queue string, agents []string) error {
	if err := e.Store.Queues().SetMembers(ctx, account, queue, agents); err != nil {
		return err
	}
	now, err := e.Store.Agenda().Now(ctx)
	if err == nil {
		e.look(account, queue, now)
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
	nudge(s.lines)
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
	accounts, queues := sorted(due)
	var errs []error
	for _, account := range accounts {
		if err := e.serveAccount(ctx, account, queues[account], now); err != nil {
			errs = append(errs, err)
			for _, q := range queues[account] {
				e.look(account, q, now.Add(time.Second))
			}
		}
	}
	return len(due) > 0, errors.Join(errs...)
}
