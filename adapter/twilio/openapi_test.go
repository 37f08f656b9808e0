package twilio_test

import (
	_ "embed"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/adaptertest"
)

// Every request that any story makes to the REST API is held against what Twilio
// describes.

//go:embed testdata/api.yml
var apiText []byte

var api = adaptertest.Describe(apiText)

func TestOpenAPI_theValidatorHasTeeth(t *testing.T) {
	t.Parallel()
	ask := func(method, path string, form url.Values) error {
		r, err := http.NewRequest(method, "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001"+path, strings.NewReader(form.Encode()))
		require.NoError(t, err)
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return api.Check(r)
	}
	const one = "/Calls/CA00000000000000000000000000000001"
	good := url.Values{"To": {"+12025550111"}, "From": {"+12025550100"}, "Url": {"https://x.example/a"}, "Timeout": {"20"}, "StatusCallbackEvent": {"initiated", "completed"}}
	with := func(name string, values ...string) url.Values {
		f := url.Values{}
		for k, v := range good {
			f[k] = v
		}
		f[name] = values
		return f
	}
	require.NoError(t, ask(http.MethodPost, "/Calls.json", good))
	require.NoError(t, ask(http.MethodPost, one+".json", url.Values{"Status": {"completed"}}))
	require.NoError(t, ask(http.MethodGet, "/Calls.json?ParentCallSid=CA00000000000000000000000000000001&PageSize=50", nil))
	require.Error(t, ask(http.MethodPost, "/Calls.json", with("Timeout", "601")))
	require.Error(t, ask(http.MethodPost, "/Calls.json", with("To", "somebody")))
	require.Error(t, ask(http.MethodPost, "/Calls.json", with("StatusCallbackEvent", "exploded")))
	require.Error(t, ask(http.MethodPost, "/Calls.json", with("Colour", "blue")))
	require.Error(t, ask(http.MethodPost, "/Calls.json", url.Values{"To": {"+12025550111"}}))
	require.Error(t, ask(http.MethodPost, one+".json", url.Values{"Status": {"paused"}}))
	require.Error(t, ask(http.MethodGet, "/Calls.json?PageSize=1001", nil))
	require.Error(t, ask(http.MethodGet, "/Calls.json?Colour=blue", nil))
	require.Error(t, ask(http.MethodGet, "/Calls/CA1.json", nil))
	require.Error(t, ask(http.MethodGet, "/Callers.json", nil))
}
