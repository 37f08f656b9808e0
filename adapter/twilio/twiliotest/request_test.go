package twiliotest_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 1.1, 1.2, 2.4, 2.9 and 3.

func TestRequest_isMadeAndSignedAsTwilioDoes(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Redirect>next?a=1&amp;b=%20</Redirect>`, "/next": `<Pause length="3"/>`})
	name := "SMITH  J"
	_, err := c.Dial(context.Background(), caller, office, twiliotest.Options{ForwardedFrom: "+12025550177", CallerName: &name, Params: url.Values{"StirVerstat": {"TN-Validation-Passed-A"}}})
	require.NoError(t, err)
	got := c.Requests()
	require.Len(t, got, 2, "the site checks each signature")
	first := got[0]
	require.Equal(t, twiliotest.ForVoice, first.For)
	require.Equal(t, "POST", first.Method)
	require.Equal(t, 200, first.Status)
	require.Contains(t, first.Body, "<Redirect>")
	require.Equal(t, "application/x-www-form-urlencoded; charset=UTF-8", first.Header.Get("Content-Type"))
	require.Equal(t, "TwilioProxy/1.1", first.Header.Get("User-Agent"))
	require.Len(t, first.Header.Get("I-Twilio-Idempotency-Token"), 32)
	require.NotEqual(t, first.Header.Get("I-Twilio-Idempotency-Token"), got[1].Header.Get("I-Twilio-Idempotency-Token"))
	form := s.form("/voice")
	require.Regexp(t, "^CA[0-9a-f]{32}$", form.Get("CallSid"))
	for name, want := range map[string]string{
		"AccountSid": c.AccountSID(), "From": caller, "Caller": caller, "To": office, "Called": office, "CallStatus": "ringing", "Direction": "inbound",
		"ApiVersion": "2010-04-01", "ForwardedFrom": "+12025550177", "CalledVia": "+12025550177", "CallerName": "SMITH  J", "FromCountry": "US", "ToCity": "", "StirVerstat": "TN-Validation-Passed-A",
	} {
		require.Equal(t, []string{want}, form[name], name)
	}
	require.Equal(t, s.URL+"/next?a=1&b=%20", got[1].URL, "relative to the document")
	require.Equal(t, "seen=voice", s.got[1].head.Get("Cookie"), "cookies live as long as the call")
}

func TestRequest_aClientHasNoPlace(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Hangup/>`})
	_, err := c.Dial(context.Background(), "client:joe", office, twiliotest.Options{})
	require.NoError(t, err)
	require.NotContains(t, s.form("/voice"), "FromCity")
	require.Contains(t, s.form("/voice"), "ToCity")
}

func TestRequest_withGetTheParametersFollowTheQuery(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Redirect method="GET">/next?x=1</Redirect>`, "/next": `<Hangup/>`})
	dial(t, c)
	require.Equal(t, "1", s.form("/next").Get("x"))
	require.Equal(t, caller, s.form("/next").Get("From"))
	require.True(t, strings.HasPrefix(c.Requests()[1].URL, s.URL+"/next?x=1&"))
}

func TestSign_takesEachValueOfARepeatedParameterOnceAndInOrder(t *testing.T) {
	t.Parallel()
	one := twiliotest.Sign("key", "https://x.example/", url.Values{"a": {"2", "1", "2"}, "b": {""}})
	require.Equal(t, one, twiliotest.Sign("key", "https://x.example/", url.Values{"a": {"1", "2"}, "b": {""}}))
	require.NotEqual(t, one, twiliotest.Sign("key", "https://x.example/", url.Values{"a": {"1"}, "b": {""}}))
	require.NotEqual(t, one, twiliotest.Sign("other", "https://x.example/", url.Values{"a": {"1", "2"}, "b": {""}}))
}

func TestRequest_aRedirectOfHttpLosesTheDigits(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Gather action="/key" numDigits="1"/>`, "/key": ">/moved", "/moved": `<Hangup/>`})
	press(t, dial(t, c), "1")
	require.Equal(t, "1", s.form("/key").Get("Digits"))
	require.NotContains(t, s.form("/moved"), "Digits")
	require.Equal(t, caller, s.form("/moved").Get("From"))

	c, _ = line(t, twiliotest.Config{}, map[string]string{"/voice": ">/voice"})
	dial(t, c)
	require.Equal(t, []int{11215}, codes(c))
}

