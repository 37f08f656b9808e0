package storagetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func agenda() []promise {
	return []promise{
		{"the clock goes on", func(h *house) {
			before := h.now()
			h.wait(20 * time.Millisecond)
			require.GreaterOrEqual(h, h.now().Sub(before), 20*time.Millisecond)
		}},
		{"a call whose clock went off is claimed", func(h *house) {
			h.ago(time.Hour)
			c := h.arrives("c1")
			got := h.claim(time.Minute)
			require.Len(h, got, 1)
			require.Equal(h, storage.Ticket{Call: c.Key, Rev: c.Rev, Fence: got[0].Fence}, got[0])
		}},
		{"a call whose clocks are all to come is not claimed", func(h *house) {
			h.arrives("c1")
			require.Empty(h, h.claim(time.Minute))
		}},
		{"a call is claimed when its clock goes off", func(h *house) {
			h.ago(2*time.Minute - h.moment()) // a listening call is asked for after two minutes
			h.arrives("c1")
			require.Empty(h, h.claim(time.Minute))
			h.wait(h.moment() + 100*time.Millisecond)
			require.Len(h, h.claim(time.Minute), 1)
		}},
		{"a clock that was moved does not go off at its old time", func(h *house) {
			h.ago(time.Hour)
			c := h.arrives("c1")
			h.past = false
			h.happens(&c, flow.What{Kind: flow.Pressed})
			require.Empty(h, h.claim(time.Minute))
		}},
		{"a call that is claimed is not claimed by others until the lease is over", func(h *house) {
			h.ago(time.Hour)
			h.arrives("c1")
			first := h.claim(h.moment())
			require.Len(h, first, 1)
			require.Empty(h, h.claim(h.moment()))
			h.wait(h.moment() + 50*time.Millisecond)
			again := h.claim(h.moment())
			require.Len(h, again, 1)
			require.Equal(h, first[0].Call, again[0].Call)
			require.Greater(h, again[0].Fence, first[0].Fence)
		}},
		{"a call that was committed since it was claimed can be claimed again", func(h *house) {
			h.ago(time.Hour)
			c := h.arrives("c1")
			require.Len(h, h.claim(time.Hour), 1)
			h.happens(&c, flow.What{Kind: flow.Pressed}) // in the past: its next clock went off too
			again := h.claim(time.Hour)
			require.Len(h, again, 1)
			require.Equal(h, c.Rev, again[0].Rev)
		}},
		{"what is owed is due at once", func(h *house) {
			h.arrives("c1")
			c2 := h.waits("c2")
			leg := h.offer(&c2, "l1", "ada")
			require.True(h, leg.Owed)
			got := h.claim(time.Minute)
			require.Len(h, got, 1)
			require.Equal(h, storage.Ticket{Call: leg.Key, Rev: leg.Rev, Owed: true, Fence: got[0].Fence}, got[0])
		}},
		{"what was delivered is owed no more, and that is no new revision", func(h *house) {
			leg := h.owed()
			h.settle(h.claim(time.Minute)...)
			leg.Owed = false
			h.same(leg, h.loaded(leg.ID))
			require.Empty(h, h.claim(time.Minute))
			h.happens(&leg, flow.What{Kind: flow.Answered})
			require.Len(h, h.turns(leg.ID), 2)
		}},
		{"a delivery that is settled late does not clear what is owed since", func(h *house) {
			leg := h.owed()
			late := h.claim(time.Minute)
			h.happens(&leg, flow.What{Kind: flow.Answered}) // the agent is to be asked to press 1
			h.settle(late...)
			require.True(h, h.loaded(leg.ID).Owed)
			require.Len(h, h.claim(time.Minute), 1)
		}},
		{"a claim that somebody else has by now cannot be settled", func(h *house) {
			leg := h.owed()
			late := h.claim(h.moment())
			h.wait(h.moment() + 50*time.Millisecond)
			require.Len(h, h.claim(time.Hour), 1)
			h.settle(late...)
			require.True(h, h.loaded(leg.ID).Owed)
			require.Empty(h, h.claim(time.Hour), "the second claim stands")
		}},
		{"a clock is claimed before a delivery, and then the delivery", func(h *house) {
			h.ago(time.Hour)
			c := h.waits("c1")
			h.offer(&c, "l1", "ada")
			leg := h.loaded("l1")
			got := h.claim(time.Hour)
			ticket := func(id string) (found storage.Ticket) {
				for _, t := range got {
					if t.Call.ID == id {
						found = t
					}
				}
				return found
			}
			require.False(h, ticket("l1").Owed, "the ring was over long ago")
			h.past = false
			h.happens(&leg, flow.What{Kind: flow.Woke, Clock: flow.StepClock, Report: flow.Alive})
			require.True(h, leg.Owed)
			got = h.claim(time.Hour)
			require.True(h, ticket("l1").Owed, "the leg is to be hung up")
		}},
		{"settling a clock ends the claim", func(h *house) {
			h.ago(time.Hour)
			h.arrives("c1")
			h.settle(h.claim(time.Hour)...)
			require.Len(h, h.claim(time.Hour), 1)
		}},
		{"settling what is unknown is nothing", func(h *house) {
			h.settle(storage.Ticket{Call: h.key("nobody"), Rev: 1, Owed: true, Fence: 1}, storage.Ticket{})
		}},
		{"a closed call needs no attention", func(h *house) {
			h.ago(time.Hour)
			c := h.arrives("c1")
			h.happens(&c, hungUp)
			require.Empty(h, h.claim(time.Minute))
		}},
		{"no more are claimed than were asked for", func(h *house) {
			h = h.alone()
			h.ago(time.Hour)
			for i := range 5 {
				h.arrives(fmt.Sprint("c", i))
			}
			for _, want := range []struct{ asked, got int }{{0, 0}, {2, 2}, {2, 2}, {2, 1}, {2, 0}} {
				got, err := h.store.Agenda().Claim(h.ctx, want.asked, time.Hour)
				require.NoError(h, err)
				require.Len(h, got, want.got)
			}
		}},
		{"a store says when it needs attention next", func(h *house) {
			h = h.alone()
			_, ok, err := h.store.Agenda().Next(h.ctx)
			require.NoError(h, err)
			require.False(h, ok, "nothing is under way")
			h.arrives("c1")
			soon := h.ring("c2", "ada")
			next, ok, err := h.store.Agenda().Next(h.ctx)
			require.NoError(h, err)
			wake, _, _ := soon.Wake()
			require.True(h, ok)
			require.WithinDuration(h, wake, next, time.Millisecond)
			h.happens(&soon, hungUp)
			first := h.loaded("c1")
			h.happens(&first, hungUp)
			_, ok, err = h.store.Agenda().Next(h.ctx)
			require.NoError(h, err)
			require.False(h, ok, "every call is closed")
		}},
		{"16 claim at once, and every due call is claimed once", claimedOnce},
	}
}

