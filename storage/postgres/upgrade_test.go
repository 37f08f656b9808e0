package postgres_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// Calls that an older version began end on this one: whether they were there before
// its schema was brought up to date, or a node of the older version, which runs beside
// this one, wrote them afterwards.
func TestOpen_callsBegunByOlderVersionsEnd(t *testing.T) {
	t.Parallel()
	for _, old := range enginetest.Releases(t) {
		for _, first := range []string{"rows", "schema"} {
			t.Run(fmt.Sprintf("%d, its %s first", old.Schema, first), func(t *testing.T) {
				t.Parallel()
				url := postgrestest.Database(t)
				write(t, url, old, first == "schema")
				c := newClock()
				c.ns.Store(enginetest.Recorded.UnixNano())
				enginetest.CarryOn(t, opened(t, postgres.Config{URL: url, Now: c.Now}), c.Pass)
			})
		}
	}
}

// write makes the schema of an older version, or ours, with the rows of that version.
func write(t *testing.T, url string, old enginetest.Left, ours bool) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close(t.Context())) }()
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := db.Exec(t.Context(), statement, args...)
		require.NoError(t, err)
	}
	exec(`CREATE TABLE extflow_schema (version BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)`)
	for _, m := range postgres.Migrations() {
		if m.Version > old.Schema && !ours {
			break
		}
		for _, s := range m.Statements() {
			exec(s)
		}
		exec(`INSERT INTO extflow_schema VALUES ($1, $2, 0)`, m.Version, m.Name)
	}
	for _, row := range old.Rows {
		exec(row)
	}
}
