package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// statement is one that a commit sent.
type statement struct {
	sql  string
	args []any
}

// stored is what a webhook had stored: one commit, or several.
type stored []statement

// tracer notes what is sent to the database.
type tracer struct {
	mu   sync.Mutex
	all  int // statements, of any kind
	sent stored
}

func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all++
	if strings.Contains(q.SQL, "extflow_turns") || strings.Contains(q.SQL, "ON CONFLICT DO NOTHING") { // a commit, or a row for one to reserve by
		t.sent = append(t.sent, statement{q.SQL, q.Args})
	}
	return ctx
}

func (t *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// take is what was sent since it was asked before.
func (t *tracer) take() (all int, sent stored) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all, sent = t.all, t.sent
	t.all, t.sent = 0, nil
	return all, sent
}

// record is what the server stores for each webhook of each call, when they come one
// after another. The schema is called SCHEMA in it.
func (f *figures) record(b *testing.B, script []Call) [][]stored {
	b.Helper()
	seen := &tracer{}
	_, schema, handler, end := f.fresh(b, seen)
	defer end()
	server := httptest.NewServer(handler)
	defer server.Close()
	c, err := Dial(server.Listener.Addr().String(), 1, false)
	must(b, err)
	defer c.Close()
	seen.take()
	all := make([][]stored, len(script))
	for i, call := range script {
		for j := range call {
			_, err := c.Play([]Call{call[j : j+1]})
			must(b, err)
			n, sent := seen.take()
			if len(sent) == 0 {
				b.Fatalf("webhook %d of call %d stored nothing", j, i)
			}
			if i >= warm {
				f.trips += float64(n) / float64(counted*len(call))
			}
			for k := range sent {
				sent[k].sql = strings.ReplaceAll(sent[k].sql, schema, "SCHEMA")
			}
			all[i] = append(all[i], sent)
		}
	}
	return all
}

const load = `SELECT state, owed FROM "SCHEMA".extflow_calls WHERE account = $1 AND call = $2`

// loop sends what was recorded, n webhooks at once, and where loaded reads the call
// before each statement.
func (f *figures) loop(b *testing.B, name string, n int, sent [][]stored, loaded bool) {
	b.Helper()
	pool, schema, _, end := f.fresh(b, nil)
	defer end()
	l := &loop{pool: pool, loaded: loaded, schema: schema}
	f.slice(b, name, func(from, to int) error {
		failed := make([]error, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				for j := from + i; j < to && failed[i] == nil; j += n {
					failed[i] = l.play(sent[j])
				}
			})
		}
		all.Wait()
		return errors.Join(failed...)
	})
}

type loop struct {
	pool   *pgxpool.Pool
	loaded bool
	schema string
	named  sync.Map // a statement → the same in the schema
}

func (l *loop) in(sql string) string {
	if named, ok := l.named.Load(sql); ok {
		return named.(string)
	}
	named := strings.ReplaceAll(sql, "SCHEMA", l.schema)
	l.named.Store(sql, named)
	return named
}

// play sends a call's statements. The last of each webhook must store something.
func (l *loop) play(call []stored) error {
	for _, webhook := range call {
		for i, s := range webhook {
			why, err := l.send(s)
			if err != nil || why != 0 && i == len(webhook)-1 {
				return fmt.Errorf("what was recorded is not stored, for reason %d: %w", why, err)
			}
		}
	}
	return nil
}

func (l *loop) send(s statement) (why int, err error) {
	ctx := context.Background()
	if l.loaded {
		var state string
		var owed int16
		err := l.pool.QueryRow(ctx, l.in(load), "acme", s.call()).Scan(&state, &owed)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return 0, err
		}
	}
	rows, err := l.pool.Query(ctx, l.in(s.sql), s.args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var atom, now int64
	var agent string
	for rows.Next() {
		if err := rows.Scan(&atom, &why, &agent, &now); err != nil {
			return why, err
		}
	}
	return why, rows.Err()
}

// call is the id of the call that a statement is about: the first texts are its
// account and itself.
func (s statement) call() string {
	texts := 0
	for _, a := range s.args {
		if column, ok := a.([]string); ok {
			if texts++; texts == 2 {
				return column[0]
			}
		}
	}
	return ""
}
