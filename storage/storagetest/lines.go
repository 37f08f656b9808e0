package storagetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func lines() []promise {
	return []promise{
		{"callers stand in a line in the order in which they joined", func(h *house) {
			for _, id := range []string{"c9", "c1", "c5"} {
				h.waits(id)
			}
			require.Equal(h, []string{"c9", "c1", "c5"}, h.inLine())
			first := h.waiting().Callers[0]
			require.WithinDuration(h, time.Unix(0, h.loaded("c9").Last), first.Since, time.Millisecond)
			require.Equal(h, caller, first.From)
			require.Equal(h, "sim", first.Carrier)
		}},
		{"only the head of a line is read, and its size", func(h *house) {
			for i := range 5 {
				h.waits(fmt.Sprint("c", i))
			}
			for n, want := range [][]string{{}, {"c0"}, {"c0", "c1"}, 5: {"c0", "c1", "c2", "c3", "c4"}, 8: {"c0", "c1", "c2", "c3", "c4"}} {
				if want == nil {
					continue
				}
				w, err := h.store.Queues().Waiting(h.ctx, acme, "support", n, nil)
				require.NoError(h, err)
				require.Equal(h, want, inLine(w))
				require.Equal(h, 5, w.Size)
				require.Len(h, w.Members, 3, "members are read whole")
			}
		}},
		{"who joined earlier stands before those who joined later, whoever is stored first", func(h *house) {
			h.ago(time.Minute)
			early := h.arriving("early", "queue support", available(nil))
			h.waits("late")
			h.stores(early)
			require.Equal(h, []string{"early", "late"}, h.inLine())
			require.Equal(h, 2, h.place("late").Position)
		}},
		{"a caller who joins again is last", func(h *house) {
			c1 := h.waits("c1")
			h.waits("c2")
			h.happens(&c1, flow.What{Kind: flow.Pressed, Digits: "*"}, available(nil)) // the leave key leads back to the queue
			require.Equal(h, []string{"c2", "c1"}, h.inLine())
		}},
		{"a caller who hangs up leaves the line at once", func(h *house) {
			c1 := h.waits("c1")
			h.waits("c2")
			h.happens(&c1, hungUp)
			require.Equal(h, []string{"c2"}, h.inLine())
			_, err := h.store.Queues().Place(h.ctx, acme, "support", "c1")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"a caller whom a member takes leaves the line", func(h *house) {
			c1 := h.waits("c1")
			leg := h.offer(&c1, "l1", "ada")
			require.Equal(h, []string{"c1"}, h.inLine())
			h.accepts(&c1, &leg)
			require.Empty(h, h.inLine())
		}},
		{"a caller whom a member does not take keeps the place", func(h *house) {
			c1 := h.waits("c1")
			h.waits("c2")
			leg := h.offer(&c1, "l1", "ada")
			h.misses(&c1, &leg, flow.Declined)
			require.Equal(h, []string{"c1", "c2"}, h.inLine())
		}},
		{"the offers that are out for a caller are counted", func(h *house) {
			c1 := h.waits("c1")
			offers := func() int { return h.waiting().Callers[0].Legs }
			require.Zero(h, offers())
			l1 := h.offer(&c1, "l1", "ada")
			h.offer(&c1, "l2", "grace")
			require.Equal(h, 2, offers())
			h.misses(&c1, &l1, flow.Unanswered)
			require.Equal(h, 1, offers())
			h.happens(&c1, flow.What{Kind: flow.Told, News: flow.Missed, Leg: "l2"})
			require.Zero(h, offers())
		}},
		{"a caller whom a member's direct ring is for is in the line, with an offer", func(h *house) {
			change := h.arriving("c1", "queue sales", available(nil))
			h.stores(change)
			c1 := change.Now
			h.happens(&c1, flow.What{Kind: flow.Told, News: flow.Dialled, Party: h.found("ada").Party()})
			w, err := h.store.Queues().Waiting(h.ctx, acme, "sales", 10, nil)
			require.NoError(h, err)
			require.Len(h, w.Callers, 1)
			require.Equal(h, 1, w.Callers[0].Legs)
		}},
		{"a caller whose direct ring was not answered after all comes back to the place", func(h *house) {
			change := h.arriving("c1", "queue sales", available(nil))
			h.stores(change)
			c1 := change.Now
			h.ago(0)
			h.at = h.at.Add(time.Second)
			h.stores(h.arriving("c2", "queue sales", available(nil)))
			h.happens(&c1, flow.What{Kind: flow.Told, News: flow.Dialled, Party: h.found("ada").Party()})
			h.happens(&c1, flow.What{Kind: flow.Answered}) // a mobile's voicemail, perhaps
			h.happens(&c1, flow.What{Kind: flow.Unanswered})
			w, err := h.store.Queues().Waiting(h.ctx, acme, "sales", 10, nil)
			require.NoError(h, err)
			require.Equal(h, []string{"c1", "c2"}, inLine(w))
		}},
		{"a queue in which nobody waits is empty", func(h *house) {
			w, err := h.store.Queues().Waiting(h.ctx, acme, "sales", 10, nil)
			require.NoError(h, err)
			require.Equal(h, "sales", w.Queue)
			require.Empty(h, w.Callers)
			require.Empty(h, w.Members)
		}},
		{"a caller knows the place in the line, and its size", func(h *house) {
			c1 := h.waits("c1")
			h.waits("c2")
			h.waits("c3")
			require.Equal(h, storage.Place{Position: 2, Size: 3}, h.place("c2"))
			h.happens(&c1, hungUp)
			require.Equal(h, storage.Place{Position: 1, Size: 2}, h.place("c2"))
			require.Equal(h, storage.Place{Position: 2, Size: 2}, h.place("c3"))
		}},
		{"places are those of the line, however far apart its callers joined, and after some have left", func(h *house) {
			apart := []time.Duration{0, time.Millisecond, 300 * time.Millisecond, 2 * time.Second, 40 * time.Second, 80 * time.Minute, 5 * time.Hour}
			all := map[string]flow.Call{}
			same := func() {
				h.Helper()
				line := h.inLine()
				require.Len(h, line, len(all))
				for i, id := range line {
					require.Equal(h, storage.Place{Position: i + 1, Size: len(line)}, h.place(id))
				}
			}
			for i := range 3 * len(apart) {
				h.ago(6*time.Hour - apart[i*5%len(apart)] - time.Duration(i)*time.Microsecond)
				id := fmt.Sprint("c", i)
				all[id] = h.waits(id)
			}
			same()
			for i := range len(apart) {
				id := fmt.Sprint("c", i*3)
				c := all[id]
				h.at = h.at.Add(time.Second)
				if i%2 == 0 {
					h.happens(&c, hungUp)
					delete(all, id)
				} else {
					h.happens(&c, flow.What{Kind: flow.Pressed, Digits: "*"}, available(nil)) // and is last
				}
			}
			same()
		}},
		{"who does not wait has no place", func(h *house) {
			h.waits("c1")
			h.arrives("c2")
			for _, k := range []struct{ account, queue, call string }{
				{acme, "support", "c2"}, {acme, "support", "nobody"}, {acme, "sales", "c1"}, {globex, "support", "c1"},
			} {
				_, err := h.store.Queues().Place(h.ctx, k.account, k.queue, k.call)
				require.ErrorIs(h, err, storage.ErrNotFound, "%v", k)
			}
		}},
		{"the wait is estimated from what each place cost those who were served lately", func(h *house) {
			h.ago(10 * time.Minute)
			c1, c2 := h.waits("c1"), h.waits("c2")
			h.waits("c3")
			require.Zero(h, h.place("c3").Wait, "nothing is known yet")
			h.at = h.at.Add(time.Minute) // the first waited a minute for one place
			l1 := h.offer(&c1, "l1", "ada")
			h.accepts(&c1, &l1)
			require.InDelta(h, time.Minute, h.place("c2").Wait, float64(time.Second))
			h.at = h.at.Add(5 * time.Minute) // the second waited six for two
			l2 := h.offer(&c2, "l2", "grace")
			h.accepts(&c2, &l2)
			require.InDelta(h, 2*time.Minute, h.place("c3").Wait, float64(time.Second))
			h.waits("c4")
			require.InDelta(h, 4*time.Minute, h.place("c4").Wait, float64(time.Second))
		}},
		{"callers who gave up tell nothing of how long it takes", func(h *house) {
			h.ago(10 * time.Minute)
			c1 := h.waits("c1")
			h.waits("c2")
			h.at = h.at.Add(5 * time.Minute)
			h.happens(&c1, hungUp)
			require.Zero(h, h.place("c2").Wait)
		}},
		{"the queues in which callers wait are known, across accounts", func(h *house) {
			lines := func() []storage.Line { return all(h, h.store.Queues().Lines(h.ctx)) }
			require.Equal(h, []storage.Line{{Account: globex, Queue: "support"}}, lines())
			c1, c2 := h.waits("c1"), h.waits("c2")
			sales := h.arriving("c3", "queue sales", available(nil))
			h.stores(sales)
			require.ElementsMatch(h, []storage.Line{
				{Account: acme, Queue: "support"}, {Account: acme, Queue: "sales"}, {Account: globex, Queue: "support"},
			}, lines())
			h.happens(&c1, hungUp)
			h.happens(&c2, hungUp)
			require.ElementsMatch(h, []storage.Line{{Account: acme, Queue: "sales"}, {Account: globex, Queue: "support"}}, lines())
		}},
		{"of 32 callers who join at once every one has a place of its own", func(h *house) {
			drafts := make([]storage.Change, 32)
			for i := range drafts {
				drafts[i] = h.arriving(fmt.Sprint("w", i), "queue support", available(nil))
			}
			var all sync.WaitGroup
			for _, d := range drafts {
				all.Go(func() {
					if err := h.try(d); err != nil {
						h.Error(err)
					}
				})
			}
			all.Wait()
			places := map[int]bool{}
			for _, d := range drafts {
				places[h.place(d.Now.ID).Position] = true
			}
			require.Len(h, places, 32)
			require.True(h, places[1] && places[32])
		}},
	}
}

// place is where a caller stands in the line of the queue support.
func (h *house) place(call string) storage.Place {
	h.Helper()
	p, err := h.store.Queues().Place(h.ctx, h.account, "support", call)
	require.NoError(h, err)
	return p
}
