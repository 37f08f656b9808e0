package flowtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

func fileOf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.call")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

const told = `caller dials +12025550100 from +14155550100
    say "Welcome to Acme. Please enter the extension of the person you would like to reach."
    listen for 4 digits, 5s

caller hangs up
    ends abandoned
`

func TestRun_tellsWhereAStoryDiffers(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	require.NoError(t, s.play(t.Context(), fileOf(t, told)))
	err := s.play(t.Context(), fileOf(t, told[:len(told)-len("abandoned\n")]+"answered\n"))
	require.ErrorContains(t, err, "  caller hangs up\n-     ends answered\n+     ends abandoned\n")
	require.ErrorContains(t, err, "EXTFLOW_UPDATE=1 rewrites it")
}

func TestRun_rewritesStoriesWhenAsked(t *testing.T) {
	t.Parallel()
	file := fileOf(t, "caller dials +12025550100 from +14155550100\n\ncaller hangs up\n    something else\n")
	s := &shelf{document: account.Sample(), open: OpenCore, rewrite: true}
	require.NoError(t, s.play(t.Context(), file))
	now, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, told, string(now))
}

func TestRun_playsWithTheDocumentThatTheStoryNames(t *testing.T) {
	t.Parallel()
	file := fileOf(t, "account: mine.yaml\n\n"+told)
	s := &shelf{open: OpenCore}
	require.ErrorContains(t, s.play(t.Context(), file), "mine.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), "mine.yaml"), account.Sample(), 0o600))
	require.NoError(t, s.play(t.Context(), file))
	require.ErrorContains(t, s.play(t.Context(), fileOf(t, told)), "give Run a document")
}

func TestRun_tellsWhatIsWrongWithADocument(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	err := s.play(t.Context(), fileOf(t, "account:\n    flows:\n      front-desk: {busy: {menu: mian}}\n\n...1s\n"))
	require.ErrorIs(t, err, flow.ErrSettings)
	require.ErrorContains(t, err, `did you mean "main"?`)
	require.ErrorContains(t, s.play(t.Context(), fileOf(t, "account:\n    - {\n\n...1s\n")), "is no YAML")
}

func TestRun_saysWhichActCannotHappen(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	for _, act := range []string{"ada answers", "caller presses 1", "nobody hangs up", "nobody is away", "caller speaks for 3s", "ada presses 1", "ada declines"} {
		err := s.play(t.Context(), fileOf(t, act+"\n"))
		require.Error(t, err, act)
		require.ErrorContains(t, err, act[:4], "the error shows the act")
	}
	require.ErrorIs(t, s.play(t.Context(), fileOf(t, "ada answers\n")), ErrImpossible)
}

func TestOverlay_replacesSettingsMessagesNumbersAndSingleKeys(t *testing.T) {
	t.Parallel()
	s, err := prepare(account.Sample(), `
    settings: {default_queue: null, wrap_up: 20s}
    messages: {wrong: {play: "https://media.example.com/wrong.mp3"}}
    agents:
      - {id: ada, presence: away}
      - {id: alan, extension: "1007"}
    queues:
      support: {strategy: in-order}
    flows:
      front-desk: {busy: {voicemail: team}, no_answer: null}
    numbers:
      "+12025550100": {menu: main}
`)
	require.NoError(t, err)
	d, was := s.doc, mustParse(t)
	require.Empty(t, d.Settings.Defaults.DefaultQueue)
	require.Equal(t, was.Settings.Defaults.DefaultMailbox, d.Settings.Defaults.DefaultMailbox)
	require.Equal(t, "https://media.example.com/wrong.mp3", d.Settings.Messages["wrong"].Play)
	require.Empty(t, d.Settings.Messages["wrong"].Say)
	require.Len(t, d.Agents, len(was.Agents)+1)
	require.Equal(t, extension.Away, d.Agents[0].Presence)
	require.Equal(t, was.Agents[0].Endpoints, d.Agents[0].Endpoints)
	require.Equal(t, "alan", d.Agents[4].ID)
	require.Equal(t, flow.InOrder, d.Settings.Queues["support"].Strategy)
	require.Equal(t, was.Members, d.Members)
	require.Equal(t, flow.ToVoicemail("team"), d.Settings.Flows["front-desk"].Busy)
	require.Nil(t, d.Settings.Flows["front-desk"].NoAnswer)
	require.Equal(t, was.Settings.Flows["front-desk"].Star, d.Settings.Flows["front-desk"].Star)
	require.Equal(t, *flow.ToMenu("main"), d.Settings.Entries["+12025550100"].Dest)
}

func TestOverlay_ofNothingIsTheDocument(t *testing.T) {
	t.Parallel()
	s, err := prepare(account.Sample(), "settings: {}")
	require.NoError(t, err)
	require.Equal(t, mustParse(t), s.doc)
}

func mustParse(t *testing.T) *account.Document {
	t.Helper()
	d, err := account.Parse(account.Sample())
	require.NoError(t, err)
	return d
}

// A story of six acts, from the dialling to the message that is left: everything
// but reading the file.
func BenchmarkStory(b *testing.B) {
	s, err := prepare(account.Sample(), "")
	require.NoError(b, err)
	story, err := ParseStory("bench", `caller dials +12025550100 from +14155550100
...5s
caller presses 1002
caller speaks for 12s
caller presses #
...1m
`)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := play(b.Context(), story, s, OpenCore); err != nil {
			b.Fatal(err)
		}
	}
}
