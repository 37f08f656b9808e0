package farend

import (
	"context"
	"time"
)

// Clock is what a far end shows of its time: embed it in the carrier. Time passes in
// Wait, WaitUntil and SkipToNext alone, and in pressing keys with a gap between them.
// What is due on the way happens in its order, with the clock standing at its instant.
type Clock struct{ time *Time }

// Clock is the time as the users of a far end see it.
func (t *Time) Clock() Clock { return Clock{t} }

// Now is the instant on the carrier's clock: give it to the store as its clock.
func (c Clock) Now() time.Time { return c.time.Now() }

// Wait lets time pass. Wait of 0 does what is due now: call it after something that no
// phone brought about, such as a request to the carrier's API, a Signal or a Do.
func (c Clock) Wait(ctx context.Context, d time.Duration) error {
	return c.time.elapse(ctx, func(now time.Time) (time.Time, bool) { return now.Add(d), true })
}

// WaitUntil lets time pass until an instant: a host calls it to keep the carrier's
// clock with its own. An instant in the past is now.
func (c Clock) WaitUntil(ctx context.Context, at time.Time) error {
	return c.time.elapse(ctx, func(time.Time) (time.Time, bool) { return at, true })
}

// SkipToNext lets time pass until the next instant at which a timer of the carrier's or
// the clockwork is due, and does what is due then. It reports whether there was any.
func (c Clock) SkipToNext(ctx context.Context) (bool, error) {
	some := false
	err := c.time.elapse(ctx, func(time.Time) (at time.Time, ok bool) {
		at, some = c.time.upcoming()
		return at, some
	})
	return some, err
}

// Clockwork tells what else must happen as time passes: next is when, false where
// never, and wake does all that is due. Both are called between letters, with the
// carrier's clock at that instant; at the same instant the carrier's own timers come
// first. Call it before the first act.
func (c Clock) Clockwork(next func() (time.Time, bool), wake func(context.Context) error) {
	c.time.next, c.time.wake = next, wake
}

// Drive is Clockwork for an engine. While it cannot say when it has something to do, it
// is not woken.
func (c Clock) Drive(engine interface {
	Next(context.Context) (time.Time, bool, error)
	Wake(context.Context) error
}) {
	c.Clockwork(func() (time.Time, bool) {
		at, some, err := engine.Next(context.Background())
		return at, some && err == nil
	}, engine.Wake)
}
