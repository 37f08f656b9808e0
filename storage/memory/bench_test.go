package memory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/storagetest"
)

// A life is a call's changes from the first ring to the last, drawn up before the
// clock of a benchmark starts. The account keeps finished calls for no time, so
// that lives can be lived again and a store does not grow with b.N.

type life []storage.Txn

// lives are n calls that key an extension, ring the agent of theirs, talk and end:
// five commits, six turns, a reservation taken and freed, two posts.
func lives(b *testing.B, s storage.Store, c *clock, agent string, n int) []life {
	b.Helper()
	book, err := flow.Compile(flow.Settings{Flows: map[string]flow.Flow{"desk": {}}, Mailboxes: map[string]flow.Mailbox{}})
	require.NoError(b, err)
	a, err := s.Directory().Put(b.Context(), "acme", extension.Agent{ID: agent, Endpoints: []extension.Endpoint{{Address: "client:" + agent}}})
	require.NoError(b, err)
	found := flow.What{Kind: flow.Found, Class: extension.ClassAvailable, Party: a.Party()}
	all := make([]life, n)
	for i := range all {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: fmt.Sprintf("%s-%d", agent, i)}, From: "+14155550100", To: "+12025550100", Entry: "flow desk"}
		var call flow.Call
		for _, events := range [][]flow.Event{
			{{Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}},
			{{Reply: true, What: flow.What{Kind: flow.Pressed}}},
			{{Reply: true, What: flow.What{Kind: flow.Pressed, Digits: "1001"}}, {Reply: true, What: found}},
			{{ID: "answered", What: flow.What{Kind: flow.Answered}}},
			{{ID: "gone", What: flow.What{Kind: flow.HungUp}}},
		} {
			change := storage.Change{Was: call}
			for _, e := range events {
				e.Call, e.At = info.Key, c.Now()
				if e.Kind == flow.Pressed {
					e.Re = call.Standing
				}
				next, move := book.Advance(call, e)
				require.Zero(b, move.Ignored)
				turn := flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move, Posts: book.Posts(call, next, e), Info: info}
				change.Turns = append(change.Turns, turn)
				call = next
			}
			change.Now = call
			all[i] = append(all[i], storage.Txn{Account: "acme", Changes: []storage.Change{change}})
		}
	}
	return all
}

func opened(b *testing.B) (*memory.Store, *clock) {
	b.Helper()
	c := newClock()
	s := memory.New(memory.Config{Now: c.Now})
	require.NoError(b, s.Accounts().Put(b.Context(), storage.Account{ID: "acme", KeepCalls: 1}))
	return s, c
}

const commitsOfALife = 5

