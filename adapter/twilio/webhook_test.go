package twilio

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

var incoming = url.Values{"CallSid": {"CA1"}, "AccountSid": {"AC1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"ringing"}, "Direction": {"inbound"}}

// during is the parameters of a request while the caller is on the line.
func during(more ...string) url.Values {
	v := url.Values{"CallSid": {"CA1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"in-progress"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestNew_saysEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Config{PublicURL: "calls.example.com", APIURL: "ftp://x", Star: "never", Deadline: -1, APIKey: "SK1", Overrides: "rc=2 "})
	require.ErrorIs(t, err, ErrConfig)
	for _, want := range []string{"AccountSID is missing", "AuthTokens is empty", "PublicURL is no absolute URL", "APIURL is no", `Star "never"`, "Deadline", "APISecret", "Overrides"} {
		require.ErrorContains(t, err, want)
	}
	_, err = New(Config{AccountSID: "AC1", AuthTokens: []string{"t", ""}, PublicURL: "https://x.example/twilio?a=1"})
	require.ErrorContains(t, err, "AuthTokens[1] is empty")
	require.ErrorContains(t, err, "neither a query")
	_, err = New(Config{AccountSID: "AC1", AuthTokens: []string{"t"}})
	require.ErrorContains(t, err, "PublicURL is missing")
}

func TestNew_withoutTokensItStartsOnlyWhenToldToAndThenLoudly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d, tw := newLine(t, Config{Insecure: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.Contains(t, log.String(), "level=ERROR")
	require.Contains(t, log.String(), "NOT verified")
	r := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
	r.Header.Set("Content-Type", formType)
	serve(t, tw, r)
	require.Equal(t, flow.Arrived, d.last(t).Kind)
}

func TestAdapter_isACarrierThatPlacesLegsUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	require.True(t, adapter.AbilitiesOf(newAdapter(t, Config{})).Place)
	require.False(t, adapter.AbilitiesOf(newAdapter(t, Config{NoPlacing: true})).Place)
}

func TestWebhook_aCallComesInAndIsAnsweredWithWhatStands(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	d.stands(flow.Turn{Call: flow.Key{Account: "acme", ID: "c1"}, Seq: 1, Move: flow.Move{
		Say: []flow.Message{{Say: "Welcome.", Language: "en-US"}},
		Do:  flow.Command{Kind: flow.Listen, Digits: 4, First: 5e9, Inter: 3e9, Finish: "#", Star: true}}})
	got := post(t, tw, origin+"/twilio/voice", incoming)
	require.Equal(t, http.StatusOK, got.code)
	require.Equal(t, "no-store", got.http.Get("Cache-Control"))
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://calls.example.com/twilio/call/acme/c1/1/gather"`+
		` actionOnEmptyResult="true" finishOnKey="#" numDigits="4" timeout="5"><Say language="en-US">Welcome.</Say></Gather>`+
		`<Redirect>https://calls.example.com/twilio/call/acme/c1/1/gather</Redirect></Response>`, got.body)
	e := d.last(t)
	require.True(t, e.Reply)
	require.Zero(t, e.Call)
	require.Equal(t, flow.What{Kind: flow.Arrived, Start: &flow.Info{Carrier: "twilio", Ref: "CA1", From: "+14155550100", To: "+12025550100"}}, e.What)
}

func TestWebhook_whatIsNotSignedAsItShouldBeChangesNothing(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	good := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
		r.Header.Set("Content-Type", formType)
		r.Header.Set("X-Twilio-Signature", sign(token, origin+"/twilio/voice", incoming))
		return r
	}
	body := func(s string) func(*http.Request) {
		return func(r *http.Request) {
			fresh := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(s))
			fresh.Header = r.Header
			*r = *fresh
		}
	}
	for name, bend := range map[string]func(*http.Request){
		"no signature":         func(r *http.Request) { r.Header.Del("X-Twilio-Signature") },
		"two signatures":       func(r *http.Request) { r.Header.Add("X-Twilio-Signature", r.Header.Get("X-Twilio-Signature")) },
		"another's token":      func(r *http.Request) { r.Header.Set("X-Twilio-Signature", sign("x", origin+"/twilio/voice", incoming)) },
		"one byte changed":     body(strings.Replace(incoming.Encode(), "555", "556", 1)),
		"a parameter more":     body(incoming.Encode() + "&x=y"),
		"a broken escape":      body(incoming.Encode() + "&x=%zz"),
		"a query more":         func(r *http.Request) { r.URL.RawQuery = "a=1" },
		"another address":      func(r *http.Request) { r.URL.Path = "/twilio/status" },
		"nothing but a header": body(""),
		"not called a form":    func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"signed by its own URL": func(r *http.Request) {
			r.Header.Set("X-Twilio-Signature", sign(token, "http://example.com/twilio/voice", incoming))
		},
	} {
		r := good()
		bend(r)
		require.Equal(t, http.StatusForbidden, serve(t, tw, r).code, name)
	}
	require.Zero(t, d.count(), "nobody was told")
	require.Equal(t, http.StatusOK, serve(t, tw, good()).code)
}

func TestWebhook_whatProxiesClaimMakesNoDifference(t *testing.T) {
	t.Parallel()
	_, tw := newLine(t, Config{})
	for _, headers := range []map[string]string{
		{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Port": "1"},
		{"X-Forwarded-Prefix": "/x"}, {"Forwarded": "host=evil.example;proto=http"}, {"X-Original-Url": "/x"}, {"X-Rewrite-Url": "/x"},
	} {
		for _, real := range []bool{true, false} {
			at := origin + "/twilio/voice"
			if !real {
				at = "http://evil.example/twilio/voice"
			}
			r := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
			r.Header.Set("Content-Type", formType)
			r.Header.Set("X-Twilio-Signature", sign(token, at, incoming))
			for k, v := range headers {
				r.Header.Set(k, v)
				if k == "Host" {
					r.Host = v
				}
			}
			require.Equal(t, real, serve(t, tw, r).code == http.StatusOK, "%v", headers)
		}
	}
}

func TestWebhook_itMayBeMountedAnywhere(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{PublicURL: "https://example.com/hooks/twilio/"})
	signed := func(path string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(during("Digits", "1").Encode()))
		r.Header.Set("Content-Type", formType)
		r.Header.Set("X-Twilio-Signature", sign(token, "https://example.com/hooks/twilio/call/a%2Fb%20c/%C3%A9/7/gather?a=1", during("Digits", "1")))
		return r
	}
	const rest = "/call/a%2Fb%20c/%C3%A9/7/gather?a=1"
	mux := http.NewServeMux()
	mux.Handle("/hooks/twilio/", tw)
	stripped := http.NewServeMux()
	stripped.Handle("/elsewhere/", http.StripPrefix("/elsewhere", tw))
	for name, h := range map[string]struct {
		handler http.Handler
		path    string
	}{
		"at its own path":                {mux, "/hooks/twilio" + rest},
		"behind StripPrefix":             {stripped, "/elsewhere" + rest},
		"behind a proxy that takes part": {tw, "/twilio" + rest},
		"behind a proxy that takes all":  {tw, rest},
	} {
		require.Equal(t, http.StatusOK, serve(t, h.handler, signed(h.path)).code, name)
		e := d.last(t)
		require.Equal(t, flow.Key{Account: "a/b c", ID: "é"}, e.Call, name)
		require.Equal(t, uint32(7), e.Re, name)
		require.Equal(t, uint8(1), e.Try, name)
		require.Equal(t, flow.Digits("1"), e.Digits, name)
	}
	for _, path := range []string{"/", "/hooks", "/twilio/voices", "/twilio/call/a/b/x/gather", "/twilio/call/a/b/1/fly", "/twilio/call//b/1/gather", "/twilio/call/a/b/4294967296/gather", "/twilio/call/a/b"} {
		require.Equal(t, http.StatusNotFound, serve(t, tw, httptest.NewRequest(http.MethodPost, path, nil)).code, path)
	}
}

