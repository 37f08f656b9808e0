package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// Migration is a step from one version of the schema to the next.
type Migration = tables.Migration

// Migrations are the steps of the schema, the first first, for a host that applies
// them with a tool of its own. Each belongs in one transaction with a row in
// extflow_schema, the table in which Open looks which have been applied:
//
//	CREATE TABLE extflow_schema (version BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)
func Migrations() []Migration {
	var all []Migration
	for _, m := range tables.Migrations(dialect) {
		if m.Version == 1 {
			m.SQL += tuning
		}
		all = append(all, m)
	}
	return all
}

// tuning is how PostgreSQL is to keep the tables. Rows that each turn changes are
// given room to be changed in place, without a change to any index.
const tuning = `
ALTER TABLE extflow_calls SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE extflow_due SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE extflow_duties SET (fillfactor = 50);
ALTER TABLE extflow_places SET (fillfactor = 50);
ALTER TABLE extflow_cursors SET (fillfactor = 10);
`

// migrationLock is the advisory lock under which one node at a time migrates.
const migrationLock = 0x657874666c6f77 // "extflow"

// migrate brings the schema up to date, or checks that somebody did.
func (s *Store) migrate(ctx context.Context, checkOnly bool) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if checkOnly {
			return tables.Check(ctx, conn{tx, &s.names})
		}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return err
		}
		if err := s.enter(ctx, tx); err != nil {
			return err
		}
		return s.steps(ctx, tx)
	})
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, storage.ErrNewer), errors.Is(err, storage.ErrOlder):
		return fmt.Errorf("postgres: %w", err)
	case errors.As(err, &pg) && pg.Code == "42P01" && checkOnly:
		return fmt.Errorf("postgres: %w; there is no table extflow_schema yet", storage.ErrOlder)
	case err != nil:
		return reached(err)
	}
	return nil
}

// enter makes the schema and has the transaction work in it.
func (s *Store) enter(ctx context.Context, tx pgx.Tx) error {
	if s.names.schema == "" {
		return nil
	}
	name := pgx.Identifier{s.names.schema}.Sanitize()
	if _, err := tx.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SET LOCAL search_path TO `+name)
	return err
}

// steps are those of the schema, and then PostgreSQL's own.
func (s *Store) steps(ctx context.Context, tx pgx.Tx) error {
	plain := conn{tx, &names{}}
	var fresh bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass('extflow_schema') IS NULL`).Scan(&fresh); err != nil {
		return err
	}
	var now int64
	if err := tx.QueryRow(ctx, askNow).Scan(&now); err != nil {
		return err
	}
	if err := tables.Migrate(ctx, plain, dialect, now); err != nil || !fresh {
		return err
	}
	for statement := range strings.SplitSeq(strings.TrimSpace(tuning), "\n") {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
