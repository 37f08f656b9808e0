package postgres

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// BenchmarkIdle is what a node holds of a call that listens, in bytes on the heap: its
// clock, as long as the call is live and this node set it, and the call as this node
// last saw it, of the latest so many alone. Other nodes, and a file of SQLite, hold
// nothing of it but what is stored: the row, in bytes too.
//
//	go test ./storage/postgres -run '^$' -bench Idle -benchtime 1x
func BenchmarkIdle(b *testing.B) {
	book, err := flow.Compile(flow.Settings{Flows: map[string]flow.Flow{"desk": {}}, Mailboxes: map[string]flow.Mailbox{}})
	require.NoError(b, err)
	at := time.Now()
	arrives := func(i int) flow.Call {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: fmt.Sprintf("%036d", i)}, Carrier: "twilio", Ref: fmt.Sprintf("CA%032d", i),
			From: number.E164(fmt.Sprint("+1415", 1_000_000+i)), To: "+12025550100", Entry: "flow desk", Release: "25027d1a"}
		c, _ := book.Advance(flow.Call{}, flow.Event{Call: info.Key, At: at, Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}})
		return c
	}
	const n = remembered
	m, t := newMemory(), newTimers()
	before := inUse()
	for i := range n {
		m.saw(arrives(i))
	}
	b.ReportMetric(float64(inUse()-before)/n, "remembered-B/call")
	before = inUse()
	for i := range n {
		wake, _, _ := arrives(i).Wake()
		t.set(flow.Key{Account: "acme", ID: fmt.Sprintf("%036d", i)}, wake.UnixNano())
	}
	b.ReportMetric(float64(inUse()-before)/n, "clock-B/call")
	row, err := json.Marshal(arrives(0))
	require.NoError(b, err)
	b.ReportMetric(float64(len(row)), "row-B/call")
	b.ReportMetric(2*n, "remembered-at-most")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(m)
	runtime.KeepAlive(t)
}

// inUse is the bytes on the heap, once what nobody has has been collected.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
