package enginetest_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

func TestAudit_aBusyHourOnSQLiteKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		var opened *sqlite.Store
		hour, err := enginetest.Play(t.Context(), seed, few, func(now func() time.Time) (storage.Store, error) {
			var err error
			opened, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "extflow.db"), Now: now})
			return opened, err
		})
		require.NoError(t, err)
		require.NoError(t, opened.Close())
		require.NoError(t, enginetest.Audit(hour), "seed %d", seed)
	}
}
