package twiliotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Signatures.

// Sign is the X-Twilio-Signature of a request: its URL as requested, without a
// fragment, and the parameters that it posts (none with GET).
func Sign(authToken, address string, posted url.Values) string {
	var names []string
	for name := range posted {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(authToken))
	_, _ = io.WriteString(mac, address)
	for _, name := range names {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(posted[name]))) {
			_, _ = io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func withQuery(address, query string) string {
	switch {
	case query == "":
		return address
	case strings.Contains(address, "?"):
		return address + "&" + query
	}
	return address + "?" + query
}

// standard are the parameters that every request bears.
func standard(name string) bool {
	return slices.Contains([]string{
		"CallSid", "AccountSid", "From", "To", "Caller", "Called", "CallStatus", "ApiVersion", "Direction", "ForwardedFrom", "CalledVia", "CallerName", "ParentCallSid",
	}, name)
}

func only(form url.Values, keep func(string) bool) url.Values {
	out := url.Values{}
	for k, v := range form {
		if keep(k) {
			out[k] = v
		}
	}
	return out
}