func BenchmarkCommit(b *testing.B) {
	s, c := opened(b)
	all := lives(b, s, c, "ada", 1024)
	c.Pass(time.Second)
	ctx := context.Background()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t := &all[i/commitsOfALife%len(all)][i%commitsOfALife]
		if err := s.Calls().Commit(ctx, t); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommit_turn stores turns that concern their call alone, eight of a call.
func BenchmarkCommit_turn(b *testing.B) {
	s, c := opened(b)
	ctx := context.Background()
	template := lives(b, s, c, "ada", 1)[0][1].Changes[0]
	var change storage.Change
	turns := make([]flow.Turn, 1)
	t := storage.Txn{Account: "acme", Changes: make([]storage.Change, 1)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		change = template
		if i%8 == 0 {
			b.StopTimer()
			s, _ = opened(b)
			first := lives(b, s, c, "ada", 1)[0][0]
			if err := s.Calls().Commit(ctx, &first); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		change.Was.Rev, change.Now.Rev = uint32(i%8)+1, uint32(i%8)+2
		turns[0] = template.Turns[0]
		turns[0].Seq = change.Now.Rev
		change.Turns = turns
		t.Changes[0] = change
		if err := s.Calls().Commit(ctx, &t); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommit_parallel(b *testing.B) {
	s, c := opened(b)
	var worker atomic.Int32
	all := make([][]life, 64)
	for i := range all {
		all[i] = lives(b, s, c, fmt.Sprint("agent", i), 256)
	}
	c.Pass(time.Second)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		own := all[worker.Add(1)-1]
		for i := 0; pb.Next(); i++ {
			if err := s.Calls().Commit(context.Background(), &own[i/commitsOfALife%len(own)][i%commitsOfALife]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	s, c := opened(b)
	ctx := context.Background()
	all := lives(b, s, c, "ada", 50_000)
	keys := make([]flow.Key, len(all))
	for i := range all {
		keys[i] = all[i][0].Changes[0].Now.Key
		if err := s.Calls().Commit(ctx, &all[i][0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Calls().Load(ctx, keys[i%len(keys)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClaim claims and settles one of 50,000 calls that have clocks.
func BenchmarkClaim(b *testing.B) {
	s, c := opened(b)
	ctx := context.Background()
	for _, l := range lives(b, s, c, "ada", 50_000) {
		if err := s.Calls().Commit(ctx, &l[0]); err != nil {
			b.Fatal(err)
		}
	}
	c.Pass(24 * time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		tickets, err := s.Agenda().Claim(ctx, 1, time.Hour)
		if err != nil || len(tickets) != 1 {
			b.Fatal(len(tickets), err)
		}
		if err := s.Agenda().Settle(ctx, tickets...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLine is what one caller more costs a line of 100 and of 10,000: to
// join, to learn the place, to be at the head, and to leave.
func BenchmarkLine(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, c := opened(b)
			book, err := flow.Compile(flow.Settings{Queues: map[string]flow.Queue{"support": {}}})
			require.NoError(b, err)
			for i := range n {
				joins := waitingCaller(b, book, c, fmt.Sprint("w", i))[0]
				require.NoError(b, s.Calls().Commit(b.Context(), &joins))
			}
			joins := make([][]storage.Txn, 512)
			for i := range joins {
				joins[i] = waitingCaller(b, book, c, fmt.Sprint("more", i))
			}
			c.Pass(time.Second)
			ctx := context.Background()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				t := joins[i%len(joins)]
				if err := s.Calls().Commit(ctx, &t[0]); err != nil {
					b.Fatal(err)
				}
				if p, err := s.Queues().Place(ctx, "acme", "support", t[0].Changes[0].Now.ID); err != nil || p.Position != n+1 {
					b.Fatal(p, err)
				}
				if w, err := s.Queues().Waiting(ctx, "acme", "support", 8, nil); err != nil || w.Size != n+1 {
					b.Fatal(w.Size, err)
				}
				if err := s.Calls().Commit(ctx, &t[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// waitingCaller is a caller who joins the queue support, and hangs up.
func waitingCaller(b *testing.B, book *flow.Book, c *clock, id string) []storage.Txn {
	b.Helper()
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: id}, From: "+14155550100", To: "+12025550100", Entry: "queue support"}
	available := flow.What{Kind: flow.Found, Class: extension.ClassAvailable}
	var call flow.Call
	var txns []storage.Txn
	for _, events := range [][]flow.Event{
		{{Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}, {Reply: true, What: available}},
		{{What: flow.What{Kind: flow.HungUp}}},
	} {
		change := storage.Change{Was: call}
		for _, e := range events {
			e.Call, e.At = info.Key, c.Now()
			next, move := book.Advance(call, e)
			require.Zero(b, move.Ignored)
			change.Turns = append(change.Turns, flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move, Posts: book.Posts(call, next, e), Info: info})
			call = next
		}
		change.Now = call
		txns = append(txns, storage.Txn{Account: "acme", Changes: []storage.Change{change}})
	}
	return txns
}

func BenchmarkSpelled(b *testing.B) {
	storagetest.Spelling(b, memory.New(memory.Config{}), nil)
}
