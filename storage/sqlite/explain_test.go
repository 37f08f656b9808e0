package sqlite_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/sqlite"
)

const plans = "PLANS.md"

// ways are stories that go every way that a call has through the store: what they
// need is what PLANS.md shows.
var ways = []string{"guessing-across", "menu-lets", "overflow-to", "queue-announces", "queue-t", "supervisor-moves", "voicemail-w", "whoever"}

// No statement of a call's way reads a table from end to end, however many calls there
// are: neither as SQLite plans by itself, nor where it has counted what is there.
func TestStatements_findTheirRowsByAKey(t *testing.T) {
	many := 5_000
	if os.Getenv("EXTFLOW_LONG") != "" {
		many = 1_000_000
	}
	update := os.Getenv(flowtest.Update) != ""
	t.Setenv(flowtest.Update, "")
	s := open(t, sqlite.Config{})
	fill(t, s, many)
	needed := wayOf(t)
	var doc strings.Builder
	doc.WriteString(`# How SQLite carries out what a call needs

Every statement that calls need on their way through the store, and how SQLite finds its rows: SEARCH is by a key. What
only inserts has nothing to find, and is left out. No table is read from end to end, and none for all that an account
has of it; a test fails if one is, and its long form looks at a million calls.
` + "`EXTFLOW_UPDATE=1 go test ./storage/sqlite -run TestStatements`" + ` writes this file.
`)
	table := ""
	for _, stmt := range needed {
		plan := s.Explain(t, stmt)
		require.Empty(t, scans(stmt, plan), stmt)
		if plan == "" {
			continue
		}
		if of := tableOf(stmt); of != table {
			table = of
			fmt.Fprintf(&doc, "\n## %s\n", table)
		}
		fmt.Fprintf(&doc, "\n```sql\n%s\n```\n```\n%s```\n", strings.ReplaceAll(stmt, "\t", "  "), plan)
	}
	s.Do(t, `ANALYZE`)
	for _, stmt := range needed {
		require.Empty(t, scans(stmt, s.Explain(t, stmt)), "counted: %s", stmt)
	}
	if update {
		require.NoError(t, os.WriteFile(plans, []byte(doc.String()), 0o644))
	}
	want, err := os.ReadFile(plans)
	require.NoError(t, err)
	require.Equal(t, string(want), doc.String(), "run with EXTFLOW_UPDATE=1 and review the difference")
}

// widely are the tables of which some statements read all that an account has, with
// why that is right.
var widely = map[string]string{
	"FROM extflow_agents WHERE account = $1":                                "a change that was refused is looked at in the whole directory, and who names a leaver as successor is looked for",
	"FROM extflow_claims WHERE account = $1 ORDER BY extension":             "the whole directory, too",
	"FROM extflow_claims WHERE account = $1 AND (agent = $2 OR successor =": "the extensions that a leaver had, and those that lead to them",
	"FROM extflow_numbers WHERE account = $1 ORDER BY number":               "the list of an account's numbers, which is asked for as a whole",
	"FROM extflow_budgets WHERE account = $1 AND purse LIKE $2":             "the same",
	"FROM extflow_messages WHERE account = $1 AND caller = $2":              "what is exported or erased of one number is looked for, seldom",
}

// onlyByAKey sees that no statement at all reads a table from end to end, nor all that
// an account has of it, but for those that are meant to.
func onlyByAKey(t *testing.T, asked map[string]bool) {
	t.Helper()
	require.NotEmpty(t, asked)
	s := open(t, sqlite.Config{})
	for stmt := range asked {
		meant := false
		for part := range widely {
			meant = meant || strings.Contains(stmt, part)
		}
		if !meant {
			require.Empty(t, scans(stmt, s.Explain(t, stmt)), stmt)
		}
	}
}

