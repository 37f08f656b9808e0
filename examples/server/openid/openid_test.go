package openid_test

import (
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/openid"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage/memory"
)

// house is a console at whose door the provider is asked, and a browser.
type house struct {
	testing.TB
	*authority
	base    string
	browser *http.Client
}

// newHouse opens a console for the sample account. What change does to the configuration holds.
func newHouse(t *testing.T, change ...func(*openid.Config)) *house {
	t.Helper()
	a := newAuthority(t)
	store := memory.New(memory.Config{Now: time.Now})
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), store, extflow.Setup(*doc), time.Now())
	require.NoError(t, err)
	engine, err := extflow.New(extflow.Config{Store: store})
	require.NoError(t, err)
	people := &console.Accounts{Store: store, Account: "acme"}
	pages, err := console.New(console.Config{Account: "acme", Store: store, Engine: engine, Accounts: people, Who: func(*http.Request) (console.Person, bool) { return console.Person{}, false }})
	require.NoError(t, err)
	c := openid.Config{Issuer: a.URL, ClientID: "console", Secret: a.secret, Account: "acme"}
	for _, f := range change {
		f(&c)
	}
	door, err := openid.New(c, people, pages)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/openid/", door)
	mux.Handle("/", pages)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Cleanup(pages.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &house{TB: t, authority: a, base: s.URL + "/", browser: &http.Client{Jar: jar}}
}

