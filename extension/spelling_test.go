package extension_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

// keys are what a caller presses to spell letters from a to z.
func keys(letters string) string {
	return strings.Map(func(r rune) rune {
		for digit, on := range map[rune]string{'2': "abc", '3': "def", '4': "ghi", '5': "jkl", '6': "mno", '7': "pqrs", '8': "tuv", '9': "wxyz"} {
			if strings.ContainsRune(on, r) {
				return digit
			}
		}
		panic("no letter: " + string(r))
	}, letters)
}

func TestSpellings_ofNamesInManyLanguages(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"627436"}, extension.Spellings("O'Brien"), "one word, whichever apostrophe")
	for name, want := range map[string]string{
		"Madonna":              "madonna",
		"Ada Lovelace":         "adalovelace lovelaceada",
		"John Smith":           "johnsmith smithjohn",
		"  john  SMITH ":       "johnsmith smithjohn",
		"Jean-Luc Picard":      "jeanlucpicard lucpicardjean picardjeanluc",
		"O’Brien":              "obrien",
		"Ka`ahumanu":           "kaahumanu",
		"Müller":               "muller mueller",
		"Mu\u0308ller":         "muller mueller",
		"José Núñez":           "josenunez nunezjose",
		"Łukasz Żółkiewski":    "lukaszzolkiewski zolkiewskilukasz",
		"Nguyễn Văn Đức":       "nguyenvanduc vanducnguyen ducnguyenvan nguyenvandjuc vandjucnguyen djucnguyenvan",
		"Øystein":              "oystein oeystein",
		"Åse Gårdén":           "asegarden gardenase aasegaarden gaardenaase",
		"Jörg Weiß":            "jorgweiss weissjorg joergweiss weissjoerg",
		"Novak Đoković":        "novakdokovic dokovicnovak novakdjokovic djokovicnovak",
		"İbrahim Işık":         "ibrahimisik isikibrahim",
		"Guðrún Þorláksdóttir": "gudrunthorlaksdottir thorlaksdottirgudrun",
		"Zoë Ærøskøbing":       "zoeaeroskobing aeroskobingzoe zoeaeroeskoebing aeroeskoebingzoe",
		"Ｆｕｌｌ ﬁ":               "fullfi fifull",
		"Dr. Strange (2nd)":    "drstrangend strangenddr nddrstrange",
		"王伟 (Wang Wei)":        "wangwei weiwang",
		"Gal·la":               "galla",
	} {
		var spelled []string
		for word := range strings.FieldsSeq(want) {
			spelled = append(spelled, keys(word))
		}
		slices.Sort(spelled)
		require.Equal(t, slices.Compact(spelled), extension.Spellings(name), name)
	}
	for _, name := range []string{"", "王伟", "Юрий", "محمد", "42", "---", "\xff", "🙂"} {
		require.Empty(t, extension.Spellings(name), name)
	}
}

func TestSpellings_ofAVeryLongNameAreBounded(t *testing.T) {
	t.Parallel()
	long := extension.Spellings(strings.Repeat("Ångström ", 1000))
	require.LessOrEqual(t, len(long), 16)
	count := extension.Spellings("a b c d e f g h i j")
	require.Len(t, count, 8, "the first 8 words")
	require.Contains(t, count, keys("habcdefg"))
	require.Equal(t, []string{keys(strings.Repeat("w", extension.MaxSpelling))}, extension.Spellings(strings.Repeat("W", 1<<20)))
}

func TestAgent_CheckListed_saysWhatToDo(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]extension.Agent{
		"":      {Name: "Ada", Listed: true},
		"<nil>": {Name: "王伟"},
		`name cannot be spelled on the keypad: "王伟" has no letter from A to Z; write it in those too, as in "王伟 (Wang Wei)", or leave listed out`: {Name: "王伟", Listed: true},
		"name cannot be spelled on the keypad: there is none; write a name, or leave listed out":                                                  {Listed: true},
	} {
		err := a.CheckListed()
		if want == "" || want == "<nil>" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, extension.ErrUnspellable)
		require.EqualError(t, err, want)
	}
}

