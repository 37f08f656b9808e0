package sqlite_test

import (
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
