package window_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage/internal/window"
)

func TestWindow_keepsFewEntriesHoweverMuchIsSpent(t *testing.T) {
	t.Parallel()
	var w window.Window
	now := int64(0)
	for range 10_000 {
		require.True(t, w.Left(now, 1<<30, time.Hour))
		w.Spend(now, 1, time.Hour)
		now += int64(time.Second)
	}
	require.LessOrEqual(t, len(w.Spent), 61)
	require.True(t, w.Left(now, 3600+61, time.Hour))
	require.False(t, w.Left(now, 3600-61, time.Hour), "what an hour took, or a sixtieth more or less")
}

func TestWindow_aBudgetLastsUntilItIsSpentAndComesBack(t *testing.T) {
	t.Parallel()
	var w window.Window
	for range 2 {
		require.True(t, w.Left(1, 2, time.Minute))
		require.Equal(t, 1+int64(time.Minute), w.Spend(1, 1, time.Minute))
	}
	require.False(t, w.Left(2, 2, time.Minute))
	require.False(t, w.Left(int64(time.Minute), 2, time.Minute))
	require.True(t, w.Left(1+int64(time.Minute), 2, time.Minute))
	require.Empty(t, w.Spent)
}
