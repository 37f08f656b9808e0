// Package twiliotest is the far end: a small Twilio for tests. It speaks HTTP both
// ways, as Twilio does. Webhooks are requested, signed; the TwiML that comes back
// is executed on callers' and agents' phones; the REST API answers what a program
// asks it.
//
//	carrier := twiliotest.Start(t, twiliotest.Config{})
//	server := httptest.NewServer(product(carrier.URL(), carrier.AccountSID(), carrier.AuthToken()))
//	carrier.Assign("+12025550100", twiliotest.Number{VoiceURL: server.URL + "/voice"})
//
//	carrier.Agent("client:ada").Set(twiliotest.Takes, 3*time.Second)
//	phone, err := carrier.Dial(ctx, "+14155550100", "+12025550100", twiliotest.Options{})
//	err = phone.Press(ctx, "1001")
//	err = carrier.Wait(ctx, 3*time.Second)
//	phone.View().State // twiliotest.Talking
//
// Time is virtual and passes in Wait, WaitUntil and SkipToNext alone. Acts (Dial,
// Press, HangUp, Answer, Wait and their like) return when all that follows at that
// instant has happened: requests were made and answered, documents carried out,
// timers have gone off. They may be called from several goroutines and then happen
// one after the other, but not from inside the server under test or an observer.
// The package starts no goroutine but those of the REST API's server, and the same
// acts give the same happenings.
//
// What Twilio would refuse is refused: the fault is in Errors, with Twilio's code,
// and the call goes to the fallback address or ends with Twilio's apology. It is
// stricter in one thing: what Twilio only warns of (12200, an element or an
// attribute that it does not know) is refused too.
//
// A call whose documents take no time gets 20 of them in an instant, counted from
// the last key; the next comes a second later.
//
// # What is left out
//
// Sound: words take the time that Config says, a recording has a length and no
// audio. Speech recognition, transcription, answering machine detection,
// recordings of a Dial or a Conference, Refer, TaskRouter, SIP domains, media
// streams, SSML. A document that asks for one of these is refused, or, where it is
// an attribute, Errors says that it was passed over (code 0). Dequeuing by REST,
// updating a Conference and the limit of calls placed in a second are not there.
// Where Twilio's documentation leaves open what happens, Unsure chooses.
package twiliotest

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// Config is how the carrier is. The zero value is a useful one.
type Config struct {
	AccountSID string    // AC and 32 hexadecimal digits; made up
	AuthToken  string    // what webhooks are signed with, and the password of the REST API; made up
	APIKey     string    // another user of the REST API
	APISecret  string    // and its password
	Start      time.Time // where time begins; Monday, 5 January 2026, 9:00 UTC

	Latency time.Duration            // from a request for a document to its answer; 0. Keys pressed meanwhile are lost
	Words   int                      // spoken a minute, 1 to 1000; 0 and everything said takes no time
	Audio   time.Duration            // how long a played file lasts; 0 takes no time
	Files   map[string]time.Duration // how long certain files last, by URL

	ExtraRing time.Duration // what is added to the timeout of every Dial; Twilio's 5 s, negative for nothing
	OldDial   bool          // DialBridged is not sent, as until some years ago
	Declined  string        // the status of a leg that an agent declines: "busy", or "no-answer", "failed"
	Unsure    Unsure
	Dialect   Dialect // how the carrier differs from Twilio; not at all

	Client *http.Client // requests webhooks; its Jar and CheckRedirect are not used. 15 s for each
}

// Unsure chooses where the documentation leaves open what Twilio does. The zero
// value is what it suggests.
type Unsure struct {
	OmitDigits  bool // an empty Gather (actionOnEmptyResult) sends no Digits at all, rather than an empty one
	FinishWaits bool // a finish key pressed first ends a Gather only when its timeout is over, rather than at once
	RingOn      bool // other phones of a Dial ring on while one of them is screened, rather than stopping when it is answered
	QuietHangUp bool // a caller who hangs up during a Dial or an Enqueue has no action requested
	LegsOutlive bool // a leg whose caller was moved by REST lives on by itself, rather than being hung up
}

