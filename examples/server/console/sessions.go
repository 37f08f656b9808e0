package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/storage"
)

// Sessions: a browser that somebody signed in with, until it signs out or 12 hours have
// passed. What is kept of a cookie is its hash.

// session is one browser of somebody's.
type session struct {
	User  string    `json:"user,omitempty"`
	Until time.Time `json:"until"`

	Person *Person `json:"person,omitempty"` // somebody who signed in elsewhere
	Out    string  `json:"out,omitempty"`    // where they sign out there
}

var errSignIn = &problem{status: http.StatusUnauthorized, text: "The name or the password is not right. Look at both, and try again."}

var errTries = &problem{status: http.StatusTooManyRequests, text: "Too many tries. Wait a quarter of an hour, then try again."}

// SignIn checks a name and a password and begins a session: the cookie's value. As
// long for a name that there is not as for one that there is.
func (a *Accounts) SignIn(ctx context.Context, login, password, from string) (string, error) {
	login = loginOf(login)
	for key, most := range map[string]int{"signin " + login: triesOfName, "signin from " + from: triesOfAddress} {
		left, err := a.Store.Budget().Spend(ctx, a.Account, key, 1, most, triesPer)
		if err != nil {
			return "", err
		}
		if !left {
			return "", errTries
		}
	}
	u, err := a.load(ctx, login)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", err
	}
	known := err == nil && len(u.Hash) > 0
	if !known {
		u.Salt, u.Hash = make([]byte, 16), make([]byte, 32)
	}
	if len(password) > maxPassword {
		password = ""
	}
	if subtle.ConstantTimeCompare(a.hash(password, u.Salt), u.Hash) != 1 || !known {
		return "", errSignIn
	}
	return a.begin(ctx, login)
}

// begin begins a session of somebody who may sign in here.
func (a *Accounts) begin(ctx context.Context, login string) (string, error) {
	return a.keep(ctx, session{User: login})
}

// keep begins a session: the cookie's value.
func (a *Accounts) keep(ctx context.Context, s session) (string, error) {
	s.Until = time.Now().Add(sessionTime)
	key := newKey()
	body, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return key, a.Store.Notes().Put(ctx, a.Account, storage.Note{Kind: sessionKind, Name: sessionName(key), Body: body})
}

// Enter lets somebody in who signed in elsewhere, for 12 hours. The id of such a person
// has a slash in it, which no name has that is given here. Out is where they sign out
// there, and may be empty.
func (a *Accounts) Enter(ctx context.Context, w http.ResponseWriter, p Person, out string) error {
	if !strings.Contains(p.ID, "/") || !slices.Contains(Roles(), p.Role) {
		return fmt.Errorf("person %q with role %q: somebody from elsewhere has a slash in the id, and a role", p.ID, p.Role)
	}
	key, err := a.keep(ctx, session{Person: &p, Out: out})
	if err == nil {
		a.set(w, key, int(sessionTime.Seconds()))
	}
	return err
}

// session is that of a request, by its cookie.
func (a *Accounts) session(r *http.Request) (s session, ok bool) {
	c, err := r.Cookie(a.cookie())
	if err != nil || c.Value == "" {
		return s, false
	}
	n, err := a.Store.Notes().Load(r.Context(), a.Account, sessionKind, sessionName(c.Value))
	if err != nil {
		return s, false
	}
	return s, json.Unmarshal(n.Body, &s) == nil && time.Now().Before(s.Until)
}

// sessionName is what is kept of a cookie: who reads the store cannot sign in by it.
func sessionName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

func (a *Accounts) signOutAll(ctx context.Context, login string) error {
	for n, err := range a.Store.Notes().List(ctx, a.Account, sessionKind) {
		if err != nil {
			return err
		}
		var s session
		if json.Unmarshal(n.Body, &s) != nil || s.User == login || time.Now().After(s.Until) {
			if err := a.Store.Notes().Delete(ctx, a.Account, sessionKind, n.Name); err != nil && !errors.Is(err, storage.ErrNotFound) {
				return err
			}
		}
	}
	return nil
}

func (a *Accounts) cookie() string {
	if a.Secure {
		return "__Host-extflow"
	}
	return "extflow"
}

// Who is who makes a request, by its cookie.
func (a *Accounts) Who(r *http.Request) (Person, bool) {
	s, ok := a.session(r)
	if !ok {
		return Person{}, false
	}
	if s.Person != nil {
		return *s.Person, true
	}
	u, err := a.load(r.Context(), s.User)
	if err != nil {
		return Person{}, false
	}
	p := Person{ID: u.login, Name: u.Name, Role: u.Role, Agent: u.Agent}
	if p.Name == "" {
		p.Name = u.login
	}
	return p, true
}

func (a *Accounts) set(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: a.cookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: a.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// from is the address that a request came from, without its port.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
