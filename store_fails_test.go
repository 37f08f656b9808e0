package extflow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// The n-th call of the store fails, for every n, in twenty stories: by itself, or, if
// it is a commit, after it was stored. Whatever becomes of the story, no step is half
// stored, and once everybody has hung up nothing is left.

var errStore = errors.New("the store is out of reach")

// flaky is a store whose n-th call fails.
type flaky struct {
	storage.Store
	calls, fails atomic.Int64 // calls so far; the one that fails
	late         bool         // a commit fails once it is stored
	strike       func()       // what happens in place of the failure, if anything: with late, after the n-th commit
	stored       atomic.Int64 // commits so far
	commits      sync.Map     // which of the calls were commits
}

func (f *flaky) fault() error {
	switch {
	case f.strike != nil && f.late:
	case f.calls.Add(1) == f.fails.Load():
		if f.strike != nil {
			f.strike()
		}
		return errStore
	}
	return nil
}

// The accessors whose methods the engine calls.
type (
	flakyCalls struct {
		storage.Calls
		f *flaky
	}
	flakyAgenda struct {
		storage.Agenda
		f *flaky
	}
	flakyDirectory struct {
		storage.Directory
		f *flaky
	}
	flakyQueues struct {
		storage.Queues
		f *flaky
	}
	flakyReleases struct {
		storage.Releases
		f *flaky
	}
	flakyNumbers struct {
		storage.Numbers
		f *flaky
	}
	flakyMailboxes struct {
		storage.Mailboxes
		f *flaky
	}
	flakyBudget struct {
		storage.Budget
		f *flaky
	}
)

func (f *flaky) Calls() storage.Calls         { return flakyCalls{f.Store.Calls(), f} }
func (f *flaky) Agenda() storage.Agenda       { return flakyAgenda{f.Store.Agenda(), f} }
func (f *flaky) Directory() storage.Directory { return flakyDirectory{f.Store.Directory(), f} }
func (f *flaky) Queues() storage.Queues       { return flakyQueues{f.Store.Queues(), f} }
func (f *flaky) Releases() storage.Releases   { return flakyReleases{f.Store.Releases(), f} }
func (f *flaky) Numbers() storage.Numbers     { return flakyNumbers{f.Store.Numbers(), f} }
func (f *flaky) Mailboxes() storage.Mailboxes { return flakyMailboxes{f.Store.Mailboxes(), f} }
func (f *flaky) Budget() storage.Budget       { return flakyBudget{f.Store.Budget(), f} }

func (m flakyMailboxes) Transcribe(ctx context.Context, account, call, ref, words string) error {
	if err := m.f.fault(); err != nil {
		return err
	}
	return m.Mailboxes.Transcribe(ctx, account, call, ref, words)
}

func (c flakyCalls) Load(ctx context.Context, k flow.Key) (flow.Call, error) {
	if err := c.f.fault(); err != nil {
		return flow.Call{}, err
	}
	return c.Calls.Load(ctx, k)
}

func (c flakyCalls) Commit(ctx context.Context, t *storage.Txn) error {
	c.f.commits.Store(c.f.calls.Load()+1, true)
	err := c.f.fault()
	if err != nil && !c.f.late {
		return err
	}
	stored := c.Calls.Commit(ctx, t)
	if c.f.strike != nil && c.f.late && c.f.stored.Add(1) == c.f.fails.Load() {
		c.f.strike()
	}
	return errors.Join(stored, err)
}

func (a flakyAgenda) Now(ctx context.Context) (time.Time, error) {
	if err := a.f.fault(); err != nil {
		return time.Time{}, err
	}
	return a.Agenda.Now(ctx)
}

func (a flakyAgenda) Claim(ctx context.Context, n int, lease time.Duration) ([]storage.Ticket, error) {
	if err := a.f.fault(); err != nil {
		return nil, err
	}
	return a.Agenda.Claim(ctx, n, lease)
}

func (a flakyAgenda) Settle(ctx context.Context, tickets ...storage.Ticket) error {
	if err := a.f.fault(); err != nil {
		return err
	}
	return a.Agenda.Settle(ctx, tickets...)
}

func (d flakyDirectory) Find(ctx context.Context, id string, l storage.Lookup) (extension.Class, *extension.Party, error) {
	if err := d.f.fault(); err != nil {
		return 0, nil, err
	}
	return d.Directory.Find(ctx, id, l)
}

func (d flakyDirectory) Spelled(ctx context.Context, id, keys string, n int) ([]extension.Listing, error) {
	if err := d.f.fault(); err != nil {
		return nil, err
	}
	return d.Directory.Spelled(ctx, id, keys, n)
}

func (d flakyDirectory) Reached(ctx context.Context, id string, n number.E164) (bool, error) {
	if err := d.f.fault(); err != nil {
		return false, err
	}
	return d.Directory.Reached(ctx, id, n)
}

func (q flakyQueues) Waiting(ctx context.Context, id, queue string, n int, open func(string) bool) (flow.Waiting, error) {
	if err := q.f.fault(); err != nil {
		return flow.Waiting{}, err
	}
	return q.Queues.Waiting(ctx, id, queue, n, open)
}

func (q flakyQueues) Place(ctx context.Context, id, queue, call string) (storage.Place, error) {
	if err := q.f.fault(); err != nil {
		return storage.Place{}, err
	}
	return q.Queues.Place(ctx, id, queue, call)
}

func (q flakyQueues) Serving(ctx context.Context, id, agent string) ([]string, error) {
	if err := q.f.fault(); err != nil {
		return nil, err
	}
	return q.Queues.Serving(ctx, id, agent)
}