func TestPut_refusesToListWhomNobodyCanSpell(t *testing.T) {
	t.Parallel()
	d := acme(t)
	err := change(t, d, "ada", func(a *extension.Agent) { a.Name, a.Listed = "Юрий", true })
	require.ErrorIs(t, err, extension.ErrUnspellable)
	require.ErrorIs(t, err, extension.ErrAgent)
	require.ErrorContains(t, err, "agent ada: ")
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Name, a.Listed = "Юрий (Yuri)", true }))
	require.Equal(t, []extension.Listing{{Agent: "ada", Name: "Юрий (Yuri)", Extension: "1001"}}, d.Spelled(keys("yuri"), 8))
}

// found are the agents whom letters find.
func found(d *extension.Directory, letters string, n int) []string {
	ids := []string{}
	for _, l := range d.Spelled(keys(letters), n) {
		ids = append(ids, l.Agent)
	}
	return ids
}

// office is a directory in which everybody can be found by name.
func office(t testing.TB, names ...string) *extension.Directory {
	t.Helper()
	d, err := extension.New(extension.Config{})
	require.NoError(t, err)
	var agents []extension.Agent
	for i, name := range names {
		agents = append(agents, extension.Agent{ID: fmt.Sprintf("a%d", i), Name: name, Listed: true})
	}
	_, err = d.Put(noon, agents...)
	require.NoError(t, err)
	return d
}

func TestSpelled_findsAgentsByTheFirstLettersOfEitherName(t *testing.T) {
	t.Parallel()
	d := office(t, "John Smith", "Anna Smithers", "Smith", "Johanna Müller", "Jean-Luc Picard", "Anna Anatol")
	require.Equal(t, []string{"a2", "a1", "a0"}, found(d, "smith", 8), "whose name ends there comes first")
	require.Equal(t, []string{"a0"}, found(d, "smithj", 8))
	require.Equal(t, []string{"a0"}, found(d, "johns", 8))
	require.Equal(t, []string{"a3"}, found(d, "mueller", 8))
	require.Equal(t, []string{"a3"}, found(d, "muller", 8))
	require.Equal(t, []string{"a4"}, found(d, "luc", 8))
	require.Equal(t, []string{"a4"}, found(d, "jeanluc", 8))
	require.Equal(t, []string{"a5", "a1"}, found(d, "an", 8), "each once, though two of their names begin so")
	require.Equal(t, []string{"a2"}, found(d, "smith", 1))
	require.Empty(t, found(d, "smith", 0))
	require.Empty(t, found(d, "smithjohnson", 8))
	require.Equal(t, []extension.Listing{{Agent: "a4", Name: "Jean-Luc Picard", Extension: "1004"}}, d.Spelled("742273", 8))
	for _, none := range []string{"", "0", "1", "7 6", "76*", "smith", strings.Repeat("7", 33)} {
		require.Empty(t, d.Spelled(none, 8), none)
	}
}

func TestSpelled_goesByTheDirectoryAsItIs(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.Empty(t, found(d, "ada", 8), "not unless she is listed")
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Listed = true }))
	require.Equal(t, []string{"ada"}, found(d, "lovelace", 8))
	before := d.Clone()
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Name = "Ada King" }))
	require.Empty(t, found(d, "lovelace", 8))
	require.Equal(t, []string{"ada"}, found(d, "king", 8))
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Extension = "1010" }))
	require.Equal(t, "1010", d.Spelled(keys("king"), 8)[0].Extension)
	_, err := d.SetPresence("ada", extension.Offline, "")
	require.NoError(t, err)
	require.Equal(t, []string{"ada"}, found(d, "king", 8), "found, whether there or not: the call's rules decide what then")
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Listed = false }))
	require.Empty(t, found(d, "ada", 8))
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Listed = true }))
	_, err = d.Remove(noon, "ada")
	require.NoError(t, err)
	require.Empty(t, found(d, "ada", 8))
	require.Equal(t, []string{"ada"}, found(before, "lovelace", 8), "a clone is on its own")
}

