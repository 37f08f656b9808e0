package benchmarks

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// BenchmarkLine is what one caller more costs a line, in which ten and ten thousand
// others wait: to join, to learn the place, to be found at the head and to leave.
//
//	go test -run '^$' -bench Line -benchtime 500x .
func BenchmarkLine(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		for _, kind := range kinds {
			b.Run(fmt.Sprint(kind, "/", n), func(b *testing.B) { lineCosts(b, opened(b, kind), n) })
		}
	}
}

func lineCosts(b *testing.B, s storage.Store, n int) {
	ctx := b.Context()
	if err := s.Accounts().Put(ctx, storage.Account{ID: "acme"}); err != nil {
		b.Fatal(err)
	}
	book, err := flow.Compile(flow.Settings{Queues: map[string]flow.Queue{"support": {}}})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now().Add(-time.Hour)
	var all sync.WaitGroup
	for w := range 32 { // they came in an hour
		all.Go(func() {
			for i := w; i < n; i += 32 {
				at := began.Add(time.Hour * time.Duration(i) / time.Duration(n))
				if err := s.Calls().Commit(ctx, &visit(book, fmt.Sprint("w", i), at)[0]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	took := map[string]time.Duration{}
	timed := func(what string, f func() error) {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(what, err)
		}
		took[what] += time.Since(began)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		txns := visit(book, fmt.Sprint("more", i), time.Now())
		timed("join", func() error { return s.Calls().Commit(ctx, &txns[0]) })
		timed("place", func() error {
			p, err := s.Queues().Place(ctx, "acme", "support", txns[0].Changes[0].Now.ID)
			if err == nil && p.Position != n+1 {
				err = fmt.Errorf("the place is %d", p.Position)
			}
			return err
		})
		timed("head", func() error {
			w, err := s.Queues().Waiting(ctx, "acme", "support", 8, nil)
			if err == nil && w.Size != n+1 {
				err = fmt.Errorf("the size is %d", w.Size)
			}
			return err
		})
		timed("leave", func() error { return s.Calls().Commit(ctx, &txns[1]) })
	}
	for what, d := range took {
		b.ReportMetric(float64(d.Microseconds())/float64(b.N), what+"-µs")
	}
}

// visit is a caller who joins the queue support, and hangs up.
func visit(book *flow.Book, id string, at time.Time) (txns []storage.Txn) {
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: id}, From: number.E164("+14155550100"), To: office, Entry: "queue support"}
	var call flow.Call
	for _, whats := range [][]flow.What{
		{{Kind: flow.Arrived, Start: info}, {Kind: flow.Found, Class: extension.ClassAvailable}},
		{{Kind: flow.HungUp}},
	} {
		change := storage.Change{Was: call}
		for _, what := range whats {
			e := flow.Event{Call: info.Key, Re: call.Standing, Reply: what.Kind != flow.HungUp, At: at, What: what}
			next, move := book.Advance(call, e)
			change.Turns = append(change.Turns, flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move, Posts: book.Posts(call, next, e), Info: info})
			call = next
		}
		change.Now = call
		txns = append(txns, storage.Txn{Account: "acme", Changes: []storage.Change{change}})
	}
	return txns
}
