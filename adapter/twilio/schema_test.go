package twilio

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// valid fails the test unless an answer is a document that Twilio would take: every
// document that any test of this package gets is one.
func valid(t testing.TB, a answer) {
	t.Helper()
	require.Equal(t, "text/xml; charset=utf-8", a.http.Get("Content-Type"))
	require.NoError(t, twiliotest.Valid([]byte(a.body)), a.body)
}

func TestSchema_theLanguagesAreThoseThatTwilioSpeaks(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../shared/reference/data/twiml_schema.json")
	if err != nil {
		t.Skip("the shared reference data is not here")
	}
	var file struct {
		Elements map[string]struct {
			Attributes map[string]struct{ Values []string }
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.Equal(t, file.Elements["Say"].Attributes["language"].Values, languages)
	for asked, want := range map[string]string{"": "", "en-US": "en-US", "en-us": "en-US", "en": "en-US", "de-CH": "de-DE", "de": "de-DE",
		"pt": "pt-PT", "sv": "sv-SE", "EN-gb": "en-GB", "tlh": "", "x-klingon": ""} {
		require.Equal(t, want, spoken(asked), asked)
	}
}
