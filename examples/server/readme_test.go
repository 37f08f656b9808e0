package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The commands of the README are run, all in one shell, against a server.
func TestReadme_itsCommandsDoWhatItSays(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the README's commands were not run", tool)
		}
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var script strings.Builder
	script.WriteString("set -e\n")
	blocks := regexp.MustCompile("(?s)```sh run\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, blocks, 5)
	p := start(t, inFile(t))
	for _, b := range blocks {
		for line := range strings.Lines(strings.ReplaceAll(b[1], "http://localhost:8080", p.base)) {
			script.WriteString(line)
			if strings.HasPrefix(line, "curl ") && !strings.Contains(line, "> ") { // every answer ends its line
				script.WriteString("echo\n")
			}
		}
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(script.String(), "curl -s", "curl -fs"))
	shell.Dir = t.TempDir()
	out, err := shell.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script.String(), out)
	require.Contains(t, string(out), `"state":"listening"`)
	require.Contains(t, string(out), `"state":"left"`)
	require.Contains(t, string(out), `"length":"8s"`)
	require.Contains(t, string(out), `{"ok":true,"faults":[],"differences":[],"notices":[]}`)

	transcript := regexp.MustCompile("(?s)``` transcript\n(.*?)```").FindStringSubmatch(string(readme))
	require.NotNil(t, transcript)
	require.Contains(t, string(out), transcript[1])
	exported, err := os.ReadFile(filepath.Join(shell.Dir, "account.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(exported), "account: acme")
}

// Every flag and variable that there is stands in the README, and in -help.
func TestReadme_namesEveryFlagAndVariable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var source []byte
	for _, file := range []string{"settings.go", "signin.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		source = append(source, text...)
	}
	for _, name := range regexp.MustCompile(`(EXTFLOW|TWILIO|VONAGE)_[A-Z_]+`).FindAllString(string(source), -1) {
		require.Contains(t, string(readme), name)
	}
	for _, flag := range regexp.MustCompile(`fs\.(?:StringVar|Var)\([^"]*"([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		require.Contains(t, string(readme), "`-"+flag[1]+"`")
	}
}
