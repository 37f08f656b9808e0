package account_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

func assignment(n string) number.Assignment {
	return number.Assignment{Number: number.E164(n), Account: "acme", Entry: n}
}

func TestExport_givesBackWhatParseRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := makeDocument(t)
		for _, export := range []func(*account.Document) ([]byte, error){account.Export, account.ExportJSON} {
			written, err := export(doc)
			require.NoError(t, err)
			read, err := account.Parse(written)
			require.NoError(t, err, "%s", written)
			require.Equal(t, doc, read, "%s", written)
			again, err := export(read)
			require.NoError(t, err)
			require.Equal(t, string(written), string(again))
		}
	})
}

// golden compares with a file, which EXTFLOW_UPDATE=1 rewrites.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if os.Getenv("EXTFLOW_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "%s differs; EXTFLOW_UPDATE=1 rewrites it", file)
}

func TestExport_writesTheSampleForPeople(t *testing.T) {
	t.Parallel()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	written, err := account.Export(doc)
	require.NoError(t, err)
	golden(t, "testdata/acme_exported.yaml", written)
	written, err = account.ExportJSON(doc)
	require.NoError(t, err)
	require.True(t, json.Valid(written))
	golden(t, "testdata/acme_exported.json", written)
}

// A program may make documents that Parse would not have. They are written as
// well as they can be, and Parse says what is wrong with them.
func TestExport_writesWhatAProgramMade(t *testing.T) {
	t.Parallel()
	doc := &account.Document{
		Account: "acme",
		Range:   extension.Range{First: 7},
		Settings: flow.Settings{
			Defaults: flow.Defaults{DefaultMailbox: "team"},
			Queues:   map[string]flow.Queue{"q": {OnMaxWait: &flow.Dest{To: flow.TargetRepeat, Name: "x"}}},
			Flows:    map[string]flow.Flow{"f": {Busy: &flow.Dest{}}},
			Entries:  map[string]flow.Entry{"+12025550100": {Dest: *flow.HangUp(nil)}},
		},
		Numbers: []number.Assignment{assignment("+12025550100"), assignment("+12025550101")},
		Agents:  []extension.Agent{{ID: "ada"}},
	}
	written, err := account.Export(doc)
	require.NoError(t, err)
	require.Equal(t, `account: acme

settings:
  extension_range: ["0007", 9999]
  default_mailbox: team

agents:
  - {id: ada}

queues:
  q: {on_max_wait: {}}

flows:
  f: {busy: {}}

numbers:
  "+12025550100": {hangup: goodbye}
  "+12025550101": {}
`, string(written))
	_, err = account.Parse(written)
	require.EqualError(t, err, `line 5: settings.default_mailbox: no mailbox "team"; add it to mailboxes, or name one that is there
line 11: queues.q.on_max_wait: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory
line 14: flows.f.busy: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory
line 18: numbers.+12025550101: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory`)

	written, err = account.Export(&account.Document{})
	require.NoError(t, err)
	require.Empty(t, string(written))
	written, err = account.ExportJSON(&account.Document{})
	require.NoError(t, err)
	require.Equal(t, "{}\n", string(written))
}

func TestJSON_readsAPartOfADocumentAsItIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"flows:\n  night: {ring: {time: 5s}, repeats: 007}\n  day:\n": `{"flows":{"night":{"ring":{"time":"5s"},"repeats":"007"},"day":{}}}`,
		`{"queues": {"late": {"max_size": 5, "callback": true}}}`:     `{"queues":{"late":{"max_size":5,"callback":true}}}`,
	} {
		got, err := account.JSON([]byte(text))
		require.NoError(t, err)
		require.JSONEq(t, want, string(got))
	}
	for text, line := range map[string]int{"flows:\n\tnight: {}\n": 2, "a\n": 1, "flows: {a: [\n": 1} {
		_, err := account.JSON([]byte(text))
		var faults account.Faults
		require.ErrorAs(t, err, &faults, text)
		require.Equal(t, line, faults[0].Line, text)
	}
}
