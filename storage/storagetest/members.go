package storagetest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func members() []promise {
	return []promise{
		{"members are those that were set, in their order", func(h *house) {
			require.Equal(h, []string{"ada", "grace", "mary"}, h.members())
			h.setMembers("mary", "ada")
			require.Equal(h, []string{"mary", "ada"}, h.members())
			h.setMembers()
			require.Empty(h, h.members())
		}},
		{"members who are no agents are refused by name, and nothing changes", func(h *house) {
			err := h.store.Queues().SetMembers(h.ctx, acme, "support", []string{"grace", "zoe"})
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.ErrorContains(h, err, "zoe")
			require.Equal(h, []string{"ada", "grace", "mary"}, h.members())
		}},
		{"an agent's queues are known", func(h *house) {
			require.NoError(h, h.store.Queues().SetMembers(h.ctx, acme, "sales", []string{"ada"}))
			for agent, want := range map[string][]string{"ada": {"sales", "support"}, "grace": {"support"}, "nobody": nil} {
				got, err := h.store.Queues().Serving(h.ctx, acme, agent)
				require.NoError(h, err)
				require.ElementsMatch(h, want, got, agent)
			}
		}},
		{"an agent frees also those who share one of its telephones", func(h *house) {
			h.agent("zoe", "1004", "sip:zoe@pbx.example.com", "tel:+12025550111") // ada has it too
			require.NoError(h, h.store.Queues().SetMembers(h.ctx, acme, "sales", []string{"zoe"}))
			got, err := h.store.Queues().Serving(h.ctx, acme, "ada")
			require.NoError(h, err)
			require.Equal(h, []string{"sales", "support"}, got)
		}},
		{"a member comes with all that a leg needs", func(h *house) {
			h.same(h.found("ada").Party(), h.member("ada").Party)
		}},
		{"members who are available and not on a call are free", func(h *house) {
			require.Equal(h, []string{"ada", "grace", "mary"}, h.free())
			h.ring("c1", "ada")
			require.Equal(h, []string{"grace", "mary"}, h.free())
			require.True(h, h.member("ada").AtWork, "on a call is at work")
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "grace", extension.Busy, ""))
			require.Equal(h, []string{"mary"}, h.free())
			require.True(h, h.member("grace").AtWork, "busy is at work")
		}},
		{"members who are away, offline or outside hours are not at work", func(h *house) {
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Away, ""))
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "grace", extension.Offline, ""))
			h.keepsHours("mary", "night")
			w, err := h.store.Queues().Waiting(h.ctx, acme, "support", 0, func(hours string) bool { return hours != "night" })
			require.NoError(h, err)
			require.False(h, w.AtWork(""))
			require.Equal(h, []string{"mary"}, h.free(), "without an answer it is open")
		}},
		{"a member who did not answer an offer rests", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			h.misses(&c, &leg, flow.Unanswered)
			m := h.member("ada")
			require.False(h, m.Free)
			require.True(h, m.AtWork, "resting is at work")
			require.WithinDuration(h, h.at.Add(30*time.Second), m.Rest, time.Second)
			require.Equal(h, extension.ClassAvailable, h.class("1001"), "who keys the extension still reaches the agent")
		}},
		{"a rest ends", func(h *house) {
			h.ago(5 * time.Minute)
			for i, how := range []flow.Kind{flow.Declined, flow.Unreachable} { // 15 s, 60 s
				id := []string{"c1", "c2"}[i]
				c := h.waits(id)
				leg := h.offer(&c, "l"+id, "ada")
				h.misses(&c, &leg, how)
			}
			require.True(h, h.member("ada").Free)
			require.Zero(h, h.member("ada").Rest)
		}},
		{"after three misses in a row a member is away", func(h *house) {
			h.ago(time.Hour)
			c := h.waits("c1")
			for i, how := range []flow.Kind{flow.Unanswered, flow.Declined, flow.Unreachable} {
				require.Equal(h, extension.Available, h.found("ada").Presence)
				leg := h.offer(&c, []string{"l1", "l2", "l3"}[i], "ada")
				h.misses(&c, &leg, how)
				require.Equal(h, i+1, h.found("ada").Duty.Misses)
			}
			require.Equal(h, extension.Away, h.found("ada").Presence)
			require.Equal(h, extension.ReasonMissed, h.found("ada").Reason)
			feed, err := h.store.Feed().After(h.ctx, acme, 0, 1000)
			require.NoError(h, err)
			away := slices.DeleteFunc(feed, func(e storage.Entry) bool { return e.Post.Kind != flow.PostAway })
			require.Len(h, away, 1, "and the feed says so, once")
			require.Equal(h, flow.Post{Kind: flow.PostAway, Agent: "ada", Queue: away[0].Post.Queue}, away[0].Post)
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Available, ""))
			require.Zero(h, h.found("ada").Duty.Misses, "who is back starts anew")
		}},
		{"a talk makes up for misses, and is followed by a rest", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			h.misses(&c, &leg, flow.Declined)
			second := h.offer(&c, "l2", "grace")
			h.misses(&c, &second, flow.Declined)
			third := h.offer(&c, "l3", "ada")
			h.accepts(&c, &third)
			h.happens(&third, flow.What{Kind: flow.AgentHungUp})
			ended := h.at
			ada := h.found("ada")
			require.Zero(h, ada.Duty.Misses)
			require.WithinDuration(h, ended, ada.Duty.IdleSince, time.Millisecond)
			require.False(h, ada.Duty.RestUntil.Before(ended.Add(10*time.Second)))
			require.WithinDuration(h, ended, h.member("ada").IdleSince, time.Millisecond)
			require.Equal(h, 1, h.found("grace").Duty.Misses, "another's talk changes nothing for her")
		}},
		{"a ring that no queue brought is nobody's miss", func(h *house) {
			c := h.ring("c1", "ada")
			h.happens(&c, flow.What{Kind: flow.Unanswered})
			require.Zero(h, h.found("ada").Duty.Misses)
			require.True(h, h.member("ada").Free)
			d := h.ring("c2", "ada")
			h.happens(&d, flow.What{Kind: flow.Answered})
			h.happens(&d, flow.What{Kind: flow.AgentHungUp})
			require.True(h, h.member("ada").Free, "and such a talk has no wrap-up")
			require.WithinDuration(h, h.at, h.member("ada").IdleSince, time.Millisecond)
		}},
		{"an offer that ends because the caller left is nobody's miss", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			h.happens(&leg, flow.What{Kind: flow.Placing})
			gone := h.draft(c, hungUp)
			told := h.draft(leg, flow.What{Kind: flow.Told, News: flow.Withdrawn})
			h.stores(gone, told)
			leg = told.Now
			require.Equal(h, "l1", h.found("ada").Duty.HeldBy, "it rings until the carrier says otherwise")
			h.happens(&leg, hungUp)
			require.Equal(h, extension.Duty{}, h.found("ada").Duty)
		}},
	}
}

func (h *house) setMembers(agents ...string) {
	h.Helper()
	require.NoError(h, h.store.Queues().SetMembers(h.ctx, h.account, "support", agents))
}

// members are the ids of the members of the queue support, in order.
func (h *house) members() []string {
	h.Helper()
	out := []string{}
	for _, m := range h.waiting().Members {
		out = append(out, m.Party.Agent)
	}
	return out
}

// free are the ids of those members who may be offered a caller now.
func (h *house) free() []string {
	h.Helper()
	out := []string{}
	for _, m := range h.waiting().Members {
		if m.Free {
			out = append(out, m.Party.Agent)
		}
	}
	return out
}

// member is an agent as a member of the queue support.
func (h *house) member(agent string) flow.Member {
	h.Helper()
	for _, m := range h.waiting().Members {
		if m.Party.Agent == agent {
			return m
		}
	}
	require.Fail(h, "no such member", agent)
	return flow.Member{}
}
