package storagetest

import (
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

func numbers() []promise {
	return []promise{
		{"a number is found as it was assigned, whatever the account", func(h *house) {
			a := number.Assignment{
				Number: "+12025550199", Account: acme, Label: "Main line", Entry: "flow desk", Release: "r1",
				Carriers: []string{"sim"}, Language: "en-GB", Emergency: number.Emergency{Say: "Please try again later."},
			}
			require.NoError(h, h.store.Numbers().Assign(h.ctx, a))
			a.Rev = 1
			h.same(a, h.assigned(a.Number))
			require.Equal(h, globex, h.assigned("+12025550200").Account)
		}},
		{"an unknown number is not found", func(h *house) {
			_, err := h.store.Numbers().Entry(h.ctx, "+12025550198")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"a number of another account is refused, whatever the revision", func(h *house) {
			for _, rev := range []uint64{0, 1, 2} {
				err := h.store.Numbers().Assign(h.ctx, number.Assignment{Number: "+12025550200", Account: acme, Entry: "flow desk", Rev: rev})
				require.ErrorIs(h, err, storage.ErrConflict)
			}
			require.ErrorIs(h, h.store.Numbers().Unassign(h.ctx, acme, "+12025550200"), storage.ErrNotFound)
			require.Equal(h, globex, h.assigned("+12025550200").Account)
		}},
		{"an assignment that was changed meanwhile is not overwritten", func(h *house) {
			was := h.assigned(line)
			for _, rev := range []uint64{0, was.Rev + 1} {
				stale := was
				stale.Rev, stale.Label = rev, "Overwritten"
				require.ErrorIs(h, h.store.Numbers().Assign(h.ctx, stale), storage.ErrConflict)
			}
			h.same(was, h.assigned(line))
			next := was
			next.Entry = "queue support"
			require.NoError(h, h.store.Numbers().Assign(h.ctx, next))
			next.Rev++
			h.same(next, h.assigned(line))
		}},
		{"a number that was given up can be another account's", func(h *house) {
			require.NoError(h, h.store.Numbers().Unassign(h.ctx, acme, line))
			_, err := h.store.Numbers().Entry(h.ctx, line)
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.ErrorIs(h, h.store.Numbers().Unassign(h.ctx, acme, line), storage.ErrNotFound)
			require.NoError(h, h.store.Accounts().Put(h.ctx, storage.Account{ID: "initech"}))
			require.NoError(h, h.store.Numbers().Assign(h.ctx, number.Assignment{Number: line, Account: "initech", Entry: "flow desk"}))
			require.Equal(h, "initech", h.assigned(line).Account)
		}},
		{"an account's numbers are listed in their order", func(h *house) {
			for _, n := range []number.E164{"+12025550103", "+12025550101"} {
				require.NoError(h, h.store.Numbers().Assign(h.ctx, number.Assignment{Number: n, Account: acme, Entry: "flow desk"}))
			}
			var own []string
			for _, a := range all(h, h.store.Numbers().List(h.ctx, acme)) {
				own = append(own, string(a.Number))
			}
			require.Equal(h, []string{"+12025550100", "+12025550101", "+12025550103"}, own)
		}},
		{"of two accounts that want the same number one gets it", func(h *house) {
			require.NoError(h, h.store.Accounts().Put(h.ctx, storage.Account{ID: "initech"}))
			var errs [16]error
			var all sync.WaitGroup
			for i := range errs {
				account := []string{acme, "initech"}[i%2]
				all.Go(func() {
					errs[i] = h.store.Numbers().Assign(h.ctx, number.Assignment{Number: "+12025550197", Account: account, Entry: "flow desk"})
				})
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

func (h *house) assigned(n number.E164) number.Assignment {
	h.Helper()
	a, err := h.store.Numbers().Entry(h.ctx, n)
	require.NoError(h, err)
	return a
}