func (r flakyReleases) Current(ctx context.Context, id string) (string, error) {
	if err := r.f.fault(); err != nil {
		return "", err
	}
	return r.Releases.Current(ctx, id)
}

func (r flakyReleases) Load(ctx context.Context, id, release string) (flow.Release, error) {
	if err := r.f.fault(); err != nil {
		return flow.Release{}, err
	}
	return r.Releases.Load(ctx, id, release)
}

func (n flakyNumbers) Entry(ctx context.Context, e number.E164) (number.Assignment, error) {
	if err := n.f.fault(); err != nil {
		return number.Assignment{}, err
	}
	return n.Numbers.Entry(ctx, e)
}

func (m flakyMailboxes) Count(ctx context.Context, id, mailbox string) (storage.Count, error) {
	if err := m.f.fault(); err != nil {
		return storage.Count{}, err
	}
	return m.Mailboxes.Count(ctx, id, mailbox)
}

func (b flakyBudget) Spend(ctx context.Context, id, key string, cost, limit int, per time.Duration) (bool, error) {
	if err := b.f.fault(); err != nil {
		return false, err
	}
	return b.Budget.Spend(ctx, id, key, cost, limit, per)
}

// onFlaky is an engine on a flaky store; the stage reads what is stored itself.
type onFlaky struct {
	*extflow.Engine
	f *flaky
}

func (o onFlaky) Calls(ctx context.Context) (calls []flow.Call, err error) {
	for c, err := range o.f.Store.Calls().List(ctx, "acme", storage.Query{}) {
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func (o onFlaky) Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	return o.f.Store.Calls().Turns(ctx, k, after)
}

func (o onFlaky) Words(ctx context.Context) (map[string]flowtest.Words, error) {
	return flowtest.WordsIn(ctx, o.f.Store, "acme")
}

func (o onFlaky) Agents(ctx context.Context) (agents []extension.Agent, err error) {
	for a, err := range o.f.Store.Directory().Agents(ctx, "acme") {
		if err != nil {
			return nil, err
		}
		agents = append(agents, a)
	}
	return agents, nil
}

// tell plays a story on a store whose n-th call fails, and returns the store, and how
// many calls there were.
func tell(t *testing.T, story flowtest.Story, n int64, late bool) (f *flaky, told int64) {
	t.Helper()
	ctx := t.Context()
	f = &flaky{late: late}
	var book *flow.Book
	stage, err := flowtest.NewStage(account.Sample(), func(s flowtest.Site) (flowtest.Exchange, error) {
		book, f.Store = s.Book, memory.New(memory.Config{Now: s.Now})
		legs := 0
		e, err := extflow.New(extflow.Config{
			Store: f, Carriers: map[string]adapter.Carrier{s.Name: s.Carrier}, Deadline: time.Minute,
			NewID: func() string { legs++; return fmt.Sprint("leg ", legs) },
		})
		if err != nil {
			return nil, err
		}
		_, err = extflow.Install(ctx, f.Store, extflow.Setup(*s.Document), s.Now())
		return onFlaky{e, f}, err
	})
	require.NoError(t, err)
	f.fails.Store(n)
	for _, scene := range story.Scenes {
		_, _ = stage.Do(ctx, scene.Act) // the story may go another way now, and an act mean nothing there
		coherent(t, f.Store, book)
	}
	told = f.calls.Load()
	for _, p := range stage.Carrier().Phones() {
		_ = p.HangUp(ctx)
	}
	for more, i := true, 0; more && i < 500; i++ {
		more, _ = stage.Carrier().SkipToNext(ctx)
	}
	for c := range f.Store.Calls().List(ctx, "acme", storage.Query{Live: true}) {
		t.Errorf("call %s never ends: %v", c.ID, c.Now())
	}
	for a := range f.Store.Directory().Agents(ctx, "acme") {
		require.Empty(t, a.Duty.HeldBy, "agent %s is reserved for ever", a.ID)
	}
	return f, told
}

// coherent sees that calls are what their turns lead to, and that agents are held by
// the calls that say so.
func coherent(t *testing.T, s storage.Store, book *flow.Book) {
	t.Helper()
	holds := map[string]string{}
	for c, err := range s.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		turns, err := s.Calls().Turns(t.Context(), c.Key, 0)
		require.NoError(t, err)
		require.Len(t, turns, int(c.Rev))
		require.Equal(t, book.Replay(turns).State, c.State)
		if agent := c.Agent(); agent != "" {
			require.Empty(t, holds[agent], "two calls reserve %s", agent)
			holds[agent] = c.ID
		}
	}
	for a, err := range s.Directory().Agents(t.Context(), "acme") {
		require.NoError(t, err)
		require.Equal(t, holds[a.ID], a.Duty.HeldBy, a.ID)
	}
}

func TestStore_failsAtAnyCallAndNoStepIsPartial(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("flow/testdata/*.call")
	require.NoError(t, err)
	var stories []flowtest.Story
	want := 20
	if testing.Short() {
		want = 5
	}
	for i := 0; len(stories) < want && i < len(files); i++ {
		file := files[(i*7)%len(files)] // from all over
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		story, err := flowtest.ParseStory(file, string(text))
		require.NoError(t, err)
		if story.Account == "" && story.Over == "" {
			stories = append(stories, story)
		}
	}
	require.Len(t, stories, want)
	for _, story := range stories {
		t.Run(filepath.Base(story.Name), func(t *testing.T) {
			t.Parallel()
			whole, calls := tell(t, story, 0, false)
			for n := int64(1); n <= calls; n++ {
				tell(t, story, n, false)
				if _, commit := whole.commits.Load(n); commit {
					tell(t, story, n, true)
				}
			}
		})
	}
}
