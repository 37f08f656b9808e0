package extflow_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A product outside this repository: it takes calls, and tests a flow of its own.
var consumer = map[string]string{
	"main.go": `package main

import (
	"github.com/extflow/extflow"
	"github.com/extflow/extflow/storage/memory"
)

func main() {
	if _, err := extflow.New(extflow.Config{Store: memory.New(memory.Config{})}); err != nil {
		panic(err)
	}
}
`,
	"account.yaml": `account: initech
settings: {default_region: US}
agents: [{id: bill, extension: "2001", endpoints: ["client:bill"]}]
flows: {desk: {greeting: {say: "Initech."}, busy: {hangup: {say: "Bill is busy."}}}}
numbers: {"+1 202-555-0123": {flow: desk}}
`,
	"flow_test.go": `package main

import (
	"os"
	"testing"

	"github.com/extflow/extflow/flow/flowtest"
)

func TestOurFlow(t *testing.T) {
	document, err := os.ReadFile("account.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flowtest.Run(t, "*.call", document)
}
`,
	"busy.call": `# Bill is busy, and the caller is told so.

caller dials +12025550123 from +14155550100
    say "Initech."
    listen for 4 digits, 5s

bill is busy

caller presses 2001
    say "Bill is busy."
    hang up
    ends goodbye
`,
}

func TestConsumer_testsAFlowOfItsOwnAndLinksNeitherSDKNorDriver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a module of its own")
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	for name, text := range consumer {
		write(name, text)
	}
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	write("go.sum", string(sums))
	write("go.mod", "module example.com/initech\n\ngo 1.26\n\nrequire "+module+" v0.0.0\n\nreplace "+module+" => "+here+"\n")

	run := func(args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	require.Contains(t, run("test", "-v", "."), "--- PASS: TestOurFlow/busy")

	var foreign []string
	for pkg := range strings.FieldsSeq(run("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")) {
		if !strings.HasPrefix(pkg, module) && pkg != "example.com/initech" {
			foreign = append(foreign, pkg)
		}
	}
	require.Equal(t, []string{"golang.org/x/text/transform", "golang.org/x/text/unicode/norm", "github.com/google/uuid"}, foreign,
		"a program links the engine, its store, what takes the accents off names, and nothing else")
}
