package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a restart keeps, in a file.

func inFile(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"EXTFLOW_DB": filepath.Join(t.TempDir(), "extflow.db")}
}

func TestRestart_keepsWhatWasSetAndWhatHappened(t *testing.T) {
	t.Parallel()
	env := inFile(t)
	p := start(t, env)
	require.Contains(t, p.said.String(), "account acme: made from the sample account")
	require.Contains(t, p.said.String(), "store: the file "+env["EXTFLOW_DB"])
	p.put("/api/v1/agents/grace/presence", object{"presence": "away", "reason": "lunch"}).is(200)
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	phone, _ := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "1002"}).is(200)
	p.post(phone+"/speak", object{"for": "8s"}).is(200)
	p.skip(8 * time.Second)
	p.post(phone+"/hangup", nil).is(200)
	p.post("/api/v1/simulator/skip", object{"to_next": true}).is(200)
	messages := p.get("/api/v1/voicemail/team").is(200).text
	require.Contains(t, messages, `"state":"left"`)
	calls := p.get("/api/v1/calls").is(200).text
	require.NoError(t, p.stop())

	again := start(t, env)
	require.Contains(t, again.said.String(), "account acme: as the sample account says")
	require.Contains(t, again.get("/api/v1/agents/grace").is(200).text, `"lunch"`)
	require.JSONEq(t, messages, again.get("/api/v1/voicemail/team").is(200).text)
	require.JSONEq(t, calls, again.get("/api/v1/calls").is(200).text)
}

func TestRestart_callsOfTheTelephonesBeforeItHaveEndedAndNobodyIsReserved(t *testing.T) {
	t.Parallel()
	env := inFile(t)
	p := start(t, env)
	phone, _ := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "1001"}).is(200)
	require.Contains(t, p.get("/api/v1/agents/ada").is(200).text, `"call":`)
	require.NoError(t, p.stop())

	again := start(t, env)
	require.NotContains(t, again.get("/api/v1/agents/ada").is(200).text, `"call":`)
	require.Contains(t, again.get("/api/v1/calls").is(200).text, `"result":"abandoned"`)
	phone, _ = again.dial(alice)
	again.post(phone+"/keys", object{"keys": "1001"}).is(200)
	require.Contains(t, again.get("/api/v1/agents/ada").is(200).text, `"call":`)
}

func TestRestart_theSimulatorsTimeDoesNotGoBack(t *testing.T) {
	t.Parallel()
	env := inFile(t)
	p := start(t, env)
	p.skip(3 * time.Hour)
	require.NoError(t, p.stop())
	again := start(t, env)
	require.Contains(t, again.get("/api/v1/simulator").is(200).text, `"ahead":"3h0m0s"`)
}

func TestStart_aFileThatCannotBeUsedIsToldBeforeAnythingListens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.txt")
	require.NoError(t, os.WriteFile(text, []byte("Dear Sir or Madam, this is a letter and no database at all.\n"), 0o600))
	for path, want := range map[string]string{
		filepath.Join(dir, "no", "extflow.db"): "make it, or name another file",
		dir:                                    "is a directory",
		text:                                   "no SQLite database",
	} {
		err := run(context.Background(), []string{"-addr", "127.0.0.1:0", "-db", path}, lookup(nil), new(said), new(said))
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "-db (EXTFLOW_DB)")
	}
}