func TestWebhook_addressesAreReadBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	tw := newAdapter(t, Config{})
	for _, name := range []string{"acme", ".", "..", "a.b", "a/b", "%2F", "é ü", "a?b#c", "x:y@z", "+1", "~-_"} {
		for _, w := range turns {
			k := flow.Key{Account: name, ID: name + name}
			u, err := url.Parse(tw.url(k, 42, w, "s=1"))
			require.NoError(t, err)
			r, ok := tw.route(u.EscapedPath())
			require.True(t, ok, u.String())
			require.Equal(t, route{what: w, call: k, seq: 42, path: strings.TrimPrefix(u.EscapedPath(), "/twilio")}, r)
		}
	}
}

func TestWebhook_withGETTheParametersAreInTheURL(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	at := origin + "/twilio/call/acme/c1/3/gather?a=1&" + during("Digits", "12*").Encode()
	u, _ := url.Parse(at)
	r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
	r.Header.Set("X-Twilio-Signature", sign(token, at, nil))
	require.Equal(t, http.StatusOK, serve(t, tw, r).code)
	require.Equal(t, flow.Digits("12*"), d.last(t).Digits)
	require.Equal(t, "CA1", d.last(t).Start.Ref)
}

func TestWebhook_whatIsTooLongOrNoRequestForItIsRefused(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	long := url.Values{"CallSid": {strings.Repeat("x", maxBody)}}
	require.Equal(t, http.StatusRequestEntityTooLarge, post(t, tw, origin+"/twilio/voice", long).code)
	r := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(long.Encode()))
	r.ContentLength = -1 // chunked
	require.Equal(t, http.StatusRequestEntityTooLarge, serve(t, tw, r).code)
	require.Equal(t, http.StatusMethodNotAllowed, serve(t, tw, httptest.NewRequest(http.MethodPut, "/twilio/voice", nil)).code)
	r = httptest.NewRequest(http.MethodPost, "/twilio/voice", brokenBody{})
	require.Equal(t, http.StatusBadRequest, serve(t, tw, r).code)
	require.Zero(t, d.count())

	chunked := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
	chunked.ContentLength = -1
	chunked.Header.Set("Content-Type", formType)
	chunked.Header.Set("X-Twilio-Signature", sign(token, origin+"/twilio/voice", incoming))
	require.Equal(t, http.StatusOK, serve(t, tw, chunked).code)
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("cut") }

