// Package twilio brings calls from Twilio, and from carriers that speak as it does:
// it answers their webhooks with TwiML, and moves live calls by their REST API.
//
//	tw, err := twilio.New(twilio.Config{
//		AccountSID: "AC…", AuthTokens: []string{token},
//		PublicURL:  "https://calls.example.com/twilio",
//	})
//	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"twilio": tw}})
//	tw.Attach(engine)
//	mux.Handle("/twilio/", tw)
//
// In Twilio's console a number's "a call comes in" is {PublicURL}/voice, its
// fallback is the same, and its status callback is {PublicURL}/status. Every other
// address is in the documents that the adapter answers. All of them bear the call
// and the turn, and every request is signed: what it says of itself can be
// trusted, and a request made again gets the same document.
//
// # What Twilio does for a turn
//
// Listen is one Gather; nothing is requested between two digits of an entry. Its
// one timer is the larger of the first-digit and the inter-digit time. Connect is
// a Dial whose timeout is less than the ring time by what Twilio adds; endpoints
// at which an agent must press 1 are rung one at a time after the others, in equal
// shares of the ring time, at least 10 s each; one that cannot be reached leaves
// its share to the others. Only the last outcome is reported, together with those
// before it. Record, Hold and Join are Record, a lap of music in a Gather, and a
// Conference named after the call.
//
// A leg that is placed rings the party's endpoints one after the other, in equal
// shares of at least 10 s, those that are screened last. Once an agent has
// answered one and not accepted, no further one is tried.
package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/internal/webhook"
)

// Config is what an Adapter works with. AccountSID, AuthTokens and PublicURL are
// required; the zero value of everything else is a useful default.
type Config struct {
	Name       string   // the carrier's name in the calls that it brings; "twilio"
	AccountSID string   // AC…; the project's id at SignalWire
	AuthTokens []string // what webhooks are signed with; the newest first, the others still hold while it is replaced
	Insecure   bool     // work without any token: every request is believed. For trying things out, never in public
	PublicURL  string   // where Twilio reaches this adapter, as Twilio writes it: https://calls.example.com/twilio

	APIURL    string // the REST API; the dialect's, "https://api.twilio.com"
	APIKey    string // the user of the REST API; AccountSID
	APISecret string // its password; the first of AuthTokens

	Handler    adapter.Handler // the engine; or Attach it later
	Logger     *slog.Logger    // nil logs nothing but Insecure; numbers are masked, digits never logged
	HTTPClient *http.Client    // for the REST API; one that follows no redirects
	Deadline   time.Duration   // of one Do or Probe, tries and all; 10 s
	Pace       time.Duration   // between two calls that are placed; 1 s, negative for none

	Star      Star    // how * is heard within an entry; EntryEnd
	Dialect   Dialect // how the carrier differs from Twilio; the zero value is Twilio
	NoPlacing bool    // never place legs; members of queues are rung directly
	HoldMusic string  // the URL of music for callers who hold without any of the account's; silence
	MediaURL  string  // below which the account's uploaded files are served (package audio), as MediaURL/account/content/file; PublicURL/media
	Overrides string  // Twilio's connection overrides for every URL, as in "rc=2&rp=ct,rt,5xx"; none
}

// Star is how a * within an entry is heard. Only EntryEnd loses no key by Twilio's
// documentation; the others wait to be tried on a live account.
type Star string

// The ways.
const (
	EntryEnd  Star = ""           // one Gather: * counts when the entry ends
	Instant   Star = "instant"    // a first Gather for one key: a lone * counts at once, keys that follow the first while its document is fetched may be lost
	FinishKey Star = "finish-key" // * ends the entry, and # does not
)

// ErrConfig is in every error that New returns.
var ErrConfig = errors.New("the configuration of the adapter has faults")

// Adapter is a carrier: an http.Handler for its webhooks and an adapter.Carrier
// for the turns that nobody waits for. It is safe for concurrent use. What it
// remembers of calls only saves it from asking Twilio.
type Adapter struct {
	cfg     Config
	public  string // PublicURL without the slash at its end
	escaped string // the same, as it stands in a document
	base    string // its path
	header  string
	tokens  tokens
	seals   webhook.Seals // where the dialect has addresses sealed
	seen    webhook.Seen
	now     func() time.Time
	handler atomic.Pointer[adapter.Handler]
	log     *slog.Logger
	known   known
	pace    pace
	sleep   func(ctx context.Context, d time.Duration) error
}

var (
	_ adapter.Carrier = (*Adapter)(nil)
	_ adapter.Prober  = (*Adapter)(nil)
	_ adapter.Able    = (*Adapter)(nil)
	_ adapter.InTurn  = (*Adapter)(nil)
	_ http.Handler    = (*Adapter)(nil)
)

