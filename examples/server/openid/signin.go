package openid

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/extflow/extflow/examples/server/console"
)

// Out to the provider, and back.

// errand is what a browser remembers while its person is at the provider: nobody else's
// browser can finish what this one began.
type errand struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	To       string    `json:"to,omitempty"` // the page that was asked for
	Until    time.Time `json:"until"`
}

// errandTime is how long people may take at the provider.
const errandTime = 10 * time.Minute

// ServeHTTP answers StartPath and BackPath.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "this address is for browsers that follow a link", http.StatusMethodNotAllowed)
	case strings.HasSuffix(r.URL.Path, StartPath):
		h.start(w, r)
	case strings.HasSuffix(r.URL.Path, BackPath):
		h.back(w, r)
	default:
		http.NotFound(w, r)
	}
}

// start sends a browser to the provider.
func (h *Handler) start(w http.ResponseWriter, r *http.Request) {
	p, err := h.provider()
	if err != nil {
		h.refuse(w, r, http.StatusBadGateway, "The provider cannot be reached, so nobody can sign in there now. Try again in a moment.", err)
		return
	}
	e := errand{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), To: console.Within(r.FormValue("to")), Until: time.Now().Add(errandTime)}
	body, err := json.Marshal(e)
	if err != nil {
		h.refuse(w, r, http.StatusInternalServerError, "Something went wrong. Try again.", err)
		return
	}
	h.remember(w, base64.RawURLEncoding.EncodeToString(body), int(errandTime.Seconds()))
	http.Redirect(w, r, h.oauth(p, r).AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)), http.StatusSeeOther)
}

// back takes in who comes from the provider.
func (h *Handler) back(w http.ResponseWriter, r *http.Request) {
	e, ok := h.errand(r)
	h.remember(w, "", -1) // it is good for one try
	if !ok || subtle.ConstantTimeCompare([]byte(r.FormValue("state")), []byte(e.State)) != 1 {
		h.refuse(w, r, http.StatusBadRequest, "This sign-in was not begun in this browser, or took longer than 10 minutes. Begin again.", nil)
		return
	}
	if said := r.FormValue("error"); said != "" {
		h.refuse(w, r, http.StatusForbidden, "The provider let nobody in: "+said+".", nil)
		return
	}
	token, err := h.token(r, e)
	if err != nil {
		h.refuse(w, r, http.StatusForbidden, "What the provider says cannot be trusted, so nobody was let in. The server's log says why.", err)
		return
	}
	who, err := h.person(token.IDToken)
	if err != nil {
		h.refuse(w, r, http.StatusForbidden, err.Error(), nil)
		return
	}
	if err := h.accounts.Enter(r.Context(), w, who, token.out); err != nil {
		h.refuse(w, r, http.StatusInternalServerError, "Something went wrong, and nobody was let in. Try again in a moment.", err)
		return
	}
	h.cfg.Logger.InfoContext(r.Context(), "somebody signed in at the provider", "who", who.ID, "role", who.Role)
	w.Header().Set("Location", "../"+e.To) // as the browser has it, whatever prefix is before it
	w.WriteHeader(http.StatusSeeOther)
}

// verified is an ID token that can be trusted, and where its person signs out.
type verified struct {
	*oidc.IDToken
	out string
}

// token has the provider give the ID token for a code, and sees that it is for us, for
// this browser, and now.
func (h *Handler) token(r *http.Request, e errand) (verified, error) {
	p, err := h.provider()
	if err != nil {
		return verified{}, err
	}
	ctx := ask(r.Context())
	both, err := h.oauth(p, r).Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return verified{}, err
	}
	raw, _ := both.Extra("id_token").(string)
	if raw == "" {
		return verified{}, errors.New("the provider gave no ID token")
	}
	token, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return verified{}, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(e.Nonce)) != 1 {
		return verified{}, errors.New("the ID token is of another sign-in: its nonce is not ours")
	}
	var claims struct {
		Party string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return verified{}, err
	}
	if claims.Party != "" && claims.Party != h.cfg.ClientID || claims.Party == "" && len(token.Audience) > 1 {
		return verified{}, errors.New("the ID token was made for another party")
	}
	return verified{token, h.endings(p, r, raw)}, nil
}

// endings is where somebody signs out of the provider too, and comes back from.
func (h *Handler) endings(p *provider, r *http.Request, token string) string {
	u, err := url.Parse(p.endings)
	if err != nil || p.endings == "" {
		return ""
	}
	q := u.Query()
	q.Set("client_id", h.cfg.ClientID)
	q.Set("id_token_hint", token)
	q.Set("post_logout_redirect_uri", h.root(r)+"signin")
	u.RawQuery = q.Encode()
	return u.String()
}

// refuse says why nobody was let in, with a way to try again.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, text string, err error) {
	h.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "nobody was let in from the provider", slog.String("why", text), slog.Any("error", err))
	h.pages.Refuse(w, r, status, text)
}

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (h *Handler) cookie() string {
	if h.accounts.Secure {
		return "__Host-extflow-openid"
	}
	return "extflow-openid"
}

func (h *Handler) remember(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: h.cookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: h.accounts.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func (h *Handler) errand(r *http.Request) (e errand, ok bool) {
	c, err := r.Cookie(h.cookie())
	if err != nil {
		return e, false
	}
	body, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(body, &e) != nil {
		return e, false
	}
	return e, e.State != "" && time.Now().Before(e.Until)
}
