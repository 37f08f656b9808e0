// Package vonage brings calls from Vonage: it answers the webhooks of its Voice API
// with call control objects (NCCO), and moves live calls by its REST API.
//
//	vo, err := vonage.New(vonage.Config{
//		ApplicationID: "aaaaaaaa-…", PrivateKey: pem,
//		APIKey: "a1b2c3d", SignatureSecrets: []string{secret},
//		PublicURL: "https://calls.example.com/vonage",
//	})
//	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"vonage": vo}})
//	vo.Attach(engine)
//	mux.Handle("/vonage/", vo)
//
// In Vonage's dashboard the application's answer URL is {PublicURL}/answer, its
// fallback URL the same, and its event URL {PublicURL}/event, all by POST; "use
// signed webhooks" must be on. Every other address is in the documents that the
// adapter answers, and sealed: Vonage signs what a request says, and not where it is
// sent, so an address that the adapter did not make itself is refused.
//
// # What Vonage does for a turn
//
// Listen is talk and input; nothing is requested between two digits of an entry. Its
// one timer is the larger of the first-digit and the inter-digit time, 10 s at most.
// Connect rings one endpoint after the other, in equal shares of the ring time, at
// least 10 s each; one that cannot be reached leaves its share to the others. An
// endpoint that needs no acceptance is a connect; one at which the agent must press 1
// comes after those, and is a leg that is placed by REST while the caller hears it
// ring: once accepted, both are sent to a conversation named after the call. Record
// is record, and a lap of a second until the recording is known. Hold is a lap of
// music and input, and Join a conversation.
//
// Placed legs are made in the region of the caller's call, since a conversation's name
// means something only within one.
//
// # What it cannot do
//
// [Limits] says it, and [adapter.Limits] checks an account against it. A call cannot
// be refused before it is taken: one to a number that nobody has is ended without a
// word. Nobody tells that somebody waits alone in a conversation; the engine's clocks
// find out. A joined talk has no limit but that of the leg, two hours.
package vonage

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
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

// Config is what an Adapter works with. ApplicationID, PrivateKey, APIKey,
// SignatureSecrets and PublicURL are required; the zero value of everything else is
// a useful default.
type Config struct {
	Name             string   // the carrier's name in the calls that it brings; "vonage"
	ApplicationID    string   // of the voice application
	PrivateKey       string   // its key, PEM
	APIKey           string   // the account's; webhooks name it
	SignatureSecrets []string // what webhooks are signed with; the newest first, the others still hold while it is replaced
	Insecure         bool     // work without any secret: every request is believed. For trying things out, never in public
	PublicURL        string   // where Vonage reaches this adapter, as Vonage writes it: https://calls.example.com/vonage

	StrictGet bool          // refuse a GET whose hash does not match; how Vonage computes it is not fully documented, so that one is logged, counted and believed. Set everything to POST instead
	MaxAge    time.Duration // how old, or ahead of this machine's clock, a webhook may be; 5 min

	APIURL     string           // the REST API; "https://api.nexmo.com". With another one, only regions at the same host are followed
	Handler    adapter.Handler  // the engine; or Attach it later
	Logger     *slog.Logger     // nil logs nothing but Insecure; numbers are masked, digits never logged
	HTTPClient *http.Client     // for the REST API; one that follows no redirects
	Deadline   time.Duration    // of one Do or Probe, tries and all; 10 s
	Now        func() time.Time // what the age of webhooks goes by; time.Now
	Pace       int              // legs that are placed or connected in a second; 3, negative for no limit

	NoPlacing bool   // never place legs: members of queues are rung directly, and nobody is asked to press 1
	HoldMusic string // the URL of music for callers who hold without any of the account's; silence
	Ringback  string // the URL of what callers hear while a leg is placed for them; PublicURL/ringback.wav, which the adapter serves
	MediaURL  string // below which the account's uploaded files are served (package audio), as MediaURL/account/content/file; PublicURL/media
}

// ErrConfig is in every error that New returns.
var ErrConfig = errors.New("vonage: the configuration has faults")

// Limits are what Vonage allows of what an account may ask for. Sources: the NCCO
// reference, input (timeOut, maxDigits), record (timeOut, endOnSilence), connect
// (timeout, limit) and talk (text).
var Limits = adapter.Limits{
	Digits:  20,
	Keys:    adapter.Span{Least: time.Second, Most: 10 * time.Second},
	Finish:  "#",
	Silence: adapter.Span{Least: 3 * time.Second, Most: 10 * time.Second},
	Record:  adapter.Span{Least: 3 * time.Second, Most: 2 * time.Hour},
	Ring:    adapter.Span{Least: time.Second, Most: 2 * time.Minute},
	Talk:    2 * time.Hour,
	Text:    1500,
}

