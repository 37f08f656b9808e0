package postgres

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// asked is a statement, with parameters.
type asked struct {
	name, sql string
	args      []any
}

// hot is what this store says in its own way on a call's way.
func hot(node string) (all []asked) {
	commit := func(has shape) (string, []any) {
		b := &batch{node: node, has: has, rows: map[string]*rows{}}
		return statement(has), b.args(1)
	}
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
		all = append(all, asked{c.name, sql, args})
	}
	return append(all,
		asked{"Load", `SELECT state, owed FROM extflow_calls WHERE account = $1 AND call = $2`, []any{"a1", "c101"}},
		asked{"Turns", `SELECT doc FROM extflow_turns WHERE account = $1 AND call = $2 AND seq > $3 ORDER BY seq`, []any{"a1", "c101", 0}},
		asked{"Claim", claimDue, []any{int64(1), node, int64(grace), 64, int64(2), int64(2 * sweep)}},
		asked{"Settle", settleDue, []any{[]string{}, []string{}, []int64{}, []int64{}, []int64{}, int64(1), node}},
		asked{"Next", firstDue, []any{node}},
		asked{"Spelled", tables.SpelledSQL, []any{"a1", "62" + strings.Repeat("9", 32), "62", "", 16}},
		asked{"Place", tables.PlaceSQL, []any{"a1", "c101", "support"}},
	)
}

// ways are stories that go every way that a call has through the store.
var ways = []string{"guessing-across", "menu-lets", "overflow-to", "queue-announces", "queue-t", "supervisor-moves", "voicemail-w", "whoever"}

// ofTables are the statements that the stories need beside those of all, by table:
// what stores in SQL have in common. One that finds no rows, since it only inserts, has
// no plan to show.
func ofTables(t *testing.T, all []asked) []asked {
	t.Helper()
	known := map[string]bool{}
	for _, a := range all {
		known[a.sql] = true
	}
	h := &hearer{said: map[string][]any{}}
	engines := flowtest.OpenEngine(func(now func() time.Time) (storage.Store, error) {
		config, err := pgxpool.ParseConfig(furnished(t))
		if err != nil {
			return nil, err
		}
		config.MaxConns, config.ConnConfig.Tracer = 2, h
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			return nil, err
		}
		t.Cleanup(pool.Close)
		return Open(t.Context(), Config{Pool: pool, Now: now})
	})
	for _, way := range ways {
		t.Run(way, func(t *testing.T) { flowtest.RunOn(t, "../../flow/testdata/"+way+"*.call", account.Sample(), engines) })
	}
	var more []asked
	for sql, args := range h.said {
		if table := regexp.MustCompile(`extflow_\w+`).FindString(sql); table != "" && !known[sql] && !strings.Contains(sql, "unnest(") && !strings.Contains(sql, "extflow_schema") {
			more = append(more, asked{table, sql, args})
		}
	}
	slices.SortFunc(more, func(a, b asked) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.sql, b.sql)) })
	return more
}

// hearer hears what is said to a database.
type hearer struct {
	mu   sync.Mutex
	said map[string][]any
}

func (h *hearer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said[q.SQL] = q.Args
	return ctx
}

