//go:build unix

package postgrestest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Dump is all that is in a database, as pg_dump writes it.
func Dump(t testing.TB, url string) string {
	t.Helper()
	bin, err := programs()
	missing(t, err)
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "pg_dump"), "--inserts", url).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return string(out)
}
