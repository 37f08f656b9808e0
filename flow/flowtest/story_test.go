package flowtest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const aStory = `# Ada does not pick up,
# so the caller leaves a message.
proves: rule b, 2.11
account:
    flows:
      front-desk: {ring: {time: 10s}}

# Monday.
caller dials +12025550100 from +14155550100
    say "Welcome."
    listen for 4 digits, 5s

...10s
    hang up

caller hangs up
`

func TestParseStory_readsWhatItIsAboutAndItsScenes(t *testing.T) {
	t.Parallel()
	s, err := ParseStory("a", aStory)
	require.NoError(t, err)
	require.Equal(t, "Ada does not pick up, so the caller leaves a message.", s.About)
	require.Equal(t, []string{"rule b", "2.11"}, s.Proves)
	require.Equal(t, "    flows:\n      front-desk: {ring: {time: 10s}}\n", s.Over)
	require.Len(t, s.Scenes, 3)
	require.Equal(t, Scene{Line: 9, Act: Act{Does: Dials, Who: "caller", To: "+12025550100", From: "+14155550100"},
		Answers: []string{`say "Welcome."`, "listen for 4 digits, 5s"}}, s.Scenes[0])
	require.Equal(t, Act{Does: Waits, For: 10 * time.Second}, s.Scenes[1].Act)
	require.Empty(t, s.Scenes[2].Answers)
}

func TestParseStory_takesTheDocumentsFile(t *testing.T) {
	t.Parallel()
	s, err := ParseStory("a", "account: other.yaml\n\n...1s\n")
	require.NoError(t, err)
	require.Equal(t, "other.yaml", s.Account)
	require.Empty(t, s.Over)
}

func TestParseStory_tellsEveryLineThatMakesNoSense(t *testing.T) {
	t.Parallel()
	_, err := ParseStory("a.call", "    say \"Hello.\"\ncaller sings\n...soon\nat half past nine\ncaller hangs up\n")
	require.ErrorIs(t, err, ErrStory)
	for _, want := range []string{
		"a.call:1: not a story: an answer before the first act",
		`a.call:2: not a story: "caller sings" is nothing that happens; lines at the margin are like ...20s;`,
		`a.call:3: not a story: "...soon"`,
		`a.call:4: not a story: "at half past nine"`,
	} {
		require.ErrorContains(t, err, want)
	}
	_, err = ParseStory("a.call", "# Nothing.\n")
	require.ErrorContains(t, err, "a.call: not a story: nothing happens; begin with")
	_, err = ParseStory("a.call", "...-3s\n")
	require.ErrorIs(t, err, ErrStory)
}

func TestTold_changesAnswersAndNothingElse(t *testing.T) {
	t.Parallel()
	s, err := ParseStory("a", aStory)
	require.NoError(t, err)
	var same [][]string
	for _, scene := range s.Scenes {
		same = append(same, scene.Answers)
	}
	require.Equal(t, aStory, s.Told(same))
	require.Empty(t, s.Differs(same))

	other := [][]string{{"listen for 4 digits, 5s", "hold"}, nil, {"ends abandoned"}}
	told := s.Told(other)
	require.Equal(t, strings.NewReplacer("    say \"Welcome.\"\n", "", "5s\n", "5s\n    hold\n", "    hang up\n", "", "caller hangs up\n", "caller hangs up\n    ends abandoned\n").
		Replace(aStory), told)
	require.Equal(t, `a:9:
  caller dials +12025550100 from +14155550100
-     say "Welcome."
      listen for 4 digits, 5s
+     hold
a:13:
  ...10s
-     hang up
a:16:
  caller hangs up
+     ends abandoned
`, s.Differs(other))
}

func TestParseAct_readsWhatStringWrites(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"...20s", "...1m30s", "...", "at 2026-11-22 09:00",
		"caller dials +12025550100 from +14155550100", "second caller dials +12025550100, number withheld",
		"caller dials +12025550100 from sip:bob@example.com, forwarded from +12025550150",
		"caller dials +12025550100, number withheld, forwarded from +12025550150",
		"caller presses 1001", "caller presses 10*", "ada presses 1", "caller presses nothing", `caller presses "1 2"`,
		"caller hangs up", "caller speaks for 12s", "ada answers", "client:ada answers", "tel:+12025550111 declines",
		"ada lets it ring", "ada's line is busy", "ada cannot be reached", "ada's mobile voicemail picks up",
		"ada is available", "ada is busy", "ada is away", "ada is offline", "the product drops second caller",
		"the carrier refuses the next turn", "the next event comes twice", "the next event gets lost", "the next event comes 3s late",
	} {
		a, err := ParseAct(line)
		require.NoError(t, err)
		require.Equal(t, line, a.String())
	}
	withheld, err := ParseAct("caller dials +12025550100 from Anonymous")
	require.NoError(t, err)
	require.Equal(t, "caller dials +12025550100, number withheld", withheld.String())
}

// Whatever stands in a file, reading it ends, and what was read is written back.
func FuzzParseStory(f *testing.F) {
	f.Add(aStory)
	f.Add("...\n\n    x\n\taccount: a\n#\n")
	f.Add("proves: a,,b\naccount:\n    a\n...1s\n    b")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStory("fuzz", text)
		if err != nil {
			return
		}
		answers := make([][]string, len(s.Scenes))
		for i, scene := range s.Scenes {
			answers[i] = scene.Answers
			if a, err := ParseAct(scene.Act.String()); err != nil || a != scene.Act {
				t.Fatalf("%q is read as %q: %v", scene.Act, a, err)
			}
		}
		told := s.Told(answers)
		again, err := ParseStory("fuzz", told)
		if err != nil || again.Told(answers) != told {
			t.Fatalf("not the same after writing it down: %v\n%s", err, told)
		}
	})
}
