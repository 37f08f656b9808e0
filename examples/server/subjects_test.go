package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Somebody asks what is known about them, and wants it gone.
func TestSubjects_whatIsHeldAboutANumberIsExportedAndErased(t *testing.T) {
	t.Parallel()
	db, dir := filepath.Join(t.TempDir(), "extflow.db"), t.TempDir()
	p := still(t, "-db", db, "-recordings", dir)
	p.leaves()
	other, _ := p.dial(bob)
	p.post(other+"/keys", object{"keys": "9999"}).is(200)
	p.until(func() bool { return files(t, dir) == 1 })
	phone, call := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "8642"}).is(200)

	held := p.post("/api/v1/subjects/export", object{"number": "(415) 555-0100"}).is(200)
	require.Equal(t, alice, held.at("number"))
	require.Len(t, held.at("calls"), 2)
	require.Contains(t, held.text, "caller presses ????")
	require.Equal(t, "team", held.word("messages", 0, "mailbox"))
	require.Equal(t, []any{"guess " + alice}, held.at("keys"))
	require.NotContains(t, held.text, bob[1:], "nothing of others")

	erase := func() answer { return p.post("/api/v1/subjects/erase", object{"number": alice}) }
	require.Contains(t, erase().is(409).text, call[strings.LastIndex(call, "/")+1:], "a call is under way")
	require.Len(t, p.get("/api/v1/calls").at("calls"), 3)
	p.post(phone+"/hangup", nil).is(200)
	require.Equal(t, object{"calls": 2.0, "messages": 1.0, "keys": 1.0}, erase().is(200).at())
	require.Empty(t, p.post("/api/v1/subjects/export", object{"number": alice}).is(200).at("calls"))
	p.get(call).is(404)
	p.until(func() bool { return files(t, dir) == 0 })
	inFile := func(number string) (times int) {
		for _, path := range []string{db, db + "-wal"} {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			times += bytes.Count(text, []byte(number[1:]))
		}
		return times
	}
	require.Zero(t, inFile(alice))
	require.NotZero(t, inFile(bob), "others are still there")
	for _, secret := range []string{alice[1:], bob[1:], "8642"} {
		require.NotContains(t, p.logged.String(), secret)
	}
	require.Regexp(t, `what is held about a number was erased.*by.{1,3}you`, p.logged.String())

	require.Equal(t, []string{"body.number"}, p.post("/api/v1/subjects/erase", object{"number": "my neighbour"}).is(422).faults())
	require.Equal(t, object{"calls": 0.0, "messages": 0.0, "keys": 0.0}, erase().is(200).at(), "again is the same")
}

// A caller keys what is nobody's extension, a PIN perhaps: it is nowhere, unless the
// account asks for it.
func TestSecrets_whatCallersKeyWronglyIsNotStored(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		db := filepath.Join(t.TempDir(), "extflow.db")
		p := still(t, "-db", db)
		if asked {
			settings := p.get("/api/v1/settings").is(200).at().(object)
			settings["keep_entries"] = "on"
			p.put("/api/v1/settings", settings).is(200)
		}
		phone, call := p.dial(alice)
		p.post(phone+"/keys", object{"keys": "7391"}).is(200)
		p.post(phone+"/keys", object{"keys": "739"}).is(200)
		p.skip(6 * time.Second)
		p.post(phone+"/keys", object{"keys": "1001"}).is(200)
		p.post(phone+"/hangup", nil).is(200)
		require.Equal(t, asked, strings.Contains(p.get(call+"/transcript").is(200).text, "7391"))
		require.Contains(t, p.get(call+"/transcript").text, "caller presses 1001", "which found somebody")
		require.Equal(t, asked, strings.Contains(p.get(call+"/turns").is(200).text, "7391"))
		never := map[string]string{
			"log": p.logged.String(), "metrics": p.get("/metrics").is(200).text, "feed": p.get("/api/v1/feed").is(200).text,
		}
		require.NotContains(t, p.get(call).is(200).text, "7391")
		require.NoError(t, p.stop())
		for name, text := range never {
			require.NotContains(t, text, "7391", name)
			require.NotContains(t, text, alice[1:], name)
		}
		text, err := os.ReadFile(db)
		require.NoError(t, err)
		require.Equal(t, asked, bytes.Contains(text, []byte("7391")))
	}
}
