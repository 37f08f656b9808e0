// Package vonagetest is the far end: a small Vonage for tests. It speaks HTTP both
// ways, as Vonage's Voice API does. Webhooks are requested, signed; the call control
// objects (NCCO) that come back are executed on callers' and agents' phones; the REST
// API answers what a program asks it.
//
//	carrier := vonagetest.Start(t, vonagetest.Config{})
//	server := httptest.NewServer(product(carrier))
//	carrier.Link(vonagetest.Application{AnswerURL: server.URL + "/answer", EventURL: server.URL + "/event"})
//	carrier.Assign("12025550100")
//
//	carrier.Agent("client:ada").Set(vonagetest.Takes, 3*time.Second)
//	phone, err := carrier.Dial(ctx, "14155550100", "12025550100", vonagetest.Options{})
//	err = phone.Press(ctx, "1001")
//	err = carrier.Wait(ctx, 3*time.Second)
//	phone.View().State // vonagetest.Talking
//
// Time is virtual and passes in Wait, WaitUntil and SkipToNext alone. Acts (Dial,
// Press, HangUp, Answer, Wait and their like) return when all that follows at that
// instant has happened: requests were made and answered, documents carried out,
// timers have gone off. They may be called from several goroutines and then happen
// one after the other, but not from inside the server under test or an observer.
// The package starts no goroutine but those of the REST API's server, and the same
// acts give the same happenings.
//
// What Vonage would refuse is refused: the fault is in Errors, an error webhook is
// sent, and the call goes to the fallback address, goes on with what it does, or ends,
// as Vonage's documentation says. It is stricter in one thing: what Vonage may pass
// over (an option that it does not know, a number written as a string) is refused too.
//
// A call whose documents take no time gets 20 of them in an instant, counted from
// the last key; the next comes a second later.
//
// # What is left out
//
// Sound: words take the time that Config says, a recording has a length and no
// audio. Speech, machine detection, websockets, transcription, asynchronous input,
// onAnswer, muting, talking and streaming into a call by REST. A document that asks
// for one of these is refused. Where Vonage's documentation leaves open what happens,
// Unsure chooses.
package vonagetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// Config is how the carrier is. The zero value is a useful one.
type Config struct {
	ApplicationID   string    // made up
	APIKey          string    // the account's; made up
	SignatureSecret string    // what webhooks are signed with; made up
	Start           time.Time // where time begins; Monday, 5 January 2026, 9:00 UTC
	Region          string    // where calls come in; "api-us-3". The REST API of another one does not know them

	Latency   time.Duration            // from a request for a document to its answer; 0. Keys pressed meanwhile are lost
	Words     int                      // spoken a minute, 1 to 1000; 0 and everything said takes no time
	Audio     time.Duration            // how long a played file lasts; 0 takes no time
	Files     map[string]time.Duration // how long certain files last, by URL
	Declined  Failure                  // what becomes of a leg that an agent declines; rejected, declined, 603
	PerSecond int                      // legs that may be placed or connected in a second; 0 is any number. Vonage allows 3
	Wild      bool                     // events come in the orders that were recorded: ringing before started, completed before a failure
	Unsure    Unsure
	Clock     func() time.Time // what the tokens of webhooks go by; the carrier's own. time.Now for a server that goes by real time

	Client *http.Client // requests webhooks; its Jar and CheckRedirect are not used. The carrier's own times hold for each
}

// Failure is how the carrier reports that a leg was not answered.
type Failure struct {
	Status string // busy, rejected, unanswered, timeout, failed
	Detail string
	Code   int // of SIP
}

// Unsure chooses where the documentation leaves open what Vonage does. The zero
// value is what it suggests.
type Unsure struct {
	Trims     bool // a recording ends where its silence began, rather than where it was found out
	GoesOn    bool // whose conversation was ended by another goes on with the next action, rather than being hung up
	Anonymous bool // the token names no application
	NullEntry bool // an input without keys says null, rather than an empty string
}

// Application is where the carrier sends what happens, as in Vonage's dashboard.
type Application struct {
	AnswerURL, AnswerMethod     string // POST
	FallbackURL, FallbackMethod string // when that fails; none. POST
	EventURL, EventMethod       string // POST
}

