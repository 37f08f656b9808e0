package extflow

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/extflow/extflow/storage"
)

// idle is the longest that Run sleeps, and sweeping how often it looks for callers
// whom another node left unserved.
const (
	idle     = time.Second
	sweeping = 5 * time.Second
)

// Run does what must happen by itself until ctx ends: clocks go off, turns that
// nobody waits for are delivered, waiting callers are offered to members who
// became free. Every node of a store runs one. A carrier that takes its time holds
// up at most Workers calls, and no queue. It returns ctx's error, once everything
// under way has ended.
func (e *Engine) Run(ctx context.Context) error {
	r := runner{e: e, ctx: ctx, room: make(chan struct{}, e.Workers)}
	defer r.under.Wait()
	r.under.Go(r.tidy)
	var swept time.Time
	for {
		if time.Since(swept) >= sweeping {
			swept = time.Now()
			r.report(e.Sweep(ctx))
		}
		r.report(r.pass())
		timer := time.NewTimer(r.pause())
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-e.shared.nudge:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Sweep has every queue looked at in which callers wait: whoever frees an agent
// serves, and this finds what a node left that died before it could. Run does it
// every few seconds.
func (e *Engine) Sweep(ctx context.Context) error {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	for l, err := range e.Store.Queues().Lines(ctx) {
		if err != nil {
			return err
		}
		e.look(l.Account, l.Queue, now)
	}
	return nil
}

// hurry wakes Run.
func (e *Engine) hurry() {
	select {
	case e.shared.nudge <- struct{}{}:
	default:
	}
}

// runner is one Run: what it has under way.
type runner struct {
	e     *Engine
	ctx   context.Context
	room  chan struct{} // one for each call that is attended
	under sync.WaitGroup
}

// pass serves lines and has calls attended until nothing is due, or nobody is free
// to attend any more; who becomes free then hurries.
func (r *runner) pass() error {
	var errs []error
	for r.ctx.Err() == nil {
		served, err := r.e.serveLines(r.ctx)
		errs = append(errs, err)
		free := cap(r.room) - len(r.room)
		if free == 0 {
			break
		}
		tickets, err := r.e.Store.Agenda().Claim(r.ctx, free, r.e.Lease)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		for _, t := range tickets {
			r.attend(t)
		}
		if len(tickets) == 0 && !served {
			break
		}
	}
	return errors.Join(errs...)
}

func (r *runner) attend(t storage.Ticket) {
	r.room <- struct{}{}
	r.under.Go(func() {
		r.report(r.e.attend(r.ctx, t))
		full := len(r.room) == cap(r.room)
		<-r.room
		if full {
			r.e.hurry()
		}
	})
}

func (r *runner) report(err error) {
	if err != nil && r.ctx.Err() == nil {
		r.e.Logger.LogAttrs(r.ctx, slog.LevelError, "wake", slog.Any("error", err))
	}
}

// pause is how long there is nothing to do.
func (r *runner) pause() time.Duration {
	at, ok, err := r.e.Next(r.ctx)
	if err != nil || !ok {
		return idle
	}
	now, err := r.e.Store.Agenda().Now(r.ctx)
	if err != nil || len(r.room) == cap(r.room) {
		return idle
	}
	return min(max(at.Sub(now), time.Millisecond), idle)
}
