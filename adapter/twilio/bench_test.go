package twilio

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
	"github.com/twilio/twilio-go/twiml"

	"github.com/extflow/extflow/flow"
)

// incomingCall is a request as long as Twilio's are: 27 parameters.
var incomingCall = func() url.Values {
	v := url.Values{"AccountSid": {"AC00000000000000000000000000000001"}, "ApiVersion": {"2010-04-01"}, "CallSid": {"CA2db76c748cb6f081853f80dace462a04"},
		"CallStatus": {"in-progress"}, "Direction": {"inbound"}, "Digits": {"1001"}, "FinishedOnKey": {""}, "msg": {"Gather End"}}
	for _, side := range []string{"From", "To", "Caller", "Called"} {
		v.Set(side, "+16617486138")
		v.Set(side+"City", "SAN FRANCISCO")
		v.Set(side+"State", "CA")
		v.Set(side+"Zip", "94107")
		v.Set(side+"Country", "US")
	}
	return v
}()

const benchAt = "/twilio/call/acme/0b6f3c1e-5a4f-5d1e-9a53-6a1c7c9d2f10/3/gather"

var benchTurn = flow.Turn{Call: acme, Seq: 4, Info: caller, Move: flow.Move{
	Say: []flow.Message{{Say: "Welcome to Acme. Please enter the extension of the person you would like to reach.", Language: "en-US"}},
	Do:  flow.Command{Kind: flow.Listen, Digits: 4, First: 5 * time.Second, Inter: 5 * time.Second, Finish: "#", Star: true}}}

type still struct{}

func (still) Handle(context.Context, flow.Event) (flow.Turn, error) { return benchTurn, nil }

func BenchmarkVerify(b *testing.B) {
	body, signature := []byte(incomingCall.Encode()), sign(token, origin+benchAt, incomingCall)
	tw := newAdapter(b, Config{})
	b.Run("ours", func(b *testing.B) {
		q := new(request)
		b.ReportAllocs()
		for b.Loop() {
			q.posted.reset()
			if parse(&q.posted, body) != nil {
				b.Fatal("malformed")
			}
			q.posted.sort()
			q.url = append(append(q.url[:0], origin...), benchAt...)
			if !tw.tokens.signs(&q.signing, signature, q.url, &q.posted) {
				b.Fatal("not believed")
			}
		}
	})
	b.Run("twilio-go", func(b *testing.B) {
		validator := client.NewRequestValidator(token)
		b.ReportAllocs()
		for b.Loop() {
			form, _ := url.ParseQuery(string(body))
			params := make(map[string]string, len(form))
			for k, v := range form {
				params[k] = v[0]
			}
			if !validator.Validate(origin+benchAt, params, signature) {
				b.Fatal("not believed")
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	tw := newAdapter(b, Config{})
	b.Run("ours", func(b *testing.B) {
		var p page
		b.ReportAllocs()
		for b.Loop() {
			p.b, p.open = p.b[:0], false
			tw.document(&p, &benchTurn, view{info: caller})
		}
	})
	b.Run("twilio-go", func(b *testing.B) {
		say := benchTurn.Move.Say[0]
		b.ReportAllocs()
		for b.Loop() {
			_, err := twiml.Voice([]twiml.Element{
				&twiml.VoiceGather{Action: origin + benchAt, ActionOnEmptyResult: "true", FinishOnKey: "#", NumDigits: "4", Timeout: "5",
					InnerElements: []twiml.Element{&twiml.VoiceSay{Message: say.Say, Language: say.Language}}},
				&twiml.VoiceRedirect{Url: origin + benchAt}})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWebhook is the whole handler but for the engine and net/http's own
// share: read, verify, parse, tell, render.
func BenchmarkWebhook(b *testing.B) {
	tw := newAdapter(b, Config{Handler: still{}})
	body := incomingCall.Encode()
	r := httptest.NewRequest(http.MethodPost, benchAt, nil)
	r.Header.Set("Content-Type", formType+"; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", sign(token, origin+benchAt, incomingCall))
	from := strings.NewReader(body)
	r.Body = readCloser{from}
	r.ContentLength = int64(len(body))
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		from.Reset(body)
		w.code = 0
		tw.ServeHTTP(w, r)
	}
	require.Zero(b, w.code)
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

type discard struct {
	header http.Header
	code   int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(code int)        { d.code = code }

func TestWebhook_verifyingAndRenderingAllocateNothing(t *testing.T) {
	if racing {
		t.Skip("the race detector empties pools at random")
	}
	body, signature := []byte(incomingCall.Encode()), sign(token, origin+benchAt, incomingCall)
	tw := newAdapter(t, Config{})
	q := new(request)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		q.posted.reset()
		_ = parse(&q.posted, body)
		q.posted.sort()
		q.url = append(append(q.url[:0], origin...), benchAt...)
		tw.tokens.signs(&q.signing, signature, q.url, &q.posted)
	}), "parse and verify")
	var p page
	require.Zero(t, testing.AllocsPerRun(100, func() {
		p.b, p.open = p.b[:0], false
		tw.document(&p, &benchTurn, view{info: caller})
	}), "render")
}
