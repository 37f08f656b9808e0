package twiliotest

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"crypto/tls"
)

// Connection overrides: the fragment of a URL says how long Twilio waits for it and
// how often it tries. And how what goes wrong is called.

const (
	codeFetch     = 11200
	codeConnect   = 11205
	codeHost      = 11210
	codeRedirects = 11215
	codeTLS       = 11220
	codeCallback  = 15003
)

// mostTime is the longest that anything about a call waits for an answer.
const mostTime = 15 * time.Second

// overrides are the settings of one URL.
type overrides struct {
	ct, rt, tt time.Duration // to connect, to the first byte, altogether
	rc         int           // tries again
	rp         []string      // after what
}

func parseOverrides(address string) overrides {
	o := overrides{ct: 5 * time.Second, rt: mostTime, tt: mostTime, rc: 1, rp: []string{"ct"}}
	_, fragment, _ := strings.Cut(address, "#")
	values, err := url.ParseQuery(fragment)
	if err != nil {
		return o
	}
	o.ct = millis(values.Get("ct"), 10*time.Second, o.ct)
	o.rt = millis(values.Get("rt"), mostTime, o.rt)
	o.tt = millis(values.Get("tt"), mostTime, o.tt)
	if n, err := strconv.Atoi(values.Get("rc")); err == nil && n >= 0 && n <= 5 {
		o.rc = n
	}
	if rp := values.Get("rp"); rp != "" {
		o.rp = strings.Split(rp, ",")
	}
	return o
}

// millis is a time of at least 100 ms, or otherwise.
func millis(s string, most, otherwise time.Duration) time.Duration {
	n, err := strconv.Atoi(s)
	if d := time.Duration(n) * time.Millisecond; err == nil && d >= 100*time.Millisecond && d <= most {
		return d
	}
	return otherwise
}

// retries reports whether the request is made again after such a failure.
func (o overrides) retries(fail string) bool {
	for _, p := range o.rp {
		if p == fail || p == "all" {
			return true
		}
	}
	return false
}

// failure is what Twilio calls an error of the network.
func failure(err error) (code int, text, fail string) {
	var dns *net.DNSError
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &dns):
		return codeHost, "the host is not known", "ct"
	case errors.As(err, &certificate), errors.As(err, &header):
		return codeTLS, "the TLS handshake failed", "ct"
	case errors.As(err, &op) && op.Op == "dial":
		return codeConnect, "it could not be connected", "ct"
	}
	return codeFetch, "the connection broke off, or the answer did not come", "rt"
}
