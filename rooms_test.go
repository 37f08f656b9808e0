package extflow_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The import law: which room of the house may import which. It holds for direct
// imports of everything that is not a test, and names the file that breaks it.

const module = "github.com/extflow/extflow"

// pureStd is all that a pure room may import of the standard library.
var pureStd = []string{
	"bytes", "cmp", "encoding/json", "errors", "fmt", "iter", "maps", "math", "slices", "strconv", "strings", "time", "unicode/utf8",
}

// impure is what a pure room must not name even of those packages: time and
// output come in as data.
var impure = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "LoadLocation", "Local"},
	"fmt":  {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
}

// room is what the packages below a folder may import beside the standard library.
type room struct {
	dir   string
	pure  bool     // pureStd alone, and nothing of impure
	below bool     // the folders below it too
	mayBe []string // import paths; ours from the module's root; "*" is anything
	never []string // of the standard library
}

var rooms = []room{
	{dir: "number", pure: true},
	{dir: "extension", pure: true, mayBe: []string{"number", "golang.org/x/text/unicode/norm"}}, // norm is tables and functions of them
	{dir: "flow", pure: true, mayBe: []string{"number", "extension"}},
	{dir: "flow/picture", pure: true, mayBe: []string{"flow"}},
	{dir: "number/written", mayBe: []string{"number", "github.com/nyaruka/phonenumbers"}},
	{dir: "flow/account", mayBe: []string{"number", "number/written", "extension", "flow", "github.com/goccy/go-yaml"}},
	{dir: "flow/flowtest", mayBe: []string{"*"}},
	{dir: "adapter", mayBe: []string{"number", "extension", "flow"}},
	{dir: "adapter/internal/lately", pure: true},
	{dir: "adapter/internal/webhook", mayBe: []string{"flow"}, never: []string{"net/http", "testing"}},
	{dir: "adapter/farend", never: []string{"testing", "net", "net/http"}}, // beneath all far ends: it imports nothing of ours and speaks no protocol
	{dir: "adapter/sim", mayBe: []string{"adapter", "adapter/farend", "number", "extension", "flow"}, never: []string{"testing"}},
	{dir: "adapter/twilio", mayBe: []string{"adapter", "adapter/internal/lately", "adapter/internal/webhook", "number", "extension", "flow", "github.com/twilio/twilio-go"}, never: []string{"testing"}},
	{dir: "adapter/telnyx", mayBe: []string{"adapter", "adapter/twilio"}, never: []string{"testing"}}, // a dialect
	{dir: "adapter/telnyx/telnyxtest", mayBe: []string{"*"}},                                          // a far end that is twiliotest with other settings
	{dir: "adapter/twilio/twiliostory", mayBe: []string{"*"}},
	{dir: "adapter/vonage/vonagestory", mayBe: []string{"*"}},
	{dir: "adapter/twilio/twiliotest", mayBe: []string{"adapter/farend"}}, // a far end: it speaks HTTP and imports nothing else of ours
	{dir: "adapter/adaptertest", mayBe: []string{"*"}},
	{dir: "adapter/vonage", mayBe: []string{"adapter", "adapter/internal/lately", "adapter/internal/webhook", "number", "extension", "flow", "github.com/vonage/vonage-go-sdk"}, never: []string{"testing"}},
	{dir: "adapter/vonage/vonagetest", mayBe: []string{"adapter/farend"}}, // the same
	{dir: "storage", mayBe: []string{"number", "extension", "flow"}},
	{dir: "storage/internal/window", pure: true},
	{dir: "storage/memory", mayBe: []string{"storage", "storage/internal/window", "number", "extension", "flow"}, never: []string{"testing"}},
	{dir: "storage/internal/tables", mayBe: []string{"storage", "storage/internal/window", "number", "extension", "flow"}, never: []string{"testing", "database/sql"}},
	{dir: "storage/sqlite", mayBe: []string{"storage", "storage/internal/tables", "number", "modernc.org/sqlite"}, never: []string{"testing"}},
	{dir: "storage/postgres", mayBe: []string{"storage", "storage/internal/tables", "number", "extension", "flow", "github.com/jackc/pgx/v5"}, never: []string{"testing"}},
	{dir: "storage/postgres/postgrestest", mayBe: []string{"github.com/jackc/pgx/v5"}}, // it starts servers and knows no store
	{dir: "storage/storagetest", mayBe: []string{"*"}},
	{dir: ".", mayBe: []string{"number", "extension", "flow", "adapter", "storage", "github.com/google/uuid"}, never: []string{"testing"}},
	{dir: "audio", mayBe: []string{"storage", "flow"}, never: []string{"testing"}},
	{dir: "feed", mayBe: []string{"flow", "number", "storage"}, never: []string{"testing"}},
	{dir: "voicemail", mayBe: []string{"storage", "flow", "adapter"}, never: []string{"testing"}},
	{dir: "voicemail/mail", mayBe: []string{"voicemail", "storage", "flow", "adapter", "github.com/wneessen/go-mail"}, never: []string{"testing"}},
	{dir: "enginetest", mayBe: []string{"*"}},
	{dir: "examples", below: true, mayBe: []string{"*"}},
}

