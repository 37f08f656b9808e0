package farend

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How time passes, and what happens at one instant of it.

// elapse lets time pass until an instant that is asked for once everything that is due
// now is done.
func (t *Time) elapse(ctx context.Context, until func(now time.Time) (time.Time, bool)) error {
	if err := t.take(ctx); err != nil {
		return err
	}
	defer t.pass()
	var r ran
	t.settle(ctx, &r)
	end, ok := until(t.Now())
	for ok && !r.stopped {
		at, due := t.upcoming()
		if !due || at.After(end) {
			t.turnTo(end)
			break
		}
		t.turnTo(at)
		t.settle(ctx, &r)
	}
	return r.error()
}

// turnTo sets the clock, never back.
func (t *Time) turnTo(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.After(t.now) {
		t.now = at
	}
}

// upcoming is when something is due next.
func (t *Time) upcoming() (at time.Time, some bool) {
	t.lock.Lock()
	if first := t.timers.first(); first != nil {
		at, some = first.at, true
	}
	t.lock.Unlock()
	if t.next == nil {
		return at, some
	}
	if due, ok := t.next(); ok && (!some || due.Before(at)) {
		at, some = due, true
	}
	return at, some
}

// ran is what came of letting things happen.
type ran struct {
	errs    []error
	stopped bool // the context ended, or things go round in circles
}

const (
	keptErrors     = 10    // of one act
	mostSteps      = 20000 // at one instant; more is a circle
	mostComplaints = 100   // of the clockwork, at one instant
)

func (r *ran) add(err error) {
	if err != nil && len(r.errs) < keptErrors {
		r.errs = append(r.errs, err)
	}
}

func (r *ran) stop(err error) {
	r.stopped = true
	r.errs = append(r.errs, err)
}

func (r *ran) error() error { return errors.Join(r.errs...) }

// settle lets everything happen that is due at this instant: letters first, then
// timers, then the clockwork. The caller holds the baton.
func (t *Time) settle(ctx context.Context, r *ran) {
	complaints := 0
	for range mostSteps {
		t.work.Tell()
		if err := ctx.Err(); err != nil {
			r.stop(err)
			return
		}
		sent, err := t.work.Deliver(ctx)
		r.add(err)
		if sent || t.fire() {
			continue
		}
		if !t.clockworkDue() {
			return
		}
		if err := t.wake(ctx); err != nil {
			r.add(err)
			complaints++
		}
		if complaints > mostComplaints {
			r.stop(fmt.Errorf("%s: the clockwork is due at %s and only complains", t.work.Name, t.Now().Format(time.RFC3339Nano)))
			return
		}
	}
	r.stop(fmt.Errorf("%s: %d things happened at %s and more are due; the server under test or the clockwork goes round in circles",
		t.work.Name, mostSteps, t.Now().Format(time.RFC3339Nano)))
}

func (t *Time) clockworkDue() bool {
	if t.next == nil || t.wake == nil {
		return false
	}
	at, ok := t.next()
	return ok && !at.After(t.Now())
}