func (h *hearer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

const plans = "PLANS.md"

// No statement of a call's way reads a table from end to end, however many calls
// there are, and also where the planner is left to itself. The plans are in PLANS.md.
func TestStatements_findTheirRowsByAKey(t *testing.T) {
	update := os.Getenv(flowtest.Update) != ""
	if update {
		t.Setenv(flowtest.Update, "") // the stories stay as they are
	} else {
		t.Parallel()
	}
	url := postgrestest.Database(t)
	s, err := Open(t.Context(), Config{URL: url, Conns: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	many, long := 30_000, os.Getenv("EXTFLOW_LONG") != ""
	if long {
		many = 1_000_000
	}
	fill(t, s, many)
	plain, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, plain.Close(context.WithoutCancel(t.Context()))) }()
	var version string
	require.NoError(t, plain.QueryRow(t.Context(), `SELECT split_part(current_setting('server_version'), '.', 1)`).Scan(&version))

	table := ""
	var doc strings.Builder
	fmt.Fprintf(&doc, `# How PostgreSQL %s carries out what a call needs

Every statement on a call's way through the store, as the server carries it out for a node: those that are this store's
own, and then by table those that it shares with SQLite's. What only inserts has nothing to find, and is left out. No
table is read from end to end; a test fails if one is, and its long form looks at a million calls. Between keys the
server chooses by what it has counted, so that a plan may differ from day to day where its statement does not.
`+"`EXTFLOW_UPDATE=1 go test ./storage/postgres -run TestStatements`"+` writes this file.
`, version)
	all := hot("node")
	for _, h := range append(all, ofTables(t, all)...) {
		require.NotContains(t, explain(t, plain, h.sql, h.args), "Seq Scan on extflow", "%s, by the planner alone", h.name)
		node, err := s.pool.Acquire(t.Context())
		require.NoError(t, err)
		plan := explain(t, node.Conn(), h.sql, h.args)
		if strings.HasPrefix(h.name, "extflow_") {
			plan = generic(t, node.Conn(), h.sql)
		}
		node.Release()
		require.NotContains(t, plan, "Seq Scan on extflow", h.name)
		switch {
		case !strings.HasPrefix(h.name, "extflow_"):
			fmt.Fprintf(&doc, "\n## %s\n\n```\n%s```\n", h.name, plan)
		case strings.Contains(plan, "Scan"):
			if h.name != table {
				table = h.name
				fmt.Fprintf(&doc, "\n## %s\n", table)
			}
			fmt.Fprintf(&doc, "\n```sql\n%s\n```\n```\n%s```\n", strings.ReplaceAll(h.sql, "\t", "  "), plan)
		}
	}
	if long {
		return // the server has more to choose between, and chooses otherwise here and there: by a key all the same
	}
	if update {
		require.NoError(t, os.WriteFile(plans, []byte(doc.String()), 0o644))
	}
	want, err := os.ReadFile(plans)
	require.NoError(t, err)
	if strings.HasPrefix(string(want), strings.SplitN(doc.String(), "\n", 2)[0]) { // else it is of another version
		require.Equal(t, besidePlans(string(want)), besidePlans(doc.String()), "run with EXTFLOW_UPDATE=1 and review the difference")
	}
}

// besidePlans is what a document of plans says beside the plans: what is carried out, and
// what it is called.
func besidePlans(doc string) string {
	return aPlan.ReplaceAllString(doc, "\n```\n")
}

var aPlan = regexp.MustCompile("(?s)\n```\n.*?\n```\n")

func explain(t *testing.T, c *pgx.Conn, sql string, args []any) string {
	t.Helper()
	rows, err := c.Query(t.Context(), `EXPLAIN (COSTS OFF) `+sql, args...)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(lines, "\n") + "\n"
}

// generic is the plan that a session makes once for all arguments.
func generic(t *testing.T, c *pgx.Conn, sql string) string {
	t.Helper()
	n := 0
	for strings.Contains(sql, fmt.Sprint("$", n+1)) {
		n++
	}
	arguments := ""
	if n > 0 {
		arguments = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", n), ", ") + ")"
	}
	_, err := c.Exec(t.Context(), `PREPARE explained AS `+sql)
	require.NoError(t, err)
	plan := explain(t, c, `EXECUTE explained`+arguments, nil)
	_, err = c.Exec(t.Context(), `DEALLOCATE explained`)
	require.NoError(t, err)
	return plan
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
		`INSERT INTO extflow_messages SELECT 'a' || i % 100, 'c' || i, 'team', '', '', i, 1, '', '', 'left', 0, 0, '' FROM generate_series(1, $1::int) i`,
		`INSERT INTO extflow_lines SELECT 'a' || i % 100, 'c' || i, 'support', i, i, 1, 0, '', '' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_waits SELECT 'a' || i % 100, 'support', i, i, 1 FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_agents SELECT 'a' || i % 100, 'agent' || i, 1000000 + i, '', 1, '{}' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_claims SELECT 'a' || i % 100, 1000000 + i, 'agent' || i, '', '', 0 FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_endpoints SELECT 'a' || i % 100, 'agent' || i, 'tel:+1' || i FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_spellings SELECT 'a' || i % 100, 'agent' || i, '' || (2222 + i) FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_members SELECT 'a' || i % 100, 'queue' || i % 7, 'agent' || i, i FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_numbers SELECT 'a' || i % 100, '+1' || i, 1, '{}' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_releases SELECT 'a' || i % 100, 'r' || i, i, '{}' FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_budgets SELECT 'a' || i % 100, 'guess +1' || i, '{}', i FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_past SELECT 'a' || i % 100, 'p' || i, i FROM generate_series(1, $1::int / 10) i`,
		`INSERT INTO extflow_forwards SELECT 'a' || i % 100, 'c' || i, '+1' || i FROM generate_series(1, $1::int / 10) i`,
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
