package twiliotest

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The grammar against Twilio's own schema, where the shared reference data is there.

func TestGrammar_saysNothingThatTwilioDoesNot(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../../shared/reference/data/twiml_schema.json")
	if err != nil {
		t.Skip("the shared reference data is not here")
	}
	var file struct {
		Elements map[string]struct {
			Element    string
			Text       any
			Attributes map[string]struct {
				Type, List string
				Values     []string
			}
			Children []string
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	left := maps.Clone(grammar)
	for name, e := range file.Elements {
		s, ok := grammar[e.Element]
		if !ok || name == "ReferSip" { // the other Sip, of Refer
			continue
		}
		delete(left, e.Element)
		require.Equal(t, e.Text != nil, s.text, name)
		for _, kid := range strings.Fields(s.kids) {
			require.Contains(t, e.Children, kid, name)
		}
		known := append(slices.Collect(maps.Keys(s.attrs)), strings.Fields(s.noted)...)
		require.ElementsMatch(t, slices.Collect(maps.Keys(e.Attributes)), known, name)
		for attr, check := range s.attrs {
			spec := e.Attributes[attr]
			for _, v := range spec.Values {
				if attr == "input" || attr == "language" {
					continue // speech is left out, and any language is spoken
				}
				require.True(t, check(v), "<%s %s=%q>", name, attr, v)
			}
			switch spec.Type {
			case "integer":
				require.True(t, check("7"), "<%s %s>", name, attr)
				require.False(t, check("seven"), "<%s %s>", name, attr)
			case "boolean":
				require.True(t, check("true") && check("false") && !check("yes"), "<%s %s>", name, attr)
			case "enum":
				require.False(t, check("no such value") && attr != "language", "<%s %s>", name, attr)
			case "url":
				require.True(t, check("https://x.example/y") && check("/y") && !check("ftp://x.example"), "<%s %s>", name, attr)
			}
		}
	}
	require.Empty(t, left, "elements that Twilio does not have")
}

func TestGrammar_everyVerbThatADocumentMayHaveIsKnown(t *testing.T) {
	t.Parallel()
	for kind, list := range allowed {
		for _, v := range strings.Fields(list) {
			require.Contains(t, grammar, v, kind)
			require.Contains(t, strings.Fields(verbs), v, kind)
		}
	}
}
