package twilio

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/twiml"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// The SDK writes the same documents where it can: it knows no empty attributes, so
// those are put in by hand here.

func TestPage_theSDKWritesTheSameDocuments(t *testing.T) {
	t.Parallel()
	const at = origin + "/twilio/call/acme/c1/3/"
	nasty := `Ünï "quoted" & <b>'s</b> 🎉`
	say := &twiml.VoiceSay{Message: nasty, Language: "en-US", Voice: "Polly.Amy"}
	words := func(t flow.Turn) flow.Turn {
		t.Move.Say = []flow.Message{{Say: nasty, Language: "en-US", Voice: "Polly.Amy"}}
		return t
	}
	party := &extension.Party{Endpoints: []extension.Endpoint{{Address: "client:ada&bob"}, {Address: "sip:ada@pbx.example;a=<1>"}}}
	for name, c := range map[string]struct {
		turn  flow.Turn
		verbs []twiml.Element
		empty map[string]string // tag → an attribute that is there and empty
	}{
		"an entry": {words(turn(flow.Command{Kind: flow.Listen, Digits: 4, First: 5e9, Finish: "#"})), []twiml.Element{
			&twiml.VoiceGather{Action: at + "gather", ActionOnEmptyResult: "true", FinishOnKey: "#", NumDigits: "4", Timeout: "5", InnerElements: []twiml.Element{say}},
			&twiml.VoiceRedirect{Url: at + "gather"}}, nil},
		"a key": {words(turn(flow.Command{Kind: flow.Listen, Digits: 1, First: 5e9})), []twiml.Element{
			&twiml.VoiceGather{Action: at + "gather", ActionOnEmptyResult: "true", NumDigits: "1", Timeout: "5", InnerElements: []twiml.Element{say}},
			&twiml.VoiceRedirect{Url: at + "gather"}}, map[string]string{"Gather": "finishOnKey"}},
		"a ring": {words(turn(flow.Command{Kind: flow.Connect, Time: 20e9, Limit: time.Hour, CallerID: flow.ShowCaller, Party: party})), []twiml.Element{say,
			&twiml.VoiceDial{Action: at + "dial", AnswerOnBridge: "true", CallerId: "+14155550100", TimeLimit: "3600", Timeout: "15", InnerElements: []twiml.Element{
				&twiml.VoiceClient{Identity: "ada&bob", StatusCallback: at + "taken", StatusCallbackEvent: "answered"},
				&twiml.VoiceSip{SipUrl: "sip:ada@pbx.example;a=<1>", StatusCallback: at + "taken", StatusCallbackEvent: "answered"}}}}, nil},
		"a message": {words(turn(flow.Command{Kind: flow.Record, Time: time.Minute, Silence: 5e9, Finish: "#"})), []twiml.Element{say,
			&twiml.VoiceRecord{Action: at + "record", FinishOnKey: "#", MaxLength: "60", PlayBeep: "true", RecordingStatusCallback: at + "taped", RecordingStatusCallbackEvent: "completed absent", Timeout: "5"},
			&twiml.VoiceRedirect{Url: at + "record"}}, nil},
		"a talk": {words(turn(flow.Command{Kind: flow.Join, Room: "c1", Limit: time.Hour})), []twiml.Element{say,
			&twiml.VoiceDial{Action: at + "join", TimeLimit: "3600", InnerElements: []twiml.Element{&twiml.VoiceConference{Name: "extflow:acme:c1", Beep: "false",
				EndConferenceOnExit: "true", MaxParticipants: "2", StartConferenceOnEnter: "true", WaitUrl: at + "alone"}}}}, nil},
		"music": {turn(flow.Command{Kind: flow.Hold, Music: &flow.Message{Play: "https://x.example/?a=1&b=2"}}), []twiml.Element{
			&twiml.VoicePlay{Url: "https://x.example/?a=1&b=2"}, &twiml.VoiceRedirect{Url: at + "hold"}}, nil},
		"a goodbye": {words(turn(flow.Command{Kind: flow.Hangup})), []twiml.Element{say, &twiml.VoiceHangup{}}, nil},
	} {
		d, tw := newLine(t, Config{})
		d.stands(c.turn)
		ours := post(t, tw, origin+"/twilio/call/acme/c1/2/next", during()).doc
		text, err := twiml.Voice(c.verbs)
		require.NoError(t, err, name)
		theirs := read(t, text)
		for tag, attr := range c.empty {
			theirs.find(t, tag).attrs[attr] = ""
		}
		require.Equal(t, theirs, ours, name)
	}
}

