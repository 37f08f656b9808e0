package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/telnyx/telnyxtest"
	"github.com/extflow/extflow/adapter/twilio/twiliostory"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// Stories are played on the telephones of a small Telnyx that is connected to this
// program. Its adapter, which is Twilio's, plays all of them; here are some of every
// kind of turn.
func TestTelnyx_storiesEndHereAsTheyDoOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	kinds := []string{"callback-keeps-the-place", "click-to-call", "click-to-call-the-product-ends-it", "rule-a-*", "rule-c-*", "menu-*", "voicemail-*", "queue-a-*", "queue-leave-key", "queue-rings-all-and-*"}
	if testing.Short() {
		kinds = kinds[:3]
	}
	for _, kind := range kinds {
		flowtest.RunOutcomes(t, "../../flow/testdata/"+kind+".call", account.Sample(), flowtest.Outcomes{
			Lay: layTelnyx, Open: telnyxProgram, Late: 30 * time.Second,
		})
	}
}

// telnyxSocket is where a program is connected to a small Telnyx's telephones.
type telnyxSocket struct {
	*twiliostory.Telephones
	account *telnyxtest.Account
	to      string // where the program listens
	t       testing.TB
}

func layTelnyx(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		s := &telnyxSocket{t: t}
		through := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.to)
		}}
		t.Cleanup(through.CloseIdleConnections)
		s.account = telnyxtest.New(telnyxtest.Config{Config: twiliotest.Config{Start: start, Client: &http.Client{Transport: proxy{through}}}})
		s.Telephones = twiliostory.New(t, twiliotest.Start(t, s.account.Carrier()), publicURL+"/telnyx")
		return s.Telephones, s, nil
	}
}

// Do is never called: the program has a carrier of its own.
func (*telnyxSocket) Do(context.Context, flow.Turn) error { return errors.ErrUnsupported }

// telnyxProgram starts a program that the telephones reach, by their clock.
func telnyxProgram(s flowtest.Site) (flowtest.Exchange, error) {
	at := s.Carrier.(*telnyxSocket)
	document, err := account.ExportJSON(s.Document)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(at.t.TempDir(), "account.json")
	if err := os.WriteFile(config, document, 0o600); err != nil {
		return nil, err
	}
	rest := &http.Transport{}
	at.t.Cleanup(rest.CloseIdleConnections)
	p := startAs(at.t, tuning{
		hooks: hooks{now: s.Now, byHand: true, patience: time.Minute},
		telnyx: func(c *telnyx.Config) {
			c.Name, c.Now, c.Pace, c.HTTPClient = s.Name, s.Now, -1, &http.Client{Transport: rest}
		},
	}, map[string]string{
		"TELNYX_ACCOUNT_ID": at.account.AccountID(), "TELNYX_APPLICATION_ID": at.account.ApplicationID(), "TELNYX_API_KEY": at.account.APIKey(),
		"TELNYX_PUBLIC_KEY": at.account.PublicKey(), "TELNYX_API_URL": at.URL(), "EXTFLOW_PUBLIC_URL": publicURL,
	}, "-config", config)
	at.to = strings.TrimPrefix(p.base, "http://")
	return &program{p, s.Document.Account}, nil
}
