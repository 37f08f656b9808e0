// Package sqlite keeps everything in one file, or in a database that the host has
// open already. It needs nothing installed, and what it has said is stored is
// stored: a killed process and a power cut lose nothing that was acknowledged, on
// disks that tell the truth.
//
// One goroutine writes. It commits whatever has gathered while the commit before was
// on its way to the disk, and waits for nothing else; each Txn stands or falls on
// its own. Readers read beside it. The log is written back into the file by another
// connection. The file is for one process at a time, on a disk of its own machine:
// SQLite does not work on network disks.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite": SQLite in Go, without a C compiler

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// Config is what a Store works with. Either Path or DB is required.
type Config struct {
	Path string  // the file; it is made where there is none, but not its directory
	DB   *sql.DB // a database of the host's, in place of Path; Close leaves it open

	// Now is the clock of every deadline; nil is time.Now.
	Now func() time.Time

	// KeepSchema leaves the schema to the host, who applies Migrations. Open then
	// fails with storage.ErrOlder until that is done.
	KeepSchema bool
}

// Store is a storage.Store in SQLite. It is safe for concurrent use.
type Store struct {
	*tables.Store
	db   *sql.DB
	own  bool // Close closes db
	file string
	now  func() time.Time
	w    *writer
	r    *reader
}

var _ storage.Store = (*Store)(nil)

// Open opens the database and brings its schema up to date. It starts goroutines
// that Close ends. The errors tell what to do, and are ErrPath, ErrReadOnly,
// ErrNotDatabase, ErrCorrupt, ErrBusy, storage.ErrNewer or storage.ErrOlder where
// that is the matter.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{db: c.DB, own: c.DB == nil, now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.open(ctx, c); err != nil {
		return nil, errors.Join(explained(c.Path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, c Config) (err error) {
	if (c.Path == "") == (c.DB == nil) {
		return errors.New("sqlite: give Config a Path or a DB, one of them")
	}
	if s.own {
		if err := checkPath(c.Path); err != nil {
			return err
		}
		if s.db, err = sql.Open("sqlite", source(c.Path)); err != nil {
			return err
		}
		s.db.SetMaxOpenConns(connections)
		s.db.SetMaxIdleConns(connections)
	} else if most := s.db.Stats().MaxOpenConnections; most == 1 || most == 2 {
		return fmt.Errorf("sqlite: the database admits %d connections at once; it takes 3 at least (SetMaxOpenConns)", most)
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	s.w = newWriter(conn)
	if s.file, err = prepare(ctx, conn); err != nil {
		return err
	}
	if err := s.migrate(ctx, c.KeepSchema); err != nil {
		return err
	}
	s.r = newReader(s.db)
	s.Store = tables.New(s, dialect)
	s.w.start(s.db)
	return nil
}

var dialect = tables.Dialect{Name: "sqlite"}

// connections is how many connections a file of our own has: one writes, one
// writes the log back, the others read.
const connections = 10

// source is the data source of a file.
func source(path string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	u.RawQuery = url.Values{"_pragma": {"busy_timeout(5000)", "temp_store(memory)", "cache_size(-8192)"}}.Encode()
	return u.String()
}

// checkPath finds what SQLite would only call "unable to open".
func checkPath(path string) error {
	dir := filepath.Dir(path)
	if at, err := os.Stat(dir); err != nil || !at.IsDir() {
		return fmt.Errorf("%w: there is no directory %s; make it, or name another file", ErrPath, dir)
	}
	if at, err := os.Stat(path); err == nil && at.IsDir() {
		return fmt.Errorf("%w: %s is a directory; name a file in it", ErrPath, path)
	}
	return nil
}

// patience is how long the writing connection waits for another process.
const patience = `PRAGMA busy_timeout = 5000`

// prepare sets the writing connection up, and returns the database's file.
func prepare(ctx context.Context, conn *sql.Conn) (file string, err error) {
	var n, name string
	if err := conn.QueryRowContext(ctx, `SELECT seq, name, file FROM pragma_database_list WHERE name = 'main'`).Scan(&n, &name, &file); err != nil {
		return "", err
	}
	if file == "" {
		return "", fmt.Errorf("%w: a database without a file is another one for each connection; storage/memory keeps everything in memory", ErrPath)
	}
	var mode string
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode = WAL`).Scan(&mode); err != nil {
		return file, err
	}
	if mode != "wal" {
		return file, fmt.Errorf("%w: its journal stays in mode %s; it must be wal", ErrReadOnly, mode)
	}
	for _, pragma := range []string{`PRAGMA synchronous = FULL`, patience, `PRAGMA wal_autocheckpoint = 0`, `PRAGMA secure_delete = ON`} {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return file, err
		}
	}
	return file, check(ctx, conn, file)
}

// checkedSize is up to which size a file is checked page by page when it is opened.
const checkedSize = 64 << 20

// check sees that the file is whole, where that takes little time.
func check(ctx context.Context, conn *sql.Conn, file string) error {
	if at, err := os.Stat(file); err != nil || at.Size() > checkedSize {
		return nil
	}
	var found string
	if err := conn.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, found)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context, keep bool) error {
	if keep {
		return s.w.run(func(c tables.Conn) error { return tables.Check(ctx, c) })
	}
	return s.w.run(func(c tables.Conn) error { return tables.Migrate(ctx, c, dialect, s.now().UnixNano()) })
}

// Close ends the store. What was acknowledged is in the file; commits under way are
// waited for, later ones fail.
func (s *Store) Close() error {
	var errs []error
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	if s.r != nil {
		errs = append(errs, s.r.close())
	}
	if s.own && s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// Now is the time by the store's clock: a wall clock's reading, so that it can be
// compared with times that were written down.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	return s.now().Round(0).UTC(), ctx.Err()
}

// View is part of tables.DB.
func (s *Store) View(ctx context.Context, f func(tables.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.said(f(s.r))
}

// Update is part of tables.DB.
func (s *Store) Update(ctx context.Context, f func(tables.Conn) error) error {
	return s.said(s.w.do(ctx, f))
}

// said is an error with what can be done about it. One that says that the file is
// damaged is remembered.
func (s *Store) said(err error) error {
	if !damaged(err) {
		return explained(s.file, err)
	}
	err = explained(s.file, err)
	s.w.damage.CompareAndSwap(nil, &err)
	return *s.w.damage.Load()
}

// Subjects erases from the file, too: what rows were is overwritten with zeros when they
// change or go, and the log beside the file ends when something was erased, at once or
// as soon as nobody reads in it.
func (s *Store) Subjects() storage.Subjects { return subjects{s.Store.Subjects(), s} }

type subjects struct {
	storage.Subjects
	store *Store
}

func (s subjects) Erase(ctx context.Context, account string, n number.E164) (storage.Erased, error) {
	gone, err := s.Subjects.Erase(ctx, account, n)
	if gone != (storage.Erased{}) {
		s.store.w.back.erased.Store(true)
		s.store.w.back.empty(s.store.w)
	}
	return gone, err
}

// Migration is a step from one version of the schema to the next.
type Migration = tables.Migration

// Migrations are all steps, for hosts that apply them with a tool of their own and
// set Config.KeepSchema. Each must be recorded in the table extflow_schema, as Open
// does it.
func Migrations() []Migration { return tables.Migrations(dialect) }
