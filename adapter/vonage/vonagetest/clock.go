package vonagetest

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"time"
)

// Time passes in Wait, WaitUntil and SkipToNext alone. What is due on the way
// happens in its order, with the clock standing at its instant.

// Wait lets time pass. Wait of 0 does what is due now: call it after something
// that no phone brought about, such as a request to the REST API.
func (c *Carrier) Wait(ctx context.Context, d time.Duration) error {
	return c.elapse(ctx, func(now time.Time) (time.Time, bool) { return now.Add(d), true })
}

// WaitUntil lets time pass until an instant: one in the past is now.
func (c *Carrier) WaitUntil(ctx context.Context, t time.Time) error {
	return c.elapse(ctx, func(time.Time) (time.Time, bool) { return t, true })
}

// SkipToNext lets time pass until the next instant at which a timer of the
// carrier's or the clockwork is due, and does what is due then. It reports whether
// there was any.
func (c *Carrier) SkipToNext(ctx context.Context) (bool, error) {
	some := false
	err := c.elapse(ctx, func(time.Time) (t time.Time, ok bool) {
		t, some = c.upcoming()
		return t, some
	})
	return some, err
}

// elapse lets time pass until an instant that is asked for once everything that
// is due now is done.
func (c *Carrier) elapse(ctx context.Context, until func(now time.Time) (time.Time, bool)) error {
	if err := c.take(ctx); err != nil {
		return err
	}
	defer c.pass()
	var r ran
	c.settle(ctx, &r)
	t, ok := until(c.Now())
	for ok && !r.stopped {
		at, due := c.upcoming()
		if !due || at.After(t) {
			c.turnTo(t)
			break
		}
		c.turnTo(at)
		c.settle(ctx, &r)
	}
	return r.error()
}

// turnTo sets the clock, never back.
func (c *Carrier) turnTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// upcoming is when something is due next.
func (c *Carrier) upcoming() (at time.Time, some bool) {
	c.mu.Lock()
	if t := c.timers.first(); t != nil {
		at, some = t.at, true
	}
	c.mu.Unlock()
	if c.next == nil {
		return at, some
	}
	if due, ok := c.next(); ok && (!some || due.Before(at)) {
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

// settle lets everything happen that is due at this instant: requests first, then
// timers, then the clockwork. The caller holds the baton.
func (c *Carrier) settle(ctx context.Context, r *ran) {
	complaints := 0
	for range mostSteps {
		c.cry()
		if err := ctx.Err(); err != nil {
			r.stop(err)
			return
		}
		if m := c.fetch(); m != nil {
			c.deliver(ctx, m)
			continue
		}
		if c.fire() {
			continue
		}
		if !c.clockworkDue() {
			return
		}
		if err := c.wake(ctx); err != nil {
			r.add(err)
			complaints++
		}
		if complaints > mostComplaints {
			r.stop(fmt.Errorf("vonagetest: the clockwork is due at %s and only complains", c.Now().Format(time.RFC3339Nano)))
			return
		}
	}
	r.stop(fmt.Errorf("vonagetest: %d things happened at %s and more are due; the documents or the clockwork go round in circles",
		mostSteps, c.Now().Format(time.RFC3339Nano)))
}

func (c *Carrier) clockworkDue() bool {
	if c.next == nil || c.wake == nil {
		return false
	}
	at, ok := c.next()
	return ok && !at.After(c.Now())
}

// fire lets the first timer go off, if it is due.
func (c *Carrier) fire() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.timers.first()
	if t == nil || t.at.After(c.now) {
		return false
	}
	heap.Pop(&c.timers)
	t.off = true
	t.do()
	return true
}
