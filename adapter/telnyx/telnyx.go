// Package telnyx brings calls from Telnyx: it answers the webhooks of a TeXML
// application, and moves live calls by the TeXML REST API.
//
//	tx, err := telnyx.New(telnyx.Config{
//		AccountID: "61bf923e-…", ApplicationID: "1494404757140276705",
//		APIKey: "KEY…", PublicKeys: []string{key},
//		PublicURL: "https://calls.example.com/telnyx",
//	})
//	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"telnyx": tx}})
//	tx.Attach(engine)
//	mux.Handle("/telnyx/", tx)
//
// In Telnyx's portal the application's webhook URL is {PublicURL}/voice, its failover URL
// the same, and its status callback {PublicURL}/status, all by POST: Telnyx signs what a
// request says and when, and not where it is sent, so a GET is refused, and every other
// address, which is in the documents that the adapter answers, is sealed.
//
// TeXML is a dialect of TwiML, and this package one of adapter/twilio's: what it differs
// in is data, and the check of signatures. How turns are carried out is described there.
//
// # What differs
//
//   - An app user is a SIP user: client:ada is rung at sip:ada@sip.telnyx.com.
//   - A ring lasts 2 minutes at most and a talk 4 hours, and a talk cannot be limited to
//     less than one minute (the Dial verb's timeout and timeLimit); nor is an entry given
//     more than 2 minutes a key (the Gather verb's timeout).
//   - The API does not tell the reference of a call that it places; the leg's own requests
//     do. Nor does it say which call a leg belongs to: whether a ring led to a talk whose
//     report was lost is looked up by the telephone.
//   - A call is answered before the first document is asked for, so it cannot be refused
//     without a charge; and who passed a call on is not among the documented parameters.
//   - Nobody tells that somebody waits alone in a conference; the engine's clocks find out.
//   - The end of a ring does not say whether an agent who was asked to press 1 did. The
//     node that saw the key knows; to another, a talk of less than 45 s counts as none.
//
// # What is not verified
//
// It has not been tried on a live account. Sources are the reference of TeXML's verbs, of
// its REST API and its callbacks at developers.telnyx.com, as of 2026. Those do not say
// whether the url of a Number or a Sip is requested before the two are joined, as Twilio
// does: where it is not, an agent who is to press 1 is joined without. Nor do they say
// which language a Record's transcription is in (it is asked for in English alone), what
// a Gather does without an entry (either way is understood), whether an empty finishOnKey
// means no key, and how a telephone that is declined is reported (it is busy here).
package telnyx

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
)

// Config is what an Adapter works with. AccountID, ApplicationID, APIKey, PublicKeys and
// PublicURL are required; the zero value of everything else is a useful default.
type Config struct {
	Name          string   // the carrier's name in the calls that it brings; "telnyx"
	AccountID     string   // the account's id; webhooks bear it as AccountSid
	ApplicationID string   // of the TeXML application; legs are placed through it
	APIKey        string   // of the REST API; addresses are sealed with a key made of it
	OldAPIKeys    []string // whose addresses still hold while the key is replaced
	PublicKeys    []string // what webhooks are verified with, base64 as the portal shows it; several while it is replaced
	Insecure      bool     // believe every request whose address is sealed. For trying things out, never in public
	PublicURL     string   // where Telnyx reaches this adapter, as it is written in the portal

	MaxAge     time.Duration    // how old, or ahead of this machine's clock, a webhook may be; 5 min
	Now        func() time.Time // what the age goes by; time.Now
	APIURL     string           // the REST API; "https://api.telnyx.com"
	Handler    adapter.Handler  // the engine; or Attach it later
	Logger     *slog.Logger     // nil logs nothing but Insecure; numbers are masked, digits never logged
	HTTPClient *http.Client     // for the REST API; one that follows no redirects
	Deadline   time.Duration    // of one Do or Probe, tries and all; 10 s
	Pace       time.Duration    // between two calls that are placed; 1 s, negative for none
	Clients    string           // the host of the account's SIP users; "sip.telnyx.com"

	NoPlacing bool   // never place legs; members of queues are rung directly
	HoldMusic string // the URL of music for callers who hold without any of the account's; silence
	MediaURL  string // below which the account's uploaded files are served, as MediaURL/account/file; PublicURL/media
}

// Limits are what Telnyx allows of what an account may ask for. Sources: the TeXML verbs
// Gather (timeout, numDigits), Record (maxLength) and Dial (timeout, timeLimit).
var Limits = adapter.Limits{
	Digits: 128,
	Keys:   adapter.Span{Least: time.Second, Most: 2 * time.Minute},
	Record: adapter.Span{Most: 4 * time.Hour},
	Ring:   adapter.Span{Least: 5 * time.Second, Most: 2 * time.Minute},
	Talk:   4 * time.Hour,
}

