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

	"github.com/extflow/extflow/adapter/telnyx/telnyxtest"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// A small Telnyx reaches the running server by its public address: a caller keys an
// extension and talks to an agent, who is a SIP user there.
func TestTelnyx_aCallerReachesAnAgentAndWhatIsNotSignedChangesNothing(t *testing.T) {
	t.Parallel()
	var at atomic.Value // where the server really listens
	through := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.Load().(string))
	}}
	t.Cleanup(through.CloseIdleConnections)
	customer := telnyxtest.New(telnyxtest.Config{Config: twiliotest.Config{Start: time.Now(), Client: &http.Client{Transport: proxy{through}}}})
	far := twiliotest.Start(t, customer.Carrier())
	p := start(t, map[string]string{
		"TELNYX_ACCOUNT_ID": customer.AccountID(), "TELNYX_APPLICATION_ID": customer.ApplicationID(), "TELNYX_API_KEY": customer.APIKey(),
		"TELNYX_PUBLIC_KEY": customer.PublicKey(), "TELNYX_API_URL": far.URL(), "EXTFLOW_PUBLIC_URL": "http://calls.example.com",
	})
	at.Store(strings.TrimPrefix(p.base, "http://"))
	const base = "http://calls.example.com/telnyx"
	require.Contains(t, p.said.String(), base+"/voice (POST)")
	far.Assign("+12025550100", twiliotest.Number{VoiceURL: base + "/voice", FallbackURL: base + "/voice", StatusURL: base + "/status"})

	far.Agent("client:ada").Set(twiliotest.Takes, time.Second)
	phone, err := far.Dial(t.Context(), "+14155550100", "+12025550100", twiliotest.Options{})
	require.NoError(t, err)
	require.NoError(t, phone.Press(t.Context(), "1001"))
	require.NoError(t, far.Wait(t.Context(), 2*time.Second))
	require.Equal(t, twiliotest.Talking, phone.View().State)
	require.NoError(t, phone.HangUp(t.Context()))
	require.Empty(t, far.Errors())

	resp, err := http.Post(p.base+"/telnyx/voice", "application/x-www-form-urlencoded", strings.NewReader("CallSid=v3:9&From=%2B14155550100&To=%2B12025550100"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
}