// Number is where a number of the account sends its calls, as in Twilio's console.
type Number struct {
	VoiceURL, VoiceMethod       string // "a call comes in"; POST
	FallbackURL, FallbackMethod string // when that fails; none. POST
	StatusURL, StatusMethod     string // the status callback; none. POST
}

// Carrier is the carrier. It is the http.Handler of its REST API, and safe for
// concurrent use.
type Carrier struct {
	cfg          Config
	url          string
	client       *http.Client
	time         *farend.Time
	farend.Clock // time passes in it

	mu      sync.Mutex // guards all that follows
	post    farend.Post[letter, *letter]
	news    farend.News[Happening]
	plan    farend.Plan[Purpose]
	faults  Faults
	numbers map[string]Number
	extra   map[string]bool // numbers that may be shown besides the account's own
	calls   []*call         // in the order in which they were made
	bySid   map[string]*call
	agents  farend.Agents[*Agent]
	queues  map[string]*queue
	rooms   map[string]*room
	byRoom  map[string]*room // conferences by their sid
	tapes   []*tape
	log     []Request
	errors  []Error
}

// Start makes a carrier whose REST API is served on this machine until the test
// ends.
func Start(t testing.TB, cfg Config) *Carrier {
	t.Helper()
	c := New(cfg)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// New makes a carrier whose REST API the caller serves.
func New(cfg Config) *Carrier {
	cfg.AccountSID = cmp.Or(cfg.AccountSID, "AC00000000000000000000000000000001")
	cfg.AuthToken = cmp.Or(cfg.AuthToken, "a token for tests, of no account")
	cfg.ExtraRing = max(cmp.Or(cfg.ExtraRing, 5*time.Second), 0)
	cfg.Declined = cmp.Or(cfg.Declined, "busy")
	client := &http.Client{Timeout: mostTime, Transport: http.DefaultTransport.(*http.Transport).Clone()} // a port that another test had may be used again
	if cfg.Client != nil {
		client.Transport, client.Timeout = cfg.Client.Transport, cmp.Or(cfg.Client.Timeout, mostTime)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Carrier{
		cfg:     cfg,
		client:  client,
		numbers: map[string]Number{},
		extra:   map[string]bool{},
		bySid:   map[string]*call{},
		queues:  map[string]*queue{},
		rooms:   map[string]*room{},
		byRoom:  map[string]*room{},
	}
	c.time = farend.NewTime(cfg.Start, &c.mu, farend.Work{
		Name: "twiliotest",
		Deliver: func(ctx context.Context) (bool, error) {
			return c.post.Deliver(c.befall, func(m *letter) error { return c.deliver(ctx, m) })
		},
		Tell: c.news.Tell,
	})
	c.Clock, c.post.Time, c.news.Lock = c.time.Clock(), c.time, &c.mu
	c.agents.New = func(address string) *Agent { return &Agent{c: c, ear: &handset{address: address}} }
	return c
}

// URL is where the REST API is served; empty unless the carrier was made by Start.
func (c *Carrier) URL() string { return c.url }

// AccountSID is the account that owns the numbers, and the user of the REST API.
func (c *Carrier) AccountSID() string { return c.cfg.AccountSID }

// AuthToken is what webhooks are signed with, and the password of the REST API.
func (c *Carrier) AuthToken() string { return c.cfg.AuthToken }

// Assign gives the account a number, or another address to one that it has. Calls
// that have begun are not affected.
func (c *Carrier) Assign(number string, n Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers[number] = n
}

// Verify allows a number to be shown as the caller's that is none of the account's.
func (c *Carrier) Verify(number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extra[number] = true
}

// The errors of acts that a phone gives no chance for.
var (
	ErrOver = farend.ErrOver // on no call, or no longer
	ErrIdle = farend.ErrIdle // an agent's: nothing rings, or it is on no call
)
