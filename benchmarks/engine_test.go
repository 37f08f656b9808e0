package benchmarks

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// exchange is everything but a real carrier and a disk: the engine, the store in
// memory, and the simulated carrier with its telephones, in virtual time.
type exchange struct {
	carrier *sim.Carrier
	store   storage.Store
	turns   int
	legs    int
}

const office = number.E164("+12025550100")

func newExchange(tb testing.TB) *exchange {
	tb.Helper()
	ctx := tb.Context()
	x := &exchange{carrier: sim.New(sim.Config{})}
	x.store = memory.New(memory.Config{Now: x.carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store:    x.store,
		Carriers: map[string]adapter.Carrier{"sim": x.carrier},
		NewID:    func() string { x.legs++; return "leg " + strconv.Itoa(x.legs) },
		Observe: func(o extflow.Observed) {
			if o.Turn.Move.Ignored == 0 {
				x.turns++
			}
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	_, err = extflow.Install(ctx, x.store, extflow.Setup{
		Account:  "acme",
		Settings: Settings(flow.Place),
		Agents: []extension.Agent{
			{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}, Presence: extension.Available},
			{ID: "mary", Extension: "1002", Endpoints: []extension.Endpoint{{Address: "client:mary"}}, Presence: extension.Available},
		},
		Members: map[string][]string{"support": {"mary"}},
		Numbers: []number.Assignment{{Number: office, Entry: "main line"}},
	}, x.carrier.Now())
	if err != nil {
		tb.Fatal(err)
	}
	x.carrier.Attach(engine)
	x.carrier.Clockwork(func() (time.Time, bool) {
		at, ok, err := engine.Next(ctx)
		return at, ok && err == nil
	}, engine.Wake)
	x.carrier.Agent("client:mary").Set(sim.Takes, 3*time.Second)
	return x
}

// call is a whole call: silence, a wrong entry, an agent who does not answer, the
// queue, a member who takes the leg that is placed for the caller, a talk.
func (x *exchange) call(ctx context.Context, n int) error {
	phone, err := x.carrier.Dial(ctx, "+1415555"+strconv.Itoa(1000+n%9000), string(office), sim.Options{})
	if err != nil {
		return err
	}
	acts := []func() error{
		func() error { return x.carrier.Wait(ctx, digit) },
		func() error { return phone.Press(ctx, "9999") },
		func() error { return phone.Press(ctx, "1001") },
		func() error { return x.carrier.Wait(ctx, ring) },
		func() error { return x.carrier.Wait(ctx, 3*time.Second) },
		func() error { return x.carrier.Wait(ctx, time.Minute) },
		func() error { return x.carrier.Agent("client:mary").HangUp(ctx) },
		func() error { return x.carrier.Wait(ctx, 2*time.Minute) }, // what the caller left behind, and mary's wrap-up
	}
	for _, act := range acts {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// closed counts the calls that ended as they should.
func (x *exchange) closed(tb testing.TB) (talks int) {
	tb.Helper()
	for c, err := range x.store.Calls().List(tb.Context(), "acme", storage.Query{}) {
		if err != nil {
			tb.Fatal(err)
		}
		if c.Has(flow.Closed) && c.State.Result == flow.ResultAnswered {
			talks++
		}
	}
	return talks
}

func TestExchange_callsEndInATalk(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	for n := range 5 {
		if err := x.call(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if talks := x.closed(t); talks != 10 { // the caller's call, and the leg
		t.Fatalf("%d of 10 calls end in a talk", talks)
	}
	t.Logf("%d turns a call", x.turns/5)
}

// kept is how many calls a store takes in before a new one is begun: nothing
// removes finished calls, and the garbage collector walks them all.
const kept = 1000

// One operation is a call and its leg, every turn of both stored.
func BenchmarkSimulatedCall(b *testing.B) {
	ctx := b.Context()
	var x *exchange
	turns, n := 0, 0
	b.ReportAllocs()
	for ; b.Loop(); n++ {
		if n%kept == 0 {
			b.StopTimer()
			if x != nil {
				turns += x.turns
			}
			x = newExchange(b)
			b.StartTimer()
		}
		if err := x.call(ctx, n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(turns+x.turns)/float64(n), "turns/op")
}
