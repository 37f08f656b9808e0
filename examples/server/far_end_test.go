package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// line is a running server with Twilio on, and a small Twilio that reaches it by
// its public address as through a proxy.
type line struct {
	*process
	carrier *twiliotest.Carrier
}

func dialled(t *testing.T, cfg twiliotest.Config) *line {
	t.Helper()
	var at atomic.Value // where the server really listens
	through := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.Load().(string))
	}}
	t.Cleanup(through.CloseIdleConnections)
	cfg.Client = &http.Client{Transport: proxy{through}}
	carrier := twiliotest.Start(t, cfg)
	p := startAs(t, tuning{hooks: hooks{patience: time.Minute}}, map[string]string{ // what is tried here is not how busy the machine is
		"TWILIO_ACCOUNT_SID": carrier.AccountSID(), "TWILIO_AUTH_TOKEN": carrier.AuthToken(), "TWILIO_API_URL": carrier.URL(),
		"EXTFLOW_PUBLIC_URL": "http://calls.example.com",
	})
	at.Store(strings.TrimPrefix(p.base, "http://"))
	carrier.Assign("+12025550100", twiliotest.Number{
		VoiceURL: "http://calls.example.com/twilio/voice", FallbackURL: "http://calls.example.com/twilio/voice", StatusURL: "http://calls.example.com/twilio/status",
	})
	t.Cleanup(func() { require.Empty(t, carrier.Errors(), "Twilio would have complained") })
	return &line{p, carrier}
}

// proxy adds what proxies add.
type proxy struct{ http.RoundTripper }

func (p proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", "54.172.60.0")
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("X-Forwarded-Proto", "https")
	return p.RoundTripper.RoundTrip(r)
}

func (l *line) dial(from string) *twiliotest.Phone {
	l.t.Helper()
	phone, err := l.carrier.Dial(l.t.Context(), from, "+12025550100", twiliotest.Options{})
	require.NoError(l.t, err)
	return phone
}

// becomes waits until what the server does by itself has happened.
func (l *line) becomes(want twiliotest.State, state func() twiliotest.State) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		require.NoError(l.t, l.carrier.Wait(l.t.Context(), 0))
		return state() == want
	}, 20*time.Second, 10*time.Millisecond, "it does not become %s", want)
}

func TestFarEnd_aCallerReachesAnAgent(t *testing.T) {
	t.Parallel()
	l := dialled(t, twiliotest.Config{})
	phone := l.dial(alice)
	require.Equal(t, twiliotest.Listening, phone.View().State)
	require.NoError(t, phone.Press(t.Context(), "1001"))
	ada := l.carrier.Agent("client:ada")
	require.Equal(t, twiliotest.Ringing, ada.View().State)
	require.NoError(t, ada.Answer(t.Context()))
	require.Equal(t, twiliotest.Talking, phone.View().State)
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, l.carrier.Wait(t.Context(), time.Minute))
	call := l.get("/api/v1/calls").is(200)
	require.Equal(t, "answered", call.word("calls", 0, "result"))
	require.Equal(t, true, call.at("calls", 0, "closed"))
	require.Nil(t, l.get("/api/v1/agents/ada").at("call"), "the agent is free")
	require.NotContains(t, l.logged.String(), alice)
	require.NotContains(t, l.logged.String(), "1001")
}

func TestFarEnd_noKeyIsLostHoweverFastTheyCome(t *testing.T) {
	t.Parallel()
	l := dialled(t, twiliotest.Config{Latency: 250 * time.Millisecond})
	phone := l.dial(alice)
	require.NoError(t, l.carrier.Wait(t.Context(), time.Second))
	require.NoError(t, phone.PressEvery(t.Context(), "1001", 80*time.Millisecond))
	require.NoError(t, l.carrier.Wait(t.Context(), time.Second))
	require.Equal(t, twiliotest.Ringing, l.carrier.Agent("client:ada").View().State)
}

func TestFarEnd_aCallerLeavesAMessage(t *testing.T) {
	t.Parallel()
	l := dialled(t, twiliotest.Config{})
	phone := l.dial(alice)
	require.NoError(t, phone.Press(t.Context(), "1002"))
	require.Equal(t, twiliotest.Recording, phone.View().State)
	require.NoError(t, phone.Speak(t.Context(), 9*time.Second))
	require.NoError(t, l.carrier.Wait(t.Context(), 9*time.Second))
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, l.carrier.Wait(t.Context(), time.Minute))
	require.Equal(t, "left", l.get("/api/v1/voicemail/team").is(200).word("messages", 0, "state"))
	id := l.get("/api/v1/calls").word("calls", 0, "id")
	heard := "voicemail/audio?mailbox=team&amp;message=" + id
	for _, page := range []string{"/calls/" + id, "/mailboxes/team"} {
		require.Contains(t, l.get(page).is(200).text, heard)
	}
	require.NotContains(t, l.logged.String(), "heard a message", "a page alone plays nothing")
	played := l.get("/" + strings.ReplaceAll(heard, "&amp;", "&")).is(200)
	require.Equal(t, l.get("/api/v1/voicemail/team/"+id+"/recording").is(200).text, played.text)
	require.Contains(t, l.logged.String(), "heard a message")
	require.Regexp(t, `Requests to twilio</strong> all \d+ of the last 10 minutes were answered`, l.get("/health").text)
}

// A caller waits, and a member who becomes free is rung by a leg that the server
// places through the REST API.
func TestFarEnd_aCallerWaitsUntilAMemberIsFree(t *testing.T) {
	t.Parallel()
	l := dialled(t, twiliotest.Config{})
	l.put("/api/v1/queues/support/members", object{"members": []string{"ada"}}).is(200)
	first := l.dial(alice)
	require.NoError(t, first.Press(t.Context(), "1001"))
	ada := l.carrier.Agent("client:ada")
	require.NoError(t, ada.Answer(t.Context()))

	second := l.dial(bob)
	require.NoError(t, second.Press(t.Context(), "*"))
	require.NoError(t, l.carrier.Wait(t.Context(), 10*time.Second))
	require.Equal(t, bob, l.get("/api/v1/queues/support/waiting").is(200).word("waiting", 0, "from"))

	require.NoError(t, ada.HangUp(t.Context()))
	l.becomes(twiliotest.Ringing, func() twiliotest.State { return ada.View().State })
	require.NoError(t, ada.Answer(t.Context()))
	l.becomes(twiliotest.Talking, func() twiliotest.State { return second.View().State })
	require.NoError(t, second.HangUp(t.Context()))
	l.becomes(twiliotest.Idle, func() twiliotest.State { return ada.View().State })
	require.Empty(t, l.get("/api/v1/queues/support/waiting").is(200).at("waiting"))
}

func TestFarEnd_anAdministratorEndsACall(t *testing.T) {
	t.Parallel()
	l := dialled(t, twiliotest.Config{})
	phone := l.dial(alice)
	l.post("/api/v1/calls/"+l.get("/api/v1/calls").word("calls", 0, "id")+"/hangup", nil).is(202)
	l.becomes(twiliotest.Over, func() twiliotest.State { return phone.View().State })
}
