package vonage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

// What the tests of this package share: an adapter with a handler that is told what
// to answer, and webhooks as Vonage signs them.

const (
	origin  = "https://calls.example.com/vonage"
	secret1 = "test-signature-secret-0123456789abcdef"
	appID   = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
	apiKey  = "a1b2c3d"
)

var testKey = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
})

var now = time.Unix(1785000010, 0)

// book answers what it is told to, and keeps what it heard.
type book struct {
	mu    sync.Mutex
	turn  flow.Turn
	err   error
	heard []flow.Event
}

func (b *book) Handle(_ context.Context, e flow.Event) (flow.Turn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, e)
	return b.turn, b.err
}

func (b *book) was() []flow.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.heard
	b.heard = nil
	return h
}

func newAdapter(t testing.TB, c Config) (*Adapter, *book) {
	t.Helper()
	b := &book{turn: greeting}
	c.ApplicationID, c.PrivateKey, c.APIKey = appID, testKey(), apiKey
	if !c.Insecure && c.SignatureSecrets == nil {
		c.SignatureSecrets = []string{secret1}
	}
	c.PublicURL, c.Handler = origin, b
	if c.Now == nil {
		c.Now = func() time.Time { return now }
	}
	a, err := New(c)
	require.NoError(t, err)
	return a, b
}

var (
	acme     = flow.Key{Account: "acme", ID: "0b6f3c1e-5a4f-5d1e-9a53-6a1c7c9d2f10"}
	calls    = &flow.Info{Key: acme, Carrier: "vonage", Ref: "0779a56d002f1c7f47f82ef5fe84ab79", From: "+14155550100", To: "+12025550100"}
	greeting = flow.Turn{Call: acme, Seq: 1, Info: calls, Move: flow.Move{
		Say: []flow.Message{{Say: "Welcome to Acme.", Language: "en-US"}},
		Do:  flow.Command{Kind: flow.Listen, Digits: 4, First: 5 * time.Second, Inter: 5 * time.Second, Finish: "#"},
	}}
)

// tokenOf is a token as Vonage makes it, with claims changed.
func tokenOf(payload string, change ...func(map[string]any)) string {
	sum := sha256.Sum256([]byte(payload))
	claims := map[string]any{
		"iat": now.Unix() - 10, "jti": payload, "iss": "Vonage", "payload_hash": hex.EncodeToString(sum[:]), "api_key": apiKey, "application_id": appID,
	}
	for _, c := range change {
		c(claims)
	}
	return signToken(`{"alg":"HS256","typ":"JWT"}`, claims, secret1)
}

func signToken(head string, claims map[string]any, key string) string {
	body, _ := json.Marshal(claims)
	text := base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + base64.RawURLEncoding.EncodeToString(body)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// post makes a webhook.
func post(a http.Handler, address, body, token string) *httptest.ResponseRecorder {
	return send(a, http.MethodPost, address, body, token)
}

func send(a http.Handler, method, address, body, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

var nccoSchema = sync.OnceValue(func() *jsonschema.Schema {
	if _, err := os.Stat(dataDir + "ncco_schema.json"); err != nil {
		return nil
	}
	s, err := jsonschema.NewCompiler().Compile(dataDir + "ncco_schema.json")
	if err != nil {
		panic(err)
	}
	return s
})

const dataDir = "../../../shared/reference/data/"

// document is what a webhook was answered, which must be one that Vonage takes.
func document(t testing.TB, w *httptest.ResponseRecorder) []map[string]any {
	t.Helper()
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var doc []map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &doc), w.Body)
	valid(t, w.Body.String())
	return doc
}

// valid fails the test unless a document keeps to the strict schema, where the shared
// reference data is there, and to what no schema can say.
func valid(t testing.TB, text string) {
	t.Helper()
	if s := nccoSchema(); s != nil {
		parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, s.Validate(parsed), text)
	}
	var doc []map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	barge := false
	for _, a := range doc {
		switch a["action"] {
		case "talk", "stream":
			require.False(t, barge && a["bargeIn"] != true, "bargeIn holds until an input: %s", text)
			barge = barge || a["bargeIn"] == true
		case "input":
			barge = false
		default:
			require.False(t, barge, "after bargeIn comes an input: %s", text)
		}
	}
	require.False(t, barge, "after bargeIn comes an input: %s", text)
}

func actions(doc []map[string]any) string {
	var out []string
	for _, a := range doc {
		out = append(out, a["action"].(string))
	}
	return strings.Join(out, " ")
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
