package twilio

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What Twilio accepts: every document that any test of this package gets is held
// against the schema, where the shared reference data is there.

type elementSchema struct {
	Element    string
	Kind       string
	Text       any
	Attributes map[string]struct {
		Type   string
		List   string
		Values []string
	}
	Children []string
}

var readSchema = sync.OnceValue(func() map[string]elementSchema {
	data, err := os.ReadFile("../../../shared/reference/data/twiml_schema.json")
	if err != nil {
		return nil
	}
	var file struct{ Elements map[string]elementSchema }
	if err := json.Unmarshal(data, &file); err != nil {
		panic(err)
	}
	all := map[string]elementSchema{}
	for name, e := range file.Elements {
		if name != "ReferSip" { // the other Sip, of Refer
			all[e.Element] = e
		}
	}
	return all
})

// valid fails the test unless an answer is a document that Twilio would take.
func valid(t testing.TB, a answer) {
	t.Helper()
	require.LessOrEqual(t, len(a.body), 64<<10)
	require.Equal(t, "text/xml; charset=utf-8", a.http.Get("Content-Type"))
	require.Equal(t, "Response", a.doc.tag)
	if all := readSchema(); all != nil {
		a.doc.valid(t, all)
	}
}

func (e element) valid(t testing.TB, all map[string]elementSchema) {
	t.Helper()
	s, ok := all[e.tag]
	require.True(t, ok, "<%s> is unknown", e.tag)
	for name, value := range e.attrs {
		attr, ok := s.Attributes[name]
		require.True(t, ok, "<%s %s> is unknown", e.tag, name)
		values := []string{value}
		if attr.List != "" {
			values = strings.Fields(value)
		}
		for _, v := range values {
			switch attr.Type {
			case "integer":
				_, err := strconv.Atoi(v)
				require.NoError(t, err, "<%s %s>", e.tag, name)
			case "boolean":
				require.Contains(t, []string{"true", "false"}, v, "<%s %s>", e.tag, name)
			case "enum":
				if len(attr.Values) > 0 {
					require.Contains(t, attr.Values, v, "<%s %s>", e.tag, name)
				}
			case "url":
				absolute(t, v)
			}
		}
	}
	if e.tag == "Redirect" || e.tag == "Play" {
		absolute(t, strings.TrimSpace(e.text))
	}
	if s.Text == nil {
		require.Empty(t, strings.TrimSpace(e.text), "<%s> has text", e.tag)
	}
	for _, k := range e.kids {
		require.True(t, slices.Contains(s.Children, k.tag), "<%s> in <%s>", k.tag, e.tag)
		k.valid(t, all)
	}
}

func absolute(t testing.TB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.True(t, u.IsAbs() && u.Host != "", "%q is not absolute", address)
}

func TestSchema_theLanguagesAreThoseThatTwilioSpeaks(t *testing.T) {
	t.Parallel()
	all := readSchema()
	if all == nil {
		t.Skip("the shared reference data is not here")
	}
	require.Equal(t, all["Say"].Attributes["language"].Values, languages)
	for asked, want := range map[string]string{"": "", "en-US": "en-US", "en-us": "en-US", "en": "en-US", "de-CH": "de-DE", "de": "de-DE",
		"pt": "pt-PT", "sv": "sv-SE", "EN-gb": "en-GB", "tlh": "", "x-klingon": ""} {
		require.Equal(t, want, spoken(asked), asked)
	}
}
