package enginetest_test

import (
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func inMemory(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}

// seedVariable plays the one hour of its seed.
const seedVariable = "EXTFLOW_SEED"

// seeds are the hours to play: 500, ten thousand with EXTFLOW_LONG=1, and a few with
// -short.
func seeds(t *testing.T) (from, to uint64) {
	seed := os.Getenv(seedVariable)
	switch {
	case seed != "":
		n, err := strconv.ParseUint(seed, 10, 64)
		require.NoError(t, err)
		return n, n + 1
	case os.Getenv("EXTFLOW_LONG") != "":
		return 0, 10_000
	case testing.Short():
		return 0, 4
	}
	return 0, 500
}

func TestAudit_aBusyHourKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	from, to := seeds(t)
	var next atomic.Uint64
	next.Store(from)
	for w := range 2 {
		t.Run(strconv.Itoa(w), func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1) - 1; seed < to; seed = next.Add(1) - 1 {
				hour, err := enginetest.Play(t.Context(), seed, enginetest.Busy, inMemory)
				require.NoError(t, err)
				require.NoError(t, enginetest.Audit(hour), "%s=%d plays it again", seedVariable, seed)
			}
		})
	}
}
