package extflow_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/sqlite"
)

// Every story that the pure machine is told with is played again here, on the
// engine with a store and the simulated carrier: the answers must be the same.
func TestStories_areTheSameOnTheEngine(t *testing.T) {
	t.Setenv(flowtest.Update, "") // only the pure machine rewrites them
	flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), flowtest.OpenEngine(inMemory))
}

// They are the same where three nodes share a store, and everything that happens comes
// to another node than what happened before.
func TestStories_areTheSameOnThreeNodes(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), flowtest.OpenNodes(func(now func() time.Time) ([]storage.Store, error) {
		s, err := inMemory(now)
		return []storage.Store{s, s, s}, err
	}))
}

// They are the same in a file.
func TestStories_areTheSameInSQLite(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), flowtest.OpenEngine(inSQLite(t)))
}

func inMemory(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}

// inSQLite opens a store in a file of its own for each story.
func inSQLite(t *testing.T) func(now func() time.Time) (storage.Store, error) {
	t.Helper()
	dir := t.TempDir()
	first, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "empty.db")})
	require.NoError(t, err)
	require.NoError(t, first.Close())
	empty, err := os.ReadFile(filepath.Join(dir, "empty.db")) // to make the schema once
	require.NoError(t, err)
	var files atomic.Int64
	return func(now func() time.Time) (storage.Store, error) {
		path := filepath.Join(dir, fmt.Sprint(files.Add(1), ".db"))
		if err := os.WriteFile(path, empty, 0o600); err != nil {
			return nil, err
		}
		s, err := sqlite.Open(context.Background(), sqlite.Config{Path: path, Now: now})
		if err == nil {
			t.Cleanup(func() { _ = s.Close() }) // after the stories, which run side by side
		}
		return s, err
	}
}
