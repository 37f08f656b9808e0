package main

import (
	"log/slog"
	"net/http"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
)

// carrier is one that is switched on: its routes, and what makes it hear of calls.
type carrier struct {
	Name    string
	adapter adapter.Carrier
	handler http.Handler
	pattern string
	attach  func(adapter.Handler)
	Fields  []string // what to fill in at the carrier, a line each
}

// carriers are those whose secrets are set.
func (s *settings) carriers(log *slog.Logger) ([]carrier, error) {
	if !s.twilio.on() {
		return nil, nil
	}
	base := s.publicURL + "/twilio"
	tw, err := twilio.New(twilio.Config{
		Name: "twilio", AccountSID: s.twilio.accountSID, AuthTokens: []string{s.twilio.authToken},
		PublicURL: base, APIURL: s.twilio.apiURL, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	return []carrier{{
		Name: "twilio", adapter: tw, handler: tw, pattern: "/twilio/", attach: tw.Attach,
		Fields: []string{
			"a call comes in: " + base + "/voice (POST), and the same as the fallback",
			"call status changes: " + base + "/status (POST)",
		},
	}}, nil
}
