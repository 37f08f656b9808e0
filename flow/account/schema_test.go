package account_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/flow/account"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(account.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("account.json", doc))
	s, err := c.Compile("account.json")
	require.NoError(t, err)
	return s
}

// instance is a JSON document as the validator wants it.
func instance(t require.TestingT, document []byte) any {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	return v
}

func TestSchema_isPublished(t *testing.T) {
	t.Parallel()
	golden(t, "schema.json", account.Schema())
	require.True(t, json.Valid(account.Schema()))
}

func TestSchema_acceptsTheSample(t *testing.T) {
	t.Parallel()
	document, err := yaml.YAMLToJSON(account.Sample())
	require.NoError(t, err)
	require.NoError(t, compiledSchema(t).Validate(instance(t, document)))
}

func TestSchema_acceptsWhatParseAccepts(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		written, err := account.ExportJSON(makeDocument(t))
		require.NoError(t, err)
		require.NoError(t, s.Validate(instance(t, written)), "%s", written)
	})
	for _, document := range []string{
		"account: 1001\nagents:\nqueues: {}\nflows: {f: }\n",
		"account: a\nhours: {h: {open: {mon: ['9:00 - 17:00'], tue: []}, holidays: ['2026-12-25']}}",
		"account: a\nsettings: {first_digit: 5, max_talk: 1h30m, wrap_up: 0, keep_calls: 1d12h, screening: true, extension_range: [1001, '9999']}",
		"account: a\nagents: [{id: b, extension: 1001, endpoints: ['client:x', {address: 'sip:a@b', via: c}]}]",
		"account: a\nmessages: {a: {say: 5}}\nmailboxes: {m: {min_length: 0s, keys: {'0': hangup}}}\nqueues: {q: {callback: off, leave_key: 5}}",
		"account: a\nmenus: {m: {prompt: {name: welcome, language: de}, keys: {'1': {voicemail: {mailbox: personal}}}, no_input: {say: a}, repeats: 0}}\nsettings: {default_mailbox: m}\nmailboxes: {m: {}}",
	} {
		_, err := account.Parse([]byte(document))
		require.NoError(t, err, document)
		converted, err := yaml.YAMLToJSON([]byte(document))
		require.NoError(t, err)
		require.NoError(t, s.Validate(instance(t, converted)), document)
	}
}

// shapes are what Parse says of values that the schema must refuse as well. Names,
// ranges and what depends on other values is Parse's alone.
var shapes = []string{
	"unknown key", " stands here; ", "is not known here", "neither on nor off", "is no whole number", " is no time;",
	"a second destination", "leads nowhere", "is no key", "no id", "no mailbox; write", "only an extension has an otherwise",
	"more than one thing", "is no day", "no address; write one", "0 is too few", "no account;", `has no scheme`, "is no opening time", "prompt: says nothing", "is no date",
}

func TestSchema_refusesWhatParseRefusesForItsShape(t *testing.T) {
	t.Parallel()
	s, refused := compiledSchema(t), 0
	files, err := filepath.Glob("testdata/faults/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		for _, story := range readStories(t, file) {
			document, err := yaml.YAMLToJSON([]byte(story.document))
			shape := false
			for _, words := range shapes {
				shape = shape || strings.Contains(story.says, words)
			}
			if err != nil || !shape {
				continue
			}
			refused++
			require.Error(t, s.Validate(instance(t, document)), "%s\n%s\n%s", story.title, story.document, story.says)
		}
	}
	require.Greater(t, refused, 60)
}
