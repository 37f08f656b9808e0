// Package farend is what the far ends of all carriers share: time that passes when it
// is told to, timers, what is on its way and the faults that befall it, and the news
// of what happened.
//
// A far end is a carrier written small, for tests (adapter/README.md says how). Only
// what is the carrier's own is left to it: its documents, its reports and their
// orders, its API. This package imports nothing of ours, starts no goroutine and reads
// no clock.
package farend

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The errors of acts at telephones.
var (
	ErrOver = errors.New("the phone is on no call")                                 // or no longer
	ErrIdle = errors.New("the agent's phone does not ring, or is on no call there") // the act has no chance
)

// Work is what a far end does at an instant, besides its timers.
type Work struct {
	Name    string                              // of the far end, in errors
	Ready   func() error                        // whether it may act at all; nil is always
	Deliver func(context.Context) (bool, error) // sends one letter that is due; false where none is
	Tell    func()                              // passes on what happened meanwhile
}

// Time is a far end's time, and the order in which things happen in it. Acts happen one
// after the other, each with all that follows from it at that instant. The lock is the
// far end's own: what an act does, and what a timer does, happens beneath it; letters
// are delivered, and the clockwork is woken, without it.
type Time struct {
	work  Work
	lock  sync.Locker
	baton chan struct{} // held by the one who lets letters and time run
	next  func() (time.Time, bool)
	wake  func(context.Context) error

	timers timers // below the lock, as is serial
	serial uint64

	start time.Time
	mu    sync.Mutex
	now   time.Time
}

// NewTime begins at start; the zero time is Monday, 5 January 2026, 9:00 UTC.
func NewTime(start time.Time, lock sync.Locker, work Work) *Time {
	if start.IsZero() {
		start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
	}
	return &Time{work: work, lock: lock, baton: make(chan struct{}, 1), start: start, now: start}
}

// Now is the instant on the clock. It needs no lock.
func (t *Time) Now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// Serial is a number that was not given out before. Call it beneath the lock.
func (t *Time) Serial() uint64 {
	t.serial++
	return t.serial
}

// Mark is what a reference can be made of that was not given out before, nor by a far
// end that began at another time. Call it beneath the lock.
func (t *Time) Mark() string {
	return strconv.FormatInt(t.start.UnixMilli(), 36) + "-" + strconv.FormatUint(t.Serial(), 10)
}

// Act does something at a telephone, and lets all that follows from it happen. Its error
// is do's, and then nothing else happens; or what was complained of meanwhile, and then
// the act was carried out all the same.
func (t *Time) Act(ctx context.Context, do func() error) error {
	if err := t.take(ctx); err != nil {
		return err
	}
	defer t.pass()
	if err := t.beneath(do); err != nil {
		return err
	}
	var r ran
	t.settle(ctx, &r)
	return r.error()
}

// Press presses keys one after the other, with time passing between two of them; each
// is an act of its own. What is pressed after the end of the call comes too late, and
// is no error.
func (t *Time) Press(ctx context.Context, keys string, gap time.Duration, press func(key byte) error) error {
	if rest := strings.TrimLeft(keys, "0123456789*#"); rest != "" {
		return fmt.Errorf("%s: %q is no key; there are 0 to 9, * and #", t.work.Name, rest)
	}
	var r ran
	for i := range len(keys) {
		if i > 0 && gap > 0 {
			r.add(t.elapse(ctx, func(now time.Time) (time.Time, bool) { return now.Add(gap), true }))
		}
		err := t.Act(ctx, func() error { return press(keys[i]) })
		gone := errors.Is(err, ErrOver) || errors.Is(err, ErrIdle)
		if i == 0 || !gone {
			r.add(err)
		}
		if gone || ctx.Err() != nil {
			break
		}
	}
	return r.error()
}

func (t *Time) beneath(do func() error) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	return do()
}

// take waits for the baton.
func (t *Time) take(ctx context.Context) error {
	if t.work.Ready != nil {
		if err := t.work.Ready(); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t.baton <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *Time) pass() { <-t.baton }
