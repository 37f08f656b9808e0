package benchmarks

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// BenchmarkTimers is how late a live node is with callers' longest waits, in
// milliseconds: until the store has the turn that follows. Beside each of them stands
// a timer of Go's runtime for the same instant, which is how late this machine is by
// itself at that moment.
//
//	go test -run '^$' -bench Timers -benchtime 1x .
func BenchmarkTimers(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) { lateness(b, opened(b, kind)) })
	}
}

// idler is a carrier that says yes to everything.
type idler struct{}

func (idler) Do(context.Context, flow.Turn) error { return nil }

// watch notes how late things are.
type watch struct {
	mu          sync.Mutex
	calls, bare []time.Duration
	due         map[string]time.Time
	all         sync.WaitGroup
}

func (w *watch) note(late *[]time.Duration, by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*late = append(*late, by)
}

// observe is called after every turn is stored.
func (w *watch) observe(o extflow.Observed) {
	if o.Turn.Event.Kind != flow.Woke || o.Turn.Event.Clock != flow.WaitClock || o.Turn.Move.Ignored != 0 {
		return
	}
	w.mu.Lock()
	at := w.due[o.Call.ID]
	w.mu.Unlock()
	w.note(&w.calls, time.Since(at))
	w.all.Done()
}

// expect notes when a caller has waited for long enough.
func (w *watch) expect(c flow.Call) {
	at := time.Unix(0, c.Clocks[flow.WaitClock-1])
	w.mu.Lock()
	w.due[c.ID] = at
	w.mu.Unlock()
	w.all.Add(2)
	time.AfterFunc(time.Until(at), func() {
		w.note(&w.bare, time.Since(at))
		w.all.Done()
	})
}

func lateness(b *testing.B, store storage.Store) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	w := &watch{due: map[string]time.Time{}}
	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"idle": idler{}}, Observe: w.observe, Deadline: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	_, err = extflow.Install(ctx, store, extflow.Setup{
		Account: "acme",
		Settings: flow.Settings{
			Mailboxes: map[string]flow.Mailbox{"team": {}},
			Queues:    map[string]flow.Queue{"support": {MaxWait: 10 * time.Second, OnMaxWait: flow.ToVoicemail("team"), MaxSize: 1000}},
		},
		Agents:  []extension.Agent{{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}, Presence: extension.Busy}},
		Members: map[string][]string{"support": {"ada"}},
		Numbers: []number.Assignment{{Number: office, Entry: "queue support"}},
	}, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	const callers = 400
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range callers {
		<-tick.C
		start := &flow.Info{Carrier: "idle", Ref: fmt.Sprint(i), From: number.E164(fmt.Sprintf("+1415555%04d", i)), To: office}
		turn, err := engine.Handle(ctx, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}})
		if err != nil {
			b.Fatal(err)
		}
		call, err := store.Calls().Load(ctx, turn.Call)
		if err != nil {
			b.Fatal(err)
		}
		w.expect(call)
	}
	w.all.Wait()
	cancel()
	<-ended
	for name, late := range map[string][]time.Duration{"call": w.calls, "bare": w.bare} {
		slices.Sort(late)
		b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(late[len(late)*99/100].Microseconds())/1000, name+"-p99-ms")
	}
	b.ReportMetric(0, "ns/op")
}
