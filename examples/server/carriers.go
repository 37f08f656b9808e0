package main

import (
	"log/slog"
	"net/http"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/examples/server/console"
)

// carrier is one that is switched on: its routes, and what makes it hear of calls.
type carrier struct {
	Name    string
	answers string // the type of its documents
	adapter adapter.Carrier
	handler http.Handler
	pattern string
	attach  func(adapter.Handler)
	Fields  []console.Field // what to fill in at the carrier
}

// restClient makes the client of a carrier's REST API, by the carrier's name.
type restClient func(carrier string) *http.Client

// carriers are those whose secrets are set.
func (s *settings) carriers(log *slog.Logger, rest restClient) ([]carrier, error) {
	var all []carrier
	for _, make := range []func(*slog.Logger, restClient) (carrier, error){s.makeTwilio, s.makeVonage, s.makeTelnyx} {
		c, err := make(log, rest)
		if err != nil {
			return nil, err
		}
		if c.adapter != nil {
			all = append(all, c)
		}
	}
	return all, nil
}

func (s *settings) makeTwilio(log *slog.Logger, rest restClient) (carrier, error) {
	if !s.twilio.on() {
		return carrier{}, nil
	}
	base := s.publicURL + "/twilio"
	set := twilio.Config{
		Name: "twilio", AccountSID: s.twilio.accountSID, AuthTokens: []string{s.twilio.authToken},
		PublicURL: base, MediaURL: s.publicURL + mediaPath, APIURL: s.twilio.apiURL, Logger: log, HTTPClient: rest("twilio"),
	}
	if s.twilio.tuned != nil {
		s.twilio.tuned(&set)
	}
	tw, err := twilio.New(set)
	if err != nil {
		return carrier{}, err
	}
	return carrier{
		Name: set.Name, answers: "text/xml", adapter: tw, handler: tw, pattern: "/twilio/", attach: tw.Attach,
		Fields: []console.Field{
			{Name: "a call comes in", Value: base + "/voice", Note: "(POST), and the same as the fallback"},
			{Name: "call status changes", Value: base + "/status", Note: "(POST)"},
		},
	}, nil
}

func (s *settings) makeVonage(log *slog.Logger, rest restClient) (carrier, error) {
	if !s.vonage.on() {
		return carrier{}, nil
	}
	base := s.publicURL + "/vonage"
	set := vonage.Config{
		Name: "vonage", ApplicationID: s.vonage.applicationID, PrivateKey: s.vonage.privateKey,
		APIKey: s.vonage.apiKey, SignatureSecrets: []string{s.vonage.signatureSecret},
		PublicURL: base, MediaURL: s.publicURL + mediaPath, APIURL: s.vonage.apiURL, Logger: log, HTTPClient: rest("vonage"),
	}
	if s.vonage.tuned != nil {
		s.vonage.tuned(&set)
	}
	vo, err := vonage.New(set)
	if err != nil {
		return carrier{}, err
	}
	return carrier{
		Name: set.Name, answers: "application/json", adapter: vo, handler: vo, pattern: "/vonage/", attach: vo.Attach,
		Fields: []console.Field{
			{Name: "answer URL", Value: base + "/answer", Note: "(POST), and the same as the fallback URL"},
			{Name: "event URL", Value: base + "/event", Note: "(POST)"},
			{Name: "use signed webhooks", Note: "on"},
		},
	}, nil
}

// off are the carriers whose secrets are not set, and how each is switched on.
func (s *settings) off() []console.Carrier {
	var all []console.Carrier
	for _, c := range []struct {
		name, secrets string
		on            bool
	}{
		{"twilio", "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", s.twilio.on()},
		{"vonage", "VONAGE_APPLICATION_ID, VONAGE_PRIVATE_KEY, VONAGE_API_KEY and VONAGE_SIGNATURE_SECRET", s.vonage.on()},
		{"telnyx", "TELNYX_ACCOUNT_ID, TELNYX_APPLICATION_ID, TELNYX_API_KEY and TELNYX_PUBLIC_KEY", s.telnyx.on()},
	} {
		if !c.on {
			all = append(all, console.Carrier{Name: c.name, Off: "Start the server with " + c.secrets + ", and with EXTFLOW_PUBLIC_URL."})
		}
	}
	return all
}

func (s *settings) makeTelnyx(log *slog.Logger, rest restClient) (carrier, error) {
	if !s.telnyx.on() {
		return carrier{}, nil
	}
	base := s.publicURL + "/telnyx"
	set := telnyx.Config{
		Name: "telnyx", AccountID: s.telnyx.accountID, ApplicationID: s.telnyx.applicationID,
		APIKey: s.telnyx.apiKey, PublicKeys: []string{s.telnyx.publicKey},
		PublicURL: base, APIURL: s.telnyx.apiURL, Logger: log, HTTPClient: rest("telnyx"),
	}
	if s.telnyx.tuned != nil {
		s.telnyx.tuned(&set)
	}
	tx, err := telnyx.New(set)
	if err != nil {
		return carrier{}, err
	}
	return carrier{
		Name: set.Name, answers: "text/xml", adapter: tx, handler: tx, pattern: "/telnyx/", attach: tx.Attach,
		Fields: []console.Field{
			{Name: "webhook URL", Value: base + "/voice", Note: "(POST), and the same as the failover URL"},
			{Name: "status callback", Value: base + "/status", Note: "(POST)"},
		},
	}, nil
}
