package sim

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Time passes in Wait, WaitUntil and SkipToNext alone. What is due on the way
// happens in its order, with the clock standing at its instant.

// Wait lets time pass. Wait of 0 does what is due now: call it after something
// that no phone brought about, such as a Signal or a Do.
func (c *Carrier) Wait(ctx context.Context, d time.Duration) error {
	return c.elapse(ctx, func(now time.Time) (time.Time, bool) { return now.Add(d), true })
}

// WaitUntil lets time pass until an instant: a host calls it to keep the carrier's
// clock with its own. An instant in the past is now.
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
	var r run
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

// run is what came of letting things happen.
type run struct {
	errs    []error
	stopped bool // the context ended, or things go round in circles
}

const (
	keptErrors     = 10    // of one act
	mostSteps      = 20000 // at one instant; more is a circle
	mostComplaints = 100   // of the clockwork, at one instant
)

func (r *run) add(err error) {
	if err != nil && len(r.errs) < keptErrors {
		r.errs = append(r.errs, err)
	}
}

func (r *run) stop(err error) {
	r.stopped = true
	r.errs = append(r.errs, err)
}

func (r *run) error() error { return errors.Join(r.errs...) }

// settle lets everything happen that is due at this instant: events first, then
// timers, then the clockwork. The caller holds the baton.
func (c *Carrier) settle(ctx context.Context, r *run) {
	complaints := 0
	for range mostSteps {
		c.cry()
		if err := ctx.Err(); err != nil {
			r.stop(err)
			return
		}
		if m := c.fetch(); m != nil {
			r.add(c.deliver(ctx, m))
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
			r.stop(fmt.Errorf("sim: the clockwork is due at %s and only complains", c.Now().Format(time.RFC3339Nano)))
			return
		}
	}
	r.stop(fmt.Errorf("sim: %d things happened at %s and more are due; the handler or the clockwork goes round in circles",
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

// timer is something that is due at an instant. Those due at the same one go off
// in the order in which they were set.
type timer struct {
	at  time.Time
	n   uint64
	off bool // it went off, or was stopped
	do  func()
}

// after sets a timer of its own.
func (c *Carrier) after(d time.Duration, do func()) *timer {
	c.serial++
	t := &timer{at: c.now.Add(max(d, 0)), n: c.serial, do: do}
	heap.Push(&c.timers, t)
	return t
}

// timers is a heap, the earliest first.
type timers []*timer

func (t timers) Len() int      { return len(t) }
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(*timer)) }
func (t timers) Less(i, j int) bool {
	if t[i].at.Equal(t[j].at) {
		return t[i].n < t[j].n
	}
	return t[i].at.Before(t[j].at)
}

func (t *timers) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	return x
}

// first is the earliest timer that was not stopped, nil where none is left.
func (t *timers) first() *timer {
	for len(*t) > 0 && (*t)[0].off {
		heap.Pop(t)
	}
	if len(*t) == 0 {
		return nil
	}
	return (*t)[0]
}

// Timer is a deadline that runs at a phone.
type Timer struct {
	Name string // first digit, next digit, ring, accept, longest, silence, limit, words, alone, again; an agent's own: answers, declines, presses 1
	At   time.Time
}

// clocks are the named timers of one phone.
type clocks struct {
	c       *Carrier
	running []named
}

type named struct {
	name string
	*timer
}

// start sets the timer of a name, instead of the one that runs.
func (k *clocks) start(name string, d time.Duration, do func()) {
	k.stop(name)
	var t *timer
	t = k.c.after(d, func() {
		k.running = slices.DeleteFunc(k.running, func(n named) bool { return n.timer == t })
		do()
	})
	k.running = append(k.running, named{name, t})
}

// stop stops the timers of these names.
func (k *clocks) stop(names ...string) {
	k.running = slices.DeleteFunc(k.running, func(n named) bool {
		n.off = n.off || slices.Contains(names, n.name)
		return n.off
	})
}

// clear stops them all.
func (k *clocks) clear() {
	for _, n := range k.running {
		n.off = true
	}
	k.running = nil
}

// list is what runs, the earliest first.
func (k *clocks) list() []Timer {
	var out []Timer
	for _, n := range k.running {
		out = append(out, Timer{Name: n.name, At: n.at})
	}
	slices.SortStableFunc(out, func(a, b Timer) int { return a.At.Compare(b.At) })
	return out
}