func TestWebhook_beforeTheEngineIsThereTheCarrierIsToldSo(t *testing.T) {
	t.Parallel()
	tw := newAdapter(t, Config{})
	require.Equal(t, http.StatusServiceUnavailable, post(t, tw, origin+"/twilio/voice", incoming).code)
	d := &desk{}
	tw.Attach(d)
	require.Equal(t, http.StatusOK, post(t, tw, origin+"/twilio/voice", incoming).code)
}

func TestWebhook_whoForwardedTheCallIsKeptAndTheNumberItselfIsNot(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	for form, want := range map[string]string{"ForwardedFrom=%2B12125550199": "+12125550199", "CalledVia=%2B12125550199": "+12125550199",
		"ForwardedFrom=%2B12025550100": "+12025550100", "ForwardedFrom=": ""} {
		v, _ := url.ParseQuery(incoming.Encode() + "&" + form)
		post(t, tw, origin+"/twilio/voice", v)
		require.Equal(t, want, string(d.last(t).Start.ForwardedFrom), form)
	}
	v := url.Values{"CallSid": {"CA2"}, "From": {"+266696687"}, "To": {"+12025550100"}}
	post(t, tw, origin+"/twilio/voice", v)
	require.Empty(t, d.last(t).Start.From, "withheld")
}

func TestWebhook_signalWireSignsUnderItsOwnHeader(t *testing.T) {
	t.Parallel()
	_, tw := newLine(t, Config{Dialect: SignalWire(), AuthTokens: []string{"PSK_key"}, APISecret: "PT_token"})
	r := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header.Set("X-Twilio-Signature", sign("PSK_key", origin+"/twilio/voice", incoming))
	require.Equal(t, http.StatusForbidden, serve(t, tw, r).code)
	r = httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(incoming.Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header.Set("X-Signalwire-Signature", sign("PSK_key", origin+"/twilio/voice", incoming))
	require.Equal(t, http.StatusOK, serve(t, tw, r).code)
}
