package storagetest

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
)

func budget() []promise {
	return []promise{
		{"a budget lasts until it is spent", func(h *house) {
			for range 3 {
				require.True(h, h.spend("guess", 1, 3, time.Hour))
			}
			require.False(h, h.spend("guess", 1, 3, time.Hour))
		}},
		{"asking costs nothing", func(h *house) {
			for range 10 {
				require.True(h, h.spend("guess", 0, 1, time.Hour))
			}
			require.True(h, h.spend("guess", 1, 1, time.Hour))
			require.False(h, h.spend("guess", 0, 1, time.Hour))
		}},
		{"the last of a budget may be overdrawn, once", func(h *house) {
			require.True(h, h.spend("minutes", 7, 10, time.Hour))
			require.True(h, h.spend("minutes", 7, 10, time.Hour))
			require.False(h, h.spend("minutes", 1, 10, time.Hour))
		}},
		{"a budget of nothing is spent", func(h *house) {
			require.False(h, h.spend("guess", 1, 0, time.Hour))
		}},
		{"keys and accounts do not share a budget", func(h *house) {
			require.True(h, h.spend("key", 2, 2, time.Hour))
			require.False(h, h.spend("key", 1, 2, time.Hour))
			require.True(h, h.spend("another", 1, 2, time.Hour))
			require.True(h, h.in(globex).spend("key", 0, 2, time.Hour))
		}},
		{"what was spent comes back after its time, each spending after its own", func(h *house) {
			per := h.moment()
			require.True(h, h.spend("guess", 1, 2, per))
			h.wait(per / 2)
			require.True(h, h.spend("guess", 1, 2, per))
			require.False(h, h.spend("guess", 1, 2, per))
			h.wait(per * 6 / 10) // the first is past, the second is not
			require.True(h, h.spend("guess", 1, 2, per))
			require.False(h, h.spend("guess", 1, 2, per))
		}},
		{"a budget without an account is shared by all, and is no account's", func(h *house) {
			spend := func(account string) bool {
				left, err := h.store.Budget().Spend(h.ctx, account, "pace", 1, 1, time.Hour)
				require.NoError(h, err)
				return left
			}
			require.True(h, spend(""))
			require.False(h, spend(""))
			require.True(h, spend(acme))
		}},
		{"who goes on trying is not kept waiting for longer", func(h *house) {
			per := h.moment()
			require.True(h, h.spend("guess", 1, 1, per))
			h.wait(per / 2)
			require.False(h, h.spend("guess", 1, 1, per))
			h.wait(per * 6 / 10)
			require.True(h, h.spend("guess", 1, 1, per))
		}},
		{"of 32 who spend the same budget at once no more succeed than it has", func(h *house) {
			var got atomic.Int32
			var all sync.WaitGroup
			for range 32 {
				all.Go(func() {
					left, err := h.store.Budget().Spend(h.ctx, acme, "guess", 1, 20, time.Hour)
					if err != nil {
						h.Error(err)
					}
					if left {
						got.Add(1)
					}
				})
			}
			all.Wait()
			require.EqualValues(h, 20, got.Load())
		}},
	}
}
