package postgres

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/extflow/extflow/storage/internal/tables"
)

// querier is a pool, a connection or a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// conn is a querier as a tables.Conn.
type conn struct {
	q     querier
	names *names
}

func (c conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := c.q.Exec(ctx, c.names.in(sql), args...)
	return tag.RowsAffected(), err
}

func (c conn) Query(ctx context.Context, sql string, args ...any) (tables.Rows, error) {
	return c.q.Query(ctx, c.names.in(sql), args...)
}

// names puts the schema before the names of our tables, so that statements mean
// the same through any pool and in any transaction.
type names struct {
	schema string
	known  sync.Map // statement → the same, with names in full
}

func (n *names) in(sql string) string {
	if n.schema == "" {
		return sql
	}
	if full, ok := n.known.Load(sql); ok {
		return full.(string)
	}
	full := strings.ReplaceAll(sql, "extflow_", pgx.Identifier{n.schema}.Sanitize()+".extflow_")
	n.known.Store(sql, full)
	return full
}

// database is the pool as a tables.DB.
type database struct{ *Store }

// View reads, again where the connection was one that had been cut meanwhile.
func (d database) View(ctx context.Context, f func(tables.Conn) error) error {
	return again(ctx, func() error { return f(conn{d.pool, &d.names}) })
}

// Update writes in a transaction, again where another had to go first.
func (d database) Update(ctx context.Context, f func(tables.Conn) error) error {
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error { return f(conn{tx, &d.names}) })
		if try == tries || !undone(err) {
			return err
		}
	}
}

func (d database) Now(ctx context.Context) (time.Time, error) { return d.clock.now(), ctx.Err() }

// within is a transaction of the host's as a tables.DB.
type within struct {
	*Store
	tx pgx.Tx
}

func (w within) View(ctx context.Context, f func(tables.Conn) error) error {
	return f(conn{w.tx, &w.names})
}

// Update writes behind a savepoint: what is refused leaves the host's transaction
// as it was.
func (w within) Update(ctx context.Context, f func(tables.Conn) error) error {
	return pgx.BeginFunc(ctx, w.tx, func(tx pgx.Tx) error { return f(conn{tx, &w.names}) })
}

func (w within) Now(ctx context.Context) (time.Time, error) { return w.clock.now(), ctx.Err() }
