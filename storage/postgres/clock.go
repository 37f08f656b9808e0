package postgres

import (
	"context"
	"sync"
	"time"
)

// askNow is the database's clock, in nanoseconds since 1970.
const askNow = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000`

// clock is the database's clock as this node knows it: how far it is from the
// node's own, found whenever it answers. The node's own is the
// monotonic one, which nobody sets.
type clock struct {
	fixed func() time.Time // in place of the database's
	ask   func(context.Context) (int64, error)

	mu    sync.Mutex
	began time.Time     // the node's own clock counts from here
	base  int64         // the database's clock at that instant
	doubt time.Duration // by how much base may be wrong, when it was found
	found time.Time
}

// drift is how slowly clocks drift apart: by less than one part of so many. A
// reading is replaced by a better one: answers of the database bear its time.
const drift = 5000

// set asks the database, a few times: the quickest answer counts.
func (c *clock) set(ctx context.Context) error {
	if c.fixed != nil {
		return nil
	}
	for range 3 {
		sent := time.Now()
		ns, err := c.ask(ctx)
		if err != nil {
			return err
		}
		c.learn(sent, time.Now(), ns)
	}
	return nil
}

// learn takes note of what the database's clock said between two instants.
func (c *clock) learn(sent, received time.Time, ns int64) {
	if c.fixed != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	doubt := received.Sub(sent) / 2
	middle := sent.Add(doubt)
	if !c.began.IsZero() {
		off := ns - c.at(middle)
		known := c.doubt + middle.Sub(c.found)/drift
		if jumped := abs(off) > int64(known+doubt); doubt >= known && !jumped {
			return
		}
	}
	c.began, c.base, c.doubt, c.found = middle, ns, doubt, received
}

func (c *clock) at(t time.Time) int64 { return c.base + int64(t.Sub(c.began)) }

func abs(n int64) int64 { return max(n, -n) }

// now is the time by the database's clock. It costs no round trip.
func (c *clock) now() time.Time {
	if c.fixed != nil {
		return c.fixed().Round(0).UTC()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Unix(0, c.at(time.Now())).UTC()
}

func (s *Store) askTime(ctx context.Context) (ns int64, err error) {
	err = s.pool.QueryRow(ctx, askNow).Scan(&ns)
	return ns, err
}
