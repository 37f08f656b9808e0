package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// The one statement of a commit is held to what the plain statements of package
// tables do: a twin keeps the same in two databases, in the one this way and in the
// other that way, and in the end they hold the same.

type twin struct {
	storage.Store
	one, other *Store
	mu         sync.Mutex
	plain, all int64 // commits that the one statement could say, and all
	faults     []error
}

func (w *twin) Calls() storage.Calls         { return twinCalls{w.Store.Calls(), w} }
func (w *twin) Agenda() storage.Agenda       { return twinAgenda{w.Store.Agenda(), w} }
func (w *twin) Accounts() storage.Accounts   { return twinAccounts{w.Store.Accounts(), w} }
func (w *twin) Directory() storage.Directory { return twinDirectory{w.Store.Directory(), w} }
func (w *twin) Numbers() storage.Numbers     { return twinNumbers{w.Store.Numbers(), w} }
func (w *twin) Releases() storage.Releases   { return twinReleases{w.Store.Releases(), w} }
func (w *twin) Queues() storage.Queues       { return twinQueues{w.Store.Queues(), w} }
func (w *twin) Mailboxes() storage.Mailboxes { return twinMailboxes{w.Store.Mailboxes(), w} }

func (w *twin) same(what string, a, b error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if fmt.Sprint(a) != fmt.Sprint(b) {
		w.faults = append(w.faults, fmt.Errorf("%s: %v here, %v there", what, a, b))
	}
	return a
}

type twinCalls struct {
	storage.Calls
	w *twin
}

func (c twinCalls) Commit(ctx context.Context, t *storage.Txn) error {
	err := c.Calls.Commit(ctx, t)
	derived, fault := tables.Derive(t, c.w.other.clock.now().UnixNano())
	if fault != nil {
		return c.w.same("derive", err, fault)
	}
	_, plain := planned(derived)
	c.w.mu.Lock()
	c.w.all++
	if plain {
		c.w.plain++
	}
	c.w.mu.Unlock()
	return c.w.same("commit", err, c.w.other.alone(ctx, derived))
}

type twinAgenda struct {
	storage.Agenda
	w *twin
}

func (a twinAgenda) Claim(ctx context.Context, n int, lease time.Duration) ([]storage.Ticket, error) {
	got, err := a.Agenda.Claim(ctx, n, lease)
	also, fault := a.w.other.Store.Agenda().Claim(ctx, n, lease)
	byCall := func(a, b storage.Ticket) int { return strings.Compare(a.Call.ID, b.Call.ID) }
	if !slices.Equal(slices.SortedFunc(slices.Values(got), byCall), slices.SortedFunc(slices.Values(also), byCall)) {
		fault = fmt.Errorf("%v and %v", got, also)
	}
	return got, a.w.same("claim", err, fault)
}

func (a twinAgenda) Settle(ctx context.Context, t ...storage.Ticket) error {
	return a.w.same("settle", a.Agenda.Settle(ctx, t...), a.w.other.Store.Agenda().Settle(ctx, t...))
}

type twinAccounts struct {
	storage.Accounts
	w *twin
}

func (a twinAccounts) Put(ctx context.Context, x storage.Account) error {
	return a.w.same("account", a.Accounts.Put(ctx, x), a.w.other.Accounts().Put(ctx, x))
}

type twinDirectory struct {
	storage.Directory
	w *twin
}

func (d twinDirectory) Put(ctx context.Context, account string, a extension.Agent) (extension.Agent, error) {
	put, err := d.Directory.Put(ctx, account, a)
	_, fault := d.w.other.Directory().Put(ctx, account, a)
	return put, d.w.same("agent", err, fault)
}

func (d twinDirectory) SetPresence(ctx context.Context, account, id string, p extension.Presence, reason string) error {
	return d.w.same("presence", d.Directory.SetPresence(ctx, account, id, p, reason), d.w.other.Directory().SetPresence(ctx, account, id, p, reason))
}

func (d twinDirectory) Remove(ctx context.Context, account, id string) error {
	return d.w.same("remove", d.Directory.Remove(ctx, account, id), d.w.other.Directory().Remove(ctx, account, id))
}

type twinNumbers struct {
	storage.Numbers
	w *twin
}

func (n twinNumbers) Assign(ctx context.Context, a number.Assignment) error {
	return n.w.same("number", n.Numbers.Assign(ctx, a), n.w.other.Numbers().Assign(ctx, a))
}

type twinMailboxes struct {
	storage.Mailboxes
	w *twin
}

