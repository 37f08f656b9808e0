package storagetest

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func names() []promise {
	return []promise{
		{"an agent who is listed is found by the first letters of either name, and no other is", func(h *house) {
			require.Empty(h, h.spelled("lovelace", 8))
			h.lists("ada", "Ada Lovelace")
			require.Equal(h, []string{"Ada Lovelace 1001"}, h.spelled("lovelace", 8))
			require.Equal(h, []string{"Ada Lovelace 1001"}, h.spelled("ad", 8))
			require.Equal(h, []string{"Ada Lovelace 1001"}, h.spelled("lovelacea", 8))
			require.Empty(h, h.spelled("grace", 8), "who is not listed")
			require.Empty(h, h.spelled("lovelaces", 8))
		}},
		{"a name is found without its accents, and as people write them out", func(h *house) {
			h.lists("ada", "Jörg Müller")
			h.lists("grace", "Nguyễn Văn Đức")
			h.lists("mary", "王伟 (Wang Wei)")
			for letters, want := range map[string]string{
				"muller": "Jörg Müller 1001", "mueller": "Jörg Müller 1001", "ducn": "Nguyễn Văn Đức 1002", "weiw": "王伟 (Wang Wei) 1003",
			} {
				require.Equal(h, []string{want}, h.spelled(letters, 8), letters)
			}
		}},
		{"whoever is renamed is found by the new name alone", func(h *house) {
			h.lists("ada", "Ada Byron")
			h.lists("ada", "Ada Lovelace")
			require.Empty(h, h.spelled("byron", 8))
			require.Equal(h, []string{"Ada Lovelace 1001"}, h.spelled("ada", 8))
		}},
		{"whoever is listed no more, or removed, is not found", func(h *house) {
			h.lists("ada", "Ada Lovelace")
			a := h.found("ada")
			a.Listed = false
			_, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			require.Empty(h, h.spelled("ada", 8))
			h.lists("ada", "Ada Lovelace")
			require.NoError(h, h.store.Directory().Remove(h.ctx, acme, "ada"))
			require.Empty(h, h.spelled("ada", 8))
			h.agent("ada", "1001")
			require.Empty(h, h.spelled("ada", 8), "nor who comes after, unless they wish it")
		}},
		{"a name is found with the extension of now", func(h *house) {
			h.lists("ada", "Ada Lovelace")
			a := h.found("ada")
			a.Extension = "1008"
			_, err := h.store.Directory().Put(h.ctx, acme, a)
			require.NoError(h, err)
			require.NoError(h, h.store.Directory().SetPresence(h.ctx, acme, "ada", extension.Offline, ""))
			require.Equal(h, []string{"Ada Lovelace 1008"}, h.spelled("ada", 8), "whether there or not")
		}},
		{"no more are found than were asked for, whose name ends there first", func(h *house) {
			h.lists("ada", "Sam Samson Samuel Samantha")
			h.lists("grace", "Samantha Sams")
			h.lists("mary", "Sam")
			order := []string{"Sam 1003", "Samantha Sams 1002", "Sam Samson Samuel Samantha 1001"}
			for n := range 5 {
				require.Equal(h, order[:min(n, 3)], h.spelled("sam", n), "each once, though several of their names begin so")
			}
			for i := range 7 {
				h.agent(fmt.Sprint("sam", i), "")
				h.lists(fmt.Sprint("sam", i), "Sam")
			}
			require.Equal(h, []string{"Sam 1003", "Sam 1004", "Sam 1005"}, h.spelled("sam", 3), "and then by id")
			require.Len(h, h.spelled("sam", 100), 10)
		}},
		{"keys that spell nothing find nobody", func(h *house) {
			h.lists("ada", "Ada Lovelace")
			for _, keys := range []string{"", "0", "1", "2 3", "23*", "232%", "ada", strings.Repeat("2", 40)} {
				found, err := h.store.Directory().Spelled(h.ctx, acme, keys, 8)
				require.NoError(h, err)
				require.Empty(h, found, keys)
			}
		}},
		{"whose name cannot be spelled is not listed, and nothing changes", func(h *house) {
			before := h.snapshot()
			for _, name := range []string{"", "Юрий", "007"} {
				a := h.found("ada")
				a.Name, a.Listed = name, true
				_, err := h.store.Directory().Put(h.ctx, acme, a)
				require.ErrorIs(h, err, extension.ErrUnspellable)
				_, err = h.store.Directory().Put(h.ctx, acme, extension.Agent{ID: "new", Name: name, Listed: true})
				require.ErrorIs(h, err, extension.ErrUnspellable)
			}
			require.Equal(h, before, h.snapshot())
		}},
	}
}

// lists has callers find an agent by a name.
func (h *house) lists(id, name string) {
	h.Helper()
	a := h.found(id)
	a.Name, a.Listed = name, true
	_, err := h.store.Directory().Put(h.ctx, h.account, a)
	require.NoError(h, err)
}

// spelled is whom letters find, as in "Ada Lovelace 1001".
func (h *house) spelled(letters string, n int) []string {
	h.Helper()
	listings, err := h.store.Directory().Spelled(h.ctx, h.account, extension.Spellings(letters)[0], n)
	require.NoError(h, err)
	found := []string{}
	for _, l := range listings {
		a, err := h.store.Directory().Agent(h.ctx, h.account, l.Agent)
		require.NoError(h, err)
		require.Equal(h, a.Listing(), l)
		found = append(found, l.Name+" "+l.Extension)
	}
	return found
}
