package vonage

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type vector struct {
	Name           string
	Alg            string
	Method         string
	Token          string
	Secret         string
	Body           string
	Query          string
	HashedText     string `json:"hashed_text"`
	Now            int64
	SignatureValid *bool `json:"signature_valid"`
	Accept         *bool
}

func TestSignature_everyPublishedVectorGetsItsVerdict(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(dataDir + "vonage_jwt_vectors.json")
	if err != nil {
		t.Skip("the shared reference data is not here")
	}
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Vectors, 12)
	verdicts := 0
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			at := now
			if v.Now != 0 {
				at = time.Unix(v.Now, 0)
			}
			a, heard := newAdapter(t, Config{SignatureSecrets: []string{v.Secret}, StrictGet: true, Now: func() time.Time { return at }})
			if v.SignatureValid != nil {
				_, err := a.signed(&signing{}, "Bearer "+v.Token)
				require.Equal(t, *v.SignatureValid, err == nil, "the signature: %v", err)
				verdicts++
			}
			if v.Accept != nil {
				method, address := http.MethodPost, origin+"/event"
				if v.Method == http.MethodGet {
					method, address = http.MethodGet, origin+"/answer?"+v.Query
					require.Equal(t, v.HashedText, string(canonical(v.Query)))
				}
				got := send(a, method, address, v.Body, v.Token)
				require.Equal(t, *v.Accept, got.Code < 300, "%d %s", got.Code, got.Body)
				if !*v.Accept {
					require.Equal(t, http.StatusUnauthorized, got.Code)
					require.Empty(t, heard.was(), "it changes nothing")
				}
				verdicts++
			}
		})
	}
	require.Equal(t, 12, verdicts)
}

const arriving = `{"from":"14155550100","to":"12025550100","uuid":"0779a56d002f1c7f47f82ef5fe84ab79","conversation_uuid":"CON-1","region_url":"https://api-us-3.vonage.com"}`

func TestSignature_whatIsForgedChangesNothing(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"no token at all":      "",
		"not a token":          "abc",
		"two dots too many":    tokenOf(arriving) + "..",
		"another secret":       signToken(`{"alg":"HS256","typ":"JWT"}`, map[string]any{"iss": "Vonage"}, "another"),
		"no algorithm":         signToken(`{"alg":"none"}`, map[string]any{"iss": "Vonage", "iat": now.Unix(), "api_key": apiKey}, secret1),
		"HS512":                signToken(`{"alg":"HS512","typ":"JWT"}`, map[string]any{"iss": "Vonage", "iat": now.Unix(), "api_key": apiKey}, secret1),
		"RS256":                signToken(`{"alg":"RS256","typ":"JWT"}`, map[string]any{"iss": "Vonage", "iat": now.Unix(), "api_key": apiKey}, secret1),
		"something critical":   signToken(`{"alg":"HS256","crit":["b64"]}`, map[string]any{"iss": "Vonage", "iat": now.Unix(), "api_key": apiKey}, secret1),
		"old":                  tokenOf(arriving, func(c map[string]any) { c["iat"] = now.Unix() - 301 }),
		"from the future":      tokenOf(arriving, func(c map[string]any) { c["iat"] = now.Unix() + 301 }),
		"no instant":           tokenOf(arriving, func(c map[string]any) { delete(c, "iat") }),
		"an instant in words":  tokenOf(arriving, func(c map[string]any) { c["iat"] = "yesterday" }),
		"another account":      tokenOf(arriving, func(c map[string]any) { c["api_key"] = "zzzzzzz" }),
		"no account":           tokenOf(arriving, func(c map[string]any) { delete(c, "api_key") }),
		"another application":  tokenOf(arriving, func(c map[string]any) { c["application_id"] = "other" }),
		"another issuer":       tokenOf(arriving, func(c map[string]any) { c["iss"] = "Nexmo" }),
		"no hash":              tokenOf(arriving, func(c map[string]any) { delete(c, "payload_hash") }),
		"a hash of something":  tokenOf(arriving + " "),
		"longer than any":      tokenOf(arriving, func(c map[string]any) { c["more"] = strings.Repeat("x", maxToken) }),
		"a signature with = ":  tokenOf(arriving) + "=",
		"a byte of it changed": "e" + strings.Replace(tokenOf(arriving)[1:], "A", "B", 1),
	} {
		t.Run(name, func(t *testing.T) {
			a, heard := newAdapter(t, Config{})
			got := post(a, origin+"/answer", arriving, token)
			want := http.StatusUnauthorized
			if token == "" {
				want = http.StatusServiceUnavailable // so that Vonage makes it again
			}
			require.Equal(t, want, got.Code)
			require.Empty(t, heard.was())
		})
	}
}

