package sqlite_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// What goes wrong with a file that was open and well: the error says which it is, the
// caller is asked for a moment's patience, no step is stored by half, and the same
// request goes on once it is put right.
func TestStore_saysWhatWentWrongWithAFileThatWasWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want   error
		breaks func(t *testing.T, s *sqlite.Store, path string) (mend func())
	}{
		"it can only be read": {sqlite.ErrReadOnly, func(t *testing.T, s *sqlite.Store, _ string) func() {
			s.Do(t, `PRAGMA query_only = 1`)
			return func() { s.Do(t, `PRAGMA query_only = 0`) }
		}},
		"another process writes to it": {sqlite.ErrBusy, func(t *testing.T, s *sqlite.Store, path string) func() {
			s.Do(t, `PRAGMA busy_timeout = 0`)
			other, err := sql.Open("sqlite", path)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, other.Close()) })
			tx, err := other.Conn(t.Context())
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), `BEGIN IMMEDIATE`)
			require.NoError(t, err)
			return func() {
				_, err := tx.ExecContext(t.Context(), `ROLLBACK`)
				require.NoError(t, err)
				require.NoError(t, tx.Close())
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			text, err := empty()
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "extflow.db")
			require.NoError(t, os.WriteFile(path, text, 0o600))
			s := open(t, sqlite.Config{Path: path})
			require.NoError(t, install(ctx, s))
			e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
			require.NoError(t, err)
			arrives := func() (flow.Turn, error) {
				start := &flow.Info{Carrier: "sim", Ref: "call", From: "+14155550100", To: desk}
				return e.Handle(ctx, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}})
			}
			calls := func() (n int) {
				for _, err := range s.Calls().List(ctx, "acme", storage.Query{}) {
					require.NoError(t, err)
					n++
				}
				return n
			}
			mend := c.breaks(t, s, path)
			turn, err := arrives()
			require.ErrorIs(t, err, c.want)
			require.Equal(t, flow.Again, turn.Move.Do.Kind, "one moment, please")
			require.Zero(t, calls())
			mend()
			turn, err = arrives()
			require.NoError(t, err)
			require.Equal(t, flow.Listen, turn.Move.Do.Kind)
			require.Equal(t, 1, calls())
		})
	}
}

// A file that is damaged while it is used: whoever calls is asked for a moment's
// patience, nothing more is written to it, and what was stored before is whole once a
// copy is put back.
func TestStore_thatFindsItsFileDamagedTakesNothingMore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	text, err := empty()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "extflow.db")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	arrives := func(s *sqlite.Store, ref string) (flow.Turn, error) {
		e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
		require.NoError(t, err)
		start := &flow.Info{Carrier: "sim", Ref: ref, From: "+14155550100", To: desk}
		return e.Handle(ctx, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}})
	}
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, install(ctx, s))
	_, err = arrives(s, "before")
	require.NoError(t, err)
	copied := spoil(t, s, path, "extflow_calls")

	turn, err := arrives(s, "then")
	require.ErrorIs(t, err, sqlite.ErrCorrupt)
	require.Equal(t, flow.Again, turn.Move.Do.Kind, "one moment, please")
	err = s.Notes().Put(ctx, "acme", storage.Note{Kind: "any", Name: "note", Body: []byte("1")})
	require.ErrorIs(t, err, sqlite.ErrCorrupt, "what is elsewhere in the file is not written either: the server is not ready")
	require.NoError(t, s.Close())
	_, err = sqlite.Open(ctx, sqlite.Config{Path: path})
	require.ErrorIs(t, err, sqlite.ErrCorrupt, "nor is it opened again")

	require.NoError(t, os.WriteFile(path, copied, 0o600))
	s = open(t, sqlite.Config{Path: path})
	turn, err = arrives(s, "then")
	require.NoError(t, err)
	require.Equal(t, flow.Listen, turn.Move.Do.Kind)
	found := 0
	for c, err := range s.Calls().List(ctx, "acme", storage.Query{}) {
		require.NoError(t, err)
		turns, err := s.Calls().Turns(ctx, c.Key, 0)
		require.NoError(t, err)
		require.Len(t, turns, int(c.Rev))
		found++
	}
	require.Equal(t, 2, found)
}

// spoil overwrites the first page of a table in the file, and returns the file as it
// was.
func spoil(t *testing.T, s *sqlite.Store, path, table string) (copied []byte) {
	t.Helper()
	s.Do(t, `PRAGMA wal_checkpoint(TRUNCATE)`)
	copied, err := os.ReadFile(path)
	require.NoError(t, err)
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer other.Close()
	var page int
	require.NoError(t, other.QueryRowContext(t.Context(), `SELECT rootpage FROM sqlite_schema WHERE name = ?`, table).Scan(&page))
	spoiled := bytes.Clone(copied)
	copy(spoiled[(page-1)*4096:], bytes.Repeat([]byte("x"), 4096))
	require.NoError(t, os.WriteFile(path, spoiled, 0o600))
	s.Do(t, `PRAGMA shrink_memory`) // it has the page in memory
	return copied
}
