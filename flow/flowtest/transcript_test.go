package flowtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// The turns of a call, told as a story, play as they were: a transcript is a test.
func TestTranscript_ofEveryStoryOfOneCallerIsAStoryThatPlays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/*.call")
	require.NoError(t, err)
	shelf := &shelf{document: account.Sample(), open: OpenCore}
	told := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		story, err := ParseStory(file, string(text))
		require.NoError(t, err)
		if !tellable(story) {
			continue
		}
		told++
		s, err := shelf.script(story)
		require.NoError(t, err)
		transcript := transcriptOf(t, story, s)
		again, err := ParseStory(file+" again", transcript)
		require.NoError(t, err, transcript)
		answers, err := play(t.Context(), again, s, OpenCore)
		require.NoError(t, err, transcript)
		for i := range answers {
			answers[i] = slices.DeleteFunc(answers[i], heardByCarrier)
			again.Scenes[i].Answers = slices.DeleteFunc(again.Scenes[i].Answers, heardByCarrier)
		}
		require.Empty(t, again.Differs(answers), "%s\n%s", text, transcript)
	}
	require.Greater(t, told, 80, "stories of one caller, in which nothing goes wrong on the way")
}

// tellable reports whether all that a story depends on is in its calls' turns.
// A caller who is moved from queue to queue leaves legs behind, and of several at one
// instant the turns do not say which was first.
func tellable(s Story) bool {
	dialled := 0
	for _, scene := range s.Scenes {
		switch scene.Act.Does {
		case Dials:
			dialled++
		case Refuses, LosesTape, Twice, Lost, Late, Reaches, Skips, Machine, Turns, Moves:
			return false
		}
	}
	return dialled == 1 && len(s.Scenes) > 1
}

// heardByCarrier reports whether an answer is of the carrier or the directory, and
// in no turn: what an agent is asked in a direct ring, presence, and what the product is told.
func heardByCarrier(line string) bool {
	return strings.Contains(line, `: say "Call from`) || strings.HasSuffix(line, " is away, missed") || line == "no such answer"
}

// transcriptOf plays a story and tells its calls' turns.
func transcriptOf(t *testing.T, story Story, s script) string {
	t.Helper()
	st, err := raise(s, monday, laySim, OpenCore)
	require.NoError(t, err)
	for _, scene := range story.Scenes {
		_, err := st.scene(t.Context(), scene.Act)
		require.NoError(t, err)
	}
	calls, err := st.exchange.Calls(t.Context())
	require.NoError(t, err)
	var turns [][]flow.Turn
	for _, c := range calls {
		of, err := st.exchange.Turns(t.Context(), c.Key, 0)
		require.NoError(t, err)
		turns = append(turns, of)
	}
	return flow.Script{}.Story(turns...)
}
