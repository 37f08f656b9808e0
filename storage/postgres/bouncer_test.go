package postgres_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
	"github.com/extflow/extflow/storage/storagetest"
)

// bounced is where PgBouncer, in transaction mode, leads to the database of a URL.
func bounced(t *testing.T, url string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("EXTFLOW_STRICT") != "" {
			t.Fatal("PgBouncer is not installed: on Debian, apt-get install pgbouncer")
		}
		t.Skip("PgBouncer is not installed: on Debian, apt-get install pgbouncer")
	}
	dir, err := os.MkdirTemp("", "bouncer")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o777)) // it does not run as root
	database := strings.ReplaceAll(between(url, "host=", "&"), "%2F", "/")
	ini := filepath.Join(dir, "pgbouncer.ini")
	require.NoError(t, os.WriteFile(ini, []byte(fmt.Sprintf(`[databases]
* = host=%s user=postgres
[pgbouncer]
unix_socket_dir = %s
listen_port = 5432
auth_type = any
pool_mode = transaction
default_pool_size = 4
`, database, dir)), 0o644))
	args := []string{ini}
	if os.Getuid() == 0 {
		args = append([]string{"-u", "postgres"}, args...)
	}
	bouncer := exec.Command(program, args...)
	require.NoError(t, bouncer.Start())
	t.Cleanup(func() { _ = bouncer.Process.Kill(); _ = bouncer.Wait() })
	require.Eventually(t, func() bool {
		c, err := net.Dial("unix", filepath.Join(dir, ".s.PGSQL.5432"))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 20*time.Second, 5*time.Millisecond, "it listens")
	return strings.Replace(url, "host="+between(url, "host=", "&"), "host="+strings.ReplaceAll(dir, "/", "%2F"), 1)
}

func TestPooled_nodesWorkBehindPgBouncer(t *testing.T) {
	t.Parallel()
	url := bounced(t, postgrestest.Database(t))
	n := make([]node, 2)
	for i := range n { // which makes the schema too
		n[i] = node{store: opened(t, postgres.Config{URL: url, Pooled: true}), phone: &phone{}}
		var err error
		n[i].engine, err = extflow.New(extflow.Config{
			Store: n[i].store, Carriers: map[string]adapter.Carrier{"sim": n[i].phone}, Deadline: 20 * time.Second,
		})
		require.NoError(t, err)
	}
	_, err := extflow.Install(t.Context(), n[0].store, desk(), time.Now())
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 16 { // more than the four connections that there are
		all.Go(func() {
			turn := n[i%2].arrives(t, fmt.Sprint("CA", i))
			turn = n[(i+1)%2].then(t, turn, pressed("9999"))
			turn = n[i%2].then(t, turn, pressed("1001"))
			turn = n[(i+1)%2].then(t, turn, flow.What{Kind: flow.HungUp})
			if turn.Move.Do.Kind != flow.Hangup {
				t.Errorf("call %d goes on: %v", i, turn)
			}
		})
	}
	all.Wait()
	require.Empty(t, agentOf(t, n[0], "ada").Duty.HeldBy)
	require.NoError(t, n[0].engine.Wake(t.Context()))
	next, _, err := n[0].store.Agenda().Next(t.Context())
	require.NoError(t, err)
	require.NotZero(t, next)
}

func TestPooled_keepsEveryPromiseBehindPgBouncer(t *testing.T) {
	t.Parallel()
	if os.Getenv("EXTFLOW_LONG") == "" {
		t.Skip("in the long form: make long")
	}
	storagetest.Run(t, func(t *testing.T) storagetest.Harness {
		c := newClock()
		return storagetest.Harness{Store: opened(t, postgres.Config{URL: bounced(t, database(t)), Pooled: true, Now: c.Now}), Pass: c.Pass}
	})
}
