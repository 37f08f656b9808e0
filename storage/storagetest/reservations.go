package storagetest

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

func reservations() []promise {
	return []promise{
		{"a call that rings an agent reserves it", func(h *house) {
			h.ring("c1", "ada")
			require.Equal(h, "c1", h.found("ada").Duty.HeldBy)
			require.True(h, h.found("ada").Duty.HeldUntil.After(h.now()), "there is a lease")
			require.Equal(h, extension.ClassBusy, h.class("1001"))
			require.Equal(h, extension.ClassAvailable, h.class("1002"))
		}},
		{"an agent whom another call reserves is refused by name, and nothing changes", func(h *house) {
			h.ring("c1", "ada")
			before := h.snapshot()
			h.taken(h.try(h.ringing("c2", "ada")), "ada")
			require.Equal(h, before, h.snapshot())
		}},
		{"an agent is free again when the ring, the talk or the call is over", func(h *house) {
			c1 := h.ring("c1", "ada")
			h.happens(&c1, flow.What{Kind: flow.Unanswered})
			require.Empty(h, h.found("ada").Duty.HeldBy)
			c2 := h.ring("c2", "ada")
			h.happens(&c2, flow.What{Kind: flow.Answered})
			require.Equal(h, "c2", h.found("ada").Duty.HeldBy)
			h.happens(&c2, flow.What{Kind: flow.AgentHungUp})
			require.Empty(h, h.found("ada").Duty.HeldBy)
			c3 := h.ring("c3", "ada")
			h.happens(&c3, hungUp)
			require.Empty(h, h.found("ada").Duty.HeldBy)
			require.Equal(h, extension.ClassAvailable, h.class("1001"))
		}},
		{"what a refused commit would have freed stays reserved", func(h *house) {
			c1 := h.ring("c1", "ada")
			h.ring("c2", "grace")
			before := h.snapshot()
			gone := h.draft(c1, hungUp)
			h.taken(h.try(gone, h.ringing("c3", "grace")), "grace")
			require.Equal(h, before, h.snapshot())
			h.taken(h.try(h.ringing("c4", "ada")), "ada")
		}},
		{"an agent passes from one call to another in one commit", func(h *house) {
			c1 := h.ring("c1", "ada")
			h.stores(h.ringing("c2", "ada"), h.draft(c1, hungUp))
			require.Equal(h, "c2", h.found("ada").Duty.HeldBy)
		}},
		{"two calls of one commit cannot reserve the same agent", func(h *house) {
			before := h.snapshot()
			h.taken(h.try(h.ringing("c1", "ada"), h.ringing("c2", "ada")), "ada")
			require.Equal(h, before, h.snapshot())
			require.Empty(h, h.found("ada").Duty.HeldBy)
		}},
		{"two agents who share a telephone are one reservation", func(h *house) {
			h.agent("desk", "1004", "tel:+12025550111", "client:desk")
			c1 := h.ring("c1", "ada")
			require.Equal(h, extension.ClassBusy, h.class("1004"))
			h.taken(h.try(h.ringingOf("c2", h.found("desk"))), "desk")
			h.happens(&c1, hungUp)
			require.Equal(h, extension.ClassAvailable, h.class("1004"))
			h.stores(h.ringingOf("c2", h.found("desk")))
			require.Equal(h, extension.ClassBusy, h.class("1001"))
		}},
		{"an endpoint that a call does not ring is not reserved", func(h *house) {
			a := h.found("ada")
			a.Endpoints = []extension.Endpoint{{Address: "client:ada", Via: "sim"}, {Address: "tel:+12025550116", Via: "other"}}
			a, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			h.agent("desk", "1004", "tel:+12025550116")
			h.stores(h.arriving("c1", "ada", available(a.PartyVia("sim"))))
			require.Equal(h, extension.ClassAvailable, h.class("1004"))
			h.stores(h.ringingOf("c2", h.found("desk")))
		}},
		{"a call that rings the same agent elsewhere reserves where it rings now", func(h *house) {
			h.stores(h.arriving("c1", "ada again", available(h.found("ada").Party())))
			h.moves("ada", "tel:+12025550116")
			c := h.loaded("c1")
			h.happens(&c, flow.What{Kind: flow.Unanswered}, available(h.found("ada").Party()))
			require.True(h, h.reached("+12025550116"))
			require.False(h, h.reached("+12025550111"))
			require.Equal(h, "c1", h.found("ada").Duty.HeldBy)
		}},
		{"a telephone that rings stays reserved when it becomes another agent's", func(h *house) {
			c1 := h.ring("c1", "ada")
			h.moves("ada", "client:ada")
			h.moves("mary", "tel:+12025550111")
			require.Equal(h, extension.ClassBusy, h.class("1003"))
			h.taken(h.try(h.ringing("c2", "mary")), "mary")
			h.happens(&c1, hungUp)
			h.stores(h.ringing("c2", "mary"))
		}},
		{"a member who rings elsewhere is not free for a queue", func(h *house) {
			h.ring("c1", "ada")
			h.moves("ada", "client:ada")
			h.moves("mary", "tel:+12025550111")
			require.Equal(h, []string{"grace"}, h.free())
		}},
		{"an agent who is removed and added again during a call is still reserved", func(h *house) {
			c1 := h.ring("c1", "ada")
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			h.agent("ada", "", "client:ada")
			require.Equal(h, "c1", h.found("ada").Duty.HeldBy)
			h.taken(h.try(h.ringing("c2", "ada")), "ada")
			h.happens(&c1, hungUp)
			require.Empty(h, h.found("ada").Duty.HeldBy)
		}},
		{"a caller is known to call from where somebody is rung", func(h *house) {
			h.agent("desk", "1004", "sip:desk@pbx.example.com", "tel:+12025550115")
			c1 := h.ringingOf("c1", h.found("desk"))
			require.False(h, h.reached("+12025550115"))
			h.stores(c1)
			require.True(h, h.reached("+12025550115"))
			require.True(h, h.reached("sip:desk@PBX.example.com;transport=tls"))
			require.False(h, h.reached("+12025550111"), "nobody rings ada")
			require.False(h, h.reached(""), "a withheld number is nobody's")
			h.stores(h.draft(c1.Now, hungUp))
			require.False(h, h.reached("+12025550115"))
		}},
		{"of 64 callers who want the same agent one gets it", func(h *house) {
			drafts, errs := make([]storage.Change, 64), make([]error, 64)
			for i := range drafts {
				drafts[i] = h.ringing(fmt.Sprint("w", i), "ada")
			}
			var all sync.WaitGroup
			for i := range drafts {
				all.Go(func() { errs[i] = h.try(drafts[i]) })
			}
			all.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				h.taken(err, "ada")
			}
			require.Equal(h, 1, won)
		}},
		{"an agent whom 64 callers want again and again is never in two calls", contended},
	}
}

