package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that stands still until it is told to go on.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.ns.Load()) }
func (c *clock) Pass(d time.Duration) { c.ns.Add(int64(d)) }

func TestStore_keepsEveryPromise(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storagetest.Harness {
		c := newClock()
		return storagetest.Harness{Store: memory.New(memory.Config{Now: c.Now}), Pass: c.Pass}
	})
}

func TestStore_keepsEveryPromiseByTheWallClock(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storagetest.Harness {
		return storagetest.Harness{Store: memory.New(memory.Config{})}
	})
}
