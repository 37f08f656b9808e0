package sim_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

func TestFault_theSameSeedGivesTheSameFaults(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		d, c := newDesk(t, sim.Config{})
		var log string
		c.Observe(func(h sim.Happening) { log += fmt.Sprintln(h.At, h.What, h.Call, h.Phone, h.Note) })
		rough(t, d, c, seed, 5)
		return log
	}
	require.Equal(t, run(1), run(1))
	require.NotEqual(t, run(1), run(2))
}

// Whatever goes wrong, every call ends, nothing rings for nobody, and nobody holds
// an agent in the end.
func TestFault_whateverGoesWrongEveryCallEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		d, c := newDesk(t, sim.Config{})
		rough(t, d, c, seed, 12)
		c.Break(sim.Faults{})
		for _, p := range c.Phones() {
			require.NoError(t, p.HangUp(context.Background()))
		}
		_ = c.Wait(context.Background(), 8*time.Hour)
		for _, call := range d.sorted() {
			require.True(t, call.Has(flow.Closed), "seed %d: %s stands at %d", seed, call.ID, call.Phase)
			require.Empty(t, call.Agent())
		}
		require.Empty(t, c.Legs(), "seed %d", seed)
		more, err := c.SkipToNext(context.Background())
		require.NoError(t, err)
		require.False(t, more, "seed %d: something is still due", seed)
	}
}

// rough is callers and agents who act by chance, on a carrier with faults of every
// kind.
func rough(t *testing.T, d *desk, c *sim.Carrier, seed uint64, callers int) {
	t.Helper()
	ctx := context.Background()
	r := rand.New(rand.NewPCG(seed, 7))
	d.members = []string{"1001", "1003"}
	c.Break(sim.Faults{Seed: seed, Twice: 0.1, Lost: 0.1, Mute: 0.1, Swapped: 0.1, Late: 0.1, Do: 0.2})
	phones := []string{ada, adaCell, mary, switchb}
	manners := []sim.Manner{sim.RingsOut, sim.Takes, sim.Declines, sim.Voicemail, sim.Engaged, sim.Unreachable}
	for range callers {
		for _, p := range phones {
			c.Agent(p).Set(manners[r.IntN(len(manners))], time.Duration(r.IntN(25))*time.Second)
		}
		p, _ := c.Dial(ctx, caller, fmt.Sprintf("+1202555010%d", r.IntN(6)), sim.Options{})
		for range r.IntN(8) {
			a := c.Agent(phones[r.IntN(len(phones))])
			switch r.IntN(8) {
			case 0:
				_ = p.HangUp(ctx)
			case 1:
				_ = p.Speak(ctx, time.Duration(r.IntN(20))*time.Second)
			case 2:
				_ = a.Answer(ctx)
			case 3:
				_ = a.HangUp(ctx)
			case 4:
				_ = p.Press(ctx, []string{"1001", "1003", "*", "0", "12"}[r.IntN(5)])
			case 5:
				_ = a.Press(ctx, "1")
			default:
				_ = c.Wait(ctx, time.Duration(r.IntN(30_000))*time.Millisecond)
			}
			gone := c.Ringing()
			for _, g := range c.Legs() {
				if g.Call == g.Caller {
					require.False(t, g.Gone, "seed %d: %v rings for nobody", seed, gone)
				}
			}
		}
	}
}
