// Package gate decides who may see the parts of a server that are for its
// administrators.
//
// Until there is a token, only this machine may: the other end is loopback, the
// Host is a name of this machine, and no header says that the request came through
// a proxy or a tunnel, which connects from loopback too. Everybody else is told
// that there is nothing. With a token, whoever bears it may, from anywhere.
package gate

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Gate is the rule. The zero value admits this machine alone.
type Gate struct {
	Token string // EXTFLOW_ADMIN_TOKEN; empty is none
}

// Wrap lets the admitted through to h, and refuses requests that another web site
// has a browser make. Those who are not admitted get 404, or 401 where there is a
// token.
func (g Gate) Wrap(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case g.admits(r):
			h.ServeHTTP(w, r)
		case g.Token != "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="extflow"`)
			http.Error(w, "write Authorization: Bearer and the token that EXTFLOW_ADMIN_TOKEN has", http.StatusUnauthorized)
		default:
			http.NotFound(w, r)
		}
	})
}

func (g Gate) admits(r *http.Request) bool {
	if g.Token != "" {
		return bears(r, g.Token)
	}
	return loopback(r.RemoteAddr) && local(r.Host) && direct(r.Header)
}

// bears compares in constant time, whatever the lengths.
func bears(r *http.Request, token string) bool {
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a, b := sha256.Sum256([]byte(strings.TrimSpace(got))), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// loopback reports whether the other end of the connection is this machine.
func loopback(remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	return err == nil && ap.Addr().Unmap().IsLoopback()
}

// local reports whether a Host names this machine, with any port. A name that an
// attacker points at 127.0.0.1 does not.
func local(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if name = h; strings.HasPrefix(host, "[") {
			name = "[" + h + "]"
		}
		if port == "" || strings.Trim(port, "0123456789") != "" {
			return false
		}
	}
	switch strings.ToLower(name) {
	case "localhost", "127.0.0.1", "[::1]":
		return true
	}
	return false
}

// direct reports whether nothing says that the request was passed on.
func direct(h http.Header) bool {
	for name := range h {
		name = http.CanonicalHeaderKey(name)
		if name == "Forwarded" || name == "Via" || strings.HasPrefix(name, "X-Forwarded-") {
			return false
		}
	}
	return true
}