// Carrier is the carrier. It is the http.Handler of its REST API, and safe for
// concurrent use.
type Carrier struct {
	cfg          Config
	key          *rsa.PrivateKey
	url          string
	client       *http.Client
	time         *farend.Time
	farend.Clock // time passes in it

	mu      sync.Mutex // guards all that follows
	app     Application
	post    farend.Post[letter, *letter]
	news    farend.News[Happening]
	plan    farend.Plan[Purpose]
	faults  Faults
	numbers map[string]bool
	calls   []*call // in the order in which they were made
	byUUID  map[string]*call
	agents  farend.Agents[*Agent]
	rooms   map[string]*room
	made    []time.Time       // legs placed or connected
	files   map[string]int    // recordings that are kept, and their seconds
	said    map[string]string // transcripts, and their words
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

// applicationKey is every carrier's: making one takes long.
var applicationKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// New makes a carrier whose REST API the caller serves.
func New(cfg Config) *Carrier {
	cfg.ApplicationID = cmp.Or(cfg.ApplicationID, "aaaaaaaa-bbbb-cccc-dddd-0123456789ab")
	cfg.APIKey = cmp.Or(cfg.APIKey, "a1b2c3d")
	cfg.SignatureSecret = cmp.Or(cfg.SignatureSecret, "a signature secret for tests, of no account")
	cfg.Region = cmp.Or(cfg.Region, homeRegion)
	if cfg.Declined.Status == "" {
		cfg.Declined = Failure{Status: rejected, Detail: "declined", Code: 603}
	}
	client := &http.Client{Timeout: longestRead, Transport: http.DefaultTransport.(*http.Transport).Clone()} // a port that another test had may be used again
	if cfg.Client != nil {
		client.Transport, client.Timeout = cfg.Client.Transport, cmp.Or(cfg.Client.Timeout, longestRead)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Carrier{
		cfg:     cfg,
		key:     applicationKey(),
		client:  client,
		numbers: map[string]bool{},
		files:   map[string]int{},
		said:    map[string]string{},
		byUUID:  map[string]*call{},
		rooms:   map[string]*room{},
	}
	c.time = farend.NewTime(cfg.Start, &c.mu, farend.Work{
		Name: "vonagetest",
		Deliver: func(ctx context.Context) (bool, error) {
			return c.post.Deliver(c.befall, func(m *letter) error { return c.deliver(ctx, m) })
		},
		Tell: c.news.Tell,
	})
	c.Clock, c.post.Time, c.news.Lock = c.time.Clock(), c.time, &c.mu
	c.agents.New = func(address string) *Agent { return &Agent{c: c, ear: &handset{address: address}} }
	return c
}

// homeRegion is what the REST API serves below no region's path.
const homeRegion = "api-us-3"

// URL is where the REST API is served; empty unless the carrier was made by Start.
func (c *Carrier) URL() string { return c.url }

// RegionURL is where the REST API of the calls' region is served.
func (c *Carrier) RegionURL() string { return c.url + "/" + c.cfg.Region }

// ApplicationID, APIKey and SignatureSecret are as configured, or made up.
func (c *Carrier) ApplicationID() string   { return c.cfg.ApplicationID }
func (c *Carrier) APIKey() string          { return c.cfg.APIKey }
func (c *Carrier) SignatureSecret() string { return c.cfg.SignatureSecret }

// PrivateKey is the application's key, PEM: what tokens for the REST API are made
// with.
func (c *Carrier) PrivateKey() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(c.key)}))
}

// Link says where the application's webhooks go. Calls that have begun go on with the
// addresses that they know.
func (c *Carrier) Link(a Application) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.app = a
}

// Assign links a number, as digits, to the application.
func (c *Carrier) Assign(number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers[number] = true
}

// The errors of acts that a phone gives no chance for.
var (
	ErrOver = farend.ErrOver // on no call, or no longer
	ErrIdle = farend.ErrIdle // an agent's: nothing rings, or it is on no call
)
