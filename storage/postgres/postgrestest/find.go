//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// errMissing is what tests say where there is no PostgreSQL.
var errMissing = errors.New("PostgreSQL is not installed: on Debian, apt-get install postgresql")

// missing ends a test that has no PostgreSQL: it is skipped where none is
// installed, and fails where one should be.
func missing(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && os.Getenv("EXTFLOW_STRICT") == "":
		t.Skip(err)
	default:
		t.Fatalf("postgrestest: %v", err)
	}
}

// programs is the folder that PostgreSQL's server programs are in: the newest that
// the system's packages keep beside each other, or what pg_config or PATH say.
func programs() (string, error) {
	kept, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(kept, func(a, b string) int { return version(b) - version(a) })
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		kept = append(kept, strings.TrimSpace(string(out)))
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		kept = append(kept, filepath.Dir(found))
	}
	for _, dir := range kept {
		if isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errMissing
}

// version is the 15 of /usr/lib/postgresql/15/bin.
func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// sweep removes what test processes left behind that were killed.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && !lives(n) {
			_ = os.RemoveAll(dir)
		}
	}
}

const prefix = "extflow-postgres-"

// folder is a new folder for a cluster, named after this process.
func folder() (string, error) {
	sweep()
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid()))
}
