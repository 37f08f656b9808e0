package flow

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMermaid_drawsTheSampleAccount(t *testing.T) {
	t.Parallel()
	got := compiled(t, nil).Mermaid()
	file := filepath.Join("testdata", "draw", "sample.mmd")
	if os.Getenv("EXTFLOW_UPDATE") == "1" {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "EXTFLOW_UPDATE=1 draws it anew")
}

func TestMermaid_leavesOutWhatNoCallGetsTo(t *testing.T) {
	t.Parallel()
	got := compiled(t, nil).Mermaid()
	for _, step := range []string{"refuse", "limit", "leg", "voicemail personal", "agent keyed"} {
		require.NotRegexp(t, `s\d+[\[({]+"`+step, got)
	}
}

func TestMermaid_drawsEveryRouteOfEveryStepThatIsReached(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^    (in\d+\(\[".*"\]\)|(in|s)\d+ --> s\d+|s\d+ -->\|".*"\| s\d+|s\d+[\[>({/]+".*"[/\])}]+)$`)
	for seed := range uint64(40) {
		b, settings := generated(seed)
		got := b.Mermaid()
		require.Equal(t, got, b.Mermaid())
		lines := strings.Split(strings.TrimSpace(got), "\n")
		require.Equal(t, "flowchart TD", lines[0])
		for _, line := range lines[1:] {
			require.Regexp(t, shape, line)
			label := line
			if from, to := strings.Index(line, `"`), strings.LastIndex(line, `"`); from >= 0 {
				label = line[from+1 : to]
			}
			require.NotContains(t, label, `"`)
		}
		for name := range settings.Menus {
			require.Contains(t, got, `[/"menu `+name)
		}
		reached, routes := map[StepID]bool{}, 0
		var next []StepID
		for _, name := range b.EntryNames() {
			next = append(next, b.entries[name])
		}
		for len(next) > 0 {
			id := next[len(next)-1]
			next = next[:len(next)-1]
			if reached[id] {
				continue
			}
			reached[id] = true
			to := map[StepID]bool{}
			for _, step := range slices.AppendSeq(b.nodes[id].next[:], maps.Values(b.nodes[id].answers)) {
				if step != 0 {
					to[step], next = true, append(next, step)
				}
			}
			if n := &b.nodes[id]; n.personal {
				boxes := append([]StepID{n.variant(b.boxes[Personal])}, b.onward(id)...)
				for _, step := range boxes {
					to[step], next = true, append(next, step)
				}
			}
			routes += len(to)
		}
		require.Equal(t, routes, strings.Count(got, " -->|"), "seed %d", seed)
	}
}

func TestMermaid_canHoldAnyWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"a #quot;b#quot; #lt;c#gt; #35;1 #amp; #124; #96; #92; d e"`, drawn("a \"b\" <c> #1 & | ` \\ d\ne"))
	require.Equal(t, `"x<br/>y"`, drawn("x", "y"))
	long := drawn(strings.Repeat("ü", 100))
	require.Equal(t, `"`+strings.Repeat("ü", 59)+`…"`, long)
}

func TestMermaid_tellsWhoseMailboxItCanBe(t *testing.T) {
	t.Parallel()
	got := compiled(t, func(s *Settings) {
		s.Mailboxes["hers"] = Mailbox{Owner: "grace"}
		f := s.Flows["front-desk"]
		f.Unavailable = ToPersonal()
		s.Flows["front-desk"] = f
		m := s.Menus["main"]
		m.Back = "8"
		s.Menus["main"] = m
	}).Mermaid()
	require.Contains(t, got, `|"any agent"|`)
	require.Contains(t, got, `|"grace"|`)
	require.Contains(t, got, `menu main<br/>repeats: 2<br/>8: back`)
}
