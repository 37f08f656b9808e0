package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/extflow/extflow/examples/server/console"
)

func (s *server) tls() *tls.Config {
	if s.set.cert == nil {
		return nil
	}
	return &tls.Config{Certificates: []tls.Certificate{*s.set.cert}, MinVersion: tls.VersionTLS12}
}

// greet says in a few lines what is there, and in one what is exposed.
func (s *server) greet(at net.Addr) {
	base := s.url(at)
	say := func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }
	say("store: %s", s.opened.says)
	for _, c := range s.carriers {
		say("%s: on; in its console, %s", c.Name, strings.Join(lines(c.Fields), "; "))
	}
	switch sim := s.sim.Load(); {
	case sim == nil && len(s.carriers) == 0:
		say("simulator: off, and no carrier is on: nothing brings calls")
	case sim == nil:
		say("simulator: off")
	case len(s.carriers) > 0:
		say("simulator: on, with a copy of the account, at %s/api/v1/simulator", base)
	default:
		say("simulator: on, at %s/api/v1/simulator", base)
	}
	say("open %s/ in a browser, or read %s/openapi.json", base, base)
	if !s.people.Any(context.Background()) {
		say("sign-in: nobody may yet; %s/%s makes the first administrator, once", base, s.people.First())
	}
	say("exposed: %s", s.exposed(at, base))
}

// lines are what to fill in at a carrier.
func lines(fields []console.Field) (all []string) {
	for _, f := range fields {
		all = append(all, f.String())
	}
	return all
}

// url is where this machine reaches the server.
func (s *server) url(at net.Addr) string {
	scheme, host := "http", at.String()
	if s.set.cert != nil {
		scheme = "https"
	}
	if ap, err := netip.ParseAddrPort(host); err == nil && ap.Addr().IsUnspecified() {
		host = fmt.Sprintf("localhost:%d", ap.Port())
	}
	return scheme + "://" + host
}

// exposed is who can reach what, in a line.
func (s *server) exposed(at net.Addr, base string) string {
	ap, err := netip.ParseAddrPort(at.String())
	where := at.String() + ", this machine only"
	if err != nil || !ap.Addr().Unmap().IsLoopback() {
		where = at.String() + ", the network"
	}
	admin := "pages, API and metrics to this machine only, and to nobody through a proxy or tunnel; EXTFLOW_ADMIN_TOKEN admits others"
	if s.set.token != "" {
		admin = "pages, API and metrics to whoever bears EXTFLOW_ADMIN_TOKEN"
	}
	open := []string{"/healthz"}
	for _, c := range s.carriers {
		open = append(open, c.pattern+" (signed webhooks)")
	}
	line := fmt.Sprintf("%s; to everybody who reaches it %s; %s", where, strings.Join(open, " and "), admin)
	if s.set.publicURL != "" {
		line += "; carriers come by " + s.set.publicURL
	}
	return line
}
