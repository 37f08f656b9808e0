package vonagetest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// The grammar against the strict schema of Vonage's own reference, where the shared
// data is there: what is taken here the schema takes, and what it refuses is refused.
func TestGrammar_takesNothingThatVonageDoesNot(t *testing.T) {
	t.Parallel()
	const path = "../../../../shared/reference/data/ncco_schema.json"
	if _, err := os.Stat(path); err != nil {
		t.Skip("the shared reference data is not here")
	}
	schema, err := jsonschema.NewCompiler().Compile(path)
	require.NoError(t, err)
	for text, taken := range map[string]bool{
		`[{"action":"talk","text":"hi"}]`: true,
		`[{"action":"talk","text":"hi","language":"en-US","style":2,"loop":2,"level":0.5}]`: true,
		`[{"action":"talk","text":""}]`:                                                                                                               false,
		`[{"action":"talk","text":"` + strings.Repeat("x", 1501) + `"}]`:                                                                              false,
		`[{"action":"talk","text":"hi","level":2}]`:                                                                                                   false,
		`[{"action":"talk","text":"hi","voiceName":"Amy"}]`:                                                                                           false,
		`[{"action":"stream","streamUrl":["https://x.example/a.mp3"],"loop":0}]`:                                                                      true,
		`[{"action":"stream","streamUrl":"https://x.example/a.mp3"}]`:                                                                                 false,
		`[{"action":"stream","streamUrl":["ftp://x.example/a.mp3"]}]`:                                                                                 false,
		`[{"action":"input","type":["dtmf"],"dtmf":{"timeOut":10,"maxDigits":20}}]`:                                                                   true,
		`[{"action":"input","dtmf":{"timeOut":10}}]`:                                                                                                  false,
		`[{"action":"input","type":["dtmf"],"dtmf":{"timeOut":11}}]`:                                                                                  false,
		`[{"action":"input","type":["dtmf"],"dtmf":{"maxDigits":21}}]`:                                                                                false,
		`[{"action":"input","type":["dtmf"],"dtmf":{"timeOut":"5"}}]`:                                                                                 false,
		`[{"action":"connect","endpoint":[{"type":"phone","number":"12025550111"}],"timeout":20}]`:                                                    true,
		`[{"action":"connect","endpoint":[{"type":"phone","number":"+12025550111"}]}]`:                                                                false,
		`[{"action":"connect","endpoint":[{"type":"sip","uri":"sip:ada@pbx.example"}],"eventType":"synchronous","eventUrl":["https://x.example/e"]}]`: true,
		`[{"action":"connect","endpoint":[{"type":"app","user":"ada"},{"type":"app","user":"bob"}]}]`:                                                 false,
		`[{"action":"connect","endpoint":[{"type":"app","user":"ada"}],"timeout":121}]`:                                                               false,
		`[{"action":"connect","endpoint":[{"type":"app","user":"ada"}],"limit":7201}]`:                                                                false,
		`[{"action":"connect","endpoint":[]}]`:                                                                                                        false,
		`[{"action":"record","timeOut":120,"endOnSilence":5,"endOnKey":"#","beepStart":true,"eventUrl":["https://x.example/r"]}]`:                     true,
		`[{"action":"record","timeOut":2}]`:                                                                                                           false,
		`[{"action":"record","timeOut":120,"endOnSilence":2}]`:                                                                                        false,
		`[{"action":"record","timeOut":120,"endOnKey":"12"}]`:                                                                                         false,
		`[{"action":"conversation","name":"a","startOnEnter":true,"endOnExit":true}]`:                                                                 true,
		`[{"action":"conversation"}]`:                                                                                                                 false,
		`[{"action":"notify","payload":{},"eventUrl":["https://x.example/n"]}]`:                                                                       true,
		`[{"action":"notify","eventUrl":["https://x.example/n"]}]`:                                                                                    false,
		`[{"action":"wait","timeout":0.1}]`:                                                                                                           true,
		`[{"action":"wait","timeout":0}]`:                                                                                                             false,
		`[{"action":"hangup"}]`:                                                                                                                       false,
		`[{"action":"redirect"}]`:                                                                                                                     false,
		`["talk"]`:                                                                                                                                    false,
	} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, taken, schema.Validate(doc) == nil, "the schema: %s", text)
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var actions []any
		require.NoError(t, d.Decode(&actions))
		_, err = check(actions)
		require.Equal(t, taken, err == nil, "here: %s: %v", text, err)
	}
}

func TestGrammar_afterBargeInComesAnInput(t *testing.T) {
	t.Parallel()
	talk := map[string]any{"action": "talk", "text": "hi", "bargeIn": true}
	plain := map[string]any{"action": "talk", "text": "hi"}
	input := map[string]any{"action": "input", "type": []any{"dtmf"}}
	wait := map[string]any{"action": "wait"}
	for _, c := range []struct {
		doc []any
		ok  bool
	}{
		{[]any{talk, input}, true}, {[]any{talk, talk, input, plain}, true}, {[]any{talk}, false}, {[]any{talk, wait}, false}, {[]any{talk, plain, input}, false},
	} {
		_, err := check(c.doc)
		require.Equal(t, c.ok, err == nil, "%v", err)
	}
}