// claimedOnce has 16 nodes share the calls that are due.
func claimedOnce(h *house) {
	const due = 300
	h.ago(time.Hour)
	for i := range due {
		h.arrives(fmt.Sprint("due", i))
	}
	var mu sync.Mutex
	claims := map[string]int{}
	var nodes sync.WaitGroup
	for range 16 {
		nodes.Go(func() {
			for {
				got, err := h.store.Agenda().Claim(h.ctx, 7, time.Hour)
				if err != nil {
					h.Error(err)
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, t := range got {
					if t.Call.Account == acme {
						claims[t.Call.ID]++
					}
				}
				mu.Unlock()
			}
		})
	}
	nodes.Wait()
	require.Len(h, claims, due)
	for id, n := range claims {
		require.Equal(h, 1, n, id)
	}
}

// claim claims what is due of the account.
func (h *house) claim(lease time.Duration) (own []storage.Ticket) {
	h.Helper()
	got, err := h.store.Agenda().Claim(h.ctx, 1000, lease)
	require.NoError(h, err)
	for _, t := range got {
		if t.Call.Account == h.account {
			own = append(own, t)
		}
	}
	return own
}

func (h *house) settle(tickets ...storage.Ticket) {
	h.Helper()
	require.NoError(h, h.store.Agenda().Settle(h.ctx, tickets...))
}

// owed is a leg whose first turn is owed, alone in that.
func (h *house) owed() flow.Call {
	h.Helper()
	c := h.waits("c1")
	return h.offer(&c, "l1", "ada")
}
