package memory_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// BenchmarkMillion has a million calls come in, and each of them key something once,
// all live at the same time: what one commit takes, and the bytes on the heap for a call
// that listens, with its turn and its place in the agenda.
//
//	go test ./storage/memory -run '^$' -bench Million -benchtime 1x -benchmem
//
// EXTFLOW_CALLS is another number of calls.
func BenchmarkMillion(b *testing.B) {
	n := 1_000_000
	if text := os.Getenv("EXTFLOW_CALLS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	book, err := flow.Compile(flow.Settings{Flows: map[string]flow.Flow{"desk": {}}, Mailboxes: map[string]flow.Mailbox{}})
	require.NoError(b, err)
	s, c := opened(b)
	before := heap()
	began := time.Now()
	for i := range n {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: fmt.Sprintf("%036d", i)}, Carrier: "twilio", Ref: fmt.Sprintf("CA%032d", i),
			From: number.E164("+1415" + strconv.Itoa(1_000_000+i)), To: "+12025550100", Entry: "flow desk", Release: "25027d1a"}
		step(b, s, book, flow.Call{}, flow.Event{Call: info.Key, At: c.Now(), Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}})
	}
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(n), "load-ns/call")
	b.ReportMetric(float64(heap()-before)/float64(n), "idle-B/call")
	began = time.Now()
	for i := range n {
		call, err := s.Calls().Load(b.Context(), flow.Key{Account: "acme", ID: fmt.Sprintf("%036d", i)})
		require.NoError(b, err)
		step(b, s, book, call, flow.Event{Call: call.Key, Re: call.Standing, At: c.Now(), Reply: true, What: flow.What{Kind: flow.Pressed}})
	}
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(n), "step-ns/call")
	b.ReportMetric(float64(heap()-before)/float64(n), "stepped-B/call")
	began = time.Now()
	runtime.GC()
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "gc-ms")
	runtime.KeepAlive(s)
	b.ReportMetric(0, "ns/op")
}

func step(b *testing.B, s storage.Store, book *flow.Book, was flow.Call, e flow.Event) {
	next, move := book.Advance(was, e)
	turn := flow.Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: move, Info: next.Info}
	err := s.Calls().Commit(b.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{{Was: was, Now: next, Turns: []flow.Turn{turn}}}})
	if err != nil {
		b.Fatal(err)
	}
}

// heap is what is in use, once what is not has been collected.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
