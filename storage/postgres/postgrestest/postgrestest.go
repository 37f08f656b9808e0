//go:build unix

package postgrestest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Main runs a package's tests, and then stops the cluster that they shared. It can
// be handed to goleak.VerifyTestMain too.
type Main struct{ M *testing.M }

// Run runs the tests and returns the code to exit with.
func (m Main) Run() int {
	code := m.M.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "postgrestest:", err)
		code = max(code, 1)
	}
	return code
}

// shared is the cluster of a test process, started when it is first needed.
var shared cluster

type cluster struct {
	mu     sync.Mutex
	server *Server
	err    error
	models map[string]*model
	count  atomic.Int64
}

// start starts the cluster, once; a failure is everybody's.
func (c *cluster) start() (*Server, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil && c.err == nil {
		c.server, c.err = launch()
		c.models = map[string]*model{}
	}
	return c.server, c.err
}

func (c *cluster) stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return nil
	}
	return c.server.remove()
}

// Database is the URL of an empty database that no other test has. It is dropped
// when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	return start(t).database(t, "template0")
}

// Copy is the URL of a database of the test's own that is a copy of one which
// furnish has furnished before. Furnish is called once for a name. When the test
// ends, what it wrote into tables that furnish left empty is removed, and another
// test may get the database: that takes a tenth of the time that a new one does.
func Copy(t testing.TB, name string, furnish func(url string) error) string {
	t.Helper()
	s := start(t)
	m := shared.furnished(t, name, furnish)
	m.mu.Lock()
	n := len(m.free)
	var copied string
	if n > 0 {
		copied, m.free = m.free[n-1], m.free[:n-1]
	}
	m.mu.Unlock()
	if copied == "" {
		copied = s.create(t, name)
	}
	t.Cleanup(func() {
		if err := s.run(t, copied, empty, m.emptied); err != nil {
			t.Errorf("postgrestest: %v", err)
			return
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.free = append(m.free, copied)
	})
	return s.URL(copied)
}

// model is a database that others are copies of.
type model struct {
	mu      sync.Mutex
	made    bool
	emptied string   // the tables to empty, in a statement
	free    []string // copies that nobody uses
}

// furnished is the model of the name.
func (c *cluster) furnished(t testing.TB, name string, furnish func(url string) error) *model {
	t.Helper()
	c.mu.Lock()
	m := c.models[name]
	if m == nil {
		m = &model{}
		c.models[name] = m
	}
	c.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made {
		return m
	}
	err := c.server.run(t, "postgres", `CREATE DATABASE `+pgx.Identifier{name}.Sanitize()+` TEMPLATE template0`)
	if err == nil {
		err = furnish(c.server.URL(name))
	}
	if err == nil {
		m.emptied, err = c.server.emptying(t, name)
	}
	if err != nil {
		t.Fatalf("postgrestest: furnishing %s: %v", name, err)
	}
	m.made = true
	return m
}

// empty ends what a test left running in a database.
const empty = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

// emptying is the statement that empties the tables of a database that are empty now.
func (s *Server) emptying(t testing.TB, database string) (string, error) {
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		return "", err
	}
	type table struct{ Schema, Name string }
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, x := range tables {
		name := pgx.Identifier{x.Schema, x.Name}.Sanitize()
		var filled bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+name+`)`).Scan(&filled); err != nil {
			return "", err
		}
		if !filled {
			all.WriteString(`DELETE FROM ` + name + `; `)
		}
	}
	return all.String(), nil
}

func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name := s.create(t, template)
	t.Cleanup(func() {
		if err := s.run(t, "postgres", `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	return s.URL(name)
}

// create makes a database and returns its name. PostgreSQL copies a database for one
// at a time.
func (s *Server) create(t testing.TB, template string) string {
	t.Helper()
	s.copying.Lock()
	defer s.copying.Unlock()
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	if err := s.run(t, "postgres", `CREATE DATABASE `+name+` TEMPLATE `+pgx.Identifier{template}.Sanitize()); err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	return name
}

// run runs statements in a database.
func (s *Server) run(t testing.TB, database string, statements ...string) error {
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// start is the shared cluster, or the end of the test.
func start(t testing.TB) *Server {
	t.Helper()
	s, err := shared.start()
	missing(t, err)
	return s
}

// Start is a cluster of the test's own, for those that stop one. It is removed
// when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := launch()
	missing(t, err)
	t.Cleanup(func() {
		if err := s.remove(); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	return s
}
