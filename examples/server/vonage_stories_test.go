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
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/adapter/vonage/vonagestory"
	"github.com/extflow/extflow/adapter/vonage/vonagetest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// Every story is played on the telephones of a small Vonage that is connected to this
// program, as on those of a small Twilio.
func TestVonage_everyStoryEndsHereAsItDoesOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	adaptertest.Stories(t, adaptertest.Carrier{Name: "Vonage", Lay: layVonage, Lacks: adaptertest.Lacks("Vonage"), Open: vonageProgram})
}

// vonageSocket is where a program is connected to a small Vonage's telephones.
type vonageSocket struct {
	telephones *vonagestory.Telephones
	to         string // where the program listens
	t          testing.TB
}

func layVonage(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		s := &vonageSocket{t: t}
		transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.to)
		}}
		t.Cleanup(transport.CloseIdleConnections)
		far := vonagetest.Start(t, vonagetest.Config{Start: start, Client: &http.Client{Transport: proxy{transport}}})
		s.telephones = vonagestory.New(t, far, publicURL+"/vonage")
		return s.telephones, s, nil
	}
}

// Do is never called: the program has a carrier of its own.
func (*vonageSocket) Do(context.Context, flow.Turn) error { return errors.ErrUnsupported }

// vonageProgram starts a program that the telephones reach, by their clock.
func vonageProgram(s flowtest.Site) (flowtest.Exchange, error) {
	at := s.Carrier.(*vonageSocket)
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
	far := at.telephones
	p := startAs(at.t, tuning{
		hooks: hooks{now: s.Now, byHand: true, patience: time.Minute},
		vonage: func(c *vonage.Config) {
			c.Name, c.Now, c.Pace, c.HTTPClient = s.Name, s.Now, -1, &http.Client{Transport: rest}
		},
	}, map[string]string{
		"VONAGE_APPLICATION_ID": far.ApplicationID(), "VONAGE_PRIVATE_KEY": far.PrivateKey(), "VONAGE_API_KEY": far.APIKey(),
		"VONAGE_SIGNATURE_SECRET": far.SignatureSecret(), "VONAGE_API_URL": far.URL(), "EXTFLOW_PUBLIC_URL": publicURL,
	}, "-config", config)
	at.to = strings.TrimPrefix(p.base, "http://")
	return &program{p, s.Document.Account}, nil
}
