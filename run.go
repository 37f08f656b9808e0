package extflow

import (
	"context"
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
// up at most Workers calls, and no queue; lines hold up no clock. It returns ctx's
// error, once everything under way has ended.
func (e *Engine) Run(ctx context.Context) error {
	r := runner{e: e, ctx: ctx, room: make(chan struct{}, e.Workers)}
	defer r.under.Wait()
	r.under.Go(r.tidy)
	r.under.Go(r.serve)
	r.under.Go(r.ask)
	for ctx.Err() == nil {
		r.report(r.pass())
		r.sleep(e.shared.nudge, r.pause())
	}
	return ctx.Err()
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

// hurry has Run see to calls now.
func (e *Engine) hurry() { nudge(e.shared.nudge) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
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

// sleep waits for a nudge, but no longer than there is nothing to do.
func (r *runner) sleep(nudge <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-r.ctx.Done():
	case <-nudge:
	case <-timer.C:
	}
}

// serve looks at lines until the runner ends: beside the calls, whose clocks do not
// wait for them.
func (r *runner) serve() {
	var swept time.Time
	for r.ctx.Err() == nil {
		if time.Since(swept) >= sweeping {
			swept = time.Now()
			r.report(r.e.Sweep(r.ctx))
		}
		served, err := r.e.serveLines(r.ctx)
		r.report(err)
		if !served {
			r.sleep(r.e.shared.lines, r.spell())
		}
	}
}

// spell is how long no line needs anything.
func (r *runner) spell() time.Duration {
	now, err := r.e.Store.Agenda().Now(r.ctx)
	if err != nil {
		return idle
	}
	at, some := r.e.nextServing()
	return wait(now, at, some)
}

// pass has calls attended until none is due, or nobody is free to attend any more;
// who becomes free then hurries.
func (r *runner) pass() error {
	for r.ctx.Err() == nil {
		free := cap(r.room) - len(r.room)
		if free == 0 {
			break
		}
		tickets, err := r.e.Store.Agenda().Claim(r.ctx, free, r.e.Lease)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			r.attend(t)
		}
		if len(tickets) == 0 {
			break
		}
	}
	return nil
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

// pause is how long no call needs anything, as far as there is anybody to attend to
// it: who becomes free hurries. It is at most idle, which is shorter than any clock
// that may be set meanwhile.
func (r *runner) pause() time.Duration {
	agenda := r.e.Store.Agenda()
	at, some, err := agenda.Next(r.ctx)
	now, failed := agenda.Now(r.ctx)
	if err != nil || failed != nil || len(r.room) == cap(r.room) {
		return idle
	}
	return wait(now, at, some)
}

// wait is how long it is until there is something to do, if there ever is.
func wait(now, at time.Time, some bool) time.Duration {
	if !some {
		return idle
	}
	return min(max(at.Sub(now), time.Millisecond), idle)
}