// contended has 64 callers ring the same agent, and hang up when they got through.
func contended(h *house) {
	rings, over := make([]storage.Change, 64), make([]storage.Change, 64)
	for i := range rings {
		rings[i] = h.ringing(fmt.Sprint("w", i), "ada")
		over[i] = h.draft(rings[i].Now, hungUp)
	}
	var all sync.WaitGroup
	var holders, got, twice atomic.Int32
	for i := range rings {
		all.Go(func() {
			for h.ctx.Err() == nil {
				if err := h.try(rings[i]); err != nil {
					continue
				}
				if holders.Add(1) > 1 {
					twice.Add(1)
				}
				got.Add(1)
				holders.Add(-1)
				if h.try(over[i]) != nil {
					h.Error("the caller could not hang up")
				}
				return
			}
		})
	}
	all.Wait()
	require.Zero(h, twice.Load())
	require.EqualValues(h, 64, got.Load(), "every caller gets through in the end")
	require.Empty(h, h.found("ada").Duty.HeldBy)
}

// taken sees that a commit was refused for agents whom other calls reserve.
func (h *house) taken(err error, agents ...string) {
	h.Helper()
	var taken *storage.TakenError
	require.ErrorAs(h, err, &taken)
	require.ElementsMatch(h, agents, taken.Agents)
}

// ringingOf is a new call that rings any agent, not stored yet.
func (h *house) ringingOf(id string, a extension.Agent) storage.Change {
	h.Helper()
	return h.arriving(id, "ada", available(a.Party()))
}

// reached reports whether an address is one that a call rings.
func (h *house) reached(address number.E164) bool {
	h.Helper()
	yes, err := h.store.Directory().Reached(h.ctx, h.account, address)
	require.NoError(h, err)
	return yes
}

// moves gives an agent another endpoint in place of those it has.
func (h *house) moves(agent, address string) {
	h.Helper()
	a := h.found(agent)
	a.Endpoints = []extension.Endpoint{{Address: address}}
	_, err := h.store.Directory().Put(h.ctx, h.account, a)
	require.NoError(h, err)
}
