package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/storagetest"
)

// A step of a call, as 64 who bring one each store it: through the writer, in a
// transaction for each, and by the same statements in the barest loop that gathers.
// go test ./storage/sqlite -run ^$ -bench Commit -benchtime 4000x -benchmem

const writers = 64

var body = strings.Repeat("x", 1200) // about as long as a call in JSON

func step(call string, rev uint32) *tables.Write {
	return &tables.Write{
		Account: "acme",
		Calls:   []tables.Call{{ID: call, Was: rev - 1, Rev: rev, State: body, At: int64(rev), Wake: int64(rev), Begun: 1}},
		Turns:   []tables.Turn{{Call: call, Seq: rev, Doc: body[:110]}},
	}
}

func BenchmarkCommit(b *testing.B) {
	for name, way := range map[string]func(*Store, chan work) func(*tables.Write) error{
		"gathered": func(s *Store, _ chan work) func(*tables.Write) error {
			return func(w *tables.Write) error {
				return s.Update(b.Context(), func(c tables.Conn) error { return w.Store(b.Context(), c, tables.Dialect{}) })
			}
		},
		"one by one": func(s *Store, _ chan work) func(*tables.Write) error {
			return func(w *tables.Write) error { return alone(b.Context(), s.db, w) }
		},
		"barest loop": func(_ *Store, jobs chan work) func(*tables.Write) error {
			return func(w *tables.Write) error {
				j := work{w, make(chan error, 1)}
				jobs <- j
				return <-j.done
			}
		},
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, way) })
	}
}

func benchmark(b *testing.B, way func(*Store, chan work) func(*tables.Write) error) {
	s, err := Open(b.Context(), Config{Path: filepath.Join(b.TempDir(), "extflow.db")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	_, err = s.db.Exec(`INSERT INTO extflow_accounts (account, rev, doc) VALUES ('acme', 1, '{}')`)
	require.NoError(b, err)
	jobs := make(chan work, 256)
	ended := make(chan error, 1)
	go func() { ended <- barest(s.db, jobs) }()
	commit := way(s, jobs)
	var who atomic.Int64
	b.SetParallelism(writers / 2) // on two processors
	b.ResetTimer()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		call := fmt.Sprint("call", who.Add(1))
		for rev := uint32(1); pb.Next(); rev++ {
			if err := commit(step(call, rev)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	close(jobs)
	require.NoError(b, <-ended)
}

// alone stores it in a transaction of its own.
func alone(ctx context.Context, db *sql.DB, w *tables.Write) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	l := &link{conn: conn, stmts: map[string]*sql.Stmt{}}
	for _, pragma := range []string{`PRAGMA synchronous = FULL`, `PRAGMA busy_timeout = 60000`, `BEGIN IMMEDIATE`} {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	if err := w.Store(ctx, l, tables.Dialect{}); err != nil {
		_, _ = conn.ExecContext(ctx, `ROLLBACK`)
		return err
	}
	for _, s := range l.stmts {
		_ = s.Close()
	}
	_, err = conn.ExecContext(ctx, `COMMIT`)
	return err
}

type work struct {
	w    *tables.Write
	done chan error
}

// barest gathers as the writer does, and knows no savepoint, no deadline and no error
// of a single job.
func barest(db *sql.DB, jobs <-chan work) error {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA synchronous = FULL`); err != nil {
		return err
	}
	l := &link{conn: conn, stmts: map[string]*sql.Stmt{}}
	for first := range jobs {
		some := []work{first}
		if err := l.exec(`BEGIN IMMEDIATE`); err != nil {
			return err
		}
		for i := 0; i < len(some); i++ {
			if err := some[i].w.Store(ctx, l, tables.Dialect{}); err != nil {
				return err
			}
			select {
			case j, ok := <-jobs:
				if ok {
					some = append(some, j)
				}
			default:
			}
		}
		if err := l.exec(`COMMIT`); err != nil {
			return err
		}
		for _, j := range some {
			j.done <- nil
		}
	}
	for _, s := range l.stmts {
		_ = s.Close()
	}
	return nil
}

// go test ./storage/sqlite -run ^$ -bench Spelled
func BenchmarkSpelled(b *testing.B) {
	s, err := Open(b.Context(), Config{Path: filepath.Join(b.TempDir(), "extflow.db")})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	storagetest.Spelling(b, s, nil)
}
