package extflow_test

import (
	"context"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// unhurried is a carrier that lets a second pass between two legs that it places,
// and takes a minute to hang up.
type unhurried struct{ recorder }

func (u *unhurried) Abilities() adapter.Abilities {
	return adapter.Abilities{Place: true, Pace: time.Second}
}

func (u *unhurried) Do(ctx context.Context, t flow.Turn) error {
	if t.Move.Do.Kind == flow.Hangup {
		timer := time.NewTimer(time.Minute)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return u.recorder.Do(ctx, t)
}

// waits brings a caller into the queue support.
func (x *exchange) waits(from number.E164, ref string) flow.Turn {
	x.t.Helper()
	turn := x.then(x.arrives(from, ref), pressed("*"))
	require.Equal(x.t, flow.Hold, turn.Move.Do.Kind)
	return turn
}

// node is another engine of the same store.
func (x *exchange) node(carrier adapter.Carrier) *exchange {
	x.t.Helper()
	other := *x
	var err error
	other.Engine, err = extflow.New(extflow.Config{Store: x.store, Carriers: map[string]adapter.Carrier{"test": carrier}})
	require.NoError(x.t, err)
	return &other
}

func TestServe_aTokenOfTheCarriersPaceIsTakenBeforeAnAgentIsReserved(t *testing.T) {
	t.Parallel()
	clock := open(t)
	carrier := &unhurried{}
	x := clock.node(carrier)
	require.NoError(t, x.SetPresence(t.Context(), "acme", "grace", extension.Available, ""))
	x.waits(alice, "CA1")
	x.waits(bob, "CA2")
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate}, carrier.done())
	held := func() (n int) {
		for _, a := range []string{"ada", "grace"} {
			if x.agent(a).Duty.Held() {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1, held(), "the second agent is not kept waiting for a token")

	other := x.node(carrier) // another node goes by the same pace
	require.NoError(t, other.Sweep(t.Context()))
	require.NoError(t, other.Wake(t.Context()))
	require.Len(t, carrier.done(), 1)

	next, some, err := x.Next(t.Context())
	require.NoError(t, err)
	require.True(t, some)
	require.Equal(t, clock.now.Add(time.Second), next)
	clock.now = next
	require.NoError(t, x.Wake(t.Context()))
	require.Len(t, carrier.done(), 2)
	require.Equal(t, 2, held())
}

func TestServe_aQueueWhoseMembersTheCarrierCannotReachIsNotWaitedIn(t *testing.T) {
	t.Parallel()
	x := open(t)
	ada := x.agent("ada")
	ada.Endpoints[0].Via = "other"
	_, err := x.store.Directory().Put(t.Context(), "acme", ada)
	require.NoError(t, err)
	turn := x.then(x.arrives(bob, "CA1"), pressed("*"))
	require.Equal(t, flow.Record, turn.Move.Do.Kind, "the default mailbox, at once")
	require.Equal(t, "team", turn.Move.Do.Mailbox)
}

func TestServe_anAgentWhoFreesIsGivenToWhoHasWaitedLongestInAnyQueue(t *testing.T) {
	t.Parallel()
	x := open(t)
	setup := desk()
	setup.Account = "globex"
	setup.Settings.Queues["a"] = flow.Queue{}
	setup.Settings.Queues["z"] = flow.Queue{}
	setup.Members = map[string][]string{"a": {"ada"}, "z": {"ada"}}
	setup.Agents[0].Presence = extension.Busy
	setup.Numbers = []number.Assignment{{Number: "+12025550201", Entry: "queue a"}, {Number: "+12025550202", Entry: "queue z"}}
	_, err := extflow.Install(t.Context(), x.store, setup, x.now)
	require.NoError(t, err)
	wait := func(to number.E164, ref string) flow.Turn {
		e := arrival(alice, ref)
		e.Start.To = to
		turn, err := x.Handle(t.Context(), e)
		require.NoError(t, err)
		require.Equal(t, flow.Hold, turn.Move.Do.Kind)
		x.now = x.now.Add(time.Second)
		return turn
	}
	first := wait("+12025550202", "CA1")
	wait("+12025550201", "CA2") // her queue comes first by its name, and she came second
	require.NoError(t, x.SetPresence(t.Context(), "globex", "ada", extension.Available, ""))
	require.NoError(t, x.Wake(t.Context()))
	require.Len(t, x.carrier.turns, 1)
	require.Equal(t, first.Call.ID, x.carrier.turns[0].Info.Peer)
}

// A queue that a new version no longer has is retired: whoever waits in it is served as
// the version says that the call began with, and nobody joins it any more.
func TestServe_aQueueThatIsNoLongerThereServesWhoWaitsInIt(t *testing.T) {
	t.Parallel()
	x := open(t)
	require.NoError(t, x.SetPresence(t.Context(), "acme", "ada", extension.Busy, ""))
	publish := func(id string, change func(*flow.Settings)) {
		next, err := x.store.Releases().Latest(t.Context(), "acme")
		require.NoError(t, err)
		next.ID, next.Version = id, next.Version+1
		next.Settings.Queues = maps.Clone(next.Settings.Queues)
		next.Settings.Flows = maps.Clone(next.Settings.Flows)
		change(&next.Settings)
		require.NoError(t, x.store.Releases().Publish(t.Context(), next))
	}
	publish("dials", func(s *flow.Settings) {
		q := s.Queues["support"]
		q.Offer = flow.Dial
		s.Queues["support"] = q
	})
	waiting := x.waits(alice, "CA1")
	publish("without", func(s *flow.Settings) {
		delete(s.Queues, "support")
		s.Defaults.DefaultQueue = ""
		s.Flows["desk"] = flow.Flow{Star: flow.HangUp(nil), Busy: flow.HangUp(nil), NoAnswer: flow.HangUp(nil), Unavailable: flow.HangUp(nil)}
	})
	require.Equal(t, flow.Hangup, x.then(x.arrives(bob, "CA2"), pressed("*")).Move.Do.Kind)

	require.NoError(t, x.SetPresence(t.Context(), "acme", "ada", extension.Available, ""))
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, flow.Connect, x.call(waiting).Now().Do.Kind)
	require.Equal(t, "ada", x.call(waiting).Agent())
}

func TestSweep_findsTheCallersWhomANodeThatDiedLeftUnserved(t *testing.T) {
	t.Parallel()
	x := open(t)
	require.NoError(t, x.SetPresence(t.Context(), "acme", "ada", extension.Busy, ""))
	x.waits(bob, "CA1")
	require.NoError(t, x.Wake(t.Context()))
	// The node dies between storing that Ada is free and serving.
	require.NoError(t, x.store.Directory().SetPresence(t.Context(), "acme", "ada", extension.Available, ""))
	carrier := &recorder{}
	other := x.node(carrier)
	require.NoError(t, other.Wake(t.Context()))
	require.Empty(t, carrier.done())
	require.NoError(t, other.Sweep(t.Context()))
	require.NoError(t, other.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate}, carrier.done())
}

