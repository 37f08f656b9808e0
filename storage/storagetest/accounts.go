package storagetest

import (
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

func accounts() []promise {
	return []promise{
		{"an account is found as it was put, and each put counts", func(h *house) {
			a := storage.Account{
				ID: "initech", Range: extension.Range{Length: 3, First: 101, Last: 199, Reserved: []string{"113"}},
				Quarantine: 7 * day, Region: "DE", Countries: []string{"DE", "AT"}, KeepCalls: 30 * day,
			}
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			a.Rev = 1
			h.same(a, h.accountOf("initech"))
			a.Region = "AT"
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			a.Rev = 2
			h.same(a, h.accountOf("initech"))
		}},
		{"an account that was changed meanwhile is not overwritten", func(h *house) {
			a := h.accountOf(acme)
			for _, rev := range []uint64{0, a.Rev + 1} {
				stale := a
				stale.Rev, stale.Region = rev, "FR"
				require.ErrorIs(h, h.store.Accounts().Put(h.ctx, stale), storage.ErrConflict)
			}
			require.ErrorIs(h, h.store.Accounts().Put(h.ctx, storage.Account{ID: "initech", Rev: 1}), storage.ErrConflict)
			h.same(a, h.accountOf(acme))
		}},
		{"a range that makes no sense is refused, and nothing changes", func(h *house) {
			a := h.accountOf(acme)
			bad := a
			bad.Range = extension.Range{First: 5000, Last: 4000}
			require.ErrorIs(h, h.store.Accounts().Put(h.ctx, bad), extension.ErrRange)
			h.same(a, h.accountOf(acme))
			bad.ID, bad.Rev = "initech", 0
			require.ErrorIs(h, h.store.Accounts().Put(h.ctx, bad), extension.ErrRange)
			_, err := h.store.Accounts().Load(h.ctx, "initech")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"another range is for those who come; extensions stay with who has them", func(h *house) {
			a := h.accountOf(acme)
			a.Range = extension.Range{First: 2001, Last: 2005}
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			require.Equal(h, "2001", h.agent("new", "").Extension)
			require.Equal(h, "1001", h.found("ada").Extension)
			require.Equal(h, extension.ClassAvailable, h.class("1001"))
		}},
		{"accounts are listed", func(h *house) {
			var ids []string
			for _, a := range all(h, h.store.Accounts().List(h.ctx)) {
				ids = append(ids, a.ID)
			}
			require.ElementsMatch(h, []string{acme, globex}, ids)
		}},
		{"nothing is found in an account that nobody made, and nothing can be kept there", nobodysAccount},
	}
}

func nobodysAccount(h *house) {
	nowhere := h.in("initech")
	_, err := h.store.Accounts().Load(h.ctx, "initech")
	require.ErrorIs(h, err, storage.ErrNotFound)
	_, err = h.store.Directory().Agent(h.ctx, "initech", "ada")
	require.ErrorIs(h, err, storage.ErrNotFound)
	_, err = h.store.Directory().Put(h.ctx, "initech", extension.Agent{ID: "ada"})
	require.ErrorIs(h, err, storage.ErrNotFound)
	_, err = h.store.Directory().Spelled(h.ctx, "initech", "232", 8)
	require.ErrorIs(h, err, storage.ErrNotFound)
	require.ErrorIs(h, h.store.Queues().SetMembers(h.ctx, "initech", "support", nil), storage.ErrNotFound)
	require.ErrorIs(h, nowhere.try(nowhere.arriving("c1", "flow desk")), storage.ErrNotFound)
	_, err = h.store.Releases().Latest(h.ctx, "initech")
	require.ErrorIs(h, err, storage.ErrNotFound)
	r, err := flow.NewRelease("initech", "r1", 1, h.now(), settings())
	require.NoError(h, err)
	require.ErrorIs(h, h.store.Releases().Publish(h.ctx, r), storage.ErrNotFound)
	a := number.Assignment{Number: "+12025550300", Account: "initech", Entry: "flow desk"}
	require.ErrorIs(h, h.store.Numbers().Assign(h.ctx, a), storage.ErrNotFound)
	require.Empty(h, all(h, h.store.Calls().List(h.ctx, "initech", storage.Query{})))
	require.Empty(h, all(h, h.store.Directory().Agents(h.ctx, "initech")))
}

// accountOf is an account as the store has it.
func (h *house) accountOf(id string) storage.Account {
	h.Helper()
	a, err := h.store.Accounts().Load(h.ctx, id)
	require.NoError(h, err)
	return a
}
