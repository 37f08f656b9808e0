package memory

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// A store in memory must not grow for ever.

// shop is a store by a clock of its own, with an account.
type shop struct {
	*testing.T
	store *Store
	book  *flow.Book
	now   time.Time
}

func open(t *testing.T, keep time.Duration) *shop {
	t.Helper()
	s := &shop{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	s.store = New(Config{Now: func() time.Time { return s.now }})
	require.NoError(t, s.store.Accounts().Put(t.Context(), storage.Account{ID: "acme", KeepCalls: keep}))
	book, err := flow.Compile(flow.Settings{Mailboxes: map[string]flow.Mailbox{"team": {}}})
	require.NoError(t, err)
	s.book = book
	return s
}

// happens has an event happen to a call, and stores what becomes of it.
func (s *shop) happens(c flow.Call, w flow.What) flow.Call {
	s.Helper()
	e := flow.Event{At: s.now, What: w}
	next, move := s.book.Advance(c, e)
	require.Zero(s, move.Ignored)
	turn := flow.Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: move, Posts: s.book.Posts(c, next, e)}
	change := storage.Change{Was: c, Now: next, Turns: []flow.Turn{turn}}
	require.NoError(s, s.store.Calls().Commit(s.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{change}}))
	return next
}

// arrives is a new call that records a message.
func (s *shop) arrives(id string) flow.Call {
	s.Helper()
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: id}, Entry: "voicemail team"}
	return s.happens(flow.Call{}, flow.What{Kind: flow.Arrived, Start: info})
}

// leaves is a new call that leaves a message and ends.
func (s *shop) leaves(id string) {
	s.Helper()
	c := s.happens(s.arrives(id), flow.What{Kind: flow.Recorded, Ref: "RE" + id, Length: 5 * time.Second})
	s.happens(c, flow.What{Kind: flow.HungUp})
}

func (s *shop) calls() (n int) {
	for i := range s.store.parts {
		n += len(s.store.parts[i].calls)
	}
	return n
}

func TestCommit_forgetsFinishedCallsThatWereKeptForLongEnough(t *testing.T) {
	t.Parallel()
	s := open(t, time.Hour)
	for i := range 200 {
		s.leaves(fmt.Sprint("c", i))
		s.now = s.now.Add(time.Minute)
	}
	require.InDelta(t, 60, s.calls(), 2)
	require.Empty(t, s.store.byID["acme"].live)
	for i := range s.store.parts {
		require.Empty(t, s.store.parts[i].due.heap, "what is closed is in no timeline")
	}
	entries, err := s.store.Feed().After(t.Context(), "acme", 0, 1000)
	require.NoError(t, err)
	require.InDelta(t, 3*60, len(entries), 6)
	require.EqualValues(t, 3*200, entries[len(entries)-1].Cursor, "cursors go on")
	_, err = s.store.Calls().Load(t.Context(), flow.Key{Account: "acme", ID: "c0"})
	require.ErrorIs(t, err, storage.ErrNotFound)
	listed := 0
	for c, err := range s.store.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint("c", 199-listed), c.ID)
		listed++
	}
	require.Equal(t, s.calls(), listed)
	messages, err := s.store.Mailboxes().Messages(t.Context(), "acme", "team")
	require.NoError(t, err)
	require.Len(t, messages, 200, "messages stay until somebody deletes them")
}

func TestCommit_forgetsNoCallThatIsNotFinished(t *testing.T) {
	t.Parallel()
	s := open(t, time.Hour)
	s.arrives("long")
	s.leaves("c1")
	s.now = s.now.Add(48 * time.Hour)
	s.leaves("c2")
	_, err := s.store.Calls().Load(t.Context(), flow.Key{Account: "acme", ID: "long"})
	require.NoError(t, err)
	require.Equal(t, 2, s.calls(), "nor does one that lasts keep others")
	listed := []string{}
	for c := range s.store.Calls().List(t.Context(), "acme", storage.Query{}) {
		listed = append(listed, c.ID)
	}
	require.Equal(t, []string{"c2", "long"}, listed)
}

func TestCommit_keepsFinishedCallsNinetyDaysWhereTheAccountSaysNothing(t *testing.T) {
	t.Parallel()
	s := open(t, 0)
	s.leaves("c1")
	s.now = s.now.Add(89 * 24 * time.Hour)
	s.leaves("c2")
	require.Equal(t, 2, s.calls())
	s.now = s.now.Add(2 * 24 * time.Hour)
	s.leaves("c3")
	require.Equal(t, 2, s.calls())
}

func TestCommit_ofACallThatIsClosedCountsItOnce(t *testing.T) {
	t.Parallel()
	s := open(t, time.Hour)
	s.leaves("c1")
	c, err := s.store.Calls().Load(t.Context(), flow.Key{Account: "acme", ID: "c1"})
	require.NoError(t, err)
	again := storage.Change{Was: c, Now: c, Turns: []flow.Turn{{Seq: c.Rev + 1, Posts: []flow.Post{{Kind: flow.PostEnded}}}}}
	again.Now.Rev++
	require.NoError(t, s.store.Calls().Commit(t.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{again}}))
	require.Len(t, s.store.byID["acme"].over, 1)
}

func TestLine_remembersTheLastWhoWereServed(t *testing.T) {
	t.Parallel()
	a := newAccount(nil)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range 3 * lately {
		r := &record{key: &flow.Key{ID: fmt.Sprint("c", i)}}
		a.join(r, "support", at)
		r.call.Result = flow.ResultAnswered
		at = at.Add(time.Duration(i) * time.Second)
		a.serve(r, "support", at)
	}
	served := a.line("support").served
	require.Len(t, served, lately)
	require.Equal(t, (3*lately-1)*time.Second, served[lately-1].place)
}

func TestSpend_keepsNoKeyWhoseTimeIsOver(t *testing.T) {
	t.Parallel()
	s := open(t, 0)
	kept := func() (n int) {
		for i := range s.store.purses {
			require.Equal(t, len(s.store.purses[i].byKey), len(s.store.purses[i].ends.heap))
			n += len(s.store.purses[i].byKey)
		}
		return n
	}
	for i := range 5000 {
		_, err := s.store.Budget().Spend(t.Context(), "acme", fmt.Sprint("caller", i), 1, 20, time.Minute)
		require.NoError(t, err)
		s.now = s.now.Add(time.Second)
	}
	require.Less(t, kept(), 60+16*4, "a minute's callers, and a few that nobody asked after")
	s.now = s.now.Add(time.Hour)
	for i := range 2000 { // which of them looks where is a matter of chance
		_, err := s.store.Budget().Spend(t.Context(), "acme", fmt.Sprint("asked", i), 0, 20, time.Minute)
		require.NoError(t, err)
	}
	require.Zero(t, kept(), "asking keeps nothing")
}

func TestEstimate_goesByTheLastCallersOfTheLastHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	l := &line{served: []wait{
		{at: now.Add(-2 * time.Hour), place: time.Hour},
		{at: now.Add(-time.Hour), place: time.Minute},
		{at: now.Add(-time.Minute), place: 3 * time.Minute},
	}}
	require.Equal(t, 2*time.Minute, l.estimate(1, now))
	require.Equal(t, 6*time.Minute, l.estimate(3, now))
	require.Zero(t, l.estimate(3, now.Add(2*time.Hour)), "what was long ago says nothing")
}
