package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
	"github.com/extflow/extflow/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.Main{M: m}) }

// clock is a time that stands still until it is told to go on.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.ns.Load()) }
func (c *clock) Pass(d time.Duration) { c.ns.Add(int64(d)) }

// database is an empty database with the schema in it.
func database(t testing.TB) string {
	t.Helper()
	return postgrestest.Copy(t, "furnished", func(url string) error {
		s, err := postgres.Open(context.WithoutCancel(t.Context()), postgres.Config{URL: url, Conns: 1})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// opened is a store that is closed when the test ends.
func opened(t testing.TB, c postgres.Config) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

var _ storage.Store = (*postgres.Store)(nil)

func TestStore_keepsEveryPromise(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storagetest.Harness {
		c := newClock()
		return storagetest.Harness{Store: opened(t, postgres.Config{URL: database(t), Now: c.Now}), Pass: c.Pass}
	})
}

func TestStore_keepsEveryPromiseByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storagetest.Harness {
		return storagetest.Harness{Store: opened(t, postgres.Config{URL: database(t)})}
	})
}
