package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/postgres"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

func TestOpen_bySeveralNodesAtOnceMakesTheSchemaOnce(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			var s *postgres.Store
			if s, errs[i] = postgres.Open(t.Context(), postgres.Config{URL: url, Conns: 2}); s != nil {
				errs[i] = s.Close()
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	var versions int
	require.NoError(t, dial(t, url).QueryRow(t.Context(), `SELECT count(*) FROM extflow_schema`).Scan(&versions))
	require.Len(t, postgres.Migrations(), versions)
}

func TestOpen_keepsItsTablesInTheSchemaNamed(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	for _, schema := range []string{"calls", `Odd "name"`} {
		s := opened(t, postgres.Config{URL: url, Schema: schema})
		lives(t, s)
		got, err := s.Agenda().Claim(t.Context(), 1, time.Minute)
		require.NoError(t, err)
		require.Empty(t, got)
		var n int
		require.NoError(t, dial(t, url).QueryRow(t.Context(),
			`SELECT count(*) FROM `+pgx.Identifier{schema, "extflow_calls"}.Sanitize()).Scan(&n))
		require.Equal(t, 1, n)
	}
	var n int
	require.NoError(t, dial(t, url).QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&n))
	require.Zero(t, n)
}

func TestOpen_worksInAPoolOfTheHosts(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), database(t))
	require.NoError(t, err)
	defer pool.Close()
	s, err := postgres.Open(t.Context(), postgres.Config{Pool: pool})
	require.NoError(t, err)
	lives(t, s)
	require.NoError(t, s.Close())
	require.NoError(t, pool.Ping(t.Context()), "which is still open")
}

func TestOpen_leavesTheSchemaToAHostWhoWantsTo(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	config := postgres.Config{URL: url, KeepSchema: true, Conns: 1}
	_, err := postgres.Open(t.Context(), config)
	require.ErrorIs(t, err, storage.ErrOlder)
	c := dial(t, url)
	_, err = c.Exec(t.Context(), `CREATE TABLE extflow_schema (version BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)`)
	require.NoError(t, err)
	for _, m := range postgres.Migrations() {
		_, err := c.Exec(t.Context(), m.SQL)
		require.NoError(t, err, m.Name)
		_, err = c.Exec(t.Context(), `INSERT INTO extflow_schema VALUES ($1, $2, 0)`, m.Version, m.Name)
		require.NoError(t, err)
	}
	lives(t, opened(t, config))
	lives(t, opened(t, postgres.Config{URL: postgrestest.Database(t)}))
}

func TestOpen_refusesTheSchemaOfANewerVersion(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	require.NoError(t, opened(t, postgres.Config{URL: url}).Close())
	_, err := dial(t, url).Exec(t.Context(), `INSERT INTO extflow_schema VALUES (1000, 'tomorrow', 0)`)
	require.NoError(t, err)
	for _, keep := range []bool{false, true} {
		_, err = postgres.Open(t.Context(), postgres.Config{URL: url, KeepSchema: keep})
		require.ErrorIs(t, err, storage.ErrNewer)
	}
}

func TestOpen_saysWhatToDo(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	_, name, _ := strings.Cut(url, "///")
	name, _, _ = strings.Cut(name, "?")
	for _, x := range []struct {
		config postgres.Config
		want   string
	}{
		{postgres.Config{}, "Give a URL"},
		{postgres.Config{URL: "postgres://[broken"}, "makes no sense"},
		{postgres.Config{URL: "postgres:///?port=none"}, "makes no sense"},
		{postgres.Config{URL: "postgres://127.0.0.1:1/x?sslmode=disable"}, "is it running"},
		{postgres.Config{URL: strings.Replace(url, name, "nowhere", 1)}, "no such database"},
		{postgres.Config{URL: url, Pool: &pgxpool.Pool{}}, "not both"},
		{postgres.Config{URL: strings.Replace(url, "user=postgres", "user=stranger", 1)}, "does not let us in"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := postgres.Open(ctx, x.config)
		cancel()
		require.ErrorContains(t, err, x.want)
	}
}

func TestOpen_neverShowsThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://ada:tops3cret@127.0.0.1:1/x?sslmode=disable", "postgres://ada:tops3cret@[broken", "host=127.0.0.1 port=none password=tops3cret"} {
		_, err := postgres.Open(t.Context(), postgres.Config{URL: url})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "tops3cret")
	}
}

func dial(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}
