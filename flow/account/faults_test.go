package account_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// story is a faulty document of testdata/faults, and what Parse says about it.
type story struct{ title, document, says string }

const (
	titleMark = "== "
	saysMark  = "-- says\n"
)

func readStories(t testing.TB, file string) []story {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var stories []story
	for _, part := range strings.Split("\n"+string(data), "\n"+titleMark)[1:] {
		title, rest, _ := strings.Cut(part, "\n")
		document, says, ok := strings.Cut(rest, saysMark)
		require.True(t, ok, "%s: %s has no %q", file, title, saysMark)
		stories = append(stories, story{title, document, strings.TrimSpace(says)})
	}
	return stories
}

func writeStories(t *testing.T, file string, stories []story) {
	t.Helper()
	var b strings.Builder
	for i, s := range stories {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(titleMark + s.title + "\n" + s.document + saysMark + s.says + "\n")
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
}

// Every faulty document of testdata/faults is refused with exactly the words that
// stand below it. EXTFLOW_UPDATE=1 rewrites them; people review the difference.
func TestParse_saysWhatIsWrongWithEveryFaultyDocument(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/faults/*.txt")
	require.NoError(t, err)
	titles := map[string]bool{}
	for _, file := range files {
		stories := readStories(t, file)
		for i, s := range stories {
			require.False(t, titles[s.title], "two documents are called %q", s.title)
			titles[s.title] = true
			_, err := account.Parse([]byte(s.document))
			if os.Getenv("EXTFLOW_UPDATE") == "1" && err != nil {
				stories[i].says = err.Error()
				continue
			}
			require.Error(t, err, s.title)
			require.Equal(t, s.says, err.Error(), "%s: %s", file, s.title)
			require.ErrorIs(t, err, flow.ErrSettings, s.title)
		}
		if os.Getenv("EXTFLOW_UPDATE") == "1" {
			writeStories(t, file, stories)
		}
	}
	require.Greater(t, len(titles), 150)
}
