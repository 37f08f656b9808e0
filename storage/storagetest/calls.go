package storagetest

import (
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func calls() []promise {
	return []promise{
		{"a new call is found as it was stored", func(h *house) {
			c := h.ring("c1", "ada")
			h.same(c, h.loaded("c1"))
			require.Equal(h, "ada", h.loaded("c1").Agent())
		}},
		{"a call is found as its latest turn left it", func(h *house) {
			c := h.waits("c1")
			h.offer(&c, "l1", "ada")
			h.same(c, h.loaded("c1"))
			require.Equal(h, []string{"l1"}, h.loaded("c1").Legs)
			h.happens(&c, hungUp)
			h.same(c, h.loaded("c1"))
		}},
		{"a call that was loaded does not change with what is stored later", func(h *house) {
			c := h.waits("c1")
			before := h.loaded("c1")
			text := h.text(before)
			h.offer(&c, "l1", "ada")
			h.happens(&c, hungUp)
			require.Equal(h, text, h.text(before))
		}},
		{"an unknown call, and one of another account, is not found", func(h *house) {
			h.arrives("mine")
			for _, k := range []flow.Key{{Account: acme, ID: "nobody"}, {Account: globex, ID: "mine"}, {Account: "initech", ID: "mine"}, {}} {
				_, err := h.store.Calls().Load(h.ctx, k)
				require.ErrorIs(h, err, storage.ErrNotFound, "%v", k)
				turns, err := h.store.Calls().Turns(h.ctx, k, 0)
				require.NoError(h, err)
				require.Empty(h, turns)
			}
		}},
		{"a call of the same id in another account is another call", func(h *house) {
			h.arrives("c1")
			require.Equal(h, flow.Listening, h.loaded("c1").Phase)
			require.Equal(h, flow.InTalk, h.in(globex).loaded("c1").Phase)
		}},
		{"turns come back in order, as they were stored", func(h *house) {
			first := h.arriving("c1", "flow desk")
			h.stores(first)
			second := h.draft(first.Now, flow.What{Kind: flow.Pressed, Digits: "1001"}, available(h.found("ada").Party()))
			h.stores(second)
			require.Len(h, second.Turns, 2)
			h.same(append(first.Turns, second.Turns...), h.turns("c1"))
			for _, turn := range h.turns("c1") {
				require.Nil(h, turn.Info, "that is the call's")
			}
		}},
		{"what becomes of a Txn after it was stored does not matter", func(h *house) {
			change := h.arriving("c1", "flow desk")
			h.stores(change)
			want := h.text(h.turns("c1"))
			change.Turns[0] = flow.Turn{Seq: 99}
			change.Now.Rev = 99
			require.Equal(h, want, h.text(h.turns("c1")))
			require.EqualValues(h, 1, h.loaded("c1").Rev)
			h.turns("c1")[0].Seq = 99
			require.Equal(h, want, h.text(h.turns("c1")))
		}},
		{"turns can be had from a number on", func(h *house) {
			c := h.ring("c1", "ada")
			h.happens(&c, hungUp)
			for after := range c.Rev + 2 {
				turns, err := h.store.Calls().Turns(h.ctx, c.Key, after)
				require.NoError(h, err)
				require.Len(h, turns, int(c.Rev)-min(int(after), int(c.Rev)))
				for i, t := range turns {
					require.Equal(h, after+1+uint32(i), t.Seq)
				}
			}
		}},
		{"the turns fold to the call that is stored", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			h.accepts(&c, &leg)
			h.happens(&c, hungUp)
			h.same(h.loaded("c1"), h.book.Replay(h.turns("c1")))
		}},
		{"a turn says how its call arrived, whatever came to be known of it since", func(h *house) {
			c := h.arrives("c1")
			change, known := h.draft(c, hungUp), *c.Info
			known.Ref = "told later" // as that of a call that is placed is
			change.Now.Info = &known
			h.stores(change)
			require.Equal(h, "told later", h.loaded("c1").Ref)
			require.Equal(h, "CAc1", h.turns("c1")[0].Event.Start.Ref)
		}},
		{"an account's calls are listed, the newest first", func(h *house) {
			h.arrives("c2")
			h.arrives("c1")
			c3 := h.arrives("c3")
			require.Equal(h, []string{"c3", "c1", "c2"}, h.list(storage.Query{}))
			h.happens(&c3, hungUp)
			require.Equal(h, []string{"c3", "c1", "c2"}, h.list(storage.Query{}), "a call's place does not change")
		}},
		{"calls can be listed by whether they are live", func(h *house) {
			c1 := h.arrives("c1")
			h.arrives("c2")
			h.happens(&c1, hungUp)
			c3 := h.records("c3")
			h.happens(&c3, hungUp)
			require.Equal(h, []string{"c3", "c2"}, h.list(storage.Query{Live: true}), "a message that is to come keeps a call open")
		}},
		{"calls can be listed by caller, number and agent", func(h *house) {
			one := h.start("c1", "flow desk")
			one.From, one.To = "+14155550177", "+12025550177"
			h.stores(h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: one}))
			h.arrives("c2")
			ringing := h.ring("c3", "ada")
			require.Equal(h, []string{"c1"}, h.list(storage.Query{From: one.From}))
			require.Equal(h, []string{"c1"}, h.list(storage.Query{To: one.To}))
			require.Equal(h, []string{"c3", "c2"}, h.list(storage.Query{From: caller, To: line}))
			require.Equal(h, []string{"c3"}, h.list(storage.Query{Agent: "ada"}))
			require.Empty(h, h.list(storage.Query{Agent: "grace"}))
			h.happens(&ringing, hungUp)
			require.Empty(h, h.list(storage.Query{Agent: "ada"}), "an agent who was freed")
		}},
		{"calls can be listed by their outcome, also while they are under way", func(h *house) {
			c1, c2, c3 := h.arrives("c1"), h.arrives("c2"), h.records("c3")
			require.Empty(h, h.list(storage.Query{Result: flow.ResultAbandoned}), "none yet")
			h.happens(&c1, hungUp)
			h.happens(&c2, hungUp)
			require.Equal(h, []string{"c2", "c1"}, h.list(storage.Query{Result: flow.ResultAbandoned}))
			require.Equal(h, []string{"c2"}, h.list(storage.Query{Result: flow.ResultAbandoned, From: caller, Limit: 1}))
			require.Empty(h, h.list(storage.Query{Result: flow.ResultAbandoned, Live: true}))
			h.happens(&c3, hungUp)
			require.Equal(h, []string{"c3"}, h.list(storage.Query{Result: c3.State.Result, Live: true}), "a message that is to come keeps a call open")
			require.Empty(h, h.list(storage.Query{Result: flow.ResultAnswered}))
		}},
		{"calls can be listed by the agent who took them, also once they are over", func(h *house) {
			c1, c2 := h.ring("c1", "ada"), h.ring("c2", "grace")
			require.Empty(h, h.list(storage.Query{TakenBy: "ada"}), "it rings")
			h.happens(&c1, flow.What{Kind: flow.Answered})
			require.Equal(h, []string{"c1"}, h.list(storage.Query{TakenBy: "ada", Live: true}))
			h.happens(&c1, flow.What{Kind: flow.AgentHungUp})
			h.happens(&c1, hungUp)
			h.happens(&c2, hungUp)
			require.Equal(h, []string{"c1"}, h.list(storage.Query{TakenBy: "ada"}))
			require.Equal(h, []string{"c1"}, h.list(storage.Query{TakenBy: "ada", Result: flow.ResultAnswered}))
			require.Empty(h, h.list(storage.Query{TakenBy: "ada", Live: true}))
			require.Empty(h, h.list(storage.Query{TakenBy: "grace"}), "who was rung and took nothing")
			took := h.loaded("c1")
			require.Equal(h, "ada", took.TakenBy)
			long, known := took.Lasted(h.next())
			require.True(h, known)
			require.Equal(h, took.Left-took.Began, int64(long))
			require.Positive(h, long)
		}},
		{"a list ends at its limit, and when its reader has enough", func(h *house) {
			for _, id := range []string{"c1", "c2", "c3"} {
				h.arrives(id)
			}
			require.Equal(h, []string{"c3", "c2"}, h.list(storage.Query{Limit: 2}))
			require.Equal(h, []string{"c3"}, h.list(storage.Query{Limit: 1, Live: true}))
			for c, err := range h.store.Calls().List(h.ctx, acme, storage.Query{}) {
				require.NoError(h, err)
				require.Equal(h, "c3", c.ID)
				break
			}
		}},
		{"a reader of a list may use the store", func(h *house) {
			h.arrives("c1")
			h.arrives("c2")
			for c, err := range h.store.Calls().List(h.ctx, acme, storage.Query{}) {
				require.NoError(h, err)
				h.happens(&c, hungUp)
			}
			require.Empty(h, h.list(storage.Query{Live: true}))
		}},
	}
}

// list are the ids of the calls that a query selects.
func (h *house) list(q storage.Query) []string {
	h.Helper()
	return ids(all(h, h.store.Calls().List(h.ctx, h.account, q)))
}
