// Package postgres keeps everything in PostgreSQL, for many nodes that share it.
//
// Open one Store in every process; there is nothing else to install and no node is
// special. A commit is one statement and one round trip, and where many commit at
// once a node sends them together. Deadlines are by the database's clock, which a
// node knows without asking. The node that set a clock fires it from its own
// memory; what a node leaves behind that died is taken over by the others.
package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// Config says where the database is. Give a URL, or a Pool of your own.
type Config struct {
	URL  string        // as in postgres://user:password@host/database, or key=value; what libpq reads, and its environment
	Pool *pgxpool.Pool // the host's own, in place of URL; Close leaves it open

	Schema string // where the tables are; the first of the search path. It is made where it is missing
	Conns  int    // the most connections to a URL: 4 for each of this machine's processors, at least 8

	// Pooled is for a URL that leads to PgBouncer or the like in transaction mode:
	// nothing is prepared, and no session is set up.
	Pooled bool

	// KeepSchema leaves the schema to the host, who applies Migrations with a tool of
	// its own: Open then only checks it.
	KeepSchema bool

	// Now is the clock of every deadline in place of the database's: for tests, or
	// for nodes whose clocks are one.
	Now func() time.Time
}

// Store is a storage.Store in PostgreSQL. It is safe for concurrent use. Close it.
type Store struct {
	*tables.Store
	pool  *pgxpool.Pool
	own   bool // the pool is ours to close
	names names
	node  string // which of the nodes this is, new with each Open
	clock *clock

	memory  *memory
	timers  *timers
	gather  gather
	working sync.WaitGroup
}

// Open connects to the database and brings its schema up to date, also where several
// nodes open it at once. Errors say what to do; those of the schema are
// storage.ErrNewer and, with KeepSchema, storage.ErrOlder.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{names: names{schema: c.Schema}, node: rand.Text()}
	if err := s.connect(ctx, c); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect gets a pool that reaches the database.
func (s *Store) connect(ctx context.Context, c Config) error {
	switch {
	case c.Pool != nil && c.URL != "":
		return errors.New("postgres: give a URL or a Pool, not both")
	case c.Pool != nil:
		s.pool = c.Pool
		return reached(s.pool.Ping(ctx))
	case c.URL == "":
		return errors.New("postgres: where is the database? Give a URL, as in postgres://user:password@host/database")
	}
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return fmt.Errorf("postgres: the URL makes no sense; write it as postgres://user:password@host/database: %w", err)
	}
	config.MaxConns = int32(max(8, 4*runtime.NumCPU()))
	if c.Conns > 0 {
		config.MaxConns = int32(c.Conns)
	}
	config.ConnConfig.RuntimeParams["application_name"] = "extflow"
	if c.Pooled {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
		config.ConnConfig.StatementCacheCapacity, config.ConnConfig.DescriptionCacheCapacity = 0, 0
	} else {
		config.AfterConnect = settle
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return reached(err)
	}
	s.own = true
	if err := s.pool.Ping(ctx); err != nil {
		s.pool.Close()
		return reached(err)
	}
	return nil
}

// settle sets a session up for statements that all find their rows by a key. A
// plan is made once, and goes by the keys whatever the planner thinks of a table
// that was empty when it looked.
func settle(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
		SET enable_mergejoin = off; SET jit = off`)
	return err
}

// prepare brings the schema up to date and reads the clock.
func (s *Store) prepare(ctx context.Context, c Config) error {
	if err := s.migrate(ctx, c.KeepSchema); err != nil {
		return err
	}
	s.clock = &clock{fixed: c.Now, ask: s.askTime}
	if err := s.clock.set(ctx); err != nil {
		return reached(err)
	}
	s.memory, s.timers = newMemory(), newTimers()
	s.gather.init(s)
	s.Store = tables.New(database{s}, dialect)
	return nil
}

var dialect = tables.Dialect{Name: "postgres", ForUpdate: " FOR UPDATE", SkipLocked: " SKIP LOCKED"}

// Close waits for what is being written and closes the connections, unless the pool
// is the host's. Its error is always nil.
func (s *Store) Close() error {
	s.working.Wait()
	if s.own {
		s.pool.Close()
	}
	return nil
}

// Calls keeps calls; it is a storage.Recaller too.
func (s *Store) Calls() storage.Calls { return calls{s.Store.Calls(), s} }

// Agenda says what is due, by the database's clock.
func (s *Store) Agenda() storage.Agenda { return agenda{s} }
