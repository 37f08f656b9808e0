package storagetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func deliveries() []promise {
	return []promise{
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
	}
}

// owed is a leg whose first turn is owed, alone in that.
func (h *house) owed() flow.Call {
	h.Helper()
	c := h.waits("c1")
	return h.offer(&c, "l1", "ada")
}
