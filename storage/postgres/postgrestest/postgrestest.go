// Package postgrestest gives tests a PostgreSQL of their own: a throw-away cluster
// in a folder that is removed again, reached by a socket that nobody else may open.
//
// It starts what the machine has installed, under another user where the tests run
// as root, and never touches a server that is running already. Where PostgreSQL is
// not installed tests are skipped, and fail instead if EXTFLOW_STRICT is set.
//
// A test binary that uses Database stops the cluster at its end:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main{M: m}.Run()) }
package postgrestest

import (
	"context"
	"fmt"
	"os"
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
	made   map[string]bool // templates
	count  atomic.Int64
}

// start starts the cluster, once; a failure is everybody's.
func (c *cluster) start() (*Server, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil && c.err == nil {
		c.server, c.err = launch()
		c.made = map[string]bool{}
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
// furnish has furnished before. Furnish is called once for a name.
func Copy(t testing.TB, name string, furnish func(url string) error) string {
	t.Helper()
	s := start(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if !shared.made[name] {
		if err := s.admin(t, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize()+` TEMPLATE template0`); err != nil {
			t.Fatalf("postgrestest: %v", err)
		}
		if err := furnish(s.URL(name)); err != nil {
			t.Fatalf("postgrestest: furnishing %s: %v", name, err)
		}
		shared.made[name] = true
	}
	return s.database(t, name)
}

func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	if err := s.admin(t, `CREATE DATABASE `+name+` TEMPLATE `+pgx.Identifier{template}.Sanitize()); err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.admin(t, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	return s.URL(name)
}

// admin runs a statement in a database that no test uses.
func (s *Server) admin(t testing.TB, statement string) error {
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
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