func TestOverrides_aConnectionThatFailsIsTriedAgainOnceAndThenTheFallback(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Hangup/>`, "/fallback": `<Reject/>`})
	c.Assign(office, twiliotest.Number{VoiceURL: s.URL + "/voice", FallbackURL: s.URL + "/fallback"})
	c.Break(twiliotest.Faults{Next: []twiliotest.Fault{{Cut: true}}})
	dial(t, c)
	got := c.Requests()
	require.Equal(t, []string{"/voice"}, s.asked())
	require.Equal(t, []int{0, 1}, []int{got[0].Try, got[1].Try})
	require.Equal(t, got[0].Header.Get("I-Twilio-Idempotency-Token"), got[1].Header.Get("I-Twilio-Idempotency-Token"))
	require.Empty(t, c.Errors())

	c.Break(twiliotest.Faults{Next: []twiliotest.Fault{{Cut: true}, {Cut: true}}})
	p := dial(t, c)
	require.Equal(t, "11205", s.form("/fallback").Get("ErrorCode"))
	require.Equal(t, "no-answer", p.View().Status, "the fallback rejected it")
}

func TestOverrides_ofTheUrlSayHowOftenAndAfterWhat(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Hangup/>`})
	s.codes["/voice"] = 503
	for fragment, want := range map[string]int{
		"": 1, "#rc=2": 1, "#rc=2&rp=5xx": 3, "#rc=3&rp=all": 4, "#rc=9&rp=5xx": 2, "#rp=4xx,ct": 1, "#%zz": 1,
	} {
		before := len(s.asked())
		c.Assign(office, twiliotest.Number{VoiceURL: s.URL + "/voice" + fragment})
		dial(t, c)
		require.Equal(t, want, len(s.asked())-before, fragment)
	}
}

func TestOverrides_noAnswerIsWaitedForLongerThanFifteenSeconds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fragment string
		latency  time.Duration
		fault    twiliotest.Fault
		after    time.Duration
		requests int
	}{
		"a slow server":                    {"", 16 * time.Second, twiliotest.Fault{}, 15 * time.Second, 1},
		"an answer that is lost":           {"", 0, twiliotest.Fault{Mute: true}, 15 * time.Second, 1},
		"an answer that is late":           {"", 0, twiliotest.Fault{Late: 20 * time.Second}, 15 * time.Second, 1},
		"a shorter time":                   {"#rt=2000", 3 * time.Second, twiliotest.Fault{}, 2 * time.Second, 1},
		"tried again":                      {"#rt=2000&rc=1&rp=rt", 3 * time.Second, twiliotest.Fault{}, 4 * time.Second, 2},
		"as long as the whole time lasts":  {"#rt=2000&rc=5&rp=rt&tt=5000", 3 * time.Second, twiliotest.Fault{}, 5 * time.Second, 3},
		"times out of range are the usual": {"#rt=20&tt=99999", 16 * time.Second, twiliotest.Fault{}, 15 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			carrier, s := line(t, twiliotest.Config{Latency: c.latency}, map[string]string{"/voice": `<Hangup/>`})
			carrier.Assign(office, twiliotest.Number{VoiceURL: s.URL + "/voice" + c.fragment})
			if c.fault != (twiliotest.Fault{}) {
				carrier.Break(twiliotest.Faults{Next: []twiliotest.Fault{c.fault}})
			}
			p := dial(t, carrier)
			wait(t, carrier, c.after-time.Millisecond)
			require.Equal(t, twiliotest.Waiting, p.View().State)
			wait(t, carrier, time.Millisecond)
			require.Equal(t, twiliotest.Over, p.View().State)
			require.Equal(t, []int{11200}, codes(carrier))
			require.Len(t, s.asked(), c.requests)
		})
	}
}

func TestRequest_errorsOfTheNetworkHaveTwiliosCodes(t *testing.T) {
	t.Parallel()
	c := twiliotest.Start(t, twiliotest.Config{})
	for address, want := range map[string]int{
		"http://127.0.0.1:1/": 11205, "http://no such host/": 11210, "http://": 11210,
	} {
		c.Assign(office, twiliotest.Number{VoiceURL: address})
		before := len(c.Errors())
		dial(t, c)
		require.Equal(t, []int{want}, codes(c)[before:], address)
	}
	unknown := twiliotest.New(twiliotest.Config{Client: &http.Client{Transport: noHost{}}})
	unknown.Assign(office, twiliotest.Number{VoiceURL: "http://calls.example.com/"})
	dial(t, unknown)
	require.Equal(t, []int{11210}, codes(unknown))

	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c.Assign(office, twiliotest.Number{VoiceURL: s.URL})
	before := len(c.Errors())
	dial(t, c)
	require.Equal(t, []int{11220}, codes(c)[before:], c.Errors())
}

// noHost knows the name of no host.
type noHost struct{}

func (noHost) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: r.URL.Host, IsNotFound: true}}
}

func TestRequest_aLapThatTakesNoTimeDoesNotStopTheClock(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Redirect>/voice</Redirect>`})
	p := dial(t, c)
	require.Len(t, s.asked(), 20)
	wait(t, c, time.Second)
	require.Len(t, s.asked(), 40)
	body := api(c).post("/Calls/"+p.View().CallSid+".json", "Url", s.URL+"/voice")
	require.Equal(t, 21220, code(body), "a Redirect alone answers nothing")
	hangUp(t, p)
	wait(t, c, time.Minute)
	require.Len(t, s.asked(), 41, "and the status callback")
}