// Adapter is a carrier: an http.Handler for its webhooks and an adapter.Carrier
// for the turns that nobody waits for. It is safe for concurrent use. What it
// remembers of calls only saves it from asking Vonage.
type Adapter struct {
	cfg      Config
	public   string // PublicURL without the slash at its end
	base     string // its path
	api      *url.URL
	secrets  []*secret
	token    token
	handler  atomic.Pointer[adapter.Handler]
	log      *slog.Logger
	known    known
	seals    webhook.Seals
	seen     webhook.Seen
	pace     pace
	mismatch atomic.Uint64
	now      func() time.Time
	sleep    func(ctx context.Context, d time.Duration) error
}

var (
	_ adapter.Carrier = (*Adapter)(nil)
	_ adapter.Prober  = (*Adapter)(nil)
	_ adapter.Able    = (*Adapter)(nil)
	_ adapter.InTurn  = (*Adapter)(nil)
	_ adapter.Limited = (*Adapter)(nil)
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
	api, _ := url.Parse(c.APIURL)
	a := &Adapter{
		cfg:     c,
		public:  c.PublicURL,
		base:    public.EscapedPath(),
		api:     api,
		secrets: newSecrets(c.SignatureSecrets),
		seals:   webhook.NewSeals(c.SignatureSecrets),
		token:   token{application: c.ApplicationID, key: []byte(c.PrivateKey)},
		log:     c.Logger,
		pace:    pace{most: c.Pace},
		now:     c.Now,
		sleep:   webhook.Sleep,
	}
	if c.Handler != nil {
		a.Attach(c.Handler)
	}
	if len(a.secrets) == 0 {
		slog.New(c.Logger.Handler()).Error("webhooks are NOT verified: anybody can place and move calls; set SignatureSecrets", slog.String("carrier", c.Name))
	}
	return a, nil
}

// Attach gives the adapter the handler that hears of its calls. Until then every
// webhook is answered 503.
func (a *Adapter) Attach(h adapter.Handler) { a.handler.Store(&h) }

// Abilities says whether it places legs.
func (a *Adapter) Abilities() adapter.Abilities { return adapter.Abilities{Place: !a.cfg.NoPlacing} }

// Limits says what an account may not ask for.
func (a *Adapter) Limits() adapter.Limits { return Limits }

// Mismatches is how many requests by GET were believed whose hash did not match.
func (a *Adapter) Mismatches() uint64 { return a.mismatch.Load() }

func (c Config) faults() []error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.ApplicationID == "", "ApplicationID is missing; it is on the application's page of Vonage's dashboard")
	fault(!isKey(c.PrivateKey), "PrivateKey is no RSA key in PEM; the dashboard gives one when the application is made")
	fault(len(c.SignatureSecrets) == 0 && !c.Insecure, "SignatureSecrets is empty; webhooks could be forged. Set the account's signature secret, or Insecure to try things out")
	fault(c.APIKey == "" && len(c.SignatureSecrets) > 0, "APIKey is missing; webhooks name the account that signed them")
	for i, s := range c.SignatureSecrets {
		fault(s == "", "SignatureSecrets[%d] is empty", i)
	}
	checkURL(fault, "PublicURL", c.PublicURL, true, "; it is where Vonage reaches this server, as in https://calls.example.com/vonage")
	checkURL(fault, "APIURL", c.APIURL, false, "")
	checkURL(fault, "MediaURL", c.MediaURL, false, "")
	checkURL(fault, "HoldMusic", c.HoldMusic, false, "")
	checkURL(fault, "Ringback", c.Ringback, false, "")
	fault(c.Deadline < 0, "Deadline must not be negative")
	fault(c.MaxAge < 0, "MaxAge must not be negative")
	return faults
}

// isKey reports whether text is a private key that tokens can be made with.
func isKey(text string) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return false
	}
	_, pkcs1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	_, pkcs8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	return pkcs1 == nil || pkcs8 == nil
}

// checkURL sees that a setting is an absolute URL without a query.
func checkURL(fault func(bool, string, ...any), name, value string, required bool, hint string) {
	if value == "" {
		fault(required, "%s is missing%s", name, hint)
		return
	}
	u, err := url.Parse(value)
	fault(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https",
		"%s is no absolute URL that begins with https:// or http://%s", name, hint)
	fault(err == nil && name != "HoldMusic" && (u.RawQuery != "" || u.Fragment != ""), "%s must have neither a query nor a fragment", name)
}

func (c Config) withDefaults() Config {
	c.Name = cmp.Or(c.Name, "vonage")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.APIURL = strings.TrimRight(cmp.Or(c.APIURL, defaultAPI), "/")
	c.MediaURL = strings.TrimRight(cmp.Or(c.MediaURL, c.PublicURL+"/media"), "/")
	c.Ringback = cmp.Or(c.Ringback, c.PublicURL+"/"+string(atRingback))
	c.Deadline = cmp.Or(c.Deadline, 10*time.Second)
	c.MaxAge = cmp.Or(c.MaxAge, 5*time.Minute)
	c.Pace = max(cmp.Or(c.Pace, 3), 0)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
		if len(c.SignatureSecrets) == 0 {
			c.Logger = slog.Default()
		}
	}
	return c
}
