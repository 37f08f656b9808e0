package postgres

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// BenchmarkTimers is how late clocks are seen to, in milliseconds: by the node that
// set them, beside bare timers; by another, where that one died before they went off; and by another
// after the end of the lease, where that one died while it attended to them.
//
//	go test ./storage/postgres -run '^$' -bench Timers -benchtime 1x
func BenchmarkTimers(b *testing.B) {
	url := furnished(b)
	open := func() *Store {
		s, err := Open(b.Context(), Config{URL: url})
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, s.Close()) })
		return s
	}
	one, other := open(), open()
	require.NoError(b, one.Accounts().Put(b.Context(), storage.Account{ID: "acme"}))
	const calls = 200
	report := func(name string, late []time.Duration) {
		slices.Sort(late)
		b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(late[len(late)*99/100].Microseconds())/1000, name+"-p99-ms")
	}
	live := armed(b, one, "live", calls)
	bare := bareTimers(one, live)
	report("live", attend(b, one, live))
	report("bare", bare())
	report("died", attend(b, other, armed(b, one, "died", calls)))

	due := armed(b, one, "leased", calls)
	const lease = 400 * time.Millisecond
	for claimed := 0; claimed < calls; {
		tickets, err := one.Agenda().Claim(b.Context(), 64, lease)
		require.NoError(b, err)
		for _, t := range tickets {
			due[t.Call] = one.clock.now().Add(lease)
		}
		claimed += len(tickets)
		<-time.After(time.Millisecond)
	}
	report("leased", attend(b, other, due))
	b.ReportMetric(0, "ns/op")
}

// armed stores calls whose clocks go off one after another, from soon after the last
// of them is stored.
func armed(b *testing.B, s *Store, name string, n int) map[flow.Key]time.Time {
	b.Helper()
	due := map[flow.Key]time.Time{}
	first := s.clock.now().Add(ahead)
	for i := range n {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: fmt.Sprint(name, i)}, To: "+12025550100"}
		at := first.Add(time.Duration(i*5) * time.Millisecond)
		c := flow.Call{Info: info, Rev: 1, Standing: 1, Last: s.clock.now().UnixNano()}
		c.Armed, c.Clocks[flow.StepClock-1] = flow.StepClock.Of(), at.UnixNano()
		turn := flow.Turn{Call: info.Key, Seq: 1, Event: flow.Event{Call: info.Key, What: flow.What{Kind: flow.Arrived}}}
		require.NoError(b, s.Calls().Commit(b.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{{Now: c, Turns: []flow.Turn{turn}}}}))
		due[info.Key] = at
	}
	require.True(b, s.clock.now().Before(first), "the calls are stored before the first is due")
	return due
}

// ahead is the time that storing them may take.
const ahead = 5 * time.Second

// bareTimers is how late timers of Go's runtime are for the same instants: what the
// machine itself is late at that moment.
func bareTimers(s *Store, due map[flow.Key]time.Time) (late func() []time.Duration) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var found []time.Duration
	for _, at := range due {
		all.Add(1)
		time.AfterFunc(at.Sub(s.clock.now()), func() {
			defer all.Done()
			mu.Lock()
			defer mu.Unlock()
			found = append(found, s.clock.now().Sub(at))
		})
	}
	return func() []time.Duration { all.Wait(); return found }
}

// attend claims what is due as an engine's Run does, and is how late each was.
func attend(b *testing.B, s *Store, due map[flow.Key]time.Time) (late []time.Duration) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	for len(late) < len(due) {
		tickets, err := s.Agenda().Claim(ctx, 32, time.Hour)
		require.NoError(b, err)
		for _, t := range tickets {
			if at, ok := due[t.Call]; ok {
				late = append(late, s.clock.now().Sub(at))
			}
		}
		if len(tickets) > 0 {
			continue
		}
		pause := time.Second
		if next, ok, err := s.Agenda().Next(ctx); err == nil && ok {
			pause = min(max(next.Sub(s.clock.now()), time.Millisecond), time.Second)
		}
		<-time.After(pause)
	}
	return late
}
