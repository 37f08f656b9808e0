package webhook

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// BenchmarkPostgres is how many webhooks a second a whole server answers on PostgreSQL,
// beside a loop that only sends what the server has to store: the very statements of
// its commits, recorded before, by pgx alone. Loaded is that loop where it reads the
// call before each of them. Allocations are those of the process, the client's too.
//
//	go test -run '^$' -bench Postgres -benchtime 1x ./webhook
//
// EXTFLOW_POSTGRES names a database to measure in place of a throw-away one, which
// leaves it to the system when what it wrote reaches a disk.
func BenchmarkPostgres(b *testing.B) {
	f := &figures{url: os.Getenv("EXTFLOW_POSTGRES"), rates: map[string][]float64{}, allocs: map[string]float64{}}
	if f.url == "" {
		f.url = postgrestest.Database(b)
	}
	script := record(b, warm+counted)
	sent := f.record(b, script)
	type contestant struct {
		name string
		run  func(b *testing.B, name string, n int)
	}
	all := []contestant{
		{"webhook", func(b *testing.B, name string, n int) { f.serve(b, name, n, script) }},
		{"raw", func(b *testing.B, name string, n int) { f.loop(b, name, n, sent, false) }},
		{"loaded", func(b *testing.B, name string, n int) { f.loop(b, name, n, sent, true) }},
	}
	const repetitions = 5
	for range repetitions {
		for _, n := range crowds {
			for _, i := range rand.Perm(len(all)) {
				all[i].run(b, fmt.Sprint(all[i].name, "-", n), n)
			}
		}
	}
	f.report(b)
}

// A server or a loop takes so many calls in a repetition. The first ring every desk
// once, and are not counted.
const (
	warm    = desks
	counted = 512
)

// crowds are how many webhooks are under way at once.
var crowds = []int{8, 64}

// figures are those of a run, and the database that they are taken on.
type figures struct {
	url    string
	rates  map[string][]float64 // webhooks of a second, by contestant and repetition
	allocs map[string]float64   // of a webhook, in the latest repetition
	trips  float64              // statements of a webhook, read or written
}

// fresh is a pool, and a server on a store in a schema of its own, until end. Whoever
// watches is told every statement.
func (f *figures) fresh(b *testing.B, watch pgx.QueryTracer) (pool *pgxpool.Pool, schema string, server http.Handler, end func()) {
	b.Helper()
	schema = fmt.Sprint("webhooks_", time.Now().UnixNano())
	config, err := pgxpool.ParseConfig(f.url)
	must(b, err)
	config.MaxConns = 16
	config.ConnConfig.Tracer = watch
	for _, planner := range []string{"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"} { // as the store sets up a session
		config.ConnConfig.RuntimeParams[planner] = "off"
	}
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	pool, err = pgxpool.NewWithConfig(b.Context(), config)
	must(b, err)
	store, err := postgres.Open(b.Context(), postgres.Config{Pool: pool, Schema: schema})
	must(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	tw, err := newOffice(ctx, store)
	must(b, err)
	mux := http.NewServeMux()
	mux.Handle("/twilio/", tw)
	return pool, schema, mux, func() {
		cancel()
		must(b, store.Close())
		_, err := pool.Exec(b.Context(), `DROP SCHEMA `+schema+` CASCADE`)
		must(b, err)
		pool.Close()
	}
}

// serve has the server answer the webhooks.
func (f *figures) serve(b *testing.B, name string, n int, script []Call) {
	b.Helper()
	_, _, handler, end := f.fresh(b, nil)
	defer end()
	server := httptest.NewServer(handler)
	defer server.Close()
	c, err := Dial(server.Listener.Addr().String(), n, false)
	must(b, err)
	defer c.Close()
	f.slice(b, name, func(from, to int) error {
		_, err := c.Play(script[from:to])
		return err
	})
}

// slice plays the first calls, and measures how fast the others go.
func (f *figures) slice(b *testing.B, name string, play func(from, to int) error) {
	b.Helper()
	must(b, play(0, warm))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	must(b, play(warm, warm+counted))
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	const webhooks = 6 * counted
	f.rates[name] = append(f.rates[name], webhooks/took.Seconds())
	f.allocs[name] = float64(after.Mallocs-before.Mallocs) / webhooks
}

func (f *figures) report(b *testing.B) {
	for _, n := range crowds {
		own := fmt.Sprint("webhook-", n)
		for _, loop := range []string{"raw", "loaded"} {
			other := fmt.Sprint(loop, "-", n)
			var ratios []float64
			for i, rate := range f.rates[own] {
				ratios = append(ratios, rate/f.rates[other][i])
			}
			b.Logf("webhook to %s at %d: %.2f [%.2f to %.2f]", loop, n, median(ratios), slices.Min(ratios), slices.Max(ratios))
			b.ReportMetric(median(ratios), fmt.Sprint("webhook:", other))
			b.ReportMetric(median(f.rates[other]), other+"/s")
		}
		b.ReportMetric(median(f.rates[own]), own+"/s")
		b.ReportMetric(f.allocs[own]-f.allocs[fmt.Sprint("raw-", n)], fmt.Sprint("allocs-above-raw-", n))
	}
	b.ReportMetric(f.trips, "statements/webhook")
	b.ReportMetric(0, "ns/op")
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
