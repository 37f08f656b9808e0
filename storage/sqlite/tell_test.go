package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// told is a store in a file in which a story was told.
type told struct {
	store *sqlite.Store
	path  string
}

// tell tells the stories whose names begin in one of these ways, each in a file of its
// own, which is open until the test ends. The environment must not ask for an update.
func tell(t *testing.T, ways ...string) (all []told) {
	t.Helper()
	text, err := empty()
	require.NoError(t, err)
	dir := t.TempDir()
	var mu sync.Mutex
	engines := flowtest.OpenEngine(func(now func() time.Time) (storage.Store, error) {
		mu.Lock()
		defer mu.Unlock()
		path := filepath.Join(dir, fmt.Sprint(len(all), ".db"))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, err
		}
		s, err := sqlite.Open(context.WithoutCancel(t.Context()), sqlite.Config{Path: path, Now: now})
		all = append(all, told{s, path})
		return s, err
	})
	t.Cleanup(func() {
		for _, one := range all {
			require.NoError(t, one.store.Close())
		}
	})
	for _, way := range ways {
		t.Run(way, func(t *testing.T) { flowtest.RunOn(t, "../../flow/testdata/"+way+"*.call", account.Sample(), engines) })
	}
	return all
}
