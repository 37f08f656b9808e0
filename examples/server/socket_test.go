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

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

const publicURL = "http://calls.example.com"

// socket is where a program is connected to a small carrier's telephones, whichever
// carrier that is.
type socket struct {
	to string // where the program listens
	t  testing.TB
}

// line leads what is requested of the public address to the program.
func (s *socket) line() *http.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.to)
	}}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: proxy{transport}}
}

// rest is what the program requests the carrier's REST API by.
func (s *socket) rest() *http.Client {
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// Do is never called: the program has a carrier of its own.
func (*socket) Do(context.Context, flow.Turn) error { return errors.ErrUnsupported }

// connects starts a program that the telephones reach. The instants of its engine
// are those of the telephones, however long the machine takes.
func (s *socket) connects(h tuning, env map[string]string, args ...string) *process {
	if h.patience == 0 {
		h.patience = time.Minute
	}
	env["EXTFLOW_PUBLIC_URL"] = publicURL
	p := startAs(s.t, h, env, args...)
	s.to = strings.TrimPrefix(p.base, "http://")
	return p
}

// plays starts a program with a story's account, which goes by the telephones' clock.
func (s *socket) plays(site flowtest.Site, h tuning, env map[string]string) (flowtest.Exchange, error) {
	document, err := account.ExportJSON(site.Document)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(s.t.TempDir(), "account.json")
	if err := os.WriteFile(config, document, 0o600); err != nil {
		return nil, err
	}
	h.now, h.byHand = site.Now, true
	return &program{s.connects(h, env, "-config", config), site.Document.Account}, nil
}
