package extflow_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// cluttered is a store with things to remove.
type cluttered struct {
	storage.Store
	left  int
	steps int
	err   error
}

func (c *cluttered) Tidy(_ context.Context, n int) (int, error) {
	c.steps++
	n = min(n, c.left)
	c.left -= n
	return n, c.err
}

func TestTidy_goesOnUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	s := &cluttered{Store: memory.New(memory.Config{}), left: 1000}
	e, err := extflow.New(extflow.Config{Store: s})
	require.NoError(t, err)
	require.NoError(t, e.Tidy(t.Context()))
	require.Zero(t, s.left)
	require.Greater(t, s.steps, 10, "a little at a time")

	s.left, s.err = 1000, errors.New("the store is out of reach")
	require.ErrorIs(t, e.Tidy(t.Context()), s.err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, e.Tidy(ended), context.Canceled)

	by, err := extflow.New(extflow.Config{Store: memory.New(memory.Config{})})
	require.NoError(t, err)
	require.NoError(t, by.Tidy(t.Context()), "it removes what is past by itself")
}
