package benchmarks

import (
	"path/filepath"
	"testing"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
	"github.com/extflow/extflow/storage/sqlite"
)

// The stores that figures are taken on.
var kinds = []string{"memory", "sqlite", "postgres"}

// opened is an empty store of a kind, which is closed with the benchmark.
func opened(b *testing.B, kind string) storage.Store { return shared(b, kind, 1)[0] }

// shared is a store for each of so many nodes, which are of one company: PostgreSQL's
// share a database, and there is one node of the others.
func shared(b *testing.B, kind string, nodes int) (all []storage.Store) {
	b.Helper()
	switch kind {
	case "memory":
		return []storage.Store{memory.New(memory.Config{})}
	case "sqlite":
		s, err := sqlite.Open(b.Context(), sqlite.Config{Path: filepath.Join(b.TempDir(), "extflow.db")})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return []storage.Store{s}
	}
	url := postgrestest.Database(b)
	for range nodes {
		s, err := postgres.Open(b.Context(), postgres.Config{URL: url})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		all = append(all, s)
	}
	return all
}
