// Package console is where people set an account up, see it, and call it: pages in
// a browser, rendered by the server, live by server-sent events.
//
// It is an http.Handler that works under any prefix (mount it with http.StripPrefix)
// and decides nothing about who may use it: Config.Who says who asks and as what.
// Nothing that a page shows comes from another origin, no script stands in a page,
// and every form works without scripts too.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	recordings "github.com/extflow/extflow/voicemail"
)

// Config is what a console works with. Account, Store and Engine are required.
type Config struct {
	Account string // whose: a console is for one account
	Store   storage.Store
	Engine  *extflow.Engine

	// Who says who makes a request. False: nobody who may see the console, and the
	// answer is 403. Nil: everybody who gets here is an administrator.
	Who func(*http.Request) (Person, bool)

	// Accounts are who may sign in, with their pages. Nil: the host has its own. Who is
	// asked first.
	Accounts *Accounts

	// News hears of turns: give its Observe to the engine, and to the simulator's.
	// Without one, pages are brought up to date every second.
	News *News

	// Settle lets happen what a change made due. Nil where Engine.Run does.
	Settle func(context.Context) error

	// Simulator is the simulator to use; nil where there is none. Renew gives it a
	// fresh copy of the account, and is nil where it works on the account itself.
	Simulator func() *simulator.Simulator
	Renew     func(context.Context) error

	// Ask answers what calls of drafts ask the product; nil, and their limit runs out.
	Ask func(context.Context, flow.Asked) (string, error)

	// Player plays what callers left at carriers; nil plays nothing but the simulator's.
	Player *recordings.Player

	Carriers []Carrier                    // those that there are, on or off
	Links    []Link                       // more to show in the navigation, as where to sign out
	Health   func(context.Context) []Sign // what the host knows of its own health; may be nil
	Logger   *slog.Logger                 // nil logs nothing; numbers are masked
}

// Carrier is one that can bring calls.
type Carrier struct {
	Name   string
	Fields []Field // what is to be filled in there
	Off    string  // how it is switched on, where it is off

	Webhooks func() Webhooks            // what it sent lately; nil where that is not known
	Check    func(context.Context) Sign // tries whether its addresses lead here; nil where that cannot be tried
}

// Field is something to fill in at a carrier.
type Field struct {
	Name, Value string // Value is to be copied; empty where there is only something to choose
	Note        string
}

// String is the field in a line.
func (f Field) String() string {
	return strings.TrimSpace(f.Name + ": " + strings.TrimSpace(f.Value+" "+f.Note))
}

// Webhooks are a carrier's.
type Webhooks struct {
	Last    time.Time // when one came that was signed as it should be; zero is never since the start
	Refused time.Time // when one was refused because of its signature; likewise
	Good    int       // how many came in the last 10 minutes
	Bad     int       // how many were refused meanwhile
}

// Sign is something that the host knows of its health.
type Sign struct {
	Name string
	Told string // its name in a report to others, where Name is somebody's; empty is Name
	Text string // how it is, and where it is not good what to do
	Good bool
}

// Link is an address that the host adds to the navigation, relative to the console's
// own root.
type Link struct{ To, Text string }

// Console is the handler. It is safe for concurrent use.
type Console struct {
	cfg        Config
	mux        *http.ServeMux
	guard      http.Handler
	books      sync.Map // release id → pinned
	zones      sync.Map // IANA name → *time.Location
	mannersSet sync.Map // mannered → what that telephone does by itself
	trials     trials   // drafts that are called
	sinces     sync.Map // release id → since which version each flow is as it is
	tally      tally
	closed     chan struct{}
	close      func()
}

