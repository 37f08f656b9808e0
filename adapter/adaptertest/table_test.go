package adaptertest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/flowtest"
	stories "github.com/extflow/extflow/flow/testdata"
)

// The table of what carriers can do is made from what their adapters declare, and
// prove.
func TestTable_isInTheREADMEAndTheGuide(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- carriers -->\n", "<!-- end -->\n"
	for _, file := range []string{"../../README.md", "../README.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		before, rest, ok := strings.Cut(string(text), begin)
		require.True(t, ok, "%s has no table of carriers", file)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok, "%s: the table has no end", file)
		want := before + begin + Known() + end + after
		if os.Getenv(flowtest.Update) != "" {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
			continue
		}
		require.Equal(t, want, string(text), "run with EXTFLOW_UPDATE=1 and review the difference")
	}
}

func TestAbilities_nameStoriesThatThereAreAndEveryCarrierOnesThatThereAre(t *testing.T) {
	t.Parallel()
	var all []Ability
	for _, a := range abilities {
		require.NotEmpty(t, a.without, a.ability)
		require.NotContains(t, all, a.ability)
		all = append(all, a.ability)
		for _, s := range a.stories {
			_, err := stories.Stories.Open(s + ".call")
			require.NoError(t, err)
		}
	}
	for _, c := range known {
		for _, a := range c.Lacks {
			require.Contains(t, all, a, c.Name)
		}
		require.Equal(t, c.Lacks, Lacks(c.Name))
	}
	require.Nil(t, Lacks("nobody"))
}

func TestStories_thoseThatAreHandedOnAreAllThatThereAre(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../flow/testdata/*.call")
	require.NoError(t, err)
	unpacked, err := filepath.Glob(filepath.Join(unpacked(t), "*.call"))
	require.NoError(t, err)
	for i := range files {
		files[i], unpacked[i] = filepath.Base(files[i]), filepath.Base(unpacked[i])
	}
	require.Equal(t, files, unpacked)
	require.True(t, slices.IsSorted(files))
}
