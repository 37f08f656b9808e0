package extflow_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage/memory"
)

// ringer is a carrier that says which legs it is to place.
type ringer struct{ legs chan flow.Key }

func (p ringer) Do(_ context.Context, t flow.Turn) error {
	if t.Move.Do.Kind == flow.Originate {
		p.legs <- t.Call
	}
	return nil
}

func (p ringer) Abilities() adapter.Abilities { return adapter.Abilities{Place: true} }

// BenchmarkOffer_afterAnAgentFrees is how long it takes from an agent's becoming
// free until the carrier is told to ring for the caller at the head of the line,
// with Run going: p50 and p99, with so many callers in the line.
func BenchmarkOffer_afterAnAgentFrees(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { offersAfterFreeing(b, n) })
	}
}

func offersAfterFreeing(b *testing.B, n int) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	store, carrier := memory.New(memory.Config{}), ringer{make(chan flow.Key, 1)}
	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"test": carrier}, Deadline: time.Minute})
	require.NoError(b, err)
	setup := desk()
	setup.Settings.Queues["support"] = flow.Queue{MaxWait: 24 * time.Hour, MaxSize: 10_000, Announce: flow.Announce{Every: time.Hour}}
	setup.Agents[0].Presence = extension.Busy
	_, err = extflow.Install(ctx, store, setup, time.Now())
	require.NoError(b, err)
	for i := range n {
		turn, err := engine.Handle(ctx, arrival(number.E164(fmt.Sprintf("+1415%07d", i)), fmt.Sprint("CA", i)))
		require.NoError(b, err)
		_, err = engine.Handle(ctx, flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: pressed("*")})
		require.NoError(b, err)
	}
	ended := make(chan error)
	go func() { ended <- engine.Run(ctx) }()
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		require.NoError(b, engine.SetPresence(ctx, "acme", "ada", extension.Available, ""))
		leg := <-carrier.legs
		took = append(took, time.Since(began))
		require.NoError(b, engine.SetPresence(ctx, "acme", "ada", extension.Busy, ""))
		require.NoError(b, engine.Signal(ctx, flow.Event{Call: leg, What: flow.What{Kind: flow.HungUp}}))
	}
	cancel()
	<-ended
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}
