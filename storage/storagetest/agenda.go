package storagetest

import (
	"fmt"
	"slices"
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
		{"no call is claimed twice at once, however short the lease", func(h *house) {
			h.ago(time.Hour)
			h.arrives("c1")
			require.Len(h, h.claim(0), 1)
		}},
		{"those who waited longest are claimed first", func(h *house) {
			h = h.alone()
			for i, ago := range []time.Duration{10, 50, 30, 40, 20} {
				h.ago(ago * time.Minute)
				h.arrives(fmt.Sprint("c", i))
			}
			var order []string
			for range 3 {
				got, err := h.store.Agenda().Claim(h.ctx, 2, time.Hour)
				require.NoError(h, err)
				var few []string
				for _, t := range got {
					few = append(few, t.Call.ID)
				}
				slices.Sort(few)
				order = append(order, few...)
			}
			require.Equal(h, []string{"c1", "c3", "c2", "c4", "c0"}, order)
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
