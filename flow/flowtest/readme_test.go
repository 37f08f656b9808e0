package flowtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every row of the rules has its story, every story proves something that is a row,
// and the table of them is up to date.
func TestReadme_everyRuleHasItsStory(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{} // by row
	files, err := filepath.Glob("../testdata/*.call")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		s, err := ParseStory(file, string(text))
		require.NoError(t, err)
		require.NotEmpty(t, s.About, "%s: say in a comment at the top what it is about", file)
		require.NotEmpty(t, s.Proves, "%s: say what it proves, as in proves: rule b", file)
		for _, p := range s.Proves {
			stories[p] = append(stories[p], strings.TrimSuffix(filepath.Base(file), ".call"))
		}
	}
	table := tableOf(t, stories)
	require.Empty(t, stories, "stories prove what is no row; add it to rows_test.go, or correct the story")

	const readme = "../testdata/README.md"
	if os.Getenv(Update) != "" {
		require.NoError(t, os.WriteFile(readme, []byte(table), 0o644)) //nolint:gosec // a file that people read
	}
	now, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.Equal(t, table, string(now), "%s=1 rewrites it", Update)
}

// tableOf is the table of stories by row. What it has shown it takes away.
func tableOf(t *testing.T, stories map[string][]string) string {
	t.Helper()
	var b strings.Builder
	count := map[string]bool{}
	for _, of := range stories {
		for _, s := range of {
			count[s] = true
		}
	}
	fmt.Fprintf(&b, "# Stories\n\nWhat a call does, told in %d stories: each line of the rules, and the stories that show it. "+
		"Written by a test of flow/flowtest; %s=1 rewrites it.\n", len(count), Update)
	for _, p := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n| | what | stories |\n|---|---|---|\n", p.title)
		for _, r := range p.rows {
			require.NotEmpty(t, stories[r.name], "no story proves %q: %s", r.name, r.says)
			slices.Sort(stories[r.name])
			var links []string
			for _, s := range stories[r.name] {
				links = append(links, fmt.Sprintf("[%s](%s.call)", strings.ReplaceAll(s, "-", " "), s))
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", r.name, r.says, strings.Join(links, "<br>"))
			delete(stories, r.name)
		}
		for _, r := range p.elsewhere {
			fmt.Fprintf(&b, "| %s | %s | |\n", r.name, r.says)
		}
	}
	return b.String()
}
