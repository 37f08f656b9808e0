package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/extflow/extflow/storage"
)

// Accounts are those who may sign in, for hosts that keep no users of their own. They
// and their sessions are notes in the store. Passwords are kept as Argon2id with the
// first parameters that RFC 9106 recommends for little memory.
type Accounts struct {
	Store   storage.Store
	Account string
	Secure  bool // served by HTTPS: the cookie is __Host- and Secure

	// Elsewhere is where else people may sign in, below the console's root: links on the
	// page where they do. Whoever looks after it lets them in with Enter. Where there is
	// any, nobody is let in who did not sign in.
	Elsewhere []Link

	some  atomic.Bool // somebody may sign in: never false again
	first onceKey
	work  sync.Mutex // one password at a time: each takes 64 MiB
}

// user is somebody who may sign in.
type user struct {
	Name  string `json:"name"`
	Role  Role   `json:"role"`
	Agent string `json:"agent,omitempty"`
	Salt  []byte `json:"salt"`
	Hash  []byte `json:"hash"`

	login string
	rev   uint64
}

const (
	userKind    = "user"
	sessionKind = "session"
	sessionTime = 12 * time.Hour

	minPassword = 10
	maxPassword = 256
)

// Limits of tries to sign in: per name and per address that asks.
const (
	triesOfName    = 10
	triesOfAddress = 60
	triesPer       = 15 * time.Minute
)

// Any reports whether somebody may sign in. Until then, the host decides who is let
// in.
func (a *Accounts) Any(ctx context.Context) bool {
	if a.some.Load() || len(a.Elsewhere) > 0 {
		return true
	}
	for _, err := range a.Store.Notes().List(ctx, a.Account, userKind) {
		if err != nil {
			return true // whoever cannot be looked up is not let in either
		}
		a.some.Store(true)
		return true
	}
	return false
}

// First is the path of a link, below the console's root, by which one person makes
// themselves the first administrator. It works once, in this process.
func (a *Accounts) First() string { return "first?key=" + a.first.key() }

// IsFirst reports whether a request comes by the link of First while nobody may sign
// in yet.
func (a *Accounts) IsFirst(r *http.Request) bool {
	return a.first.is(r.FormValue("key")) && !a.Any(r.Context())
}

// onceKey is a key that is made when it is asked for.
type onceKey struct {
	once sync.Once
	k    string
}

func (o *onceKey) key() string {
	o.once.Do(func() { o.k = newKey() })
	return o.k
}

func (o *onceKey) is(k string) bool {
	return subtle.ConstantTimeCompare([]byte(o.key()), []byte(k)) == 1
}

func newKey() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (a *Accounts) load(ctx context.Context, login string) (user, error) {
	n, err := a.Store.Notes().Load(ctx, a.Account, userKind, loginOf(login))
	if err != nil {
		return user{}, err
	}
	u := user{login: n.Name, rev: n.Rev}
	return u, json.Unmarshal(n.Body, &u)
}

func loginOf(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (a *Accounts) all(ctx context.Context) ([]user, error) {
	var all []user
	for n, err := range a.Store.Notes().List(ctx, a.Account, userKind) {
		if err != nil {
			return nil, err
		}
		u := user{login: n.Name, rev: n.Rev}
		if err := json.Unmarshal(n.Body, &u); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// Add adds somebody who may sign in, or changes them where they are there. An empty
// password leaves the one that there is. The error says by field what to do.
func (a *Accounts) Add(ctx context.Context, login, password string, p Person) error {
	login = loginOf(login)
	faults := map[string]string{}
	if login == "" || len(login) > 64 || strings.Contains(login, "/") {
		faults["login"] = "Sign-in name: write 1 to 64 letters, and no slash."
	}
	if !slices.Contains(Roles(), p.Role) {
		faults["role"] = "Role: pick agent, supervisor or admin."
	}
	if p.Role == Agent && p.Agent == "" {
		faults["agent"] = "Agent: pick who this person is, so that they find what is their own."
	}
	u, err := a.load(ctx, login)
	isNew := errors.Is(err, storage.ErrNotFound)
	if err != nil && !isNew && login != "" {
		return err
	}
	if (isNew || password != "") && (len(password) < minPassword || len(password) > maxPassword) {
		faults["password"] = "Password: take 10 letters at least; a few words that nobody would guess are best."
	}
	if p.Role != Administrator && u.Role == Administrator {
		if last, err := a.lastAdmin(ctx, login); err != nil {
			return err
		} else if last {
			faults["role"] = "Role: this is the last administrator; make somebody else one first."
		}
	}
	if len(faults) > 0 {
		var text []string
		for _, field := range []string{"login", "password", "role", "agent"} {
			if faults[field] != "" {
				text = append(text, faults[field])
			}
		}
		return &problem{status: http.StatusUnprocessableEntity, text: strings.Join(text, "\n"), fields: faults}
	}
	u.Name, u.Role, u.Agent = p.Name, p.Role, p.Agent
	if password != "" {
		u.Salt = make([]byte, 16)
		_, _ = rand.Read(u.Salt)
		u.Hash = a.hash(password, u.Salt)
	}
	body, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if err := a.Store.Notes().Put(ctx, a.Account, storage.Note{Kind: userKind, Name: login, Body: body, Rev: u.rev}); err != nil {
		return err
	}
	a.some.Store(true)
	if password != "" {
		return a.signOutAll(ctx, login)
	}
	return nil
}

// lastAdmin reports whether there is no administrator but this one.
func (a *Accounts) lastAdmin(ctx context.Context, login string) (bool, error) {
	all, err := a.all(ctx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(all, func(u user) bool { return u.Role == Administrator && u.login != login }), nil
}

// Remove takes somebody away, and signs them out.
func (a *Accounts) Remove(ctx context.Context, login string) error {
	u, err := a.load(ctx, login)
	if err != nil {
		return err
	}
	if u.Role == Administrator {
		if last, err := a.lastAdmin(ctx, u.login); err != nil || last {
			return errors.Join(err, &problem{status: http.StatusConflict, text: "This is the last administrator. Make somebody else one first."})
		}
	}
	if err := a.Store.Notes().Delete(ctx, a.Account, userKind, u.login); err != nil {
		return err
	}
	return a.signOutAll(ctx, u.login)
}

// hash is what is kept of a password: Argon2id, 3 passes over 64 MiB.
func (a *Accounts) hash(password string, salt []byte) []byte {
	a.work.Lock()
	defer a.work.Unlock()
	return argon2.IDKey([]byte(password), salt, 3, 64<<10, 4, 32)
}
