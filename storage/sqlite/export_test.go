package sqlite

import (
	"fmt"
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
