package benchmarks

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// BenchmarkOffers is how long it takes from an agent's talk being over, or the agent
// coming back, until a carrier is told to ring for the caller at the head of the line,
// in milliseconds: on one node, and where three share a database and each thing
// happens on another one. Beside it stands what one write costs, which sets an agent
// busy: how fast the machine and the store are by themselves at that moment.
//
//	go test -run '^$' -bench Offers -benchtime 200x .
func BenchmarkOffers(b *testing.B) {
	for _, kind := range kinds[:2] {
		b.Run(kind, func(b *testing.B) { offers(b, opened(b, kind)) })
	}
	for _, nodes := range []int{1, 3} {
		b.Run(fmt.Sprint("postgres/", nodes, "-nodes"), func(b *testing.B) { offers(b, shared(b, "postgres", nodes)...) })
	}
}

// ringer is a carrier that says which legs it is to place, on whichever node.
type ringer struct{ legs chan flow.Turn }

func (r ringer) Do(_ context.Context, t flow.Turn) error {
	if t.Move.Do.Kind == flow.Originate {
		r.legs <- t
	}
	return nil
}

func (ringer) Abilities() adapter.Abilities { return adapter.Abilities{Place: true} }

// floor is nodes at work, with callers in a line.
type floor struct {
	*testing.B
	nodes []*extflow.Engine
	at    int
	legs  chan flow.Turn
}

// next is the next node's turn to be asked.
func (f *floor) next() *extflow.Engine {
	f.at++
	return f.nodes[f.at%len(f.nodes)]
}

func (f *floor) must(err error) {
	if err != nil {
		f.Fatal(err)
	}
}

func (f *floor) presence(p extension.Presence) {
	f.must(f.next().SetPresence(f.Context(), "acme", "ada", p, ""))
}

// happens is something that a node is told of a leg.
func (f *floor) happens(t flow.Turn, what flow.What) flow.Turn {
	got, err := f.next().Handle(f.Context(), flow.Event{Call: t.Call, Re: t.Seq, Reply: true, What: what})
	f.must(err)
	return got
}

const beforehand = 100

func offers(b *testing.B, stores ...storage.Store) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	f := &floor{B: b, legs: make(chan flow.Turn, 1)}
	ended := make(chan error, len(stores))
	for _, s := range stores {
		e, err := extflow.New(extflow.Config{Store: s, Carriers: map[string]adapter.Carrier{"ringer": ringer{f.legs}}, Deadline: time.Minute})
		f.must(err)
		f.nodes = append(f.nodes, e)
	}
	_, err := extflow.Install(ctx, stores[0], extflow.Setup{
		Account: "acme",
		Settings: flow.Settings{
			Defaults: flow.Defaults{WrapUp: flow.None},
			Queues:   map[string]flow.Queue{"support": {MaxWait: 24 * time.Hour, MaxSize: 10_000, Announce: flow.Announce{Every: time.Hour}}},
		},
		Agents:  []extension.Agent{{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}, Presence: extension.Busy}},
		Members: map[string][]string{"support": {"ada"}},
		Numbers: []number.Assignment{{Number: office, Entry: "queue support"}},
	}, time.Now())
	f.must(err)
	for _, e := range f.nodes {
		go func() { ended <- e.Run(ctx) }()
	}
	for i := range beforehand + b.N {
		start := &flow.Info{Carrier: "ringer", Ref: fmt.Sprint(i), From: number.E164(fmt.Sprintf("+1415%07d", i)), To: office}
		_, err := f.next().Handle(ctx, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}})
		f.must(err)
	}
	var back, talked, write []time.Duration
	b.ResetTimer()
	for range b.N {
		began := time.Now()
		f.presence(extension.Available)
		leg := <-f.legs
		back = append(back, time.Since(began))
		leg = f.happens(leg, flow.What{Kind: flow.Answered, Yes: true})
		began = time.Now()
		f.happens(leg, flow.What{Kind: flow.AgentHungUp})
		leg = <-f.legs
		talked = append(talked, time.Since(began))
		began = time.Now()
		f.presence(extension.Busy)
		write = append(write, time.Since(began))
		f.must(f.next().Signal(ctx, flow.Event{Call: leg.Call, What: flow.What{Kind: flow.HungUp}}))
	}
	cancel()
	for range f.nodes {
		<-ended
	}
	for name, took := range map[string][]time.Duration{"back": back, "talked": talked, "write": write} {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
	}
	b.ReportMetric(0, "ns/op")
}
