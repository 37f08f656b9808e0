package simulator_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// watched is a store that says when it was tidied.
type watched struct {
	*sqlite.Store
	tidied chan int // how much was removed
}

func (w watched) Tidy(ctx context.Context, n int) (int, error) {
	gone, err := w.Store.Tidy(ctx, n)
	if err == nil {
		select {
		case w.tidied <- gone:
		case <-ctx.Done():
		}
	}
	return gone, err
}

// A store that lasts is asked to remove what is past; the engine's Run, which does so
// with a carrier, does not run here.
func TestRun_removesCallsThatWereKeptForAsLongAsTheAccountSays(t *testing.T) {
	t.Parallel()
	real := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	w := watched{tidied: make(chan int)}
	s, err := simulator.New(simulator.Config{
		Now: func() time.Time { return real },
		Store: func(now func() time.Time) (_ storage.Store, err error) {
			w.Store, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "extflow.db"), Now: now})
			return w, err
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	doc.KeepCalls = 2 * time.Hour
	_, err = extflow.Install(t.Context(), s.Store, extflow.Setup(*doc), real)
	require.NoError(t, err)
	require.NoError(t, s.Act(t.Context(), dial(t, s).HangUp))
	calls := func() (n int) {
		for _, err := range s.Store.Calls().List(t.Context(), "acme", storage.Query{}) {
			require.NoError(t, err)
			n++
		}
		return n
	}

	run := func() { // as the server has it run: for a turn, again and again
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		for gone := <-w.tidied; gone > 0; gone = <-w.tidied {
		}
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
	}
	run()
	require.Equal(t, 1, calls(), "not before its time")
	require.NoError(t, s.Skip(t.Context(), 3*time.Hour))
	run()
	require.Zero(t, calls())
}