// wayOf is every statement that the stories need, by table, and what finds a name.
func wayOf(t *testing.T) []string {
	t.Helper()
	all := map[string]bool{tables.SpelledSQL: true}
	for _, told := range tell(t, ways...) {
		for _, stmt := range told.store.Statements(t) {
			all[stmt] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(tableOf(a), tableOf(b)), cmp.Compare(a, b)) })
}

var tableName = regexp.MustCompile(`extflow_\w+`)

// tableOf is the table that a statement is about: the first that it names.
func tableOf(stmt string) string { return tableName.FindString(stmt) }

var reading = regexp.MustCompile(`(SCAN|SEARCH) (\w+)(.*)`)

// scans are the steps of a plan that read a table from end to end, or all that an
// account has of it: not what reads the few rows of a query of its own, nor what stops
// at the first entries of an index.
func scans(stmt, plan string) (bad []string) {
	own := func(table string) bool {
		return table == "CONSTANT" || strings.Contains(plan, "CO-ROUTINE "+table) || strings.Contains(plan, "MATERIALIZE "+table)
	}
	few := strings.Contains(stmt, "LIMIT") || strings.Contains(stmt, "MAX(")
	for _, step := range reading.FindAllStringSubmatch(plan, -1) {
		whole, rest := step[1] == "SCAN", step[3]
		loose := strings.HasSuffix(rest, " (account=?)") && !strings.Contains(rest, "extflow_accounts") && !strings.Contains(rest, "extflow_cursors")
		if (whole || loose) && !own(step[2]) && !(few && strings.Contains(rest, "INDEX")) {
			bad = append(bad, step[0])
		}
	}
	return bad
}

// fill makes so many live calls, each with two turns, a clock, and what else a call
// may leave in every table.
func fill(t *testing.T, s *sqlite.Store, calls int) {
	t.Helper()
	people := []string{"accounts", "cursors", "waits", "agents", "claims", "members", "endpoints", "spellings", "duties", "places", "numbers", "releases"} // of whom there are fewer
	for table, row := range map[string]string{
		"accounts":  `'a' || i, 1, '{}'`,
		"cursors":   `'a' || i, 0`,
		"calls":     `'a' || i % 100, 'c' || i, 3, 0, i, 0, '+1' || i, '+12025550100', '{}', '', ''`,
		"due":       `'a' || i % 100, 'c' || i, 1000000 + i, 1000000 + i, '', 0`,
		"turns":     `'a' || i % 100, 'c' || i, 1, '{}'`,
		"events":    `'a' || i % 100, 'c' || i, 'e1'`,
		"feed":      `'a' || i % 100, i, 'c' || i, 1, i, '{}'`,
		"messages":  `'a' || i % 100, 'c' || i, 'team', '', '', i, 1, '', '', 'left', 0, 0, ''`,
		"lines":     `'a' || i % 100, 'c' || i, 'support', i, i, 1, 0, '', ''`,
		"waits":     `'a' || i % 100, 'support', i, i, 1`,
		"agents":    `'a' || i % 100, 'agent' || i, '' || i, '', 1, '{}'`,
		"claims":    `'a' || i % 100, '' || i, 'agent' || i, '', '', 0`,
		"members":   `'a' || i % 100, 'support', 'agent' || i, i`,
		"endpoints": `'a' || i % 100, 'agent' || i, 'tel:+1' || i`,
		"spellings": `'a' || i % 100, 'agent' || i, '' || (2222 + i)`,
		"duties":    `'a' || i % 100, 'agent' || i, 'available', '', '', 0, 0, 0, 0`,
		"places":    `'a' || i % 100, 'tel:+1' || i, ''`,
		"numbers":   `'a' || i % 100, '+1' || i, 1, '{}'`,
		"releases":  `'a' || i % 100, 'r' || i, i, '{}'`,
		"budgets":   `'a' || i % 100, '+1' || i, '{}', i`,
	} {
		many := calls
		if slices.Contains(people, table) {
			many = calls / 10
		}
		s.Do(t, `INSERT INTO extflow_`+table+` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < `+strconv.Itoa(many)+`) SELECT `+row+` FROM n`)
	}
}
