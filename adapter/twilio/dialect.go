package twilio

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
)

// Dialect is how a carrier that speaks TwiML differs from Twilio: data, and how its
// signatures are checked. The zero value is Twilio. A carrier's adapter in another
// package is one of these and a configuration (package adapter/telnyx).
type Dialect struct {
	Header    string         // the header with the signature; X-Twilio-Signature
	ExtraRing time.Duration  // what it adds to the timeout of a Dial; Twilio's 5 s, negative for nothing
	NoClient  bool           // it has no app users: client endpoints are not rung
	Clients   string         // the host at which its app users are SIP users; empty where they are Clients
	NoAlone   bool           // it asks for no document while somebody is alone in a conference
	NoParents bool           // its API does not say which call a leg belongs to
	NoBridged bool           // the action of a Dial does not say whether an agent who was asked to press 1 did
	Unknown   []string       // attributes that it does not know
	OwnVoices bool           // its voices are others than Twilio's; which, nobody checks
	LeastTalk int            // the least seconds to which a Dial can limit a talk; 1
	Limits    adapter.Limits // what an account may not ask for; none

	// Transcribe is the attribute of a Record that asks for its words, which are told at
	// the one of that name and Callback; "transcribe".
	Transcribe string

	// Verify checks a request that is not signed as Twilio's are; nil is Twilio's way. Its
	// error says why a request is refused. The signature covers the body and nothing of the
	// address, so GET is refused and the addresses of turns bear a seal of our own, made
	// with Seal. It is called by several goroutines.
	Verify func(h http.Header, body []byte) error
	Seal   []string      // secrets, the newest first
	MaxAge time.Duration // how long a signature that was verified holds: it is remembered so long

	API API
}

// API is how a REST API differs from Twilio's.
type API struct {
	URL    string            // its host; "https://api.twilio.com". Config.APIURL comes before it
	Root   string            // what comes before /Accounts; "/2010-04-01"
	Bare   string            // a resource whose addresses do not end with .json; none
	Bearer bool              // Config.APISecret is sent as a token, not as a password
	JSON   bool              // a call is placed by a body of JSON, its events in one string
	Names  map[string]string // what fields of a call that is placed are called instead
	Fields map[string]string // what every call that is placed says besides
	Over   int               // the code of an answer that says that a call has ended; 21220
	Media  bool              // a recording is where the media_url of its resource says, for 10 minutes
}

// SignalWire is the dialect of SignalWire's compatibility API. AuthTokens are the
// project's signing key; APIURL is https://SPACE.signalwire.com/api/laml, and
// APISecret an API token.
func SignalWire() Dialect {
	return Dialect{Header: "X-SignalWire-Signature", ExtraRing: -1, NoClient: true, OwnVoices: true}
}

// atMost is the most seconds of a span that a dialect limits; or what Twilio allows.
func atMost(s adapter.Span, twilio int) int {
	if s.Most > 0 {
		return int(s.Most / time.Second)
	}
	return twilio
}

// path is where the API keeps what the SDK asks for below Twilio's.
func (d *API) path(twilio string) string {
	if rest, ok := strings.CutPrefix(twilio, twilioRoot); ok {
		twilio = d.Root + rest
	}
	if d.Bare == "" {
		return twilio
	}
	bare, ok := strings.CutSuffix(twilio, ".json")
	parts := strings.Split(bare, "/")
	if ok && len(parts) > 2 && slices.Contains(parts[len(parts)-2:], d.Bare) {
		return bare
	}
	return twilio
}

// placing is the body of a request that places a call, and its type where that is none
// of Twilio's.
func (d *API) placing(data url.Values) (io.Reader, string) {
	if !d.JSON {
		return strings.NewReader(data.Encode()), ""
	}
	fields := map[string]any{}
	for name, values := range data {
		name = cmp.Or(d.Names[name], name)
		fields[name] = strings.Join(values, " ")
		if n, err := strconv.Atoi(values[0]); err == nil && name == "Timeout" {
			fields[name] = n
		}
	}
	for name, value := range d.Fields {
		fields[name] = value
	}
	body, _ := json.Marshal(fields)
	return bytes.NewReader(body), "application/json"
}

// authorize gives a request to the API the account's credentials.
func (a *Adapter) authorize(r *http.Request) {
	if a.cfg.Dialect.API.Bearer {
		r.Header.Set("Authorization", "Bearer "+a.cfg.APISecret)
		return
	}
	r.SetBasicAuth(a.cfg.APIKey, a.cfg.APISecret)
}

// at is what the carrier calls an endpoint.
func (d *Dialect) at(e extension.Endpoint) string {
	name, client := strings.CutPrefix(e.Address, "client:")
	if client && d.Clients != "" {
		return "sip:" + name + "@" + d.Clients
	}
	return strings.TrimPrefix(e.Address, "tel:")
}

// leastTalk is the least seconds to which a talk can be limited.
func (d *Dialect) leastTalk() int { return max(d.LeastTalk, 1) }

// recording is what a recording's SID begins with.
func (d *Dialect) recording() string {
	if d.API.Media {
		return ""
	}
	return "RE"
}

const twilioRoot = "/2010-04-01"
