package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// cramped opens a file that may have at most so many pages, as on a full disk; 0 is as
// many as it likes.
func cramped(t *testing.T, path string, pages int) (storage.Store, *sql.DB) {
	t.Helper()
	dsn := path
	if pages > 0 {
		dsn = fmt.Sprintf("file:%s?_pragma=max_page_count(%d)", path, pages)
	}
	db, err := sql.Open("sqlite", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	s, err := sqlite.Open(t.Context(), sqlite.Config{DB: db})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, db
}

// A disk that is full still reads: whoever asks whether calls can be taken must hear
// that they cannot.
func TestReady_isNotWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "extflow.db")
	roomy, db := cramped(t, path, 0)
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), roomy, extflow.Setup(*doc), time.Now())
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `VACUUM`)
	require.NoError(t, err)
	var pages int
	require.NoError(t, db.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages))

	set, err := readSettings([]string{"-db", inMemory}, lookup(nil), nil)
	require.NoError(t, err)
	logged := new(said)
	s := &server{set: set, out: new(said), log: logger("text", logged)}
	require.NoError(t, s.build(t.Context()))
	t.Cleanup(func() { require.NoError(t, s.meter.Close(t.Context())) })
	ask := func() (int, string) {
		w := &answered{header: http.Header{}}
		s.readyz(w, &http.Request{Method: http.MethodGet, Header: http.Header{}})
		return w.code(), w.text.String()
	}
	s.store, _ = cramped(t, path, pages)
	code, text := ask()
	require.Equal(t, 503, code)
	require.Contains(t, text, "the store takes nothing")
	require.NotContains(t, text, path, "what and where is for the log")
	require.Contains(t, logged.String(), "the disk is full; make room")

	s.store = roomy
	for range 2 {
		code, text = ask()
		require.Equal(t, 200, code, text)
	}
	for n, err := range roomy.Notes().List(t.Context(), s.account, readyKind) {
		require.NoError(t, err)
		require.Fail(t, "it is left behind", n.Name)
	}
}

// Nodes of one store ask at the same time, and one may have died while it asked.
func TestReady_isAlsoWhileAnotherNodeAsks(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	require.NoError(t, writable(t.Context(), p.server.store, p.server.account))
	require.NoError(t, p.server.store.Notes().Put(t.Context(), p.server.account, storage.Note{Kind: readyKind, Name: readyName}))
	require.NoError(t, writable(t.Context(), p.server.store, p.server.account))
	_, err := p.server.store.Notes().Load(t.Context(), p.server.account, readyKind, readyName)
	require.ErrorIs(t, err, storage.ErrNotFound)
}
