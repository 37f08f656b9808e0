package postgrestest_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.Main{M: m}) }

func TestDatabase_isOfTheTestAlone(t *testing.T) {
	t.Parallel()
	one, other := dial(t, postgrestest.Database(t)), dial(t, postgrestest.Database(t))
	run(t, one, `CREATE TABLE things (id INT)`)
	run(t, other, `CREATE TABLE things (id INT)`)
}

func TestCopy_isFurnishedOnceAndEmptyForEveryTest(t *testing.T) {
	t.Parallel()
	times := 0
	furnish := func(url string) error {
		times++
		c := dial(t, url)
		run(t, c, `CREATE TABLE things (id INT PRIMARY KEY)`)
		run(t, c, `CREATE TABLE versions AS SELECT 1 AS version`)
		return c.Close(t.Context())
	}
	var first string
	for range 2 {
		t.Run("", func(t *testing.T) {
			url := postgrestest.Copy(t, "furnished", furnish)
			run(t, dial(t, url), `INSERT INTO things SELECT version FROM versions`)
			if first == "" {
				first = url
			}
			require.Equal(t, first, url, "it is used again")
		})
		if t.Failed() {
			return
		}
	}
	require.NotEqual(t, postgrestest.Copy(t, "furnished", furnish), postgrestest.Copy(t, "furnished", furnish), "two at once have two")
	require.Equal(t, 1, times)
}

func TestServer_keepsWhatItCommittedThroughASuddenStop(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	c := dial(t, s.URL("postgres"))
	run(t, c, `CREATE TABLE things (id INT)`)
	run(t, c, `INSERT INTO things VALUES (1)`)
	require.NoError(t, s.Stop())
	require.Error(t, c.Ping(t.Context()))
	_, err := pgx.Connect(t.Context(), s.URL("postgres"))
	require.Error(t, err)
	require.NoError(t, s.Start())
	var n int
	require.NoError(t, dial(t, s.URL("postgres")).QueryRow(t.Context(), `SELECT count(*) FROM things`).Scan(&n))
	require.Equal(t, 1, n)
	_, err = os.Stat(s.Socket())
	require.NoError(t, err)
}

func dial(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

func run(t *testing.T, c *pgx.Conn, statement string) {
	t.Helper()
	_, err := c.Exec(t.Context(), statement)
	require.NoError(t, err)
}
