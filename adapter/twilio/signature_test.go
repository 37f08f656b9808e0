package twilio

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
)

// shared reads a file of the shared reference data, or skips the test.
func shared(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../shared/reference/data", name))
	if err != nil {
		t.Skipf("the shared reference data is not here: %v", err)
	}
	require.NoError(t, json.Unmarshal(data, into))
}

// vector is one signature that some SDK's tests hold to be right, or wrong.
type vector struct {
	ID        string
	Token     string `json:"auth_token"`
	URL       string
	Content   string
	Params    map[string]any
	Body      *string
	Signature string
	Valid     bool
}

func (v vector) form() url.Values {
	values := url.Values{}
	for k, of := range v.Params {
		switch of := of.(type) {
		case string:
			values.Add(k, of)
		case []any:
			for _, s := range of {
				values.Add(k, s.(string))
			}
		}
	}
	return values
}

func TestSignature_everyVectorOfTheSDKsIsDecidedAsTheyDo(t *testing.T) {
	t.Parallel()
	var vectors []vector
	shared(t, "twilio_signature_vectors.json", &vectors)
	require.NotEmpty(t, vectors)
	differs := map[string]bool{}
	for _, v := range vectors {
		var f form
		require.NoError(t, parse(&f, v.form().Encode()))
		f.sort()
		ok := newTokens([]string{v.Token}).signs(&signing{}, v.Signature, []byte(v.URL), &f)
		if v.Body != nil && v.Content == "json" {
			_, want, _ := strings.Cut(v.URL, "bodySHA256=")
			ok = ok && bodySigned([]byte(want), []byte(*v.Body))
		}
		require.Equal(t, v.Valid, ok, v.ID)

		if v.Content == "form" { // the SDK for Go, where it is right
			first := map[string]string{}
			for k, values := range v.form() {
				first[k] = values[0]
			}
			validator := client.NewRequestValidator(v.Token)
			if validator.Validate(v.URL, first, v.Signature) != v.Valid {
				differs[v.ID] = true
			}
		}
	}
	require.Equal(t, map[string]bool{"array-param": true, "repeated-params-dedup": true, "special-char-in-query": true}, differs,
		"where the SDK for Go is known to be wrong; look again when this changes")
}

func TestSignature_anyOfSeveralTokensIsBelievedAndNoOther(t *testing.T) {
	t.Parallel()
	f := form{}
	require.NoError(t, parse(&f, "CallSid=CA1&Digits=1"))
	f.sort()
	const at = "https://calls.example.com/twilio/voice"
	both := newTokens([]string{"new", "old"})
	for token, want := range map[string]bool{"new": true, "old": true, "older": false, "": false} {
		signature := sign(token, at, url.Values{"CallSid": {"CA1"}, "Digits": {"1"}})
		require.Equal(t, want, both.signs(&signing{}, signature, []byte(at), &f), token)
	}
	for _, wrong := range []string{"", "x", strings.Repeat("A", 28), strings.Repeat("A", 4000)} {
		require.False(t, both.signs(&signing{}, wrong, []byte(at), &f))
	}
}

func TestSignature_theURLIsTriedWithAndWithoutItsPort(t *testing.T) {
	t.Parallel()
	for requested, others := range map[string][]string{
		"https://a.example/x":             {"https://a.example:443/x"},
		"http://a.example/x?y=1":          {"http://a.example:80/x?y=1"},
		"https://a.example:8443/x":        {"https://a.example/x"},
		"https://u:p@a.example/x":         {"https://u:p@a.example:443/x"},
		"https://u:p@a.example:443/x":     {"https://u:p@a.example/x"},
		"https://[2001:db8::1]/x":         {"https://[2001:db8::1]:443/x"},
		"https://[2001:db8::1]:8443/x":    {"https://[2001:db8::1]/x"},
		"https://a.example?it's":          {"https://a.example:443?it's", "https://a.example?it%27s", "https://a.example:443?it%27s"},
		"no url at all":                   nil,
		"HTTPS://a.example:1/x?u=http://": {"HTTPS://a.example/x?u=http://"},
	} {
		require.Equal(t, others, otherForms(requested), requested)
	}
}

func TestSignature_aBodyThatIsNoFormMustHaveTheHashThatIsSigned(t *testing.T) {
	t.Parallel()
	_, tw := newLine(t, Config{})
	const body = `{"property": "value", "boolean": true}`
	const hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
	post := func(body, hash string) int {
		at := "/twilio/status?bodySHA256=" + hash
		r := httptest.NewRequest(http.MethodPost, at, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Twilio-Signature", sign(token, origin+at, nil))
		w := httptest.NewRecorder()
		tw.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, http.StatusNoContent, post(body, hash))
	require.Equal(t, http.StatusNoContent, post(body, strings.ToUpper(hash)))
	require.Equal(t, http.StatusForbidden, post(strings.Replace(body, "true", "fals", 1), hash))
	require.Equal(t, http.StatusForbidden, post("", hash))
	require.Equal(t, http.StatusForbidden, post(body, ""))
}

func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "a=b", "a=1&a=2&a=1", "=x", "&&a", "a=%zz", "a=%4", "a;b=1", "From=%2B1415&To=+1", "%E2%82%AC=%F0%9F%8E%89", "a=b=c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		want, err := url.ParseQuery(raw)
		var got, bytes form
		ours := parse(&got, raw)
		if ours != nil && err == nil {
			require.Greater(t, strings.Count(raw, "&"), maxPairs-2, "refused %q", raw)
			return
		}
		if err != nil {
			require.Error(t, ours, "%q", raw)
			return
		}
		values := url.Values{}
		for _, p := range got.pairs {
			values.Add(string(got.key(p)), string(got.value(p)))
		}
		require.Equal(t, want, values)
		require.NoError(t, parse(&bytes, []byte(raw)))
		require.Equal(t, got, bytes)
		for k := range want {
			require.Equal(t, want.Get(k), string(got.get(k)))
		}
	})
}

func TestForm_moreParametersThanAnyCarrierSendsAreRefused(t *testing.T) {
	t.Parallel()
	var f form
	require.NoError(t, parse(&f, strings.Repeat("a=1&", maxPairs)))
	require.Error(t, parse(&f, "one=more"))
}

func TestForm_sortsByNameThenValueWhateverTheirLength(t *testing.T) {
	t.Parallel()
	names := []string{"CallSid=2", "CallSid=1", "CallStatus=a", "Called=x", "Call=1", "CalledCity=b", "CalledCityX=a", "A%00=1", "A=2", "=z", "%FF=1", "CallSi=3"}
	var f form
	require.NoError(t, parse(&f, strings.Join(names, "&")))
	f.sort()
	var got []string
	for _, p := range f.pairs {
		got = append(got, string(f.key(p))+"="+string(f.value(p)))
	}
	require.Equal(t, []string{"=z", "A=2", "A\x00=1", "Call=1", "CallSi=3", "CallSid=1", "CallSid=2", "CallStatus=a",
		"Called=x", "CalledCity=b", "CalledCityX=a", "\xff=1"}, got)
}
