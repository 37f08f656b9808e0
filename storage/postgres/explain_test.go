package postgres

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// hot is every statement that a call's way through the store runs, with parameters.
func hot(node string) []struct {
	name, sql string
	args      []any
} {
	commit := func(has shape) (string, []any) {
		b := &batch{node: node, has: has, rows: map[string]*rows{}}
		return statement(has), b.args(1)
	}
	type entry = struct {
		name, sql string
		args      []any
	}
	all := []entry{}
	for _, c := range []struct {
		name string
		has  shape
	}{
		{"Commit: a call arrives", hasNew | hasTurns},
		{"Commit: a turn of a call", hasOld | hasTurns},
		{"Commit: a fact, which has an id", hasOld | hasTurns | hasEvents},
		{"Commit: an agent is rung", hasOld | hasTurns | hasAgents | hasPlaces},
		{"Commit: a talk ends", hasOld | hasOver | hasTurns | hasAgents | hasPlaces | hasPosts},
		{"Commit: a caller joins a queue", hasOld | hasTurns | hasPosts | hasLines},
		{"Commit: a leg is placed for a waiting caller", hasOld | hasNew | hasTurns | hasAgents | hasPlaces | hasOffers},
		{"Commit: a caller leaves a queue", hasOld | hasTurns | hasPosts | hasLeavers},
		{"Commit: a message", hasOld | hasTurns | hasPosts | hasMessages},
	} {
		sql, args := commit(c.has)
		all = append(all, entry{c.name, sql, args})
	}
	return append(all,
		entry{"Load", `SELECT state, owed FROM extflow_calls WHERE account = $1 AND call = $2`, []any{"a1", "c101"}},
		entry{"Turns", `SELECT doc FROM extflow_turns WHERE account = $1 AND call = $2 AND seq > $3 ORDER BY seq`, []any{"a1", "c101", 0}},
		entry{"Claim", claimDue, []any{int64(1), node, int64(grace), 64, int64(2), int64(2 * sweep)}},
		entry{"Settle", settleDue, []any{[]string{}, []string{}, []int64{}, []int64{}, []int64{}, int64(1), node}},
		entry{"Next", firstDue, []any{node}},
		entry{"Place", tables.PlaceSQL, []any{"a1", "c101", "support"}},
	)
}

const plans = "PLANS.md"

// No statement of a call's way reads a table from end to end, however many calls
// there are, and also where the planner is left to itself. The plans are in PLANS.md.
func TestStatements_findTheirRowsByAKey(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	s, err := Open(t.Context(), Config{URL: url, Conns: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	many := 30_000
	if os.Getenv("EXTFLOW_LONG") != "" {
		many = 1_000_000
	}
	fill(t, s, many)
	plain, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, plain.Close(context.WithoutCancel(t.Context()))) }()
	var version string
	require.NoError(t, plain.QueryRow(t.Context(), `SELECT split_part(current_setting('server_version'), '.', 1)`).Scan(&version))

	var doc strings.Builder
	fmt.Fprintf(&doc, `# How PostgreSQL %s carries out what a call needs

Every statement on a call's way through the store, as the server carries it out for a node. No table is read from end
to end; a test fails if one is. `+"`EXTFLOW_UPDATE=1 go test ./storage/postgres -run TestStatements`"+` writes this file.
`, version)
	for _, h := range hot("node") {
		require.NotContains(t, explain(t, plain, h.sql, h.args), "Seq Scan on extflow", "%s, by the planner alone", h.name)
		node, err := s.pool.Acquire(t.Context())
		require.NoError(t, err)
		plan := explain(t, node.Conn(), h.sql, h.args)
		node.Release()
		require.NotContains(t, plan, "Seq Scan on extflow", h.name)
		fmt.Fprintf(&doc, "\n## %s\n\n```\n%s```\n", h.name, plan)
	}
	if os.Getenv("EXTFLOW_UPDATE") != "" {
		require.NoError(t, os.WriteFile(plans, []byte(doc.String()), 0o644))
	}
	want, err := os.ReadFile(plans)
	require.NoError(t, err)
	if strings.HasPrefix(string(want), strings.SplitN(doc.String(), "\n", 2)[0]) { // else it is of another version
		require.Equal(t, string(want), doc.String(), "run with EXTFLOW_UPDATE=1 and review the difference")
	}
}

func explain(t *testing.T, c *pgx.Conn, sql string, args []any) string {
	t.Helper()
	rows, err := c.Query(t.Context(), `EXPLAIN (COSTS OFF) `+sql, args...)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(lines, "\n") + "\n"
}

// fill makes so many live calls, each with a few turns and a clock, and agents.
func fill(t *testing.T, s *Store, calls int) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO extflow_accounts SELECT 'a' || i, 1, '{}' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_cursors SELECT 'a' || i, 0 FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_calls SELECT 'a' || i % 100, 'c' || i, 3, 0, i, 0, '+1' || i, '+12025550100', repeat('x', 400) FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_due SELECT 'a' || i % 100, 'c' || i, 1000000 + i, 1000000 + i, 'n' || i % 3, 0 FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_turns SELECT 'a' || i % 100, 'c' || i, n, repeat('y', 200) FROM generate_series(1, $1::int) i, generate_series(1, 2) n`,
		`INSERT INTO extflow_events SELECT 'a' || i % 100, 'c' || i, 'e1' FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_feed SELECT 'a' || i % 100, i, 'c' || i, 1, i, '{}' FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_messages SELECT 'a' || i % 100, 'c' || i, 'team', '', '', i, 1, '', '', 'left', 0, 0 FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_lines SELECT 'a' || i % 100, 'c' || i, 'support', i, i, 1, 0, '', '' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_waits SELECT 'a' || i % 100, 'support', i, i, 1 FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_duties SELECT 'a' || i % 100, 'agent' || i, 'available', '', '', 0, 0, 0, 0 FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_places SELECT 'a' || i % 100, 'tel:+1' || i, '' FROM generate_series(1, $1::int / 10) i`,
	} {
		args := []any{}
		if strings.Contains(statement, "$1") {
			args = append(args, calls)
		}
		_, err := s.pool.Exec(t.Context(), statement, args...)
		require.NoError(t, err, statement)
	}
	_, err := s.pool.Exec(t.Context(), `ANALYZE`)
	require.NoError(t, err)
}
