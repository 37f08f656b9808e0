package storagetest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide shows a store that keeps every promise, and lists them all.
// EXTFLOW_UPDATE=1 writes both anew.
func TestREADME_showsAStoreAndEveryPromise(t *testing.T) {
	t.Parallel()
	const file = "../README.md"
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	own, err := os.ReadFile("own_test.go")
	require.NoError(t, err)
	_, code, found := strings.Cut(string(own), "// Store is a store")
	require.True(t, found)
	var list strings.Builder
	for _, topic := range topics() {
		fmt.Fprintf(&list, "\n**%s**\n\n", topic.name)
		for _, p := range topic.promises {
			fmt.Fprintf(&list, "- %s\n", p.name)
		}
	}
	text := string(readme)
	for name, want := range map[string]string{"store": "\n```go\n// Store is a store" + code + "```\n", "promises": list.String()} {
		block := regexp.MustCompile(`(?s)<!-- ` + name + ` -->.*?<!-- /` + name + ` -->`)
		require.Regexp(t, block, text)
		text = block.ReplaceAllLiteralString(text, "<!-- "+name+" -->\n"+want+"\n<!-- /"+name+" -->")
	}
	if os.Getenv("EXTFLOW_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return
	}
	require.Equal(t, string(readme), text, "run with EXTFLOW_UPDATE=1 and review the difference")
}
