package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
	"github.com/extflow/extflow/storage/storagetest"
)

// Figures of the store, each a ratio within one run: repetitions in which every
// contestant has its turn, and medians of the ratios.
//
//	go test ./storage/postgres -run '^$' -bench Figures -benchtime 1x
//
// EXTFLOW_POSTGRES names a database to measure in place of a throw-away one, which
// leaves it to the system when what it wrote reaches a disk.

// desk is calls that each take a turn over and over.
type desk struct {
	s    *Store
	base flow.Call
	next []flow.Call
	n    atomic.Int64
}

const perWorker = 16

func newDesk(b testing.TB, workers int) *desk {
	b.Helper()
	url := os.Getenv("EXTFLOW_POSTGRES")
	if url == "" {
		url = postgrestest.Database(b)
	}
	s, err := Open(b.Context(), Config{URL: url, Conns: 16, Schema: "figures_" + strconv.FormatInt(time.Now().UnixNano(), 36)})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	require.NoError(b, s.Accounts().Put(b.Context(), storage.Account{ID: "acme"}))
	book, err := flow.Compile(flow.Settings{Flows: map[string]flow.Flow{"desk": {}}, Mailboxes: map[string]flow.Mailbox{}})
	require.NoError(b, err)
	d := &desk{s: s, next: make([]flow.Call, workers*perWorker)}
	for i := range d.next {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: fmt.Sprint("c", i)}, Carrier: "twilio", From: "+14155550100", To: "+12025550100", Entry: "flow desk"}
		e := flow.Event{Call: info.Key, At: s.clock.now(), Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}
		next, move := book.Advance(flow.Call{}, e)
		turn := flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move}
		require.NoError(b, s.Calls().Commit(b.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{{Now: next, Turns: []flow.Turn{turn}}}}))
		d.next[i] = next
	}
	return d
}

// txn is the next turn of a worker's calls.
func (d *desk) txn(worker, round int) (*storage.Txn, *flow.Call) {
	c := &d.next[worker*perWorker+round%perWorker]
	next := *c
	next.Rev++
	next.Standing = next.Rev
	next.Last += int64(time.Second)
	e := flow.Event{Call: next.Key, Re: c.Standing, Reply: true, At: time.Unix(0, next.Last), What: flow.What{Kind: flow.Pressed, Digits: "9999"}}
	turn := flow.Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: next.Now()}
	return &storage.Txn{Account: "acme", Changes: []storage.Change{{Was: *c, Now: next, Turns: []flow.Turn{turn}}}}, c
}

// measure has workers do something for a while, and is how often a second it was done.
func (d *desk) measure(b testing.TB, workers int, do func(ctx context.Context, t *storage.Txn) error) float64 {
	b.Helper()
	const long = 200 * time.Millisecond
	var all sync.WaitGroup
	var done atomic.Int64
	began := time.Now()
	for w := range workers {
		all.Go(func() {
			for i := 0; time.Since(began) < long; i++ {
				t, c := d.txn(w, i)
				if err := do(context.Background(), t); err != nil {
					b.Error(err)
					return
				}
				*c = t.Changes[0].Now
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// raw is the same statement by pgx alone, with parameters made before.
func (d *desk) raw(ctx context.Context, t *storage.Txn) error {
	w, err := tables.Derive(t, t.Changes[0].Now.Last)
	if err != nil {
		return err
	}
	p, _ := planned(w)
	args := batched("node", []plan{p})
	rows, err := d.s.pool.Query(ctx, d.s.names.in(statement(args.has)), args.args(1)...)
	if err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

// plain reads the call first, and does not gather.
func (d *desk) plain(ctx context.Context, t *storage.Txn) error {
	if _, err := d.s.Store.Calls().Load(ctx, t.Changes[0].Now.Key); err != nil {
		return err
	}
	return d.raw(ctx, t)
}

func (d *desk) stored(ctx context.Context, t *storage.Txn) error {
	return d.s.Calls().Commit(ctx, t)
}

func BenchmarkFigures(b *testing.B) {
	d := newDesk(b, 64)
	type contestant struct {
		name    string
		workers int
		do      func(context.Context, *storage.Txn) error
	}
	all := []contestant{
		{"store-1", 1, d.stored}, {"raw-1", 1, d.raw},
		{"store-8", 8, d.stored}, {"raw-8", 8, d.raw},
		{"store-64", 64, d.stored}, {"raw-64", 64, d.raw}, {"plain-64", 64, d.plain},
	}
	rates := map[string][]float64{}
	for range 10 {
		for _, i := range rand.Perm(len(all)) {
			c := all[i]
			rates[c.name] = append(rates[c.name], d.measure(b, c.workers, c.do))
		}
	}
	ratio := func(a, of string) float64 {
		var r []float64
		for i := 1; i < len(rates[a]); i++ { // the first is to get warm
			r = append(r, rates[a][i]/rates[of][i])
		}
		slices.Sort(r)
		return r[len(r)/2]
	}
	for _, c := range all {
		slices.Sort(rates[c.name])
		b.ReportMetric(rates[c.name][len(rates[c.name])/2], c.name+"/s")
	}
	b.ReportMetric(ratio("store-1", "raw-1"), "store:raw-1")
	b.ReportMetric(ratio("store-8", "raw-8"), "store:raw-8")
	b.ReportMetric(ratio("store-64", "plain-64"), "coalesced:plain-64")
	b.ReportMetric(0, "ns/op")
}

// go test ./storage/postgres -run ^$ -bench Spelled
func BenchmarkSpelled(b *testing.B) {
	s, err := Open(b.Context(), Config{URL: postgrestest.Database(b), Conns: 4})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	storagetest.Spelling(b, s, func() {
		_, err := s.pool.Exec(b.Context(), "ANALYZE")
		require.NoError(b, err)
	})
}
