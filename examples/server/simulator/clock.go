package simulator

import (
	"sync"
	"time"
)

// clock is real time plus what was skipped, and minus the time for which it was
// stopped. It never goes back.
type clock struct {
	real func() time.Time

	mu      sync.Mutex
	offset  time.Duration
	stopped bool
	stood   time.Time // what it shows while it is stopped
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown()
}

func (c *clock) shown() time.Time {
	if c.stopped {
		return c.stood
	}
	return c.real().Add(c.offset)
}

// ahead is how far it is ahead of real time; less than 0 where it was stopped.
func (c *clock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown().Sub(c.real())
}

func (c *clock) skip(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	c.stood = c.stood.Add(d)
}

// reach has it show at least t.
func (c *clock) reach(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := t.Sub(c.shown()); d > 0 {
		c.offset += d
		c.stood = c.stood.Add(d)
	}
}

func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood, c.stopped = c.shown(), true
}

func (c *clock) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		c.offset, c.stopped = c.stood.Sub(c.real()), false
	}
}

func (c *clock) running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.stopped
}
