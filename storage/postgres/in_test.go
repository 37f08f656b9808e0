package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// A product that has tables of its own: what it writes there and what becomes of a
// call are committed together.

func TestIn_theHostsRowsAndTheCallsTurnAreCommittedTogether(t *testing.T) {
	t.Parallel()
	url := database(t)
	n := nodes(t, 1, url)[0]
	host := dial(t, url)
	_, err := host.Exec(t.Context(), `CREATE TEMPORARY TABLE tickets (call TEXT)`)
	require.NoError(t, err)
	turn := n.arrives(t, "CA1")
	dropped := flow.Event{ID: "ticket 7", Call: turn.Call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}
	for _, commits := range []bool{false, true} {
		tx, err := host.Begin(t.Context())
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), `INSERT INTO tickets VALUES ($1)`, turn.Call.ID)
		require.NoError(t, err)
		require.NoError(t, n.engine.With(n.store.In(tx)).Signal(t.Context(), dropped))
		inside, err := n.store.In(tx).Calls().Load(t.Context(), turn.Call)
		require.NoError(t, err)
		require.EqualValues(t, 2, inside.Rev)
		require.EqualValues(t, 1, n.call(t, turn.Call).Rev, "nobody else sees it yet")
		if commits {
			require.NoError(t, tx.Commit(t.Context()))
		} else {
			require.NoError(t, tx.Rollback(t.Context()))
		}
		require.Equal(t, commits, n.call(t, turn.Call).Rev == 2)
		require.Equal(t, commits, count(t, host, `SELECT count(*) FROM tickets`) == 1)
	}
	require.NoError(t, n.engine.Signal(t.Context(), dropped), "the same event is the same event")
	require.EqualValues(t, 2, n.call(t, turn.Call).Rev)
}

func count(t testing.TB, c *pgx.Conn, sql string) (n int) {
	t.Helper()
	require.NoError(t, c.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func TestIn_aConflictLeavesTheHostsTransactionAsItWas(t *testing.T) {
	t.Parallel()
	url := database(t)
	n := nodes(t, 1, url)[0]
	host := dial(t, url)
	_, err := host.Exec(t.Context(), `CREATE TEMPORARY TABLE tickets (call TEXT)`)
	require.NoError(t, err)
	turn := n.arrives(t, "CA1")
	old := n.call(t, turn.Call)
	ringing := n.then(t, turn, pressed("1001"))
	tx, err := host.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `INSERT INTO tickets VALUES ($1)`, turn.Call.ID)
	require.NoError(t, err)
	in := n.store.In(tx)
	stale := storage.Change{Was: old, Now: old, Turns: []flow.Turn{{Call: old.Key, Seq: old.Rev + 1}}}
	stale.Now.Rev++
	require.ErrorIs(t, in.Calls().Commit(t.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{stale}}), storage.ErrConflict)
	second := n.arrives(t, "CA2")
	c := n.call(t, second.Call)
	wants := storage.Change{Was: c, Now: n.call(t, ringing.Call)}
	wants.Now.Info, wants.Now.Rev = c.Info, c.Rev+1
	var taken *storage.TakenError
	require.ErrorAs(t, in.Calls().Commit(t.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{wants}}), &taken)
	require.Equal(t, []string{"ada"}, taken.Agents)
	require.NoError(t, n.engine.With(in).Signal(t.Context(), flow.Event{Call: turn.Call, What: flow.What{Kind: flow.HungUp}}))
	require.NoError(t, tx.Commit(t.Context()), "the host goes on with it")
	require.Equal(t, 1, count(t, host, `SELECT count(*) FROM tickets`))
	ended := n.call(t, turn.Call)
	require.True(t, ended.Has(flow.Closed))
	require.Equal(t, flow.Connect, n.then(t, second, pressed("1001")).Move.Do.Kind, "and Ada is free")
}
