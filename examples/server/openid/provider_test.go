package openid_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
)

// authority is a small OpenID Connect provider: discovery, a page that lets one person in
// at once, codes that are good for one exchange with the verifier that they were asked for
// with, keys, and ID tokens that it signs.
type authority struct {
	*httptest.Server
	key    *rsa.PrivateKey
	secret string

	mu     sync.Mutex
	grants map[string]url.Values // what a code was asked for with
	claims map[string]any        // of whoever signs in

	sign  func(claims map[string]any) string // another way to make the token; nil is the right one
	issue string                             // what it calls itself; its own address where empty
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	a := &authority{key: key, secret: "s3cret", grants: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": a.URL, "authorization_endpoint": a.URL + "/authorize", "token_endpoint": a.URL + "/token", "jwks_uri": a.URL + "/keys",
			"end_session_endpoint": a.URL + "/out", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &a.key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", a.authorize)
	mux.HandleFunc("POST /token", a.token)
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// authorize lets the person in and sends the browser back with a code.
func (a *authority) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != "console" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		http.Error(w, "not as it must be", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	a.mu.Lock()
	a.grants[code] = q
	a.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusSeeOther)
}

// token exchanges a code, once, for whoever knows its verifier and the client's secret.
func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	asked, ok := a.grants[r.FormValue("code")]
	delete(a.grants, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	_, secret, _ := r.BasicAuth()
	if !ok || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || secret != a.secret {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": a.URL, "sub": "s-1", "aud": "console", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": asked.Get("nonce")}
	for k, v := range a.claims {
		claims[k] = v
	}
	sign := a.sign
	if sign == nil {
		sign = func(c map[string]any) string { return signed(jose.RS256, jose.JSONWebKey{Key: a.key, KeyID: "k1"}, c) }
	}
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": sign(claims)})
}

// signed is a token, signed by a key.
func signed(alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic(err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	return text
}

// unsigned is a token that says it needs no signature.
func unsigned(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	b := base64.RawURLEncoding.EncodeToString
	return b([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + b(body) + "."
}