// testRooms are imported by tests and examples alone.
var testRooms = []string{"flow/flowtest", "enginetest", "storage/storagetest", "storage/postgres/postgrestest", "adapter/adaptertest", "adapter/telnyx/telnyxtest", "adapter/twilio/twiliotest", "adapter/twilio/twiliostory", "adapter/vonage/vonagetest", "adapter/vonage/vonagestory"}

func TestRooms_everyPackageKeepsTheImportLaw(t *testing.T) {
	t.Parallel()
	require.Empty(t, violations(t, os.DirFS(".")))
}

func TestRooms_aPlantedViolationIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	planted := map[string]struct{ source, want string }{
		"flow/clock.go":          {"package flow\nimport \"time\"\nvar t = time.Now()", "flow/clock.go: time.Now in a pure room"},
		"flow/spawn.go":          {"package flow\nfunc f() { go f() }", "flow/spawn.go: a goroutine in a pure room"},
		"flow/start.go":          {"package flow\nfunc init() {}", "flow/start.go: an init function in a pure room"},
		"extension/up.go":        {"package extension\nimport _ \"" + module + "/flow\"", "extension/up.go: extension may not import flow"},
		"number/net.go":          {"package number\nimport _ \"net/http\"", "number/net.go: number may not import net/http"},
		"storage/sideways.go":    {"package storage\nimport _ \"" + module + "/adapter\"", "storage/sideways.go: storage may not import adapter"},
		"root.go":                {"package extflow\nimport _ \"" + module + "/storage/memory\"", "root.go: . may not import storage/memory"},
		"adapter/sim/t.go":       {"package sim\nimport _ \"testing\"", "adapter/sim/t.go: adapter/sim may not import testing"},
		"adapter/sim/yaml.go":    {"package sim\nimport _ \"github.com/goccy/go-yaml\"", "adapter/sim/yaml.go: adapter/sim may not import github.com/goccy/go-yaml"},
		"attic/box.go":           {"package attic", "attic/box.go: attic is no room of the house; add it to the plan in rooms_test.go"},
		"storage/memory/peek.go": {"package memory\nimport _ \"" + module + "/flow/flowtest\"", "storage/memory/peek.go: storage/memory may not import flow/flowtest"},
	}
	for name, p := range planted {
		dir := t.TempDir()
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(p.source), 0o644))
		require.Equal(t, []string{p.want}, violations(t, os.DirFS(dir)))
	}
}

