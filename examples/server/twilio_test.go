package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// webhook posts a form as Twilio does, signed for the public address.
func (p *process) webhook(address string, form url.Values, signature ...string) answer {
	p.t.Helper()
	sign := signed(address, form)
	if len(signature) > 0 {
		sign = signature[0]
	}
	path := strings.TrimPrefix(address, "https://calls.example.com")
	return p.send(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", sign,
		"X-Forwarded-For", "54.172.60.0", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example")
}

// action is the address in the first attribute of the name in a document.
func (a answer) action(attribute string) string {
	a.t.Helper()
	_, rest, ok := strings.Cut(a.text, attribute+`="`)
	require.True(a.t, ok, "no %s in %s", attribute, a.text)
	value, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(value, "&amp;", "&")
}

func TestTwilio_aCallIsAnsweredThroughAProxyAndReachesAnAgent(t *testing.T) {
	t.Parallel()
	p := start(t, twilioOn())
	call := url.Values{"CallSid": {"CA1"}, "AccountSid": {"AC00000000000000000000000000000001"}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}, "Direction": {"inbound"}}
	first := p.webhook("https://calls.example.com/twilio/voice", call).is(200)
	require.Contains(t, first.text, "Welcome to Acme.")
	call.Set("CallStatus", "in-progress")
	call.Set("Digits", "1001")
	ringing := p.webhook(first.action("action"), call).is(200)
	require.Contains(t, ringing.text, "<Client")
	require.Equal(t, "ada", p.get("/api/v1/calls?live=true").is(200).word("calls", 0, "agent"))

	again := p.webhook(first.action("action"), call).is(200)
	require.Equal(t, ringing.text, again.text, "asked again, it is told the same")
	call.Del("Digits")
	call.Set("DialCallStatus", "no-answer")
	require.NotContains(t, p.webhook(ringing.action("action"), call).is(200).text, "<Client", "rule b")

	call.Set("CallStatus", "completed")
	p.webhook("https://calls.example.com/twilio/status", call)
	require.Equal(t, true, p.get("/api/v1/calls").at("calls", 0, "closed"))
	require.NotContains(t, p.logged.String(), alice)
}

func TestTwilio_thePublicAddressMayHaveAPath(t *testing.T) {
	t.Parallel()
	env := twilioOn()
	env["EXTFLOW_PUBLIC_URL"] = "https://calls.example.com/acme/calls/"
	p := start(t, env)
	call := url.Values{"CallSid": {"CA1"}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}}
	voice := "https://calls.example.com/acme/calls/twilio/voice"
	whole := p.webhook(voice, call).is(200)
	require.Contains(t, whole.action("action"), "https://calls.example.com/acme/calls/twilio/")
	stripped := p.send(http.MethodPost, "/twilio/voice", call.Encode(), "Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", signed(voice, call))
	require.Equal(t, whole.text, stripped.is(200).text, "whether or not the proxy takes the path away")
	p.webhook(voice, call, "").is(403)
}

func TestTwilio_whatIsNotSignedChangesNothingAndIsCounted(t *testing.T) {
	t.Parallel()
	p := start(t, twilioOn())
	call := url.Values{"CallSid": {"CA1"}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}}
	voice := "https://calls.example.com/twilio/voice"
	p.webhook(voice, call, "").is(403)
	p.webhook(voice, call, "bm90IHRoZSBzaWduYXR1cmU=").is(403)
	p.webhook("https://calls.example.com/twilio/voice?x=1", call, "").is(403)
	require.Empty(t, p.get("/api/v1/calls").is(200).at("calls"))
	require.Contains(t, p.get("/metrics").is(200).text, `extflow_webhooks_refused_total{carrier="twilio"} 3`)
	p.webhook("https://calls.example.com/twilio/nothing", call).is(404)
}

// Every request that Twilio is known to have made for a call that comes in is
// taken; with one byte changed it is refused and changes nothing.
func TestTwilio_recordedRequestsAreTakenAndChangedOnesRefused(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../shared/reference/data/twilio_payloads.json")
	if err != nil {
		t.Skipf("the shared reference data is not here: %v", err)
	}
	var requests []struct {
		Kind   string
		Params map[string]string
	}
	require.NoError(t, json.Unmarshal(data, &requests))
	p := start(t, twilioOn())
	taken := 0
	for _, r := range requests {
		address := map[string]string{"incoming_call": "voice", "incoming_call_client": "voice", "fallback_url": "voice", "call_status_callback": "status"}[r.Kind]
		if address == "" {
			continue
		}
		form := url.Values{}
		for k, v := range r.Params {
			form.Set(k, v)
		}
		if address == "voice" {
			form.Set("To", "+12025550100")
		}
		if form.Get("CallSid") == "" {
			form.Set("CallSid", "CA9")
		}
		address = "https://calls.example.com/twilio/" + address
		before := p.get("/api/v1/calls").is(200).text
		for name, values := range form {
			if values[0] == "" {
				continue
			}
			changed := url.Values{}
			for k, v := range form {
				changed[k] = v
			}
			changed.Set(name, "~"+values[0][1:])
			p.webhook(address, changed, signed(address, form)).is(403)
			break
		}
		require.Equal(t, before, p.get("/api/v1/calls").text)
		a := p.webhook(address, form)
		require.Contains(t, []int{200, 204}, a.status, a.text)
		if a.status == 200 {
			require.NoError(t, xml.Unmarshal([]byte(a.text), new(struct {
				XMLName xml.Name `xml:"Response"`
			})), a.text)
		}
		taken++
	}
	require.Greater(t, taken, 8)
}

// signed is the signature of a request.
func signed(address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte("12345"))
	mac.Write([]byte(address))
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
