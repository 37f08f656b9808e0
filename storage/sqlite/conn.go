package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"

	"github.com/extflow/extflow/storage/internal/tables"
)

// link is the writing connection, with the statements that it has prepared. No
// statement is broken off: that would undo the others' too.
type link struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// numbered is a statement with SQLite's own way of numbering arguments, which every
// driver knows.
func numbered(sql string) string { return strings.ReplaceAll(sql, "$", "?") }

func (l *link) stmt(sql string) (*sql.Stmt, error) {
	if s := l.stmts[sql]; s != nil {
		return s, nil
	}
	s, err := l.conn.PrepareContext(context.Background(), numbered(sql))
	if err == nil {
		l.stmts[sql] = s
	}
	return s, err
}

func (l *link) exec(sql string) error {
	_, err := l.Exec(context.Background(), sql)
	return err
}

// Exec is part of tables.Conn. What defines tables is not kept prepared.
func (l *link) Exec(_ context.Context, sql string, args ...any) (int64, error) {
	if strings.HasPrefix(sql, "CREATE") {
		_, err := l.conn.ExecContext(context.Background(), sql)
		return 0, err
	}
	s, err := l.stmt(sql)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query is part of tables.Conn.
func (l *link) Query(_ context.Context, sql string, args ...any) (tables.Rows, error) {
	s, err := l.stmt(sql)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(context.Background(), args...)
	return rows{r}, err
}

func (l *link) close() error {
	var errs []error
	for _, s := range l.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, l.conn.Close())...)
}

// rows are a query's, closed as tables does it.
type rows struct{ *sql.Rows }

func (r rows) Close() { _ = r.Rows.Close() }

// reader reads on any of the other connections. It is safe for concurrent use.
type reader struct {
	db    *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newReader(db *sql.DB) *reader { return &reader{db: db, stmts: map[string]*sql.Stmt{}} }

func (r *reader) stmt(ctx context.Context, sql string) (*sql.Stmt, error) {
	r.mu.RLock()
	s := r.stmts[sql]
	r.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.stmts[sql]; s != nil {
		return s, nil
	}
	s, err := r.db.PrepareContext(ctx, numbered(sql))
	if err == nil {
		r.stmts[sql] = s
	}
	return s, err
}

// Exec is part of tables.Conn, and not what a reader does.
func (r *reader) Exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("sqlite: a reader does not write")
}

// Query is part of tables.Conn.
func (r *reader) Query(ctx context.Context, sql string, args ...any) (tables.Rows, error) {
	s, err := r.stmt(ctx, sql)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args...)
	return rows{found}, err
}

func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, s := range r.stmts {
		errs = append(errs, s.Close())
	}
	r.stmts = map[string]*sql.Stmt{}
	return errors.Join(errs...)
}
