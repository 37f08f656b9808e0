package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/storage/sqlite"
	"github.com/extflow/extflow/storage/storagetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(asChild); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	if path := os.Getenv(asReader); path != "" {
		_, err := sqlite.Open(context.Background(), sqlite.Config{Path: path})
		fmt.Println(err)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// clock is a time that stands still until it is told to go on.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.ns.Load()) }
func (c *clock) Pass(d time.Duration) { c.ns.Add(int64(d)) }

// empty is the file of an empty store: making the schema takes longer than most
// tests do.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "extflow")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "extflow.db")
	s, err := sqlite.Open(context.Background(), sqlite.Config{Path: path})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// open opens a store in a file that goes with the test.
func open(t *testing.T, c sqlite.Config) *sqlite.Store {
	t.Helper()
	if c.Path == "" && c.DB == nil {
		text, err := empty()
		require.NoError(t, err)
		c.Path = filepath.Join(t.TempDir(), "extflow.db")
		require.NoError(t, os.WriteFile(c.Path, text, 0o600))
	}
	s, err := sqlite.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore_keepsEveryPromise(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	storagetest.Run(t, func(t *testing.T) storagetest.Harness {
		c := newClock()
		s := open(t, sqlite.Config{Now: c.Now})
		t.Cleanup(func() {
			for _, stmt := range s.Statements(t) {
				asked[stmt] = true
			}
		})
		return storagetest.Harness{Store: s, Pass: c.Pass}
	})
	onlyByAKey(t, asked)
}
