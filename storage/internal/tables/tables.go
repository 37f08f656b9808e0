// Package tables is what stores in SQL have in common: the schema, what a Txn
// writes, and the parts of storage.Store that read and write rows through a
// connection that somebody else opened. It knows no driver.
//
// A store brings a DB and overrides what it can do better: storage/sqlite gathers
// commits, storage/postgres makes one statement of them. Statements are written in
// the SQL that both read alike, with $1 for arguments; what differs is in Dialect.
package tables

import (
	"context"
	"time"
)

// Conn is a connection, or a transaction on one.
type Conn interface {
	// Exec returns how many rows the statement changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
}

// Rows are what a query found. They must be closed before the connection is used
// again.
type Rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close()
}

// DB is a database. It is safe for concurrent use.
type DB interface {
	// View has f read. What it reads may change between two of its statements.
	View(ctx context.Context, f func(Conn) error) error

	// Update has f write in one transaction: an error of f undoes all that it wrote
	// and is returned. The database may have f run again from the start.
	Update(ctx context.Context, f func(Conn) error) error

	// Now is the time by the clock of every deadline.
	Now(ctx context.Context) (time.Time, error)
}

// Dialect is where databases differ.
type Dialect struct {
	Name       string // "sqlite" or "postgres"
	ForUpdate  string // after a SELECT that keeps others from changing its rows: " FOR UPDATE"
	SkipLocked string // after that, to leave those out that others keep: " SKIP LOCKED"
}

// never is later than any instant.
const never = int64(^uint64(0) >> 1)

// nanos is an instant as rows have it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// instant is what nanos was given.
func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// bit is so or not, as rows have it.
func bit(so bool) int64 {
	if so {
		return 1
	}
	return 0
}

// one reads the only row that a query finds; false where it finds none.
func one(ctx context.Context, c Conn, sql string, args []any, into ...any) (bool, error) {
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(into...); err != nil {
		return false, err
	}
	return true, rows.Err()
}

// each has f read every row that a query finds.
func each(ctx context.Context, c Conn, sql string, args []any, f func(scan func(into ...any) error) error) error {
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
