package extension

import (
	"errors"
	"fmt"
	"strings"

	"github.com/extflow/extflow/number"
)

// Endpoint is one place where an agent can be rung: a telephone ("tel:+12025550111"),
// a SIP address ("sip:ada@pbx.example.com", "sips:" too) or the carrier's app user
// ("client:ada").
type Endpoint struct {
	Address string `json:"address"`
	Via     string `json:"via,omitempty"` // the only carrier that reaches it; empty is the carrier of the caller's call
}

// Scheme is the kind of an endpoint.
type Scheme string

// The schemes.
const (
	Tel    Scheme = "tel"
	SIP    Scheme = "sip"
	Client Scheme = "client"
)

// ErrEndpoint is in every error that ParseEndpoint returns.
var ErrEndpoint = errors.New("not an endpoint")

// ParseEndpoint reads "tel:+12025550111", "sip:ada@pbx.example.com" or "client:ada".
// A tel address must be strict E.164.
func ParseEndpoint(s string) (Endpoint, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return Endpoint{}, fmt.Errorf("%w: %q has no scheme; write tel:+12025550111, sip:ada@pbx.example.com or client:ada", ErrEndpoint, s)
	}
	if strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7f }) || len(rest) > 255 {
		return Endpoint{}, fmt.Errorf("%w: %q has spaces or control characters, or is longer than 255", ErrEndpoint, s)
	}
	switch scheme {
	case "tel":
		if _, err := number.Parse(rest); err != nil {
			return Endpoint{}, fmt.Errorf("%w: tel: %w", ErrEndpoint, err)
		}
	case "sip", "sips":
		user, host, at := strings.Cut(rest, "@")
		if !at || user == "" || host == "" || strings.Contains(host, "@") {
			return Endpoint{}, fmt.Errorf("%w: %q needs a user and a host, as in sip:ada@pbx.example.com", ErrEndpoint, s)
		}
	case "client":
		if rest == "" {
			return Endpoint{}, fmt.Errorf("%w: %q names no user, as in client:ada", ErrEndpoint, s)
		}
	default:
		return Endpoint{}, fmt.Errorf("%w: %q has the scheme %q; known are tel, sip and client", ErrEndpoint, s, scheme)
	}
	return Endpoint{Address: s}, nil
}

// Scheme says what kind of endpoint it is; "sips" counts as SIP.
func (e Endpoint) Scheme() Scheme {
	scheme, _, _ := strings.Cut(e.Address, ":")
	if scheme == "sips" {
		return SIP
	}
	return Scheme(scheme)
}

// Number is the telephone number of a tel endpoint; false for the other kinds.
func (e Endpoint) Number() (number.E164, bool) {
	rest, ok := strings.CutPrefix(e.Address, "tel:")
	if !ok {
		return "", false
	}
	return number.E164(rest), true
}

// Reachable reports whether the carrier named reaches the endpoint. The empty
// carrier stands for any.
func (e Endpoint) Reachable(carrier string) bool {
	return e.Via == "" || carrier == "" || e.Via == carrier
}

// Is reports whether a caller's identity, as number.Caller gives it, is this
// endpoint: its telephone number, or its sip or client address. A sip address is
// the same with sips, with another case of its host, and with any parameters.
func (e Endpoint) Is(caller number.E164) bool {
	return caller != "" && placeOf(e.Address) == placeOf(string(caller))
}

// Place is the telephone, line or app user that the endpoint means, however it is
// written: two endpoints with the same place ring together. Stores keep what calls
// reserve by it.
func (e Endpoint) Place() string { return placeOf(e.Address) }

// placeOf is the telephone, line or app user that an address or a caller's
// identity means. It allocates nothing for what is written as we write it.
func placeOf(address string) string {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "tel":
		return rest
	case "sip", "sips":
		user, host, _ := strings.Cut(rest, "@")
		bare := host
		if end := strings.IndexAny(host, ";?"); end >= 0 {
			bare = host[:end]
		}
		if bare = strings.ToLower(bare); scheme == "sip" && bare == host {
			return address
		}
		return "sip:" + user + "@" + bare
	}
	return address
}

// Screened reports whether the agent must press 1 before being joined at this
// endpoint. Left to its default, a telephone is screened, because a mobile's
// voicemail answers like a person, and sip and client endpoints are not.
func (e Endpoint) Screened(s Switch) bool {
	return s == On || s == Default && e.Scheme() == Tel
}
