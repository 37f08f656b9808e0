package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/postgres"
)

func TestNodes_takeTurnsWithACall(t *testing.T) {
	t.Parallel()
	n := nodes(t, 3, database(t))
	turn := n[0].arrives(t, "CA1")
	turn = n[1].then(t, turn, pressed("9999"))
	require.Equal(t, flow.Listen, turn.Move.Do.Kind)
	ringing := n[2].then(t, turn, pressed("1001"))
	require.Equal(t, flow.Connect, ringing.Move.Do.Kind)
	late := n[0].then(t, turn, pressed("1002")) // it remembers the call as it began, and is asked again about what is over
	require.Equal(t, ringing.Seq, late.Seq)
	require.Equal(t, flow.Connect, late.Move.Do.Kind)
	require.Equal(t, ringing.Move.Do.Party, late.Move.Do.Party)
	gone := n[1].then(t, ringing, flow.What{Kind: flow.HungUp})
	require.Equal(t, flow.Hangup, gone.Move.Do.Kind)
	again := n[0].then(t, ringing, flow.What{Kind: flow.FoundBusy})
	require.Equal(t, flow.Hangup, again.Move.Do.Kind)
	require.Len(t, turns(t, n[2].store, turn.Call), int(n[0].call(t, turn.Call).Rev))
}

func turns(t testing.TB, s *postgres.Store, k flow.Key) []flow.Turn {
	t.Helper()
	all, err := s.Calls().Turns(t.Context(), k, 0)
	require.NoError(t, err)
	return all
}

func TestNodes_anEventSentToAllOfThemHappensOnce(t *testing.T) {
	t.Parallel()
	n := nodes(t, 3, database(t))
	turn := n[0].arrives(t, "CA1")
	seqs := make([]uint32, 24)
	var all sync.WaitGroup
	for i := range seqs {
		all.Go(func() { seqs[i] = n[i%3].then(t, turn, pressed("1001")).Seq })
	}
	all.Wait()
	for _, seq := range seqs {
		require.Equal(t, seqs[0], seq)
	}
	require.Len(t, turns(t, n[1].store, turn.Call), 3, "arrived, keyed, found")
}

func TestNodes_giveAnAgentToOneOfManyCallers(t *testing.T) {
	t.Parallel()
	n := nodes(t, 3, database(t))
	var all sync.WaitGroup
	got := make([]flow.CommandKind, 24)
	for i := range got {
		all.Go(func() {
			turn := n[i%3].arrives(t, fmt.Sprint("CA", i))
			got[i] = n[(i+1)%3].then(t, turn, pressed("1001")).Move.Do.Kind
		})
	}
	all.Wait()
	rung := 0
	for _, kind := range got {
		if kind == flow.Connect {
			rung++
			continue
		}
		require.Equal(t, flow.Record, kind, "the others leave a message")
	}
	require.Equal(t, 1, rung)
}

func TestNodes_fillARangeTogether(t *testing.T) {
	t.Parallel()
	n := nodes(t, 3, database(t))
	a, err := n[0].store.Accounts().Load(t.Context(), "acme")
	require.NoError(t, err)
	a.Range = extension.Range{First: 1001, Last: 1090}
	require.NoError(t, n[0].store.Accounts().Put(t.Context(), a))
	var mu sync.Mutex
	given, full := map[string]bool{}, 0
	var all sync.WaitGroup
	for w := range 12 {
		all.Go(func() {
			for i := range 10 {
				put, err := n[w%3].store.Directory().Put(t.Context(), "acme", extension.Agent{ID: fmt.Sprintf("a%d-%d", w, i)})
				mu.Lock()
				switch {
				case errors.Is(err, extension.ErrFull):
					full++
				case err != nil:
					t.Error(err)
				case given[put.Extension]:
					t.Errorf("%s was given twice", put.Extension)
				default:
					given[put.Extension] = true
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Len(t, given, 88, "every one that was free, once")
	require.Equal(t, 120-88, full)
}

// running has an engine's Run go on until the test ends, or until it is stopped.
func (n node) running(t testing.TB) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = n.engine.Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func TestNodes_deliverWhatIsOwedWhoeverStoredIt(t *testing.T) {
	t.Parallel()
	n := nodes(t, 2, database(t))
	turn := n[0].arrives(t, "CA1") // node 0 does not run: as if it had died
	require.NoError(t, n[0].engine.Signal(t.Context(), flow.Event{Call: turn.Call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}))
	require.True(t, n[0].call(t, turn.Call).Owed)
	n[1].running(t)
	require.Eventually(t, func() bool { return len(n[1].phone.times()) == 1 }, 20*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool { return !n[1].call(t, turn.Call).Owed }, 20*time.Second, 5*time.Millisecond)
	require.Empty(t, n[0].phone.times())
}

func TestAgenda_leavesACallToTheNodeThatSetItsClockForAMomentAlone(t *testing.T) {
	t.Parallel()
	c := newClock()
	url := database(t)
	one, other := opened(t, postgres.Config{URL: url, Now: c.Now}), opened(t, postgres.Config{URL: url, Now: c.Now})
	lives(t, one)
	claim := func(s *postgres.Store) int {
		got, err := s.Agenda().Claim(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		return len(got)
	}
	c.Pass(2 * time.Minute)
	require.Zero(t, claim(other), "the other has just come due")
	c.Pass(200 * time.Millisecond)
	require.Equal(t, 1, claim(other), "and then it is anybody's")
	require.Zero(t, claim(one), "once")
	c.Pass(time.Minute)
	require.Zero(t, claim(one), "the other's lease has just ended")
	c.Pass(200 * time.Millisecond)
	require.Equal(t, 1, claim(one))
}

func TestAgenda_firesItsOwnClocksToTheInstant(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := opened(t, postgres.Config{URL: database(t), Now: c.Now})
	call := lives(t, s)
	wake, _, _ := call.Wake()
	next, ok, err := s.Agenda().Next(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, wake, next)
	c.Pass(wake.Sub(c.Now()) - 1)
	got, err := s.Agenda().Claim(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Empty(t, got)
	c.Pass(1)
	got, err = s.Agenda().Claim(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, got, 1)
}

// lives is a call that listens for two minutes at the most.
func lives(t testing.TB, s storage.Store) flow.Call {
	t.Helper()
	require.NoError(t, s.Accounts().Put(t.Context(), storage.Account{ID: "acme"}))
	book, err := flow.Compile(flow.Settings{Flows: map[string]flow.Flow{"desk": {}}, Mailboxes: map[string]flow.Mailbox{}})
	require.NoError(t, err)
	now, err := s.Agenda().Now(t.Context())
	require.NoError(t, err)
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: "c1"}, To: mainLine, Entry: "flow desk"}
	e := flow.Event{Call: info.Key, At: now, Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}
	next, move := book.Advance(flow.Call{}, e)
	turn := flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move}
	require.NoError(t, s.Calls().Commit(t.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{{Now: next, Turns: []flow.Turn{turn}}}}))
	return next
}
