package storagetest

import (
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func releases() []promise {
	return []promise{
		{"a release is found as it was published", func(h *house) {
			r := h.release("r2", 2)
			r.Note = "with a queue for sales"
			require.NoError(h, h.store.Releases().Publish(h.ctx, r))
			for _, read := range []func() (flow.Release, error){
				func() (flow.Release, error) { return h.store.Releases().Load(h.ctx, acme, "r2") },
				func() (flow.Release, error) { return h.store.Releases().Latest(h.ctx, acme) },
			} {
				got, err := read()
				require.NoError(h, err)
				h.same(r, got)
				book, err := got.Book()
				require.NoError(h, err)
				require.Equal(h, r.Steps, book.StepNames())
			}
		}},
		{"earlier releases stay", func(h *house) {
			require.NoError(h, h.store.Releases().Publish(h.ctx, h.release("r2", 2)))
			r, err := h.store.Releases().Load(h.ctx, acme, "r1")
			require.NoError(h, err)
			require.EqualValues(h, 1, r.Version)
		}},
		{"a version that is not one more than the latest is refused, and so is an id in use", func(h *house) {
			for _, v := range []uint32{0, 1, 3} {
				require.ErrorIs(h, h.store.Releases().Publish(h.ctx, h.release("r2", v)), storage.ErrConflict)
			}
			require.ErrorIs(h, h.store.Releases().Publish(h.ctx, h.release("r1", 2)), storage.ErrConflict)
			latest, err := h.store.Releases().Current(h.ctx, acme)
			require.NoError(h, err)
			require.Equal(h, "r1", latest)
		}},
		{"the id of the latest release is the current one, and an account that published nothing has none", func(h *house) {
			require.NoError(h, h.store.Releases().Publish(h.ctx, h.release("r2", 2)))
			id, err := h.store.Releases().Current(h.ctx, acme)
			require.NoError(h, err)
			require.Equal(h, "r2", id)
			_, err = h.store.Releases().Current(h.ctx, "nobody")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"nobody who was given a release can change it", func(h *house) {
			r := h.release("r2", 2)
			require.NoError(h, h.store.Releases().Publish(h.ctx, r))
			want := h.text(r)
			r.Settings.Queues["support"] = flow.Queue{}
			for range 2 {
				got, err := h.store.Releases().Latest(h.ctx, acme)
				require.NoError(h, err)
				require.Equal(h, want, h.text(got))
				got.Settings.Queues["support"] = flow.Queue{}
				got.Settings.Mailboxes["another"] = flow.Mailbox{}
			}
		}},
		{"an unknown release, and one of another account, is not found", func(h *house) {
			r := h.release("only-here", 2)
			require.NoError(h, h.store.Releases().Publish(h.ctx, r))
			for account, id := range map[string]string{acme: "nothing", globex: "only-here"} {
				_, err := h.store.Releases().Load(h.ctx, account, id)
				require.ErrorIs(h, err, storage.ErrNotFound)
			}
			require.NoError(h, h.store.Accounts().Put(h.ctx, storage.Account{ID: "initech"}))
			_, err := h.store.Releases().Latest(h.ctx, "initech")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"releases are listed, the newest first", func(h *house) {
			require.NoError(h, h.store.Releases().Publish(h.ctx, h.release("r2", 2)))
			require.NoError(h, h.store.Releases().Publish(h.ctx, h.release("r3", 3)))
			var ids []string
			for _, r := range all(h, h.store.Releases().List(h.ctx, acme)) {
				ids = append(ids, r.ID)
			}
			require.Equal(h, []string{"r3", "r2", "r1"}, ids)
		}},
		{"of 16 who publish the same version exactly one succeeds", func(h *house) {
			var errs [16]error
			var all sync.WaitGroup
			for i := range errs {
				r := h.release(fmt.Sprint("by", i), 2)
				all.Go(func() { errs[i] = h.store.Releases().Publish(h.ctx, r) })
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
		}},
	}
}

// release is what the account could publish.
func (h *house) release(id string, version uint32) flow.Release {
	h.Helper()
	r, err := flow.NewRelease(h.account, id, 1, h.now(), settings())
	require.NoError(h, err)
	r.Version = version
	return r
}
