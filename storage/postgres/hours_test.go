package postgres_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/postgres"
)

// Busy hours, with nodes that die at any step, on a PostgreSQL; the auditor goes by
// what is stored and what the telephones say.
func TestStore_aBusyHourKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	hours, floor := uint64(1), enginetest.Busy
	floor.Callers, floor.For = floor.Callers/4, floor.For/4
	if os.Getenv("EXTFLOW_LONG") != "" {
		hours, floor = 40, enginetest.Busy // with three deaths each
	}
	for seed := range hours {
		t.Run("", func(t *testing.T) {
			hour, err := enginetest.Play(t.Context(), seed, floor, func(now func() time.Time) (storage.Store, error) {
				s, err := postgres.Open(context.WithoutCancel(t.Context()), postgres.Config{URL: database(t), Now: now, Conns: 2})
				if err == nil {
					t.Cleanup(func() { require.NoError(t, s.Close()) })
				}
				return s, err
			})
			require.NoError(t, err)
			require.NoError(t, enginetest.Audit(hour), "seed %d", seed)
		})
	}
}
