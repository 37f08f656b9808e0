// Package telnyxtest is the far end: a small Telnyx for tests. It is package twiliotest
// with what TeXML, its webhooks and its REST API differ in; see there for how it is used.
//
//	far := telnyxtest.New(telnyxtest.Config{})
//	carrier := twiliotest.Start(t, far.Carrier())
package telnyxtest

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Config is how the carrier is. The zero value is a useful one.
type Config struct {
	twiliotest.Config        // Dialect, OldDial and ExtraRing are Telnyx's
	APIKey            string // made up
	ApplicationID     string // made up
}

// Account is what a small Telnyx knows its customer by.
type Account struct {
	cfg Config
	key ed25519.PrivateKey
}

// New is an account. Its key is the same in every run.
func New(cfg Config) *Account {
	cfg.APIKey = cmp.Or(cfg.APIKey, "KEY-for-tests-of-no-account")
	cfg.ApplicationID = cmp.Or(cfg.ApplicationID, "1494404757140276705")
	cfg.AccountSID = cmp.Or(cfg.AccountSID, "61bf923e-5e4d-4595-a110-56190ea18a1b")
	return &Account{cfg: cfg, key: ed25519.NewKeyFromSeed([]byte("a seed for tests, of no account!"))}
}

// APIKey, ApplicationID and AccountID are as configured, or made up.
func (a *Account) APIKey() string        { return a.cfg.APIKey }
func (a *Account) ApplicationID() string { return a.cfg.ApplicationID }
func (a *Account) AccountID() string     { return a.cfg.AccountSID }

// PublicKey is what webhooks are verified with, as the portal shows it.
func (a *Account) PublicKey() string {
	return base64.StdEncoding.EncodeToString(a.key.Public().(ed25519.PublicKey))
}

// Sign signs a webhook: the time and its body.
func (a *Account) Sign(h http.Header, body []byte, now time.Time) {
	stamp := strconv.FormatInt(now.Unix(), 10)
	h.Set("telnyx-timestamp", stamp)
	h.Set("telnyx-signature-ed25519", base64.StdEncoding.EncodeToString(ed25519.Sign(a.key, append([]byte(stamp+"|"), body...))))
}

// Carrier is the far end's configuration. Sources: the reference of TeXML's verbs, of its
// REST API and of its callbacks at developers.telnyx.com.
func (a *Account) Carrier() twiliotest.Config {
	c := a.cfg.Config
	c.OldDial, c.ExtraRing = true, -1
	c.Dialect = twiliotest.Dialect{
		Sign: a.Sign, Calls: "v3:", Clients: "sip.telnyx.com", NoWait: true, Answers: true, NoCodes: true, NoForwarded: true,
		Unknown: "<Client> actionOnEmptyResult answerOnBridge transcribe transcribeCallback",
		Ring:    2 * time.Minute, Talk: time.Minute, Transcribe: "transcription",
		Root: "/v2/texml", Bare: "Calls", Token: a.cfg.APIKey, App: a.cfg.ApplicationID, Over: 90018,
		Listed: "From To Status StartTime EndTime Page PageSize PageToken",
	}
	return c
}
