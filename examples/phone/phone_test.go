package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// typed is what the phone prints for the lines given, as from a file.
func typed(t *testing.T, lines ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), account.Sample(), strings.NewReader(strings.Join(lines, "\n")), &out)
	return out.String(), err
}

func TestPhone_reachesAnAgentByExtension(t *testing.T) {
	t.Parallel()
	out, err := typed(t, "dial", "1001", "ada answers", "phones", "ada hangs up")
	require.NoError(t, err)
	require.Contains(t, out, "ring client:ada, tel:+12025550111 for 20s")
	require.Contains(t, out, "+14155550100 is talking, with client:ada")
	require.Contains(t, out, "ends answered")
}

func TestPhone_everyWayAnAgentCanBeMissedLeadsOn(t *testing.T) {
	t.Parallel()
	for act, want := range map[string]string{
		"ada declines":             "hold with",
		"ada lets it ring\nskip":   "hold with",
		"ada's line is busy":       "For support press 1",
		"ada cannot be reached":    "record to team",
		"hang up":                  "ends abandoned",
		"ada is away\nada answers": "",
	} {
		lines := append([]string{"dial"}, "1001")
		if strings.Contains(act, "'s line") || strings.Contains(act, "cannot") {
			lines = []string{act, "dial", "1001"} // what her phones do from now on
			act = ""
		}
		out, err := typed(t, append(lines, strings.Split(act, "\n")...)...)
		require.NoError(t, err, act)
		require.Contains(t, out, want)
	}
}

func TestPhone_asksForLongHandFormsToo(t *testing.T) {
	t.Parallel()
	out, err := typed(t, "caller dials +12025550100 from +14155550100", "second caller dials +12025550100 from +14155550199", "second caller presses 1002")
	require.NoError(t, err)
	require.Contains(t, out, "second caller: ")
}

func TestPhone_aScriptWithAMistakeFailsAndSaysWhere(t *testing.T) {
	t.Parallel()
	_, err := typed(t, "dial", "fly to the moon")
	require.ErrorContains(t, err, `"fly to the moon" is nothing that can happen here`)
	_, err = typed(t, "dial", "dial")
	require.ErrorContains(t, err, "hang up first")
	_, err = typed(t, "ada answers")
	require.Error(t, err, "her phone does not ring")
	_, err = typed(t, "save")
	require.ErrorContains(t, err, "write where to")
}

func TestPhone_whatItSavesIsAStoryThatPasses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "saved.call")
	out, err := typed(t, "help", "", "# a comment", "dial", "1002", "speak 12s", "hang up", "save "+file, "quit", "never read")
	require.NoError(t, err)
	require.NotContains(t, out, "never read")
	flowtest.Run(t, file, account.Sample())
}

func TestPhone_tellsEveryFaultOfAnAccount(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []byte("account: x\nflows: {a: {star: {menu: m}}}\n"), strings.NewReader(""), os.Stdout)
	require.ErrorContains(t, err, `no menu "m"`)
}