// visit follows a link, and is where that leads: the page, its status and its address.
func (h *house) visit(path string) (string, int, string) {
	h.Helper()
	r, err := h.browser.Get(h.base + path) //nolint:noctx // of this process
	require.NoError(h, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(h, err)
	return string(body), r.StatusCode, strings.TrimPrefix(r.Request.URL.String(), h.base)
}

func TestSignIn_whoTheProviderVouchesForIsLetInByRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.claims = map[string]any{"name": "Ana", "roles": []string{"staff", "admin"}}
	page, _, at := h.visit("flows/front-desk")
	require.Equal(t, "signin?to=flows%2Ffront-desk", at)
	require.NotContains(t, page, `id="password"`, "nobody has one here")
	link := regexp.MustCompile(`href="\./(openid/start[^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, link, page)
	page, status, at := h.visit(strings.ReplaceAll(link[1], "&amp;", "&"))
	require.Equal(t, http.StatusOK, status, page)
	require.Equal(t, "flows/front-desk", at, "the page that was asked for")
	require.Contains(t, page, "Ana")
	require.Contains(t, page, "Save draft")
	require.NotContains(t, page, ">Password<")

	r, err := h.browser.PostForm(h.base+"signout", nil) //nolint:noctx // of this process
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	out := regexp.MustCompile(`href="(http[^"]*/out\?[^"]*)"`).FindStringSubmatch(string(body))
	require.NotNil(t, out, string(body))
	u, err := url.Parse(strings.ReplaceAll(out[1], "&amp;", "&"))
	require.NoError(t, err)
	require.Equal(t, h.base+"signin", u.Query().Get("post_logout_redirect_uri"))
	require.NotEmpty(t, u.Query().Get("id_token_hint"))
	_, _, at = h.visit("flows")
	require.Equal(t, "signin?to=flows", at)
}

func TestSignIn_rolesAgentsAndAccountsComeFromClaims(t *testing.T) {
	t.Parallel()
	keycloak := func(c *openid.Config) {
		c.RoleClaim, c.AgentClaim, c.AccountClaim = "realm_access.roles", "phone.agent", "accounts"
		c.Roles = map[console.Role][]string{console.Supervisor: {"leads"}, console.Agent: {"everybody"}}
	}
	access := func(roles ...string) map[string]any { return map[string]any{"roles": roles} }
	for name, c := range map[string]struct {
		claims map[string]any
		status int
		at     string
		says   string
	}{
		"a supervisor":                 {map[string]any{"realm_access": access("everybody", "leads"), "accounts": "acme"}, 200, "calls", "Calls"},
		"an agent":                     {map[string]any{"realm_access": access("everybody"), "accounts": []string{"globex", "acme"}, "phone": map[string]any{"agent": "ada"}}, 200, "me", "Ada Lovelace"},
		"an agent whom nobody names":   {map[string]any{"realm_access": access("everybody"), "accounts": "acme"}, 403, "", "nobody says which"},
		"somebody without a role":      {map[string]any{"realm_access": access("guests", "no everybody"), "accounts": "acme"}, 403, "", "You have no role here"},
		"somebody of another account":  {map[string]any{"realm_access": access("leads"), "accounts": "globex"}, 403, "", "You may not use the account acme"},
		"a role of the console's word": {map[string]any{"roles": "admin", "realm_access": "admin", "accounts": "acme"}, 403, "", "You have no role here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, keycloak)
			h.claims = c.claims
			page, status, at := h.visit("openid/start")
			require.Equal(t, c.status, status, page)
			require.Contains(t, page, c.says)
			if c.at != "" {
				require.Equal(t, c.at, at)
				return
			}
			_, _, at = h.visit("me")
			require.Equal(t, "signin?to=me", at, "nobody was let in")
		})
	}
}

func TestSignIn_whatCannotBeTrustedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, spoil := range map[string]func(h *house){
		"another issuer":                  func(h *house) { h.claims["iss"] = "https://evil.example.com" },
		"another audience":                func(h *house) { h.claims["aud"] = "shop" },
		"several audiences, and no party": func(h *house) { h.claims["aud"] = []string{"console", "shop"} },
		"another party":                   func(h *house) { h.claims["aud"] = []string{"console", "shop"}; h.claims["azp"] = "shop" },
		"another nonce":                   func(h *house) { h.claims["nonce"] = "replayed" },
		"no nonce":                        func(h *house) { h.claims["nonce"] = nil },
		"expired":                         func(h *house) { h.claims["exp"] = time.Now().Add(-time.Minute).Unix() },
		"not signed":                      func(h *house) { h.sign = unsigned },
		"signed with the client's secret": func(h *house) {
			h.sign = func(c map[string]any) string { return signed(jose.HS256, []byte(strings.Repeat(h.secret, 6)), c) }
		},
		"signed by a stranger": func(h *house) {
			h.sign = func(c map[string]any) string {
				return signed(jose.RS256, jose.JSONWebKey{Key: stranger, KeyID: "k1"}, c)
			}
		},
		"a subject that is empty":          func(h *house) { h.claims["sub"] = "" },
		"no token":                         func(h *house) { h.sign = func(map[string]any) string { return "" } },
		"a client that has another secret": func(h *house) { h.secret = "changed" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.claims = map[string]any{"roles": "admin"}
			spoil(h)
			page, status, _ := h.visit("openid/start")
			require.Equal(t, http.StatusForbidden, status, page)
			_, _, at := h.visit("flows")
			require.Equal(t, "signin?to=flows", at, "nobody was let in")
		})
	}
}

// What comes back must have been begun in the same browser, and is good for one try.
func TestSignIn_isFinishedOnlyByTheBrowserThatBeganIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.claims = map[string]any{"roles": "admin"}
	_, status, _ := h.visit("openid/back?code=x&state=y")
	require.Equal(t, http.StatusBadRequest, status)

	var back string
	h.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), h.base+"openid/back") {
			back = strings.TrimPrefix(r.URL.String(), h.base)
			return http.ErrUseLastResponse
		}
		return nil
	}
	h.visit("openid/start")
	h.browser.CheckRedirect = nil
	require.Contains(t, back, "openid/back?code=")
	victim := &http.Client{}
	r, err := victim.Get(h.base + back) //nolint:noctx // of this process
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, http.StatusBadRequest, r.StatusCode, "another browser")
	_, status, _ = h.visit(strings.Replace(back, "state=", "state=x", 1))
	require.Equal(t, http.StatusBadRequest, status, "another state")
	_, status, _ = h.visit(back)
	require.Equal(t, http.StatusBadRequest, status, "it was tried already")
	page, status, _ := h.visit("openid/start")
	require.Equal(t, http.StatusOK, status, page)

	h.visit("openid/start?to=" + url.QueryEscape("https://evil.example.com/"))
	_, _, at := h.visit("openid/start?to=" + url.QueryEscape("//evil.example.com/"))
	require.Equal(t, "calls", at, "no address leads away")
}

func TestSignIn_saysThatTheProviderCannotBeReachedAndTriesAgain(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	h := newHouse(t, func(c *openid.Config) { c.Issuer = gone.URL })
	page, status, _ := h.visit("openid/start")
	require.Equal(t, http.StatusBadGateway, status)
	require.Contains(t, page, "The provider cannot be reached")
	page, status, _ = h.visit("signin")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Sign in at 127.0.0.1")
}

func TestCheck_saysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	err := openid.Config{Issuer: "http://login.example.com", Roles: map[console.Role][]string{"boss": {"x"}}}.Check()
	for _, says := range []string{"write https", "client id:", `role "boss"`} {
		require.ErrorContains(t, err, says)
	}
	require.ErrorContains(t, openid.Config{Issuer: "login", ClientID: "c"}.Check(), "write the provider's address")
	roles, err := openid.ReadRoles("admin=phone-admins, it; agent=everybody")
	require.NoError(t, err)
	require.Equal(t, map[console.Role][]string{console.Administrator: {"phone-admins", "it"}, console.Agent: {"everybody"}}, roles)
	_, err = openid.ReadRoles("admins")
	require.Error(t, err)
}
