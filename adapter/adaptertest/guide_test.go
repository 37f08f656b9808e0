package adaptertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// before is what the guide's code stands in: an adapter of a carrier that there is not.
const before = `package acme

import (
	_ "embed"
	"net/http"
	"testing"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/flow/flowtest"
)

var (
	lay    func(testing.TB) flowtest.Lay
	forged func(testing.TB, flowtest.Telephones) []*http.Request
)

`

// The code of the guide "write an adapter" is compiled as it stands there.
func TestGuide_itsCodeCompiles(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, blocks, 3)
	code := before
	for _, b := range blocks {
		code += b[1] + "\n"
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	replace := map[string]string{}
	for name, text := range map[string]string{"acme.go": code, "testdata/api.yml": "openapi: 3.0.3\n"} {
		at := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		require.NoError(t, os.WriteFile(at, []byte(text), 0o600))
		replace[filepath.Join(root, "adapter", "acme", filepath.FromSlash(name))] = at
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "./adapter/acme")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