// violations are all breaches of the law in a tree, in order.
func violations(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (file == "benchmarks" || strings.HasPrefix(d.Name(), ".") && file != "." || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(tree, file)
		require.NoError(t, err)
		for _, what := range breaches(t, file, source) {
			found = append(found, file+": "+what)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

func breaches(t *testing.T, file string, source []byte) []string {
	t.Helper()
	dir := path.Dir(file)
	r, ok := roomOf(dir)
	if !ok {
		return []string{dir + " is no room of the house; add it to the plan in rooms_test.go"}
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	require.NoError(t, err)
	var found []string
	for _, i := range parsed.Imports {
		if what := strings.Trim(i.Path.Value, `"`); !r.allows(what) {
			found = append(found, dir+" may not import "+strings.TrimPrefix(what, module+"/"))
		}
	}
	if r.pure {
		found = append(found, impurities(parsed)...)
	}
	return found
}

func roomOf(dir string) (room, bool) {
	for _, r := range rooms {
		if r.dir == dir || r.below && strings.HasPrefix(dir, r.dir+"/") {
			return r, true
		}
	}
	return room{}, false
}

func (r room) allows(what string) bool {
	ours, isOurs := strings.CutPrefix(what, module+"/")
	std := !isOurs && !strings.Contains(strings.Split(what, "/")[0], ".")
	switch {
	case slices.Contains(r.mayBe, "*"):
		return true
	case std && r.pure:
		return slices.Contains(pureStd, what)
	case std:
		return !slices.Contains(r.never, what)
	case slices.Contains(testRooms, ours):
		return false
	}
	return slices.ContainsFunc(r.mayBe, func(may string) bool {
		return ours == may || strings.HasPrefix(what, may+"/") && strings.Contains(may, ".") || what == may
	})
}

// impurities are the names that a pure room must not use.
func impurities(f *ast.File) []string {
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "a goroutine in a pure room")
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				found = append(found, "an init function in a pure room")
			}
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && slices.Contains(impure[pkg.Name], n.Sel.Name) {
				found = append(found, pkg.Name+"."+n.Sel.Name+" in a pure room")
			}
		}
		return true
	})
	return found
}

// public are the packages that programs import.
var public = []string{
	"number", "number/written",
	"extension",
	"flow", "flow/account", "flow/picture",
	"adapter", "adapter/farend", "adapter/sim", "adapter/telnyx", "adapter/vonage",
	"storage", "storage/memory", "storage/sqlite",
	".",
}

// What a program links by importing a package of ours: the golden file shows it,
// so that a new dependency is a line in a review.
func TestRooms_whatEachPackageLinksIsWrittenDown(t *testing.T) {
	t.Parallel()
	const golden = "testdata/deps.txt"
	var b strings.Builder
	for _, pkg := range public {
		b.WriteString(path.Join(module, pkg) + "\n")
		for _, dep := range linked(t, pkg) {
			b.WriteString("    " + dep + "\n")
		}
	}
	if os.Getenv("EXTFLOW_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run with EXTFLOW_UPDATE=1 and review the difference")
}

// A program that uses one carrier pays for no other.
func TestRooms_noCarrierLinksAnother(t *testing.T) {
	t.Parallel()
	for pkg, others := range map[string]string{"adapter/twilio": "vonage telnyx", "adapter/vonage": "twilio telnyx", "adapter/telnyx": "vonage", "adapter/sim": "vonage twilio telnyx"} {
		deps := linked(t, pkg)
		require.NotEmpty(t, deps)
		for _, dep := range deps {
			for other := range strings.FieldsSeq(others) {
				require.NotContains(t, dep, other, pkg)
			}
		}
	}
}

// linked are the packages outside the standard library that a package links.
func linked(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./"+pkg).Output()
	require.NoError(t, err)
	deps := map[string]bool{}
	for dep := range strings.FieldsSeq(string(out)) {
		if dep != path.Join(module, pkg) {
			deps[dep] = true
		}
	}
	return slices.Sorted(maps.Keys(deps))
}
