package extflow_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/flow/picture"
)

// What the README shows is what happens: its blocks are made by the programs that
// they are about, and EXTFLOW_UPDATE=1 writes them anew.
func TestREADME_showsWhatHappens(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	embed, err := os.ReadFile("examples/embed/main.go")
	require.NoError(t, err)
	script, err := os.Open("examples/phone/testdata/first-call.txt")
	require.NoError(t, err)
	defer script.Close()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	book, err := flow.Compile(doc.Settings)
	require.NoError(t, err)

	_, program, _ := strings.Cut(string(embed), "func run(")
	text := string(readme)
	for name, want := range map[string]string{
		"phone":    shown(t, script, "./examples/phone"),
		"embed":    "func run(" + program,
		"embedded": shown(t, nil, "./examples/embed"),
	} {
		text = replaceBlock(t, text, name, strings.TrimSpace(want))
	}
	drawn := picture.New(book.Chart()).SVG(picture.Look{Title: "The flow of the sample account"})
	if os.Getenv(flowtest.Update) != "" {
		require.NoError(t, os.WriteFile("README.md", []byte(text), 0o644))
		require.NoError(t, os.WriteFile("docs/picture.svg", []byte(drawn+"\n"), 0o644))
		return
	}
	was, err := os.ReadFile("docs/picture.svg")
	require.NoError(t, err)
	require.Equal(t, string(was), drawn+"\n", "run with EXTFLOW_UPDATE=1 and review the difference")
	require.Equal(t, string(readme), text, "run with EXTFLOW_UPDATE=1 and review the difference")
}

// shown is what a program of the README prints.
func shown(t *testing.T, in *os.File, pkg string) string {
	t.Helper()
	cmd := exec.Command("go", "run", pkg)
	if in != nil {
		cmd.Stdin = in
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// replaceBlock puts text into the fenced block between the comments of that name.
func replaceBlock(t *testing.T, readme, name, text string) string {
	t.Helper()
	block := regexp.MustCompile("(?s)(<!-- " + name + " -->\n```[a-z]*\n).*?(```\n<!-- /" + name + " -->)")
	require.Regexp(t, block, readme)
	parts := block.FindStringSubmatchIndex(readme)
	return readme[:parts[3]] + text + "\n" + readme[parts[4]:]
}

// The README's account, and its story about it, are an account and a story.
func TestREADME_itsAccountLoadsAndItsStoryPasses(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	document := fenced(t, string(readme), "```yaml\n")
	story := fenced(t, string(readme), "## Test your flow\n\n```\n")
	file := filepath.Join(t.TempDir(), "readme.call")
	require.NoError(t, os.WriteFile(file, []byte(story), 0o644))
	t.Setenv(flowtest.Update, "")
	flowtest.Run(t, file, []byte(document))
}

// The commands that the README names are commands that there are.
func TestREADME_itsCommandsExist(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	for _, target := range regexp.MustCompile("(?:^|`)make ([a-z]+)").FindAllStringSubmatch(string(readme), -1) {
		require.Contains(t, string(makefile), "\n"+target[1]+":")
	}
	for _, link := range regexp.MustCompile(`\]\(([a-zA-Z][^):]*)\)`).FindAllStringSubmatch(string(readme), -1) {
		require.FileExists(t, link[1])
	}
}

func fenced(t *testing.T, text, opening string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, opening)
	require.True(t, ok, opening)
	block, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	return block
}
