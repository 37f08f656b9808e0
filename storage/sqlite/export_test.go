package sqlite

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Limit leaves the database so many pages more than it has, as a full disk does. It
// returns what makes room again.
func (s *Store) Limit(t *testing.T, more int) (room func()) {
	t.Helper()
	set := func(sql string) (n int) {
		err := s.w.between(func(l *link) error { return l.conn.QueryRowContext(t.Context(), sql).Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	set(fmt.Sprintf(`PRAGMA max_page_count = %d`, set(`PRAGMA page_count`)+more))
	return func() { set(`PRAGMA max_page_count = 1073741823`) }
}

// Do runs a statement on the writing connection, between two transactions.
func (s *Store) Do(t *testing.T, sql string) {
	t.Helper()
	err := s.w.between(func(l *link) error {
		_, err := l.conn.ExecContext(t.Context(), sql)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Statements are all that the store has prepared, but for the words of transactions.
func (s *Store) Statements(t *testing.T) []string {
	t.Helper()
	var all []string
	err := s.w.between(func(l *link) error {
		all = slices.Collect(maps.Keys(l.stmts))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.r.mu.RLock()
	defer s.r.mu.RUnlock()
	all = slices.AppendSeq(all, maps.Keys(s.r.stmts))
	return slices.DeleteFunc(all, func(sql string) bool { return !strings.Contains(sql, "extflow_") })
}

// Explain is how SQLite carries a statement out, a step a line, indented as they nest.
func (s *Store) Explain(t *testing.T, stmt string) string {
	t.Helper()
	var args []any
	for n := 1; strings.Contains(stmt, fmt.Sprint("$", n)); n++ {
		args = append(args, nil)
	}
	rows, err := s.db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+numbered(stmt), args...)
	if err != nil {
		t.Fatal(stmt, err)
	}
	defer rows.Close()
	var plan strings.Builder
	deep := map[int]int{0: -1}
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		deep[id] = deep[parent] + 1
		fmt.Fprintf(&plan, "%s%s\n", strings.Repeat("  ", deep[id]), step)
	}
	return plan.String()
}

// Text is what a query finds.
func (s *Store) Text(t *testing.T, sql string) (found string) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), sql).Scan(&found); err != nil {
		t.Fatal(err)
	}
	return found
}
