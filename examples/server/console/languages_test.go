package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"html"

	"github.com/stretchr/testify/require"
)

// Words in several languages, and voices, come out of their forms as they went in.
func TestPages_keepWordsInSeveralLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t, "account: acme\nmessages: {welcome: {say: {en: Hello., es: Hola.}}}\nflows: {desk: {greeting: {say: {en: Hi., es: Oye.}}}}\nnumbers: {\"+12025550100\": {flow: desk}}\n")
	words := html.UnescapeString(regexp.MustCompile(`name="greeting~say"[^>]*>([^<]*)<`).FindStringSubmatch(string(s.fetch("flows/desk")))[1])
	require.JSONEq(t, `{"en":"Hi.","es":"Oye."}`, words)
	for page, form := range map[string]url.Values{
		"flows/desk": {"greeting~m": {"say"}, "greeting~say": {`{"en":"Hi.","es":"Hola."}`}},
		"settings":   {"voices": {"es-MX twilio: Polly.Mia\r\nes-MX vonage: 3\r\n"}},
	} {
		r, err := http.PostForm(s.base+page, form) //nolint:noctx // of this process
		require.NoError(t, err)
		r.Body.Close()
		require.Equal(t, http.StatusOK, r.StatusCode)
	}
	draft := string(s.fetch("draft/draft.json"))
	require.Regexp(t, `"say": \{\s*"en": "Hi.",\s*"es": "Hola."\s*\}`, draft)
	require.Regexp(t, `"es-MX": \{\s*"twilio": "Polly.Mia",\s*"vonage": "3"\s*\}`, draft)
	require.Contains(t, string(s.fetch("settings")), "es-MX twilio: Polly.Mia\nes-MX vonage: 3")
}
