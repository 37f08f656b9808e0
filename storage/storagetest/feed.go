package storagetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func feed() []promise {
	return []promise{
		{"what turns post is in the feed, in order", func(h *house) {
			c := h.waits("c1")
			leg := h.offer(&c, "l1", "ada")
			h.misses(&c, &leg, flow.Declined)
			h.happens(&c, hungUp)
			var want []storage.Entry
			for _, id := range []string{"c1", "l1"} {
				for _, t := range h.turns(id) {
					for _, p := range t.Posts {
						want = append(want, storage.Entry{Call: h.key(id), Seq: t.Seq, At: t.Event.At, Post: p})
					}
				}
			}
			got := h.feed(0, 100)
			for i := range got {
				got[i].Cursor = 0
			}
			var kinds []flow.PostKind
			for _, e := range got {
				kinds = append(kinds, e.Post.Kind)
			}
			require.Equal(h, []flow.PostKind{flow.PostWaiting, flow.PostMissed, flow.PostEnded, flow.PostServed, flow.PostEnded}, kinds)
			texts := func(entries []storage.Entry) (out []string) {
				for _, e := range entries {
					out = append(out, h.text(e))
				}
				return out
			}
			require.ElementsMatch(h, texts(want), texts(got))
		}},
		{"a cursor rises, and the feed goes on after it", func(h *house) {
			for _, id := range []string{"c1", "c2", "c3"} {
				c := h.arrives(id)
				h.happens(&c, hungUp)
			}
			entries := h.feed(0, 100)
			require.Len(h, entries, 3)
			require.Less(h, entries[0].Cursor, entries[1].Cursor)
			require.Less(h, entries[1].Cursor, entries[2].Cursor)
			h.same(entries[1:], h.feed(entries[0].Cursor, 100))
			h.same(entries[:2], h.feed(0, 2))
			require.Empty(h, h.feed(entries[2].Cursor, 100))
			require.Empty(h, h.feed(0, 0))
		}},
		{"the feed of an account is its own", func(h *house) {
			require.Empty(h, h.feed(0, 100))
			require.NotEmpty(h, h.in(globex).feed(0, 100))
		}},
		{"a reader goes on where it got to, one node at a time", func(h *house) {
			lease := h.moment()
			first := h.takes("mail", lease)
			require.Equal(h, storage.Reading{Reader: "mail", Fence: first.Fence}, first, "it begins before the first entry")
			_, err := h.store.Feed().Take(h.ctx, acme, "mail", lease)
			require.ErrorIs(h, err, storage.ErrConflict)
			h.takes("hook", lease) // another name is another reader
			first.Cursor = 7
			require.NoError(h, h.store.Feed().Keep(h.ctx, acme, first, 0))
			second := h.takes("mail", lease)
			require.EqualValues(h, 7, second.Cursor)
			require.Greater(h, second.Fence, first.Fence)
			require.ErrorIs(h, h.store.Feed().Keep(h.ctx, acme, first, lease), storage.ErrConflict, "another has it now")
			second.Cursor = 3
			require.NoError(h, h.store.Feed().Keep(h.ctx, acme, second, 0))
			require.EqualValues(h, 7, h.takes("mail", lease).Cursor, "it never goes back")
		}},
		{"a reader whose lease is over is anybody's, and a lease can be renewed", func(h *house) {
			lease := h.moment()
			first := h.takes("mail", lease)
			h.wait(lease * 6 / 10)
			require.NoError(h, h.store.Feed().Keep(h.ctx, acme, first, lease))
			h.wait(lease * 6 / 10)
			_, err := h.store.Feed().Take(h.ctx, acme, "mail", lease)
			require.ErrorIs(h, err, storage.ErrConflict, "it was renewed")
			h.wait(lease)
			require.Greater(h, h.takes("mail", lease).Fence, first.Fence)
		}},
		{"readers of the same name in two accounts are two, and an unknown account has none", func(h *house) {
			mine := h.takes("mail", time.Hour)
			mine.Cursor = 9
			require.NoError(h, h.store.Feed().Keep(h.ctx, acme, mine, time.Hour))
			require.Zero(h, h.in(globex).takes("mail", time.Hour).Cursor)
			_, err := h.store.Feed().Take(h.ctx, "initech", "mail", time.Hour)
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.Error(h, h.store.Feed().Keep(h.ctx, acme, storage.Reading{Reader: "nobody", Fence: 1}, time.Hour))
		}},
		{"of 16 who take a reader at once exactly one has it", func(h *house) {
			var all sync.WaitGroup
			var got atomic.Int32
			for range 16 {
				all.Go(func() {
					switch _, err := h.store.Feed().Take(h.ctx, acme, "mail", time.Hour); {
					case err == nil:
						got.Add(1)
					case !errors.Is(err, storage.ErrConflict):
						h.Error(err)
					}
				})
			}
			all.Wait()
			require.EqualValues(h, 1, got.Load())
		}},
		{"who follows the feed while it is written misses nothing and sees nothing twice", followed},
	}
}

// followed has eight callers come and go while a product follows the feed.
func followed(h *house) {
	const writers, each = 8, 16
	lives := make([][2]storage.Change, writers*each)
	for i := range lives {
		begun := h.arriving(fmt.Sprint("w", i), "flow desk")
		lives[i] = [2]storage.Change{begun, h.draft(begun.Now, hungUp)}
	}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for _, life := range lives[w*each : (w+1)*each] {
				if err := h.try(life[0]); err != nil {
					h.Error(err)
				}
				if err := h.try(life[1]); err != nil {
					h.Error(err)
				}
			}
		})
	}
	seen := map[string]bool{}
	for cursor := uint64(0); len(seen) < len(lives) && h.ctx.Err() == nil; {
		for _, e := range h.feed(cursor, 5) {
			require.Greater(h, e.Cursor, cursor)
			require.False(h, seen[e.Call.ID], "%s was seen before", e.Call.ID)
			cursor, seen[e.Call.ID] = e.Cursor, true
		}
	}
	all.Wait()
	require.Len(h, seen, len(lives))
}

func (h *house) feed(after uint64, n int) []storage.Entry {
	h.Helper()
	entries, err := h.store.Feed().After(h.ctx, h.account, after, n)
	require.NoError(h, err)
	return entries
}

func (h *house) takes(reader string, lease time.Duration) storage.Reading {
	h.Helper()
	r, err := h.store.Feed().Take(h.ctx, h.account, reader, lease)
	require.NoError(h, err)
	return r
}
