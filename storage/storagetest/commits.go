package storagetest

import (
	"context"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func commits() []promise {
	return []promise{
		{"a call that exists cannot be made again", func(h *house) {
			c := h.arrives("c1")
			require.ErrorIs(h, h.try(h.ringing("c1", "ada")), storage.ErrConflict)
			h.same(c, h.loaded("c1"))
			require.Equal(h, 1, len(h.turns("c1")))
		}},
		{"a call that does not exist cannot be changed", func(h *house) {
			c := h.arriving("c1", "flow desk").Now
			require.ErrorIs(h, h.try(h.draft(c, hungUp)), storage.ErrConflict)
			_, err := h.store.Calls().Load(h.ctx, c.Key)
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"a commit at an old revision changes nothing", func(h *house) {
			old := h.arrives("c1")
			c := old
			h.happens(&c, flow.What{Kind: flow.Pressed})
			before := h.snapshot()
			ada := available(h.found("ada").Party())
			require.ErrorIs(h, h.try(h.draft(old, flow.What{Kind: flow.Pressed, Digits: "1001"}, ada)), storage.ErrConflict)
			require.ErrorIs(h, h.try(h.draft(old, hungUp)), storage.ErrConflict)
			require.Equal(h, before, h.snapshot())
		}},
		{"two calls are stored together or not at all", func(h *house) {
			c := h.waits("c1")
			caller, leg := h.offering(c, "l1", "ada")
			h.happens(&c, hungUp)
			before := h.snapshot()
			for _, order := range [][]storage.Change{{caller, leg}, {leg, caller}} {
				require.ErrorIs(h, h.try(order...), storage.ErrConflict)
				require.Equal(h, before, h.snapshot(), "the leg must not be stored without its caller")
			}
			d := h.waits("c2")
			h.offer(&d, "l2", "ada")
			h.same(d, h.loaded("c2"))
			require.Equal(h, "ada", h.loaded("l2").Agent())
		}},
		{"an event that is stored already changes nothing", func(h *house) {
			c := h.ring("c1", "ada")
			change := h.draftAs(c, flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.Answered}})
			h.stores(change)
			before := h.snapshot()
			again := h.draftAs(change.Now, flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.AgentHungUp}})
			require.ErrorIs(h, h.try(again), storage.ErrSeen)
			require.Equal(h, before, h.snapshot())
			again = h.draftAs(change.Now, flow.Event{ID: "e2", At: h.next(), What: flow.What{Kind: flow.AgentHungUp}})
			require.NoError(h, h.try(again))
		}},
		{"an event stored with a call's first turn is known too", func(h *house) {
			arrival := flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.Arrived, Start: h.start("c1", "flow desk")}}
			h.stores(h.draftAs(flow.Call{}, arrival))
			again := h.draftAs(h.loaded("c1"), flow.Event{ID: "e1", At: h.next(), What: hungUp})
			require.ErrorIs(h, h.try(again), storage.ErrSeen)
		}},
		{"an event known to one call is refused with all that is stored together with it", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			screened := h.draftAs(leg, flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.Answered}})
			h.stores(screened)
			before := h.snapshot()
			over := h.draftAs(screened.Now, flow.Event{ID: "e1", At: h.next(), What: hungUp})
			told := h.draft(c, flow.What{Kind: flow.Told, News: flow.Missed, Leg: "l1"})
			require.ErrorIs(h, h.try(told, over), storage.ErrSeen)
			require.Equal(h, before, h.snapshot())
		}},
		{"the same id in another call is another event", func(h *house) {
			for _, id := range []string{"c1", "c2"} {
				c := h.arrives(id)
				h.stores(h.draftAs(c, flow.Event{ID: "e1", At: h.next(), What: hungUp}))
			}
		}},
		{"what is refused leaves its event to be stored another time", func(h *house) {
			old := h.ring("c1", "ada")
			stale := h.draftAs(old, flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.Answered}})
			c := old
			h.happens(&c, flow.What{Kind: flow.AgentHungUp})
			require.ErrorIs(h, h.try(stale), storage.ErrConflict)
			require.NoError(h, h.try(h.draftAs(c, flow.Event{ID: "e1", At: h.next(), What: hungUp})))
		}},
		{"a commit for which there is no time left changes nothing", func(h *house) {
			before := h.snapshot()
			late, cancel := context.WithCancel(h.ctx)
			cancel()
			err := h.store.Calls().Commit(late, &storage.Txn{Account: acme, Changes: []storage.Change{h.ringing("c1", "ada")}})
			require.ErrorIs(h, err, context.Canceled)
			require.Equal(h, before, h.snapshot())
		}},
		{"a commit stores the calls of its own account alone", func(h *house) {
			before := h.snapshot()
			c := h.in(globex).loaded("c2")
			foreign := h.in(globex).draft(c, hungUp)
			require.Error(h, h.try(foreign))
			require.Error(h, h.try(h.arriving("c5", "flow desk"), foreign))
			require.Equal(h, before, h.snapshot())
		}},
		{"of 16 who commit at the same revision exactly one succeeds", func(h *house) {
			c := h.arrives("c1")
			h.race(16, func(int) storage.Change { return h.draft(c, hungUp) })
			require.Len(h, h.turns("c1"), 2)
		}},
		{"of 16 who bring the same call exactly one succeeds", func(h *house) {
			h.race(16, func(int) storage.Change { return h.arriving("c1", "flow desk") })
			require.Len(h, h.turns("c1"), 1)
		}},
		{"commits of the same two calls, each in its own order, do not wait for each other for ever", func(h *house) {
			a, b := h.arrives("a"), h.arrives("b")
			for range 8 {
				var two [2]error
				var both sync.WaitGroup
				x, y := h.draft(a, flow.What{Kind: flow.Pressed, Digits: "1"}, unknown), h.draft(b, flow.What{Kind: flow.Pressed, Digits: "1"}, unknown)
				for i, order := range [][]storage.Change{{x, y}, {y, x}} {
					both.Go(func() { two[i] = h.try(order...) })
				}
				both.Wait()
				require.True(h, (two[0] == nil) != (two[1] == nil), "%v, %v", two[0], two[1])
				a, b = h.loaded("a"), h.loaded("b")
				h.same(x.Now, a)
				h.same(y.Now, b)
				if a.Phase != flow.Listening {
					return
				}
			}
		}},
	}
}

// race has n change the same at once: one succeeds, to the others it is a conflict.
func (h *house) race(n int, change func(int) storage.Change) {
	h.Helper()
	drafts, errs := make([]storage.Change, n), make([]error, n)
	for i := range drafts {
		drafts[i] = change(i)
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
		require.ErrorIs(h, err, storage.ErrConflict)
	}
	require.Equal(h, 1, won)
}
