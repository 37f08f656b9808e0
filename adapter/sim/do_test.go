package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

func TestDo_doneTwiceIsDoneOnceAndTheNewestTurnWins(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	k := phone.View().Call
	say := func(seq uint32, words string) flow.Turn {
		return flow.Turn{Call: k, Seq: seq, Move: flow.Move{Say: []flow.Message{{Say: words}}, Do: flow.Command{Kind: flow.Hold, Keys: "1"}}}
	}
	require.NoError(t, c.Do(ctx, say(3, "third")))
	require.NoError(t, c.Do(ctx, say(3, "third again")))
	require.NoError(t, c.Do(ctx, say(2, "second")))
	require.Equal(t, []string{"one two three four", "third"}, said(phone.View()))
	require.EqualValues(t, 3, phone.View().Turn.Seq)

	// What the carrier cannot do is refused; a call that it does not know is no error.
	require.ErrorIs(t, c.Do(ctx, flow.Turn{Call: k, Seq: 4, Move: flow.Move{Do: flow.Command{Kind: flow.Find}}}), adapter.ErrRefused)
	require.ErrorIs(t, c.Do(ctx, flow.Turn{Call: flow.Key{ID: "unknown"}, Seq: 1, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}), adapter.ErrGone)

	// It reports nothing by itself: the next act does.
	require.NoError(t, c.Do(ctx, flow.Turn{Call: k, Seq: 5, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}))
	require.Equal(t, sim.Over, phone.View().State)
	require.Len(t, d.turns, 1)
	wait(t, c, 0)
	require.Equal(t, flow.HungUp, d.turns[1].Event.Kind)
	require.NoError(t, c.Do(ctx, say(6, "too late")))
	require.Len(t, phone.View().Heard, 2)
}

func TestDo_reachesACallByTheCarriersReferenceUntilItsNameIsKnown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	c.Break(sim.Faults{Next: []sim.Fault{{Kind: flow.Arrived, Late: time.Minute}}})
	phone := dial(t, c, office)
	info := &flow.Info{Ref: phone.View().Ref}
	status, err := c.Probe(ctx, flow.Call{Info: info})
	require.NoError(t, err)
	require.Equal(t, flow.Alive, status.Report)
	k := flow.Key{Account: "acme", ID: "call " + info.Ref}
	require.NoError(t, c.Do(ctx, flow.Turn{Call: k, Info: info, Seq: 1, Move: flow.Move{Do: flow.Command{Kind: flow.Hold}}}))
	require.Equal(t, sim.Holding, phone.View().State)
	require.Equal(t, k, phone.View().Call)
	require.Empty(t, d.calls)
}

func TestProbe_remembersACallForAnHourAfterItEnded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025550103")
	require.NoError(t, phone.Speak(ctx, 10*time.Second))
	wait(t, c, 20*time.Second)
	call := d.of(phone)
	wait(t, c, time.Hour)
	dial(t, c, office)
	status, err := c.Probe(ctx, call)
	require.NoError(t, err)
	require.Equal(t, adapter.Status{Report: flow.Gone}, status)
	status, err = c.Probe(ctx, flow.Call{})
	require.NoError(t, err)
	require.Equal(t, flow.Gone, status.Report)
	_, ok := c.Phone(phone.View().Ref)
	require.False(t, ok)
}