// New makes an adapter. It starts nothing. The error lists every fault of the
// configuration and matches ErrConfig.
func New(c Config) (*Adapter, error) {
	if faults := c.faults(); len(faults) > 0 {
		return nil, errors.Join(append([]error{ErrConfig}, faults...)...)
	}
	c = c.withDefaults()
	public, _ := url.Parse(c.PublicURL)
	a := &Adapter{
		cfg:    c,
		public: c.PublicURL, escaped: string(appendEscaped(nil, c.PublicURL)),
		base:   public.EscapedPath(),
		header: http.CanonicalHeaderKey(c.Dialect.Header),
		tokens: newTokens(c.AuthTokens),
		log:    c.Logger,
		pace:   pace{every: c.Pace},
		sleep:  webhook.Sleep,
		now:    time.Now,
	}
	if c.Dialect.Verify != nil {
		a.seals = webhook.NewSeals(c.Dialect.Seal)
	}
	if c.Handler != nil {
		a.Attach(c.Handler)
	}
	if !c.verifies() {
		slog.New(c.Logger.Handler()).Error("webhooks are NOT verified: anybody can place and move calls; set AuthTokens", slog.String("carrier", c.Name))
	}
	return a, nil
}

// Attach gives the adapter the handler that hears of its calls. Until then every
// webhook is answered 503.
func (a *Adapter) Attach(h adapter.Handler) { a.handler.Store(&h) }

// Abilities says whether it places legs, and how fast.
func (a *Adapter) Abilities() adapter.Abilities {
	return adapter.Abilities{Place: !a.cfg.NoPlacing, Pace: a.cfg.Pace}
}

// Limits says what an account may not ask for.
func (a *Adapter) Limits() adapter.Limits { return a.cfg.Dialect.Limits }

// verifies reports whether webhooks are believed only where the carrier signed them.
func (c *Config) verifies() bool { return len(c.AuthTokens) > 0 || c.Dialect.Verify != nil }

func (c Config) faults() []error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.AccountSID == "", "AccountSID is missing; it is on the first page of Twilio's console")
	fault(!c.verifies() && !c.Insecure, "AuthTokens is empty; webhooks could be forged. Set the account's auth token, or Insecure to try things out")
	for i, t := range c.AuthTokens {
		fault(t == "", "AuthTokens[%d] is empty", i)
	}
	checkURL(fault, "PublicURL", c.PublicURL, true, "; it is where Twilio reaches this server, as in https://calls.example.com/twilio")
	checkURL(fault, "APIURL", c.APIURL, false, "")
	checkURL(fault, "MediaURL", c.MediaURL, false, "")
	checkURL(fault, "HoldMusic", c.HoldMusic, false, "")
	fault(c.Star != EntryEnd && c.Star != Instant && c.Star != FinishKey, "Star %q is unknown; leave it empty, or use %q or %q", c.Star, Instant, FinishKey)
	fault(c.Deadline < 0, "Deadline must not be negative")
	fault(c.Dialect.Verify != nil && len(c.Dialect.Seal) == 0, "Dialect.Seal is empty; addresses could be forged")
	fault((c.APIKey == "") != (c.APISecret == "") && c.APIKey != "", "APIKey needs its APISecret")
	fault(strings.Trim(c.Overrides, "abcdefghijklmnopqrstuvwxyz0123456789=&,-") != "", "Overrides %q has something other than names, values, = & and commas", c.Overrides)
	return faults
}

// checkURL sees that a setting is an absolute URL without a query.
func checkURL(fault func(bool, string, ...any), name, value string, required bool, hint string) {
	if value == "" {
		fault(required, "%s is missing%s", name, hint)
		return
	}
	u, err := url.Parse(value)
	fault(err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https"),
		"%s is no absolute URL that begins with https:// or http://%s", name, hint)
	fault(err == nil && name != "HoldMusic" && (u.RawQuery != "" || u.Fragment != ""), "%s must have neither a query nor a fragment", name)
}

func (c Config) withDefaults() Config {
	c.Name = cmp.Or(c.Name, "twilio")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.APIURL = strings.TrimRight(cmp.Or(c.APIURL, c.Dialect.API.URL, "https://api.twilio.com"), "/")
	c.MediaURL = strings.TrimRight(cmp.Or(c.MediaURL, c.PublicURL+"/media"), "/")
	c.APIKey = cmp.Or(c.APIKey, c.AccountSID)
	if c.APISecret == "" && len(c.AuthTokens) > 0 {
		c.APISecret = c.AuthTokens[0]
	}
	c.Deadline = cmp.Or(c.Deadline, 10*time.Second)
	c.Pace = max(cmp.Or(c.Pace, time.Second), 0)
	c.Dialect.Header = cmp.Or(c.Dialect.Header, "X-Twilio-Signature")
	c.Dialect.ExtraRing = max(cmp.Or(c.Dialect.ExtraRing, 5*time.Second), 0)
	c.Dialect.API.Over = cmp.Or(c.Dialect.API.Over, notInProgress)
	c.Dialect.API.Root = cmp.Or(c.Dialect.API.Root, twilioRoot)
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
		if !c.verifies() {
			c.Logger = slog.Default()
		}
	}
	return c
}
