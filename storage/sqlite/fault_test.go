package sqlite_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// What can be wrong with a file, and what people are told.

func TestOpen_saysWhatIsWrongWithThePlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter.txt")
	require.NoError(t, os.WriteFile(letter, []byte("Dear Sir or Madam, this is a letter and no database, however long one looks at it.\n"), 0o600))
	for path, want := range map[string]error{
		filepath.Join(dir, "no", "such", "extflow.db"): sqlite.ErrPath,
		dir:    sqlite.ErrPath,
		letter: sqlite.ErrNotDatabase,
	} {
		_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		require.ErrorIs(t, err, want, path)
	}
	_, err := sqlite.Open(t.Context(), sqlite.Config{})
	require.ErrorContains(t, err, "Path or a DB")
	text, err := os.ReadFile(letter)
	require.NoError(t, err)
	require.Contains(t, string(text), "Dear Sir", "it is left as it was")
}

func TestOpen_findsAFileThatIsDamaged(t *testing.T) {
	t.Parallel()
	text, err := empty()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "extflow.db")
	damaged := append([]byte{}, text...)
	for i := 4096; i < len(damaged); i += 512 {
		copy(damaged[i:i+64], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
	}
	require.NoError(t, os.WriteFile(path, damaged, 0o600))
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.ErrorIs(t, err, sqlite.ErrCorrupt)
}

// asReader has the test binary open the file named as somebody who may only read it.
const asReader = "EXTFLOW_TEST_READ_ONLY"

func TestOpen_findsAFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	text, err := empty()
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "extflow")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "extflow.db")
	require.NoError(t, os.WriteFile(path, text, 0o444))
	require.NoError(t, os.Chmod(dir, 0o555))
	self, err := os.Executable()
	require.NoError(t, err)
	other := filepath.Join(os.TempDir(), filepath.Base(dir)+".test") // where anybody may run it
	body, err := os.ReadFile(self)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(other, body, 0o755))
	t.Cleanup(func() { _ = os.Remove(other) })
	c := exec.CommandContext(t.Context(), other)
	c.Dir = os.TempDir()
	c.Env = append(os.Environ(), asReader+"="+path)
	if os.Getuid() == 0 { // to whom every file is open
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), sqlite.ErrReadOnly.Error())
}

func TestOpen_refusesASchemaThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "extflow.db")
	_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, KeepSchema: true})
	require.Error(t, err, "nobody has made it yet")
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`INSERT INTO extflow_schema (version, name, at) VALUES (999, 'later', 0)`)
	require.NoError(t, err)
	for _, keep := range []bool{false, true} {
		_, err = sqlite.Open(t.Context(), sqlite.Config{Path: path, KeepSchema: keep})
		require.ErrorIs(t, err, storage.ErrNewer)
	}
	_, err = db.Exec(`DELETE FROM extflow_schema`)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: path, KeepSchema: true})
	require.ErrorIs(t, err, storage.ErrOlder)
}

func TestOpen_takesADatabaseOfTheHosts(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "host.db"))
	require.NoError(t, err)
	defer db.Close()
	s := open(t, sqlite.Config{DB: db})
	require.NoError(t, s.Accounts().Put(t.Context(), storage.Account{ID: "acme"}))
	require.NoError(t, s.Close())
	var id string
	require.NoError(t, db.QueryRow(`SELECT account FROM extflow_accounts`).Scan(&id), "it is left open")
	require.Equal(t, "acme", id)
	require.Error(t, s.Accounts().Put(t.Context(), storage.Account{ID: "globex"}), "the store is closed")

	db.SetMaxOpenConns(1)
	_, err = sqlite.Open(t.Context(), sqlite.Config{DB: db})
	require.ErrorContains(t, err, "SetMaxOpenConns")
	shared, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	defer shared.Close()
	_, err = sqlite.Open(t.Context(), sqlite.Config{DB: shared})
	require.ErrorIs(t, err, sqlite.ErrPath)
}

// A disk that is full: the caller is asked for a moment's patience, nothing is half
// stored, and once there is room the same request goes on.
func TestStore_aFullDiskCostsNoStep(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, sqlite.Config{})
	require.NoError(t, install(ctx, s))
	e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
	require.NoError(t, err)
	arrives := func(ref string) (flow.Turn, error) {
		start := &flow.Info{Carrier: "sim", Ref: ref, From: "+14155550100", To: desk}
		return e.Handle(ctx, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}})
	}
	room := s.Limit(t, 0)
	stored := 0
	for n := 0; ; n++ {
		require.Less(t, n, 10_000)
		turn, err := arrives(fmt.Sprint("call", n))
		if err != nil {
			require.ErrorIs(t, err, sqlite.ErrFull)
			require.Equal(t, flow.Again, turn.Move.Do.Kind, "one moment, please")
			break
		}
		stored++
	}
	calls := func() (n int) {
		for c, err := range s.Calls().List(ctx, "acme", storage.Query{}) {
			require.NoError(t, err)
			turns, err := s.Calls().Turns(ctx, c.Key, 0)
			require.NoError(t, err)
			require.Len(t, turns, int(c.Rev))
			n++
		}
		return n
	}
	require.Equal(t, stored, calls())
	room()
	turn, err := arrives(fmt.Sprint("call", stored))
	require.NoError(t, err)
	require.Equal(t, flow.Listen, turn.Move.Do.Kind)
	require.Equal(t, stored+1, calls())
}
