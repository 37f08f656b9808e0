package extflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
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

// A carrier that repeats itself after a call was removed: what was a fact is of no call,
// and what was the call's first request begins no other. It is hung up on. Only a week
// later is nothing known of the call any more; what begins then the carrier does not
// know. It is asked before long, and nobody rings, nobody is reserved.
func TestTidy_whatCarriersRepeatAboutACallThatWasRemovedComesToNothing(t *testing.T) {
	t.Parallel()
	x := open(t)
	a, err := x.store.Accounts().Load(t.Context(), "acme")
	require.NoError(t, err)
	a.KeepCalls = 24 * time.Hour // the least that an account document may say
	require.NoError(t, x.store.Accounts().Put(t.Context(), a))
	first := x.arrives(alice, "CA1")
	ringing := x.then(first, pressed("1001"))
	hungUp := flow.Event{ID: "completed", Call: first.Call, What: kind(flow.HungUp)}
	require.NoError(t, x.Signal(t.Context(), hungUp))
	require.NoError(t, x.Signal(t.Context(), hungUp), "the same event, while the call is there")
	x.now = x.now.Add(25 * time.Hour)
	x.then(x.arrives(bob, "CA2"), kind(flow.HungUp)) // a store in memory removes what is past with its commits
	_, err = x.store.Calls().Load(t.Context(), first.Call)
	require.ErrorIs(t, err, storage.ErrNotFound)

	require.ErrorIs(t, x.Signal(t.Context(), hungUp), storage.ErrNotFound)
	_, err = x.Handle(t.Context(), flow.Event{Call: first.Call, Re: ringing.Seq, Reply: true, What: kind(flow.FoundBusy)})
	require.ErrorIs(t, err, storage.ErrNotFound)
	turn, err := x.Handle(t.Context(), arrival(alice, "CA1"))
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.Equal(t, flow.Hangup, turn.Move.Do.Kind)
	x.now = x.now.Add(storage.Remembered)
	x.then(x.arrives(bob, "CA3"), kind(flow.HungUp))
	again := x.arrives(alice, "CA1")
	x.carrier.knows = adapter.Status{Report: flow.Gone}
	x.now = x.now.Add(5 * time.Minute)
	require.NoError(t, x.Wake(t.Context()))
	c := x.call(again)
	require.True(t, c.Has(flow.Closed))
	require.True(t, c.Has(flow.Reconciled))
	require.Empty(t, x.agent("ada").Duty.HeldBy)
	require.Empty(t, x.carrier.done())
}