// Whatever names come, change and go, what is found is what looking at everybody finds.
func TestSpelled_findsWhatLookingAtEverybodyFinds(t *testing.T) {
	t.Parallel()
	names := rapid.SampledFrom([]string{"Ada", "Ada Ad", "Bea Ada", "Åda", "Cäcilie", "Abe Bea Cab", "Ad", "B", "王"})
	rapid.Check(t, func(t *rapid.T) {
		d, err := extension.New(extension.Config{})
		require.NoError(t, err)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				var agents []extension.Agent
				for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 1, 3, rapid.ID).Draw(t, "ids") {
					a, _ := d.Agent(id)
					a.ID, a.Name, a.Listed = id, names.Draw(t, "name"), rapid.Bool().Draw(t, "listed")
					agents = append(agents, a)
				}
				_, _ = d.Put(noon, agents...) // where one cannot be listed, nobody is changed
			},
			"remove": func(t *rapid.T) {
				_, _ = d.Remove(noon, rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id"))
			},
			"restore": func(t *rapid.T) {
				d, err = extension.Restore(d.Config(), slices.Collect(d.Agents()), slices.Collect(d.Quarantined()))
				require.NoError(t, err)
			},
			"": func(t *rapid.T) {
				pressed := rapid.StringMatching(`[23]{1,4}`).Draw(t, "keys")
				n := rapid.IntRange(0, 4).Draw(t, "n")
				require.Equal(t, looked(d, pressed, n), d.Spelled(pressed, n))
			},
		})
	})
}

// looked looks at everybody.
func looked(d *extension.Directory, pressed string, n int) (found []extension.Listing) {
	first := map[string]string{}
	for a := range d.Agents() {
		for _, s := range extension.Spellings(a.Name) {
			if a.Listed && strings.HasPrefix(s, pressed) && (first[a.ID] == "" || s < first[a.ID]) {
				first[a.ID] = s
			}
		}
	}
	for a := range d.Agents() {
		if first[a.ID] != "" {
			found = append(found, a.Listing())
		}
	}
	slices.SortStableFunc(found, func(a, b extension.Listing) int { return strings.Compare(first[a.Agent], first[b.Agent]) })
	if found = found[:min(n, len(found))]; len(found) == 0 {
		return nil
	}
	return found
}

// Among thousands whose names begin alike no more is looked at than is found.
func TestSpelled_costsWhatItFinds(t *testing.T) {
	cost := func(agents int) float64 {
		d := office(t, slices.Repeat([]string{"Sam Samson", "Sandra Sams"}, agents/2)...)
		require.Len(t, d.Spelled("72", 8), 8)
		return testing.AllocsPerRun(100, func() { d.Spelled("72", 8) })
	}
	require.Equal(t, cost(100), cost(8_000))
}

func FuzzSpellings(f *testing.F) {
	for _, name := range []string{"O'Brien", "Jean-Luc Picard", "Nguyễn Văn Đức", "İş", "ǿ", "´a", "a\u0301\u0301b", "ﬃ", "\xff\xfe", "Ⅷ", "각"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		all := extension.Spellings(name)
		require.LessOrEqual(t, len(all), 16)
		require.True(t, slices.IsSorted(all))
		require.Len(t, slices.Compact(slices.Clone(all)), len(all))
		for _, s := range all {
			require.True(t, extension.IsSpelling(s), s)
		}
		require.Equal(t, all, extension.Spellings(norm.NFC.String(name)), "composed")
		require.Equal(t, all, extension.Spellings(norm.NFD.String(name)), "decomposed")
		require.Equal(t, all, extension.Spellings(" "+name+"-"))
	})
}
