package storagetest

import (
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a store promises that remembers calls (storage.Recaller). It may remember
// nothing; what it does remember was stored.
func recalled() []promise {
	return []promise{
		{"a call is remembered as this node stored it", func(h *house) {
			c := h.arrives("c1")
			h.remembers("c1", c)
			h.happens(&c, hungUp)
			h.remembers("c1", c)
		}},
		{"what is remembered does not change with what is stored later", func(h *house) {
			c := h.waits("c1")
			before, ok := h.recall("c1")
			if !ok {
				return
			}
			text := h.text(before)
			h.offer(&c, "l1", "ada")
			require.Equal(h, text, h.text(before))
		}},
		{"a commit that was refused is not remembered", func(h *house) {
			old := h.arrives("c1")
			c := old
			h.happens(&c, flow.What{Kind: flow.Pressed, Digits: "#"})
			stale := h.draft(old, hungUp)
			require.ErrorIs(h, h.try(stale), storage.ErrConflict)
			h.remembers("c1", c)
			again := h.arriving("c1", "flow desk")
			require.ErrorIs(h, h.try(again), storage.ErrConflict)
			h.remembers("c1", c)
		}},
		{"calls of other accounts, and those that nobody stored, are not remembered", func(h *house) {
			h.arrives("mine")
			r, ok := h.store.Calls().(storage.Recaller)
			if !ok {
				return
			}
			for _, k := range []flow.Key{{Account: globex, ID: "mine"}, {Account: acme, ID: "nobody"}, {}} {
				_, known := r.Recall(h.ctx, k)
				require.False(h, known, "%v", k)
			}
		}},
		{"a call that was erased is not remembered", func(h *house) {
			h.subject()
			_, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			require.NoError(h, err)
			_, known := h.recall("c1")
			require.False(h, known)
		}},
	}
}

// recall is a call as the store remembers it; false where it remembers nothing.
func (h *house) recall(id string) (flow.Call, bool) {
	h.Helper()
	r, ok := h.store.Calls().(storage.Recaller)
	if !ok {
		return flow.Call{}, false
	}
	return r.Recall(h.ctx, h.key(id))
}

// remembers sees that what the store remembers of a call, if anything, is that.
func (h *house) remembers(id string, want flow.Call) {
	h.Helper()
	if c, ok := h.recall(id); ok {
		h.same(want, c)
	}
}