// New makes the handler.
func New(c Config) (*Console, error) {
	if c.Account == "" || c.Store == nil || c.Engine == nil {
		return nil, errors.New("console: Account, Store and Engine are required")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Who == nil {
		c.Who = func(*http.Request) (Person, bool) { return Person{ID: "you", Role: Administrator}, c.Accounts == nil }
	}
	if c.News == nil {
		c.News = NewNews()
	}
	con := &Console{cfg: c, mux: http.NewServeMux(), closed: make(chan struct{})}
	con.close = sync.OnceFunc(func() { close(con.closed) })
	con.guard = http.NewCrossOriginProtection().Handler(con.mux)
	con.routes()
	return con, nil
}

// Close ends the streams of live updates and the calls of drafts, so that a server can
// shut down. Pages say that they are paused.
func (c *Console) Close() {
	c.close()
	c.trials.end()
}

// ServeHTTP answers what is below the console's root.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	careful(w.Header())
	if r.URL.Path == "" { // mounted with StripPrefix, asked without a slash
		r.URL.Path = "/"
	}
	c.guard.ServeHTTP(w, r)
}

// careful has browsers keep nothing, and take nothing for what it is not.
func careful(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// policy has browsers load nothing from elsewhere and run nothing that stands in a
// page.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// page is one route: who may, and what it does. Its error is shown.
type handler func(http.ResponseWriter, *http.Request) error

func (c *Console) handle(pattern string, least Role, h handler) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		who, ok := c.cfg.Who(r)
		if !ok && c.cfg.Accounts != nil {
			if who, ok = c.cfg.Accounts.Who(r); !ok {
				c.askWho(w, r)
				return
			}
		}
		if !ok || !who.Role.may(least) {
			c.fail(w, r, &problem{status: http.StatusForbidden, text: "You may not see this. Ask an administrator, or sign in as somebody who may."})
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), personKey{}, who))
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		if err := h(w, r); err != nil {
			c.fail(w, r, err)
		}
	})
}

// askWho has somebody sign in, and come back.
func (c *Console) askWho(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/live") {
		c.fail(w, r, &problem{status: http.StatusUnauthorized, text: "You are signed out. Sign in again in another tab; what you typed is still here."})
		return
	}
	to := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	if to != "" {
		to = "?to=" + url.QueryEscape(to)
	}
	w.Header().Set("Location", base(r)+"signin"+to)
	w.WriteHeader(http.StatusSeeOther)
}

// sim is the simulator; nil where there is none.
func (c *Console) sim() *simulator.Simulator {
	if c.cfg.Simulator == nil {
		return nil
	}
	return c.cfg.Simulator()
}

// stores are where calls are: the account's, and the simulator's where that is a
// copy.
func (c *Console) stores() []storage.Store {
	if s := c.sim(); s != nil && s.Store != c.cfg.Store {
		return []storage.Store{c.cfg.Store, s.Store}
	}
	return []storage.Store{c.cfg.Store}
}

// settled lets happen what a change made due.
func (c *Console) settled(ctx context.Context) {
	if c.cfg.Settle == nil {
		return
	}
	if err := c.cfg.Settle(context.WithoutCancel(ctx)); err != nil {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "after a change", slog.Any("error", err))
	}
}

// pinned is a release as a call has it: its book, and which version it is.
type pinned struct {
	*flow.Book
	Version uint32
}

// book is a release, compiled.
func (c *Console) book(ctx context.Context, s storage.Store, release string) (pinned, error) {
	if p, ok := c.books.Load(release); ok {
		return p.(pinned), nil
	}
	r, err := s.Releases().Load(ctx, c.cfg.Account, release)
	if err != nil {
		return pinned{}, err
	}
	b, err := r.Book()
	p := pinned{b, r.Version}
	if err == nil {
		c.books.Store(release, p)
	}
	return p, err
}

// zone is the account's time zone, by which pages tell the time.
func (c *Console) zone(ctx context.Context) *time.Location {
	r, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return time.UTC
	}
	name := r.Settings.Defaults.Timezone
	if z, ok := c.zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC
	}
	c.zones.Store(name, z)
	return z
}
