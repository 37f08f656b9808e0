package flow_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestSuggest_findsTheNameThatWasMeant(t *testing.T) {
	t.Parallel()
	names := []string{"main", "support", "sales", "front-desk", "no_answer", "Zürich", "a", "99"}
	for typed, want := range map[string]string{
		"mian":       "main",       // two letters swapped
		"suport":     "support",    // one left out
		"salles":     "sales",      // one too many
		"frontdesk":  "front-desk", // a hyphen forgotten
		"front_desk": "front-desk",
		"no answer":  "no_answer",
		"no-answer":  "no_answer",
		"MAIN":       "main",
		"zurich":     "Zürich",
		"supp":       "support", // the beginning
		"frontage":   "",        // begins alike for five letters only
		"reception":  "",
		"b":          "", // one letter is not a mistyped other one
		"98":         "99",
		"77":         "",
		"":           "",
	} {
		require.Equal(t, want, flow.Suggest(typed, slices.Values(names)), "typed %q", typed)
	}
}

func TestSuggest_isTheSameForAnyOrderOfNames(t *testing.T) {
	t.Parallel()
	names := []string{"sala", "sale", "salt", "salu"}
	for range 4 {
		require.Equal(t, "sala", flow.Suggest("salx", slices.Values(names)))
		names = append(names[1:], names[0])
	}
}

func TestSuggest_keepsSilentAboutTwoNamesThatBeginAlike(t *testing.T) {
	t.Parallel()
	among := map[string]bool{"sales-north": true, "sales-south": true}
	require.Empty(t, flow.Suggest("sales", maps.Keys(among)))
}

func TestSuggest_isQuickForNamesOfAnyLength(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ß", 1<<20)
	require.Equal(t, long, flow.Suggest(long+"x", slices.Values([]string{long})), "beyond what a name may have, nothing is compared")
	require.Empty(t, flow.Suggest(long, slices.Values([]string{"main"})))
}
