package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/sqlite"
)

// inMemory is the -db that is gone when the server stops.
const inMemory = "memory:"

// opened is the store that -db names.
type opened struct {
	store storage.Store
	says  string // of it, in a line
	close func() error
}

// open opens it. Now is the clock that it is to go by; nil is real time.
func (s *settings) open(ctx context.Context, now func() time.Time) (o opened, err error) {
	switch {
	case s.db == inMemory:
		o = opened{memory.New(memory.Config{Now: now}), "in memory, gone when the server stops", func() error { return nil }}
	case isPostgres(s.db):
		o, err = openPostgres(ctx, s.db, now)
	default:
		o, err = openSQLite(ctx, s.db, now)
	}
	if err != nil {
		return o, fmt.Errorf("-db (EXTFLOW_DB): %w", err)
	}
	return o, nil
}

func openSQLite(ctx context.Context, path string, now func() time.Time) (opened, error) {
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path, Now: now})
	if err != nil {
		return opened{}, err
	}
	return opened{s, "the file " + path + "; a restart goes on where it stopped", s.Close}, nil
}

// openPostgres opens a database that other servers may have open too. Without a
// clock of its own, all of them go by the database's.
func openPostgres(ctx context.Context, url string, now func() time.Time) (opened, error) {
	s, err := postgres.Open(ctx, postgres.Config{URL: url, Now: now})
	if err != nil {
		return opened{}, err
	}
	return opened{s, "PostgreSQL, which other servers may share; any of them carries on", s.Close}, nil
}

func isPostgres(db string) bool {
	return strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
}

// checkDB finds what is neither of them, for people who write another scheme.
func (s *settings) checkDB(fault func(string, ...any)) {
	if s.db == inMemory || isPostgres(s.db) {
		return
	}
	if u, err := url.Parse(s.db); err == nil && (len(u.Scheme) > 1 || s.db == "") { // one letter is a drive
		fault("-db (EXTFLOW_DB): %q; write a file's name, as in extflow.db, or postgres://…, or memory:", u.Redacted())
	}
}

// The note by which the simulator's clock goes on after a restart: what was written
// down by it must not be to come.
const (
	clockKind = "simulator"
	clockName = "clock"
)

// ahead is how far the simulator's clock was ahead of real time.
func ahead(ctx context.Context, store storage.Store, account string) (time.Duration, error) {
	n, err := store.Notes().Load(ctx, account, clockKind, clockName)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(string(n.Body))
}

// skipped writes down how far it is ahead now.
func (s *server) skipped(ctx context.Context, by time.Duration) error {
	notes := s.store.Notes()
	n, err := notes.Load(ctx, s.account, clockKind, clockName)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	n.Kind, n.Name, n.Body = clockKind, clockName, []byte(by.String())
	return notes.Put(ctx, s.account, n)
}