// FuzzDocument puts any text wherever text can be: it comes back the same, in a
// document of the same shape.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{"", "a", `<Hangup/>`, `"/><Dial>+1900</Dial>`, "]]>", "&amp;", "\r\n\t ", "\x00\x1f", "\xff\xfe", "🎉\uFFFE\uFFFF\uFFFD", "' onload='", "../..", "?a=1#b"} {
		f.Add(s, s)
	}
	tw := newAdapter(f, Config{})
	f.Fuzz(func(t *testing.T, said, name string) {
		want := carried(said)
		stands := flow.Turn{Call: flow.Key{Account: name, ID: name}, Seq: 3, Info: caller, Move: flow.Move{
			Say: []flow.Message{{Say: said + ".", Voice: said, Language: said}, {Play: "https://x.example/" + said}, {Play: name + ".mp3"}},
			Do: flow.Command{Kind: flow.Connect, Time: 20e9, Screen: &flow.Screen{}, Party: &extension.Party{Endpoints: []extension.Endpoint{
				{Address: "client:" + said}, {Address: "sip:" + said}}}}}}
		if len(said) > 1000 || len(name) > 200 {
			t.Skip("longer than what is said at once")
		}
		var p page
		require.True(t, tw.document(&p, &stands, view{info: caller}))
		doc := read(t, string(p.b))
		require.Len(t, doc.kids, 4)
		require.Equal(t, want+".", doc.kids[0].text)
		require.Equal(t, want, doc.kids[0].attrs["voice"])
		require.Equal(t, "https://x.example/"+want, doc.kids[1].text)
		dial := doc.kids[3]
		require.Equal(t, "Dial", dial.tag)
		require.Len(t, dial.kids, 2)
		require.Equal(t, want, dial.kids[0].text)
		require.Equal(t, "sip:"+want, dial.kids[1].text)
		to, ok := tw.route(strings.TrimPrefix(dial.attrs["action"], origin))
		require.Equal(t, name != "", ok)
		if ok {
			require.Equal(t, stands.Call, to.call)
		}
	})
}

// carried is what XML can carry of a text: every rune that it cannot is U+FFFD, and
// so is every byte that is no UTF-8.
func carried(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		s = s[size:]
	}
	return b.String()
}

// FuzzWebhook posts anything, signed, anywhere: it never panics, and what comes
// back is a document or a refusal.
func FuzzWebhook(f *testing.F) {
	f.Add("/voice", "CallSid=CA1&From=%2B1415&To=%2B1202")
	f.Add("/call/acme/c1/3/dial?s=-1&k=99999999999&o=zz&a=-5", "DialCallStatus=completed&DialBridged=false")
	f.Add("/call/acme/c1/3/accept?t=-9", "Digits=1")
	f.Add("/call/acme/c1/3/record?a=300", "RecordingDuration=-1&RecordingUrl=%00")
	f.Add("/call/%2e%2e/%ff/3/hold", "Digits=%F0%9F%8E%89")
	d := &desk{}
	d.stands(flow.Turn{Call: acme, Seq: 3, Info: caller, Move: flow.Move{Do: flow.Command{Kind: flow.Connect, Time: 30e9, Screen: &flow.Screen{},
		Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "tel:+12025550111"}, {Address: "client:ada"}}}}}})
	tw := newAdapter(f, Config{Insecure: true, Logger: slog.New(slog.DiscardHandler), Handler: d, Star: Instant, APIURL: "http://127.0.0.1:1", Deadline: time.Millisecond})
	f.Fuzz(func(t *testing.T, path, body string) {
		u, err := url.ParseRequestURI("/twilio" + path)
		if err != nil {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.URL = u
		r.Header.Set("Content-Type", formType)
		got := serve(t, tw, r)
		require.Contains(t, []int{200, 204, 403, 404, 413, 503}, got.code)
	})
}