func TestSignature_aSecondSecretHoldsWhileTheFirstIsReplaced(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{SignatureSecrets: []string{"the new one", secret1}})
	document(t, post(a, origin+"/answer", arriving, tokenOf(arriving)))
	require.Len(t, heard.was(), 1)
	old, _ := newAdapter(t, Config{})
	address := old.url(acme, 1, atInput, "")
	body := `{"dtmf":{"digits":"1001"}}`
	document(t, post(a, address, body, tokenOf(body)))
	require.Len(t, heard.was(), 1, "addresses sealed with the old one hold, too")
}

func TestSignature_aTokenThatWasOverheardIsWorthNothingElsewhere(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	body := `{"dtmf":{"digits":"1001"},"uuid":"0779a56d002f1c7f47f82ef5fe84ab79"}`
	first, second := a.url(acme, 1, atInput, ""), a.url(acme, 2, atInput, "")
	token := tokenOf(body)
	document(t, post(a, first, body, token))
	document(t, post(a, first, body, token))
	require.Len(t, heard.was(), 2, "Vonage may make the same request again")
	require.Equal(t, http.StatusUnauthorized, post(a, second, body, token).Code)
	require.Equal(t, http.StatusUnauthorized, post(a, origin+"/event", body, token).Code)
	require.Empty(t, heard.was())
}

func TestSignature_anAddressThatWasNotMadeHereIsRefused(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	body := `{"dtmf":{"digits":"1001"}}`
	sealed := a.url(acme, 1, atDial, "s=0&k=2")
	for i, address := range []string{
		origin + "/call/acme/" + acme.ID + "/1/input",
		strings.Replace(sealed, "/1/", "/2/", 1),
		strings.Replace(sealed, "/acme/", "/other/", 1),
		strings.Replace(sealed, "s=0", "s=1", 1),
		strings.Replace(sealed, "&z=", "&x=1&z=", 1),
		strings.Replace(sealed, "/dial", "/accept", 1),
		sealed[:len(sealed)-1],
		sealed + "A",
	} {
		body := body + strings.Repeat(" ", i)
		require.Equal(t, http.StatusUnauthorized, post(a, address, body, tokenOf(body)).Code, address)
	}
	require.Empty(t, heard.was())
	last := `{"dtmf":{"digits":"1002"}}`
	document(t, post(a, sealed+"&added=1", last, tokenOf(last)))
	require.Len(t, heard.was(), 1, "what comes after the seal is the carrier's")
}

func TestSignature_aGetWhoseHashDiffersIsBelievedCountedAndRefusedWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	const query = "to=12025550100&from=14155550100&conversation_uuid=CON-1&uuid=0779a56d002f1c7f47f82ef5fe84ab79"
	a, heard := newAdapter(t, Config{})
	document(t, send(a, http.MethodGet, origin+"/answer?"+query, "", tokenOf(string(canonical(query)))))
	require.Zero(t, a.Mismatches())
	document(t, send(a, http.MethodGet, origin+"/answer?"+query, "", tokenOf("something else")))
	require.Equal(t, uint64(1), a.Mismatches())
	require.Len(t, heard.was(), 2)
	strict, heard := newAdapter(t, Config{StrictGet: true})
	require.Equal(t, http.StatusUnauthorized, send(strict, http.MethodGet, origin+"/answer?"+query, "", tokenOf("something else")).Code)
	require.Empty(t, heard.was())
	sealed := a.url(acme, 1, atNext, "")
	_, own, _ := strings.Cut(sealed, "?")
	document(t, send(strict, http.MethodGet, sealed, "", tokenOf(string(canonical(own)))))
	document(t, send(strict, http.MethodGet, sealed+"&uuid=1", "", tokenOf(string(canonical("uuid=1")))))
}

func TestNew_refusesToStartWithoutSecretsAndSaysEveryFault(t *testing.T) {
	t.Parallel()
	_, err := New(Config{PublicURL: "calls.example.com", PrivateKey: "no key", APIURL: "https://api.nexmo.com?x=1"})
	require.ErrorIs(t, err, ErrConfig)
	for _, fault := range []string{"ApplicationID is missing", "PrivateKey is no RSA key", "SignatureSecrets is empty", "PublicURL is no absolute URL", "APIURL must have neither"} {
		require.ErrorContains(t, err, fault)
	}
	_, err = New(Config{ApplicationID: appID, PrivateKey: testKey(), PublicURL: origin, SignatureSecrets: []string{""}})
	require.ErrorContains(t, err, "APIKey is missing")
	require.ErrorContains(t, err, "SignatureSecrets[0] is empty")
}

func TestNew_insecureBelievesEverythingAndFollowsNoRegion(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	a, heard := newAdapter(t, Config{Insecure: true, Logger: textLogger(&said)})
	require.Contains(t, said.String(), "NOT verified")
	document(t, post(a, origin+"/answer", arriving, ""))
	events := heard.was()
	require.Len(t, events, 1)
	require.Empty(t, events[0].Start.Region, "it was not signed")
	body := `{"dtmf":{"digits":"1001"}}`
	document(t, post(a, a.url(acme, 1, atInput, ""), body, ""))
}
