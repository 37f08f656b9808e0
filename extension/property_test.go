package extension_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

// ranges draws a small range of two digits, with reservations.
func ranges(t *rapid.T) extension.Range {
	first := rapid.IntRange(0, 60).Draw(t, "first")
	return extension.Range{
		Length: 2, First: first, Last: rapid.IntRange(max(first, 1), 99).Draw(t, "last"),
		Reserved:           rapid.SliceOfN(rapid.StringMatching(`[0-9]{1,3}\*?|default`), 0, 4).Draw(t, "reserved"),
		TerminatorRequired: rapid.Bool().Draw(t, "terminator"),
	}
}

// free finds out one by one what nobody has and nobody is in the way of.
func free(r extension.Range, claims []extension.Claim, now time.Time) (list []string) {
	for n := range 100 {
		ext := fmt.Sprintf("%02d", n)
		ok := r.Check(ext) == nil
		for _, c := range claims {
			ok = ok && r.Admits(ext, "nobody", c, now) == nil
		}
		if ok {
			list = append(list, ext)
		}
	}
	return list
}

// Whatever is reserved, held or resting, also with other lengths from before a
// change of the range, filling it gives every free extension to one agent, from
// the lowest to the highest, and then says that it is full.
func TestFillingARange_handsOutEveryFreeExtensionOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := ranges(t)
		var agents []extension.Agent
		var resting, claims []extension.Claim
		for i, ext := range rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9]{1,4}`), 0, 12, rapid.ID).Draw(t, "claimed") {
			id := fmt.Sprintf("old%d", i)
			if rapid.Bool().Draw(t, "held") {
				agents = append(agents, extension.Agent{ID: id, Extension: ext})
				claims = append(claims, extension.Claim{Extension: ext, Agent: id})
				continue
			}
			until := noon.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "until")) * time.Hour)
			resting = append(resting, extension.Claim{Extension: ext, Agent: id, Until: until})
		}
		d, err := extension.Restore(extension.Config{Range: r}, agents, resting)
		require.NoError(t, err)

		var got []string
		for i := 0; ; i++ {
			next, full := d.NextFree(noon)
			added, err := d.Put(noon, extension.Agent{ID: fmt.Sprintf("new%d", i)})
			if err != nil {
				require.ErrorIs(t, err, extension.ErrFull)
				require.ErrorIs(t, full, extension.ErrFull)
				break
			}
			require.Equal(t, next, added[0].Extension, "the one announced")
			got = append(got, added[0].Extension)
		}
		require.Equal(t, free(r, append(claims, resting...), noon), got)
	})
}

// After walks the same extensions that Check allows.
func TestAfter_visitsWhatCheckAllows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := ranges(t)
		var walked []string
		for ext, ok := r.After(""); ok; ext, ok = r.After(ext) {
			walked = append(walked, ext)
		}
		require.Equal(t, free(r, nil, noon), walked)
	})
}

func TestConflict_isSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := extension.Range{TerminatorRequired: rapid.Bool().Draw(t, "terminator")}
		a := rapid.StringMatching(`[01]{1,4}`).Draw(t, "a")
		b := rapid.StringMatching(`[01]{1,4}`).Draw(t, "b")
		require.Equal(t, r.Conflict(a, b), r.Conflict(b, a))
		one := r.Admits(a, "x", extension.Claim{Extension: b, Agent: "y"}, noon)
		other := r.Admits(b, "y", extension.Claim{Extension: a, Agent: "x"}, noon)
		require.Equal(t, one == nil, other == nil)
		require.Equal(t, errors.Is(one, extension.ErrPrefix), errors.Is(other, extension.ErrPrefix))
	})
}

// owned is what a model remembers of an extension: who had it last, and until when
// nobody else may have it (zero: held).
type owned struct {
	agent string
	until time.Time
}

// Agents come, change extensions, go, and come again, while time passes. No
// extension that rests ever goes to another agent, none has two holders, and what
// a caller keys reaches who a model says.
func TestDirectory_neverLeaksAQuarantinedExtension(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const quarantine = 5 * time.Hour
		r := extension.Range{Length: 2, First: 10, Last: 15, Reserved: []string{"13"}}
		d, err := extension.New(extension.Config{Range: r, Quarantine: quarantine})
		require.NoError(t, err)
		now, model, there := noon, map[string]owned{}, map[string]string{} // there: id to extension
		ids := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		exts := rapid.SampledFrom([]string{"", "", "10", "11", "12", "13", "14", "15", "16"})
		mayHave := func(id, ext string) bool {
			o, ok := model[ext]
			return r.Check(ext) == nil && (!ok || o.agent == id || !o.until.IsZero() && !now.Before(o.until))
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id, ext := ids.Draw(t, "agent"), exts.Draw(t, "extension")
				before, known := d.Agent(id)
				got, err := d.Put(now, extension.Agent{ID: id, Extension: ext, Rev: before.Rev})
				switch {
				case ext == "" && known:
					require.NoError(t, err)
					require.Equal(t, there[id], got[0].Extension)
				case ext == "":
					lowest := ""
					for _, e := range []string{"15", "14", "12", "11", "10"} {
						if mayHave("nobody", e) {
							lowest = e
						}
					}
					if lowest == "" {
						require.ErrorIs(t, err, extension.ErrFull)
						return
					}
					require.NoError(t, err)
					require.Equal(t, lowest, got[0].Extension)
				default:
					require.Equal(t, mayHave(id, ext), err == nil, "%v", err)
				}
				if err != nil {
					return
				}
				if old := there[id]; known && old != got[0].Extension {
					model[old] = owned{id, now.Add(quarantine)}
				}
				there[id], model[got[0].Extension] = got[0].Extension, owned{agent: id}
			},
			"remove": func(t *rapid.T) {
				id := ids.Draw(t, "agent")
				_, err := d.Remove(now, id)
				require.Equal(t, there[id] != "", err == nil)
				if err == nil {
					model[there[id]] = owned{id, now.Add(quarantine)}
					delete(there, id)
				}
			},
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
			},
			"": func(t *rapid.T) {
				for n := 10; n <= 16; n++ {
					ext := fmt.Sprint(n)
					want, o := "unknown", model[ext]
					if (o.until.IsZero() || now.Before(o.until)) && there[o.agent] != "" {
						want = "away " + o.agent
					}
					require.Equal(t, want, dialled(d, ext, extension.Inquiry{Now: now}), ext)
				}
				holders := map[string]string{}
				for a := range d.Agents() {
					holders[a.ID] = a.Extension
				}
				require.Equal(t, there, holders)
				require.Len(t, slices.Compact(slices.Sorted(maps.Values(holders))), len(holders), "one holder each")
			},
		})
	})
}

// Memberships read the same from both sides, whoever joins, leaves or goes.
func TestMembership_readsTheSameFromBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := acme(t)
		ids := rapid.SampledFrom([]string{"ada", "grace", "linus", "mary"})
		queues := rapid.SampledFrom([]string{"sales", "support"})
		t.Repeat(map[string]func(*rapid.T){
			"join":   func(t *rapid.T) { _ = d.Join(queues.Draw(t, "queue"), ids.Draw(t, "agent")) },
			"leave":  func(t *rapid.T) { d.Leave(queues.Draw(t, "queue"), ids.Draw(t, "agent")) },
			"remove": func(t *rapid.T) { _, _ = d.Remove(noon, ids.Draw(t, "agent")) },
			"set": func(t *rapid.T) {
				_ = d.SetMembers(queues.Draw(t, "queue"), rapid.SliceOfNDistinct(ids, 0, 3, rapid.ID).Draw(t, "members"))
			},
			"": func(t *rapid.T) {
				from := map[string]bool{}
				for _, q := range d.Queues() {
					require.NotEmpty(t, d.Members(q))
					for _, id := range d.Members(q) {
						_, ok := d.Agent(id)
						require.True(t, ok, "%s is a member of %s", id, q)
						require.False(t, from[q+" "+id])
						from[q+" "+id] = true
					}
				}
				to := map[string]bool{}
				for _, id := range []string{"ada", "grace", "linus", "mary"} {
					require.True(t, slices.IsSorted(d.QueuesOf(id)))
					for _, q := range d.QueuesOf(id) {
						to[q+" "+id] = true
					}
				}
				require.Equal(t, from, to)
			},
		})
	})
}
