package storagetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func keep() []promise {
	return []promise{
		{"finished calls are kept as long as the account says, and then removed with their turns", func(h *house) {
			a := h.accountOf(acme)
			a.KeepCalls = time.Hour
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			h.ago(3 * time.Hour)
			for _, id := range []string{"old1", "old2", "old3"} {
				c := h.arrives(id)
				h.happens(&c, hungUp)
			}
			h.leaves("message")
			left := h.loaded("message")
			h.happens(&left, hungUp)
			h.arrives("live")
			h.past = false
			young := h.arrives("young")
			h.happens(&young, hungUp)
			h.tidy()
			require.ElementsMatch(h, []string{"young", "live"}, h.list(storage.Query{}))
			require.Empty(h, h.turns("old1"))
			require.Len(h, h.turns("live"), 1)
			require.Equal(h, []string{"message"}, h.from("team"), "messages stay until somebody deletes them")
			entries := h.feed(0, 100)
			require.NotEmpty(h, entries)
			for _, e := range entries {
				require.NotContains(h, []string{"old1", "old2", "old3"}, e.Call.ID)
			}
			again := h.arrives("new")
			h.happens(&again, hungUp)
			require.Greater(h, h.feed(0, 100)[len(h.feed(0, 100))-1].Cursor, entries[len(entries)-1].Cursor, "cursors go on")
		}},
		{"a call that was removed is remembered for a week: what is said of it again begins no other", func(h *house) {
			a := h.accountOf(acme)
			a.KeepCalls = time.Hour
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			for id, ago := range map[string]time.Duration{"lately": storage.Remembered - time.Hour, "long ago": storage.Remembered + time.Hour} {
				h.ago(ago)
				c := h.arrives(id)
				h.happens(&c, hungUp)
			}
			h.past = false
			young := h.arrives("young")
			h.happens(&young, hungUp)
			h.tidy()
			require.Equal(h, []string{"young"}, h.list(storage.Query{}))
			again := h.arriving("lately", "flow desk")
			require.ErrorIs(h, h.try(again), storage.ErrSeen)
			require.ErrorIs(h, h.try(again), storage.ErrSeen)
			_, err := h.store.Calls().Load(h.ctx, flow.Key{Account: acme, ID: "lately"})
			require.ErrorIs(h, err, storage.ErrNotFound)
			h.arrives("long ago")
		}},
		{"what is not past its time is not removed", func(h *house) {
			c := h.arrives("c1")
			h.happens(&c, hungUp)
			before := h.snapshot()
			h.tidy()
			require.Equal(h, before, h.snapshot())
		}},
	}
}

// tidy has the store remove what was kept for long enough: one that does so with its
// commits is given some.
func (h *house) tidy() {
	h.Helper()
	t, ok := h.store.(storage.Tidier)
	if !ok {
		return
	}
	for range 100 {
		n, err := t.Tidy(h.ctx, 2)
		require.NoError(h, err)
		if n == 0 {
			return
		}
	}
	require.Fail(h, "there is no end to what is removed")
}