// New makes an adapter of package twilio that speaks Telnyx's dialect. It starts nothing.
// The error lists every fault of the configuration and matches twilio.ErrConfig.
func New(c Config) (*twilio.Adapter, error) {
	keys, faults := c.keys()
	faults = append(faults, c.missing()...)
	if len(faults) > 0 {
		return nil, errors.Join(append([]error{twilio.ErrConfig}, faults...)...)
	}
	if c.Insecure {
		slog.New(cmp.Or(c.Logger, slog.Default()).Handler()).Error("webhooks are NOT verified: anybody can place and move calls; set PublicKeys", slog.String("carrier", cmp.Or(c.Name, "telnyx")))
	}
	return twilio.New(twilio.Config{
		Name: cmp.Or(c.Name, "telnyx"), AccountSID: c.AccountID, PublicURL: c.PublicURL, Insecure: c.Insecure,
		APIURL: c.APIURL, APIKey: c.AccountID, APISecret: c.APIKey,
		Handler: c.Handler, Logger: c.Logger, HTTPClient: c.HTTPClient, Deadline: c.Deadline, Pace: c.Pace,
		NoPlacing: c.NoPlacing, HoldMusic: c.HoldMusic, MediaURL: c.MediaURL,
		Dialect: c.dialect(keys),
	})
}

func (c Config) dialect(keys []ed25519.PublicKey) twilio.Dialect {
	now := c.Now
	if now == nil {
		now = time.Now
	}
	maxAge := cmp.Or(c.MaxAge, 5*time.Minute)
	return twilio.Dialect{
		Header: signatureHeader, ExtraRing: -1, NoAlone: true, NoParents: true, NoBridged: true, OwnVoices: true,
		Clients:   cmp.Or(c.Clients, "sip.telnyx.com"),
		Unknown:   []string{"actionOnEmptyResult", "answerOnBridge"},
		LeastTalk: 60, Limits: Limits, Transcribe: "transcription",
		Verify: func(h http.Header, body []byte) error {
			if c.Insecure {
				return nil
			}
			return verify(keys, h, body, now(), maxAge)
		},
		Seal: append([]string{c.APIKey}, c.OldAPIKeys...), MaxAge: maxAge,
		API: twilio.API{
			URL: "https://api.telnyx.com", Root: "/v2/texml", Bare: "Calls", Bearer: true, Media: true, Over: 90018,
			JSON: true, Names: map[string]string{"Method": "UrlMethod"}, Fields: map[string]string{"ApplicationSid": c.ApplicationID, "UrlMethod": "POST", "StatusCallbackMethod": "POST"},
		},
	}
}

func (c Config) missing() []error {
	var faults []error
	for _, f := range []struct{ name, value, hint string }{
		{"AccountID", c.AccountID, "it is in every webhook as AccountSid"},
		{"ApplicationID", c.ApplicationID, "it is on the TeXML application's page of the portal"},
		{"APIKey", c.APIKey, "make one in the portal, under Keys & Credentials"},
	} {
		if f.value == "" {
			faults = append(faults, fmt.Errorf("%s is missing; %s", f.name, f.hint))
		}
	}
	if len(c.PublicKeys) == 0 && !c.Insecure {
		faults = append(faults, errors.New("PublicKeys is empty; webhooks could be forged. Set the account's public key, or Insecure to try things out"))
	}
	return faults
}

func (c Config) keys() (keys []ed25519.PublicKey, faults []error) {
	for i, text := range c.PublicKeys {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(key) != ed25519.PublicKeySize {
			faults = append(faults, fmt.Errorf("PublicKeys[%d] is no Ed25519 key in base64; the portal shows it under Keys & Credentials", i))
			continue
		}
		keys = append(keys, key)
	}
	return keys, faults
}

// The headers of a signature: https://developers.telnyx.com/api-reference/callbacks/texml-call-answered
const (
	signatureHeader = "Telnyx-Signature-Ed25519"
	timestampHeader = "Telnyx-Timestamp"
)

// The errors for which a request is refused.
var (
	errUnsigned = errors.New("telnyx: the request bears no signature, or more than one")
	errAge      = errors.New("telnyx: the request is too old, or this machine's clock is wrong")
	errForged   = errors.New("telnyx: the request is not signed with the account's key")
)

// verify checks the signature of a request, which is made of "timestamp|body".
func verify(keys []ed25519.PublicKey, h http.Header, body []byte, now time.Time, maxAge time.Duration) error {
	if len(h[signatureHeader]) != 1 || len(h[timestampHeader]) != 1 {
		return errUnsigned
	}
	stamp := h.Get(timestampHeader)
	signature, err := base64.StdEncoding.Strict().DecodeString(h.Get(signatureHeader))
	seconds, bad := strconv.ParseInt(stamp, 10, 64)
	if err != nil || bad != nil || len(signature) != ed25519.SignatureSize {
		return errForged
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return errAge
	}
	text := append(append(make([]byte, 0, len(stamp)+1+len(body)), stamp...), '|')
	text = append(text, body...)
	for _, key := range keys {
		if ed25519.Verify(key, text, signature) {
			return nil
		}
	}
	return errForged
}
