package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/meter"
)

// Whoever looks after the numbers is told whether what the carrier requests gets here, and
// what to do where it does not.
func TestNumbers_theWebhooksAddressIsTried(t *testing.T) {
	t.Parallel()
	var way atomic.Pointer[http.HandlerFunc]
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*way.Load())(w, r) }))
	t.Cleanup(proxy.Close)
	env := twilioOn()
	env["EXTFLOW_PUBLIC_URL"] = proxy.URL + "/calls"
	p := start(t, env)
	check := func(leads http.HandlerFunc) string {
		way.Store(&leads)
		return p.send(http.MethodPost, "/numbers/check", "carrier=twilio", "Content-Type", "application/x-www-form-urlencoded").is(200).text
	}
	to, err := url.Parse(p.base)
	require.NoError(t, err)
	here := httputil.NewSingleHostReverseProxy(to)
	require.Contains(t, check(here.ServeHTTP), "✓ reached")
	require.Contains(t, check(http.StripPrefix("/calls", here).ServeHTTP), "✓ reached", "whether or not the proxy takes the path away")
	require.Contains(t, check(http.NotFound), "Something else answers")
	require.Contains(t, check(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("welcome")) }), "Something else answers")
	require.Contains(t, check(http.RedirectHandler("https://elsewhere.example.com/", http.StatusMovedPermanently).ServeHTTP), "https://elsewhere.example.com/, where carriers do not follow")
	proxy.Close()
	require.Contains(t, check(http.NotFound), "Nothing answers at")
	p.send(http.MethodPost, "/twilio/here?nonce=short", nil).is(404)

	page := p.get("/numbers").is(200).text
	require.Contains(t, page, "No webhook of it has come since the server started.")
	require.Contains(t, page, `data-copy="twilio-0"`)
	call := url.Values{"CallSid": {"CA1"}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}}
	address := env["EXTFLOW_PUBLIC_URL"] + "/twilio/voice"
	send := func(signature string) answer {
		return p.send(http.MethodPost, "/twilio/voice", call.Encode(), "Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", signature)
	}
	send("wrong").is(403)
	require.Regexp(t, `✗ look</span></span><span><strong>Webhooks of twilio</strong> 1 of 1 .* EXTFLOW_PUBLIC_URL must be letter for letter`, p.get("/health").text)
	require.Contains(t, p.get("/numbers").text, "The last one that was refused because of its signature came at")
	send(signed(address, call)).is(200)
	require.Regexp(t, `✓ fine</span></span><span><strong>Webhooks of twilio</strong> 1 of 2 `, p.get("/health").text)
	require.Contains(t, p.get("/numbers").text, "Its last webhook came at")
}

func TestSigns_fewFaultsAreNoFault(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		is       meter.Recent
		requests bool
		webhooks bool
	}{
		{meter.Recent{}, true, true},
		{meter.Recent{Good: 9}, true, true},
		{meter.Recent{Good: 9, Bad: 2, Failed: now, Fault: "EOF"}, true, true},
		{meter.Recent{Good: 9, Bad: 3, Failed: now, Fault: "EOF"}, false, true},
		{meter.Recent{Good: 990, Bad: 10, Failed: now, Fault: "EOF"}, true, true},
		{meter.Recent{Bad: 1, Failed: now, Fault: "EOF"}, true, false},
	} {
		sent, came := requestSign("twilio", one.is), webhookSign("twilio", one.is)
		require.Equal(t, []bool{one.requests, one.webhooks}, []bool{sent.Good, came.Good}, "%+v", one.is)
		if !sent.Good {
			require.Contains(t, sent.Text, "EOF. They are tried again. See that")
		}
	}
}