func (m twinMailboxes) Transcribe(ctx context.Context, account, call, ref, words string) error {
	return m.w.same("words", m.Mailboxes.Transcribe(ctx, account, call, ref, words), m.w.other.Mailboxes().Transcribe(ctx, account, call, ref, words))
}

type twinReleases struct {
	storage.Releases
	w *twin
}

func (r twinReleases) Publish(ctx context.Context, x flow.Release) error {
	return r.w.same("release", r.Releases.Publish(ctx, x), r.w.other.Releases().Publish(ctx, x))
}

type twinQueues struct {
	storage.Queues
	w *twin
}

func (q twinQueues) SetMembers(ctx context.Context, account, queue string, agents []string) error {
	return q.w.same("members", q.Queues.SetMembers(ctx, account, queue, agents), q.w.other.Queues().SetMembers(ctx, account, queue, agents))
}

// A store plays every story, and leaves in its tables what the plain statements
// leave there.
func TestStories_areTheSameOnPostgreSQLAndLeaveWhatThePlainStatementsDo(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	files, err := filepath.Glob("../../flow/testdata/*.call")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var plain, all atomic.Int64
	t.Run("stories", func(t *testing.T) {
		for i, file := range files {
			if testing.Short() && i%4 != 0 {
				continue
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) { // one after another, in the same two databases
				w := tell(t, file)
				require.Empty(t, w.faults)
				require.Equal(t, dump(t, w.other), dump(t, w.one))
				plain.Add(w.plain)
				all.Add(w.all)
			})
		}
	})
	require.Greater(t, plain.Load()*100, all.Load()*98, "nearly all are said in one statement: %d of %d", plain.Load(), all.Load())
}

// Stories of queues are the same on three nodes that share a database: each has a store
// of its own, with what that remembers, and everything that happens comes to another node
// than what happened before.
func TestStories_ofQueuesAreTheSameOnThreeNodes(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	var files []string
	for _, kind := range []string{"queue*", "a-queue*", "callback*", "supervisor*", "rule-g*", "a-number-may-lead-to-a-queue"} {
		some, err := filepath.Glob("../../flow/testdata/" + kind + ".call")
		require.NoError(t, err)
		require.NotEmpty(t, some)
		files = append(files, some...)
	}
	for i, file := range files {
		if i%12 != 0 && os.Getenv("EXTFLOW_LONG") == "" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
			flowtest.RunOn(t, file, account.Sample(), flowtest.OpenNodes(func(now func() time.Time) (nodes []storage.Store, err error) {
				url := furnished(t)
				for range 3 {
					s, err := Open(context.WithoutCancel(t.Context()), Config{URL: url, Now: now, Conns: 2})
					if err != nil {
						return nil, err
					}
					t.Cleanup(func() { _ = s.Close() })
					nodes = append(nodes, s)
				}
				return nodes, nil
			}))
		})
	}
}

// tell plays the story of a file.
func tell(t *testing.T, file string) (w *twin) {
	t.Run("story", func(story *testing.T) {
		flowtest.RunOn(story, file, account.Sample(), flowtest.OpenEngine(func(now func() time.Time) (_ storage.Store, err error) {
			w, err = twinned(t, now)
			return w, err
		}))
	})
	return w
}

func twinned(t *testing.T, now func() time.Time) (*twin, error) {
	w := &twin{}
	for _, s := range []**Store{&w.one, &w.other} {
		opened, err := Open(context.WithoutCancel(t.Context()), Config{URL: furnished(t), Now: now, Conns: 2})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { _ = opened.Close() })
		*s = opened
	}
	w.Store = w.one
	return w, nil
}

// furnished is an empty database with the schema in it.
func furnished(t testing.TB) string {
	t.Helper()
	return postgrestest.Copy(t, "furnished", func(url string) error {
		s, err := Open(context.WithoutCancel(t.Context()), Config{URL: url, Conns: 1})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// dump is everything in the tables, but for what a commit leaves out of account:
// which node knows of a clock, and rows by which nothing is reserved.
func dump(t testing.TB, s *Store) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	rows, err := s.pool.Query(t.Context(), `SELECT tablename::text FROM pg_tables WHERE tablename LIKE 'extflow%' AND tablename NOT IN ('extflow_schema', 'extflow_budgets')`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, name := range names {
		text := `x::text`
		switch name {
		case "extflow_due":
			text = `(to_jsonb(x) - 'owner')::text`
		case "extflow_releases", "extflow_numbers":
			text = `x.account`
		}
		rows, err := s.pool.Query(t.Context(), `SELECT `+text+` FROM `+name+` x`)
		require.NoError(t, err)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		slices.Sort(found)
		all[name] = found
	}
	return all
}
