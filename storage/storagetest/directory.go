package storagetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

func directory() []promise {
	return []promise{
		{"an agent is found as it was put", func(h *house) {
			a := extension.Agent{
				ID: "new", Name: "Newcomer", Extension: "1009", Hours: "office", Screening: extension.Off, Mailbox: "team",
				Language: "de-DE", Successor: "ada", Presence: extension.Away, Reason: "lunch",
				Endpoints: []extension.Endpoint{{Address: "client:new", Via: "sim"}, {Address: "tel:+12025550119"}},
			}
			stored, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			a.Rev = 1
			h.same(a, stored)
			h.same(a, h.found("new"))
		}},
		{"an agent who was read can be changed without changing the store", func(h *house) {
			before := h.snapshot()
			h.found("ada").Endpoints[0].Address = "client:somebody"
			for _, a := range all(h, h.store.Directory().Agents(h.ctx, acme)) {
				for i := range a.Endpoints {
					a.Endpoints[i].Address = "client:somebody"
				}
			}
			require.Equal(h, before, h.snapshot())
			put := extension.Agent{ID: "new", Endpoints: []extension.Endpoint{{Address: "client:new"}}}
			_, err := h.store.Directory().Put(h.ctx, acme, put)
			require.NoError(h, err)
			put.Endpoints[0].Address = "client:somebody"
			require.Equal(h, "client:new", h.found("new").Endpoints[0].Address)
		}},
		{"an agent without an extension gets the next free one, and keeps it", func(h *house) {
			require.Equal(h, "1004", h.agent("new", "").Extension)
			require.Equal(h, "1005", h.agent("newer", "").Extension)
			a := h.found("new")
			a.Extension, a.Name = "", "Renamed"
			stored, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			require.Equal(h, "1004", stored.Extension)
		}},
		{"an extension that another agent has is refused, and nothing changes", func(h *house) {
			before := h.snapshot()
			_, err := h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: "new", Extension: "1001"})
			require.ErrorIs(h, err, extension.ErrTaken)
			a := h.found("grace")
			a.Extension, a.Name = "1001", "Renamed"
			_, err = h.store.Directory().Put(h.ctx, acme, a)
			require.ErrorIs(h, err, extension.ErrTaken)
			require.Equal(h, before, h.snapshot())
		}},
		{"an extension given up rests, and reaches who gave it up", func(h *house) {
			a := h.found("ada")
			a.Extension = "1008"
			_, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			_, err = h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: "new", Extension: "1001"})
			require.ErrorIs(h, err, extension.ErrQuarantined)
			class, party := h.find("1001")
			require.Equal(h, extension.ClassAvailable, class)
			require.Equal(h, "ada", party.Agent)
		}},
		{"an extension that rested for long enough is given again", func(h *house) {
			a := h.accountOf(acme)
			a.Quarantine = h.moment()
			require.NoError(h, h.store.Accounts().Put(h.ctx, a))
			grace := h.found("grace")
			grace.Extension = "1008"
			_, err := h.store.Directory().Put(h.ctx, acme, grace)
			require.NoError(h, err)
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			require.Equal(h, extension.ClassUnknown, h.class("1001"))
			require.Equal(h, extension.ClassAvailable, h.class("1002"), "it reaches who gave it up")
			require.Equal(h, "1004", h.agent("new", "").Extension)
			h.wait(h.moment() + 50*time.Millisecond)
			require.Equal(h, extension.ClassUnknown, h.class("1002"))
			require.Equal(h, "1001", h.agent("newer", "").Extension)
			require.Equal(h, "1002", h.agent("newest", "").Extension)
		}},
		{"an agent who was changed meanwhile is not overwritten", func(h *house) {
			a := h.found("ada")
			for _, rev := range []uint64{0, a.Rev + 1} {
				stale := a
				stale.Rev, stale.Name = rev, "Overwritten"
				_, err := h.store.Directory().Put(h.ctx, acme, stale)
				require.ErrorIs(h, err, storage.ErrConflict)
			}
			_, err := h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: "new", Rev: 1})
			require.ErrorIs(h, err, storage.ErrConflict)
			h.same(a, h.found("ada"))
		}},
		{"who changes an agent changes neither presence nor duty", func(h *house) {
			h.ring("c1", "ada")
			a := h.found("ada")
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Away, "lunch"))
			a.Name, a.Presence, a.Duty = "Renamed", extension.Offline, extension.Duty{}
			stored, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			require.Equal(h, "Renamed", stored.Name)
			require.Equal(h, extension.Away, stored.Presence)
			require.Equal(h, "c1", stored.Duty.HeldBy)
			h.same(stored, h.found("ada"))
		}},
		{"a presence is changed alone", func(h *house) {
			a := h.found("ada")
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Away, "lunch"))
			a.Presence, a.Reason = extension.Away, "lunch"
			h.same(a, h.found("ada"))
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Available, ""))
			a.Presence, a.Reason = extension.Available, ""
			h.same(a, h.found("ada"))
		}},
		{"a presence that there is not, and one of nobody, is refused", func(h *house) {
			before := h.snapshot()
			require.ErrorIs(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", "asleep", ""), extension.ErrAgent)
			require.ErrorIs(h, h.store.Directory().SetPresence(h.ctx, acme, "nobody", extension.Away, ""), storage.ErrNotFound)
			require.Equal(h, before, h.snapshot())
		}},
		{"agents are listed by extension", func(h *house) {
			h.agent("aaron", "1007")
			var exts []string
			for _, a := range all(h, h.store.Directory().Agents(h.ctx, acme)) {
				exts = append(exts, a.Extension)
			}
			require.Equal(h, []string{"1001", "1002", "1003", "1007"}, exts)
		}},
		{"an agent who is removed is gone, with every membership", func(h *house) {
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			_, err := h.store.Directory().Agent(h.ctx, acme, "ada")
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.ErrorIs(h, h.store.Directory().Remove(h.ctx, acme, "ada"), storage.ErrNotFound)
			require.Equal(h, []string{"grace", "mary"}, h.members())
			require.Len(h, all(h, h.store.Directory().Agents(h.ctx, acme)), 2)
		}},
		{"the extension of a removed agent reaches the successor", func(h *house) {
			a := h.found("ada")
			a.Successor = "grace"
			_, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			require.ErrorIs(h, h.store.Directory().Remove(h.ctx, acme, "grace"), extension.ErrNamed)
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			class, party := h.find("1001")
			require.Equal(h, extension.ClassAvailable, class)
			require.Equal(h, "grace", party.Agent)
		}},
		{"a live call outlives the agent it talks to", func(h *house) {
			c := h.ring("c1", "ada")
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			h.same(c, h.loaded("c1"))
			h.happens(&c, hungUp)
		}},
		{"16 writers fill a range: every free extension is given once, then it is full", func(h *house) {
			var mu sync.Mutex
			given, full := map[string]int{"1001": 1, "1002": 1, "1003": 1}, 0
			var writers sync.WaitGroup
			for w := range 16 {
				writers.Go(func() {
					a, err := h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: fmt.Sprint("new", w)})
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						given[a.Extension]++
						return
					}
					full++
					if !isFull(err) {
						h.Errorf("%v is not ErrFull", err)
					}
				})
			}
			writers.Wait()
			require.Equal(h, 9, full)
			require.Len(h, given, 10)
			for ext, n := range given {
				require.Equal(h, 1, n, ext)
			}
			_, err := h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: "late"})
			require.ErrorIs(h, err, extension.ErrFull)
			require.Len(h, all(h, h.store.Directory().Agents(h.ctx, acme)), 10)
		}},
	}
}
