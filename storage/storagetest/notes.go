package storagetest

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage"
)

func notes() []promise {
	return []promise{
		{"a note is found as it was put, and each put counts", func(h *house) {
			before := h.now()
			for rev, body := range []string{`{"a": "\u0000 <b>\\"}`, "ünï\n", ""} {
				require.NoError(h, h.store.Notes().Put(h.ctx, acme, storage.Note{Kind: "draft", Name: "ada", Body: []byte(body), Rev: uint64(rev)}))
				n, err := h.store.Notes().Load(h.ctx, acme, "draft", "ada")
				require.NoError(h, err)
				require.Equal(h, body, string(n.Body))
				require.Equal(h, uint64(rev)+1, n.Rev)
				require.Equal(h, []string{"draft", "ada"}, []string{n.Kind, n.Name})
				require.False(h, n.At.Before(before))
			}
		}},
		{"a note that was changed meanwhile is not overwritten", func(h *house) {
			h.note("draft", "ada", "mine")
			for _, rev := range []uint64{0, 2} {
				err := h.store.Notes().Put(h.ctx, acme, storage.Note{Kind: "draft", Name: "ada", Body: []byte("theirs"), Rev: rev})
				require.ErrorIs(h, err, storage.ErrConflict)
			}
			require.ErrorIs(h, h.store.Notes().Put(h.ctx, acme, storage.Note{Kind: "draft", Name: "new", Rev: 1}), storage.ErrConflict)
			n, err := h.store.Notes().Load(h.ctx, acme, "draft", "ada")
			require.NoError(h, err)
			require.Equal(h, "mine", string(n.Body))
		}},
		{"of many who put the same note at once, one does", func(h *house) {
			var won atomic.Int32
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					err := h.store.Notes().Put(h.ctx, acme, storage.Note{Kind: "user", Name: "first", Body: []byte("me")})
					if err == nil {
						won.Add(1)
					} else if !errors.Is(err, storage.ErrConflict) {
						h.Error(err)
					}
				})
			}
			all.Wait()
			require.Equal(h, int32(1), won.Load())
		}},
		{"notes are listed by name, each kind by itself", func(h *house) {
			for _, name := range []string{"c", "a", "b"} {
				h.note("test", name, name)
			}
			h.note("draft", "d", "")
			var names []string
			for _, n := range all(h, h.store.Notes().List(h.ctx, acme, "test")) {
				names = append(names, n.Name)
				require.Equal(h, n.Name, string(n.Body))
			}
			require.Equal(h, []string{"a", "b", "c"}, names)
			require.Empty(h, all(h, h.store.Notes().List(h.ctx, acme, "user")))
		}},
		{"a deleted note is gone, and its name is free", func(h *house) {
			h.note("draft", "ada", "old")
			require.NoError(h, h.store.Notes().Delete(h.ctx, acme, "draft", "ada"))
			require.ErrorIs(h, h.store.Notes().Delete(h.ctx, acme, "draft", "ada"), storage.ErrNotFound)
			_, err := h.store.Notes().Load(h.ctx, acme, "draft", "ada")
			require.ErrorIs(h, err, storage.ErrNotFound)
			h.note("draft", "ada", "new")
		}},
		{"notes of one account are not another's", func(h *house) {
			h.note("draft", "ada", "acme's")
			require.NoError(h, h.store.Notes().Put(h.ctx, globex, storage.Note{Kind: "draft", Name: "ada", Body: []byte("globex's")}))
			require.NoError(h, h.store.Notes().Delete(h.ctx, globex, "draft", "ada"))
			n, err := h.store.Notes().Load(h.ctx, acme, "draft", "ada")
			require.NoError(h, err)
			require.Equal(h, "acme's", string(n.Body))
		}},
		{"what is no note is refused", func(h *house) {
			for _, n := range []storage.Note{{Name: "ada"}, {Kind: "draft"}, {Kind: "draft", Name: "ada", Body: make([]byte, storage.MaxNote+1)}} {
				require.ErrorIs(h, h.store.Notes().Put(h.ctx, acme, n), storage.ErrNote)
			}
			require.ErrorIs(h, h.store.Notes().Put(h.ctx, "initech", storage.Note{Kind: "draft", Name: "ada"}), storage.ErrNotFound)
			require.Empty(h, all(h, h.store.Notes().List(h.ctx, "initech", "draft")))
		}},
	}
}

func (h *house) note(kind, name, body string) {
	h.Helper()
	require.NoError(h, h.store.Notes().Put(h.ctx, h.account, storage.Note{Kind: kind, Name: name, Body: []byte(body)}))
}