func TestRun_servesWhatAnotherNodeLeftWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		x := &exchange{t: t, store: store}
		x = x.node(&recorder{})
		_, err := extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		require.NoError(t, x.SetPresence(t.Context(), "acme", "ada", extension.Busy, ""))
		x.waits(bob, "CA1")
		carrier := &recorder{}
		other := x.node(carrier)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- other.Run(ctx) }()
		synctest.Wait()
		require.NoError(t, store.Directory().SetPresence(ctx, "acme", "ada", extension.Available, ""))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Equal(t, []flow.CommandKind{flow.Originate}, carrier.done())
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestRun_aCarrierThatTakesItsTimeHoldsUpNoQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		carrier := &unhurried{}
		x := (&exchange{t: t, store: store}).node(carrier)
		_, err := extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- x.Run(ctx) }()

		turn := x.arrives(alice, "CA1")
		require.NoError(t, x.Signal(ctx, flow.Event{Call: turn.Call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}))
		synctest.Wait() // the carrier is hanging up
		began := time.Now()
		x.waits(bob, "CA2")
		synctest.Wait()
		require.Equal(t, []flow.CommandKind{flow.Originate}, carrier.done())
		require.Equal(t, began, time.Now(), "by the bubble's clock")
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

// slowLines is a store that takes its time to read a line.
type slowLines struct {
	storage.Store
	takes time.Duration
}

type slowQueues struct {
	storage.Queues
	takes time.Duration
}

func (s slowLines) Queues() storage.Queues { return slowQueues{s.Store.Queues(), s.takes} }

func (q slowQueues) Waiting(ctx context.Context, account, queue string, n int, open func(string) bool) (flow.Waiting, error) {
	if n > 0 {
		time.Sleep(q.takes) // by the bubble's clock
	}
	return q.Queues.Waiting(ctx, account, queue, n, open)
}

func TestRun_aLineThatIsSlowToReadHoldsUpNoClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		carrier := &recorder{}
		x := (&exchange{t: t, store: slowLines{store, time.Hour}}).node(carrier)
		_, err := extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		require.NoError(t, x.SetPresence(t.Context(), "acme", "ada", extension.Busy, ""))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- x.Run(ctx) }()

		waiting := x.waits(bob, "CA1")
		synctest.Wait() // the line is being read
		c, err := store.Calls().Load(ctx, waiting.Call)
		require.NoError(t, err)
		at, _, armed := c.Wake()
		require.True(t, armed)
		time.Sleep(time.Until(at))
		synctest.Wait()
		c, err = store.Calls().Load(ctx, waiting.Call)
		require.NoError(t, err)
		require.Greater(t, c.Rev, waiting.Seq, "its clock went off on the instant")
		require.Equal(t, at.UnixNano(), c.Last)
		cancel()
		time.Sleep(2 * time.Hour)
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}
