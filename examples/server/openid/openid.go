// Package openid lets people sign in to the console at an OpenID Connect provider: the
// authorization code flow with PKCE, a state and a nonce. What a person may do is read
// from the claims of the ID token, once, when they sign in.
//
// Sources: OpenID Connect Core 1.0 sections 3.1 and 3.1.3.7, Discovery 1.0, RP-Initiated
// Logout 1.0; RFC 7636 for PKCE.
package openid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/extflow/extflow/examples/server/console"
)

// Config is which provider people sign in at, and what its claims mean. Issuer and
// ClientID are required.
type Config struct {
	Issuer   string   // as the provider writes it: https, or http on this machine
	ClientID string   // what the provider calls this console
	Secret   string   // of a confidential client; empty is a public one
	Scopes   []string // beside openid; nil is profile and email

	// RoleClaim has a person's roles, a text or a list of them; "roles" where it is empty.
	// Dots lead into objects, as in "realm_access.roles". Roles are the words that it has
	// for each role of the console, any of which is enough; nil is the roles' own names.
	RoleClaim string
	Roles     map[console.Role][]string

	// AgentClaim has the id of the agent who a person is; "extflow_agent" where it is
	// empty. AccountClaim has the accounts that a person may use; where it is empty,
	// everybody with a role may use this one.
	AgentClaim   string
	AccountClaim string
	Account      string

	Public string // where browsers reach the console, as in https://calls.example.com; empty goes by the request
	Logger *slog.Logger
}

// Check says what is wrong with a configuration, all of it.
func (c Config) Check() error {
	var faults []error
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "":
		faults = append(faults, fmt.Errorf("issuer %q: write the provider's address, as in https://login.example.com", c.Issuer))
	case u.Scheme == "http" && !local(u.Hostname()):
		faults = append(faults, fmt.Errorf("issuer %s: over http, whoever is on the way could sign in as anybody; write https", c.Issuer))
	}
	if c.ClientID == "" {
		faults = append(faults, errors.New("client id: write what the provider calls this console"))
	}
	for role := range c.Roles {
		if !slices.Contains(console.Roles(), role) {
			faults = append(faults, fmt.Errorf("role %q: there are agent, supervisor and admin", role))
		}
	}
	return errors.Join(faults...)
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Paths of the handler, below the console's root.
const (
	StartPath = "openid/start"
	BackPath  = "openid/back"
)

// ReadRoles reads roles as they are configured: "admin=phone-admins,it; agent=everybody".
func ReadRoles(s string) (map[console.Role][]string, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	all := map[console.Role][]string{}
	for one := range strings.SplitSeq(s, ";") {
		role, words, ok := strings.Cut(one, "=")
		if !ok {
			return nil, fmt.Errorf("roles %q: write as in admin=phone-admins,it;agent=everybody", s)
		}
		for word := range strings.SplitSeq(words, ",") {
			if word = strings.TrimSpace(word); word != "" {
				r := console.Role(strings.TrimSpace(role))
				all[r] = append(all[r], word)
			}
		}
	}
	return all, nil
}

// Handler serves StartPath and BackPath. It is safe for concurrent use.
type Handler struct {
	cfg      Config
	accounts *console.Accounts
	pages    *console.Console

	mu    sync.Mutex
	found *provider
}

// provider is what discovery found.
type provider struct {
	*oidc.Provider
	verifier *oidc.IDTokenVerifier
	endings  string // where people sign out; empty where there is no such page
}

// New makes the handler and shows it on the page where people sign in. The provider is
// asked for its addresses when the first person signs in, and need not be there before.
// The error is Check's.
func New(c Config, accounts *console.Accounts, pages *console.Console) (*Handler, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.RoleClaim == "" {
		c.RoleClaim = "roles"
	}
	if c.AgentClaim == "" {
		c.AgentClaim = "extflow_agent"
	}
	if c.Scopes == nil {
		c.Scopes = []string{"profile", "email"}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	u, _ := url.Parse(c.Issuer)
	accounts.Elsewhere = append(accounts.Elsewhere, console.Link{To: StartPath, Text: "Sign in at " + u.Hostname()})
	return &Handler{cfg: c, accounts: accounts, pages: pages}, nil
}

// Signed is how ID tokens may be signed: by a key that the provider alone has.
var signed = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// patience is how long the provider may take to answer.
const patience = 10 * time.Second

// ask is for requests to the provider.
func ask(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: patience})
}

// provider asks the provider for its addresses and keys, until it has answered once.
func (h *Handler) provider() (*provider, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.found != nil {
		return h.found, nil
	}
	p, err := oidc.NewProvider(ask(context.Background()), h.cfg.Issuer) // its keys are asked for long after this request
	if err != nil {
		return nil, err
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := p.Claims(&more); err != nil {
		return nil, err
	}
	h.found = &provider{p, p.Verifier(&oidc.Config{ClientID: h.cfg.ClientID, SupportedSigningAlgs: signed}), more.EndSession}
	return h.found, nil
}

func (h *Handler) oauth(p *provider, r *http.Request) *oauth2.Config {
	return &oauth2.Config{
		ClientID: h.cfg.ClientID, ClientSecret: h.cfg.Secret, Endpoint: p.Endpoint(),
		RedirectURL: h.root(r) + BackPath, Scopes: append([]string{oidc.ScopeOpenID}, h.cfg.Scopes...),
	}
}

// root is where the browser sees the console.
func (h *Handler) root(r *http.Request) string {
	if h.cfg.Public != "" {
		return strings.TrimSuffix(h.cfg.Public, "/") + "/"
	}
	if r.TLS != nil {
		return "https://" + r.Host + "/"
	}
	return "http://" + r.Host + "/"
}
