package storagetest

import (
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

func entries() []promise {
	return []promise{
		{"an extension finds its agent, as calls carry it", func(h *house) {
			class, party := h.find("1001")
			require.Equal(h, extension.ClassAvailable, class)
			h.same(h.found("ada").Party(), party)
		}},
		{"what is no extension finds nobody", func(h *house) {
			for entry, want := range map[string]extension.Class{
				"1009": extension.ClassUnknown, "9999": extension.ClassUnknown, "10011": extension.ClassUnknown,
				"10x1": extension.ClassUnknown, "１００１": extension.ClassUnknown, "1001' OR '1'='1": extension.ClassUnknown,
				"100": extension.ClassPartial, "1": extension.ClassPartial,
			} {
				class, party := h.find(entry)
				require.Equal(h, want, class, entry)
				require.Nil(h, party, entry)
			}
		}},
		{"presence decides whether an agent can be rung", func(h *house) {
			for presence, want := range map[extension.Presence]extension.Class{
				extension.Available: extension.ClassAvailable, extension.Busy: extension.ClassBusy,
				extension.Away: extension.ClassAway, extension.Offline: extension.ClassAway,
			} {
				require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", presence, ""))
				require.Equal(h, want, h.class("1001"), presence)
			}
		}},
		{"an agent without endpoints, or with none that the carrier reaches, cannot be rung", func(h *house) {
			h.agent("bare", "1004")
			require.Equal(h, extension.ClassAway, h.class("1004"))
			bound := h.agent("bound", "1005")
			bound.Endpoints = []extension.Endpoint{{Address: "client:bound", Via: "other"}, {Address: "tel:+12025550116", Via: "sim"}}
			_, err := h.store.Directory().Put(h.ctx, acme, bound)
			require.NoError(h, err)
			class, party, err := h.store.Directory().Find(h.ctx, acme, storage.Lookup{Entry: "1005", Carrier: "sim"})
			require.NoError(h, err)
			require.Equal(h, extension.ClassAvailable, class)
			require.Equal(h, bound.Endpoints[1:], party.Endpoints)
			class, _, err = h.store.Directory().Find(h.ctx, acme, storage.Lookup{Entry: "1005", Carrier: "third"})
			require.NoError(h, err)
			require.Equal(h, extension.ClassAway, class)
		}},
		{"an agent whom the asking call holds itself is not busy to it", func(h *house) {
			h.ring("c1", "ada")
			for call, want := range map[string]extension.Class{
				"c1": extension.ClassAvailable, "c2": extension.ClassBusy, "": extension.ClassBusy,
			} {
				class, _, err := h.store.Directory().Find(h.ctx, acme, storage.Lookup{Call: call, Entry: "1001", Caller: caller})
				require.NoError(h, err)
				require.Equal(h, want, class, call)
			}
		}},
		{"nobody rings themselves", func(h *house) {
			for entry, from := range map[string]number.E164{"1001": "+12025550111", "1002": "sip:grace@pbx.example.com"} {
				class, _, err := h.store.Directory().Find(h.ctx, acme, storage.Lookup{Entry: entry, Caller: from})
				require.NoError(h, err)
				require.Equal(h, extension.ClassBusy, class, entry)
			}
		}},
		{"an agent is away outside hours, and open is asked by name", func(h *house) {
			h.keepsHours("ada", "office")
			h.keepsHours("grace", "night")
			open := func(hours string) bool { return hours == "office" }
			for entry, want := range map[string]extension.Class{
				"1001": extension.ClassAvailable, "1002": extension.ClassAway, "1003": extension.ClassAvailable,
			} {
				class, _, err := h.store.Directory().Find(h.ctx, acme, storage.Lookup{Entry: entry, Open: open})
				require.NoError(h, err)
				require.Equal(h, want, class, entry)
			}
			require.Equal(h, extension.ClassAvailable, h.class("1002"), "without an answer it is open")
		}},
		{"who is asked for hours may use the store", func(h *house) {
			h.keepsHours("ada", "office")
			open := func(string) bool {
				return h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Busy, "") == nil
			}
			class, _, err := h.store.Directory().Find(h.ctx, acme, storage.Lookup{Entry: "1001", Open: open})
			require.NoError(h, err)
			require.Contains(h, []extension.Class{extension.ClassAvailable, extension.ClassBusy}, class)
		}},
		{"an extension finds the agent of its own account", func(h *house) {
			a := h.found("ada")
			a.Name = "Ada of acme"
			_, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			_, party := h.find("1001")
			require.Equal(h, "Ada of acme", party.Name)
			class, party := h.in(globex).find("1001")
			require.Equal(h, extension.ClassBusy, class)
			require.Equal(h, "ada", party.Name)
		}},
	}
}

// keepsHours gives an agent hours.
func (h *house) keepsHours(agent, hours string) {
	h.Helper()
	a := h.found(agent)
	a.Hours = hours
	_, err := h.store.Directory().Put(h.ctx, h.account, a)
	require.NoError(h, err)
}

func isFull(err error) bool { return errors.Is(err, extension.ErrFull) }
