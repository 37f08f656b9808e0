package sqlite_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
	"github.com/extflow/extflow/storage/sqlite"
)

// A file of the first schema: what newer ones keep beside a call is made of what it has.
func TestOpen_bringsAFileOfTheFirstSchemaUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "extflow.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := db.Exec(statement, args...)
		require.NoError(t, err)
	}
	first := tables.Migrations(tables.Dialect{Name: "sqlite"})[0]
	for _, s := range first.Statements() {
		exec(s)
	}
	exec(`CREATE TABLE extflow_schema (version BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (version))`)
	exec(`INSERT INTO extflow_schema VALUES (1, ?, 0)`, first.Name)
	exec(`INSERT INTO extflow_accounts VALUES ('acme', 1, '{"id":"acme"}')`)
	for id, result := range map[string]flow.Result{"c1": flow.NoResult, "c2": flow.ResultHandedOff, "c3": flow.ResultAnswered} {
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: id}}
		if id == "c3" {
			info.ForwardedFrom = "+14155550177"
		}
		state, err := json.Marshal(flow.Call{Info: info, State: flow.State{Result: result}, Rev: 1})
		require.NoError(t, err)
		exec(`INSERT INTO extflow_calls VALUES ('acme', ?, 1, 0, 1, 0, '', '', ?)`, id, string(state))
	}
	s := open(t, sqlite.Config{Path: path})
	var found []string
	for c, err := range s.Calls().List(t.Context(), "acme", storage.Query{Result: flow.ResultHandedOff}) {
		require.NoError(t, err)
		found = append(found, c.ID)
	}
	require.Equal(t, []string{"c2"}, found)
	var plan string
	var skip any
	require.NoError(t, db.QueryRow(`EXPLAIN QUERY PLAN SELECT call FROM extflow_calls
		WHERE account = 'acme' AND (begun, call) < (1, 'c') AND result = 'answered' AND result <> '' ORDER BY begun DESC, call DESC`).Scan(&skip, &skip, &skip, &plan))
	require.Contains(t, plan, "extflow_calls_result")
	held, err := s.Subjects().Export(t.Context(), "acme", "+14155550177")
	require.NoError(t, err)
	require.Len(t, held.Calls, 1)
	require.Equal(t, "c3", held.Calls[0].Call.ID)
}

// Calls that an older version began end on this one: whether its file was brought up to
// date, or the rows came while the schema was this version's already.
func TestOpen_callsBegunByOlderVersionsEnd(t *testing.T) {
	t.Parallel()
	for _, old := range enginetest.Releases(t) {
		for _, first := range []string{"rows", "schema"} {
			t.Run(fmt.Sprintf("%d, its %s first", old.Schema, first), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "extflow.db")
				c := newClock()
				c.ns.Store(enginetest.Recorded.UnixNano())
				write(t, path, old, first == "schema")
				enginetest.CarryOn(t, open(t, sqlite.Config{Path: path, Now: c.Now}), c.Pass)
			})
		}
	}
}

// write makes a file with the rows of an older version, on its schema or on ours.
func write(t *testing.T, path string, old enginetest.Left, ours bool) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := db.Exec(statement, args...)
		require.NoError(t, err)
	}
	exec(`CREATE TABLE extflow_schema (version BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (version))`)
	for _, m := range sqlite.Migrations() {
		if m.Version > old.Schema && !ours {
			break
		}
		for _, s := range m.Statements() {
			exec(s)
		}
		exec(`INSERT INTO extflow_schema VALUES (?, ?, 0)`, m.Version, m.Name)
	}
	for _, row := range old.Rows {
		exec(row)
	}
}

// A node of this version changes what one of the next has written, while both run: the
// fields that this one does not know are there when the next reads it again.
func TestStore_keepsTheFieldsOfANewerVersion(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	require.NoError(t, install(t.Context(), s))
	for _, table := range []string{"accounts", "agents", "numbers"} {
		s.Do(t, `UPDATE extflow_`+table+` SET doc = json_set(doc, '$.mood', 'newer')`)
	}
	a, err := s.Accounts().Load(t.Context(), "acme")
	require.NoError(t, err)
	a.Region = "US"
	require.NoError(t, s.Accounts().Put(t.Context(), a))
	agent, err := s.Directory().Agent(t.Context(), "acme", "agent0")
	require.NoError(t, err)
	agent.Name = "Ada"
	_, err = s.Directory().Put(t.Context(), "acme", agent)
	require.NoError(t, err)
	number, err := s.Numbers().Entry(t.Context(), desk)
	require.NoError(t, err)
	number.Label = "Main line"
	require.NoError(t, s.Numbers().Assign(t.Context(), number))
	for table, has := range map[string]string{"accounts": `"US"`, "agents": `"Ada"`, "numbers": `"Main line"`} {
		docs := s.Text(t, `SELECT group_concat(doc) FROM extflow_`+table+` WHERE doc LIKE '%`+has+`%'`)
		require.Contains(t, docs, `"mood":"newer"`, table)
	}
}

// A node of an older version renames and removes agents whom this one lists: nobody is
// found by a name that is no longer theirs, and whoever is changed here is found again.
func TestStore_goesByTheAgentWhereAnOlderVersionLeftASpelling(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	require.NoError(t, s.Accounts().Put(t.Context(), storage.Account{ID: "acme"}))
	spelled := func(keys string) (found []string) {
		listings, err := s.Directory().Spelled(t.Context(), "acme", keys, 2)
		require.NoError(t, err)
		for _, l := range listings {
			found = append(found, l.Name)
		}
		return found
	}
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		_, err := s.Directory().Put(t.Context(), "acme", extension.Agent{ID: id, Name: "Ada Adams", Listed: true})
		require.NoError(t, err)
	}
	s.Do(t, `UPDATE extflow_agents SET doc = json_set(doc, '$.name', 'Bob') WHERE agent < 'e'`)
	s.Do(t, `DELETE FROM extflow_agents WHERE agent = 'e'`)
	require.Equal(t, []string{"Ada Adams", "Ada Adams"}, spelled("232"), "those behind them")
	require.Empty(t, spelled("262"))
	b, err := s.Directory().Agent(t.Context(), "acme", "b")
	require.NoError(t, err)
	_, err = s.Directory().Put(t.Context(), "acme", b)
	require.NoError(t, err)
	require.Equal(t, []string{"Bob"}, spelled("262"))
}
