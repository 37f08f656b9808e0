package twiliotest_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// The sample account on an engine behind the adapter, called over HTTP.

type exchange struct {
	t       *testing.T
	carrier *twiliotest.Carrier
	engine  *extflow.Engine
	store   storage.Store
}

func open(t *testing.T, far twiliotest.Config, near twilio.Config) *exchange {
	t.Helper()
	x := &exchange{t: t, carrier: twiliotest.Start(t, far)}
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String() + "/twilio"
	near.PublicURL, near.APIURL = url, x.carrier.URL()
	near.AccountSID, near.AuthTokens = x.carrier.AccountSID(), []string{x.carrier.AuthToken()}
	near.Pace = -1
	tw, err := twilio.New(near)
	require.NoError(t, err)
	x.store = memory.New(memory.Config{Now: x.carrier.Now})
	x.engine, err = extflow.New(extflow.Config{Store: x.store, Carriers: map[string]adapter.Carrier{"twilio": tw}})
	require.NoError(t, err)
	document, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(ctx, x.store, extflow.Setup(*document), x.carrier.Now())
	require.NoError(t, err)
	tw.Attach(x.engine)
	server.Config.Handler = tw
	server.Start()
	t.Cleanup(server.Close)
	x.carrier.Assign(office, twiliotest.Number{VoiceURL: url + "/voice", FallbackURL: url + "/voice", StatusURL: url + "/status"})
	x.carrier.Drive(x.engine)
	return x
}

// over sees that a call has ended well, and what it came to.
func (x *exchange) over(want flow.Result) {
	x.t.Helper()
	wait(x.t, x.carrier, time.Minute)
	require.Empty(x.t, x.carrier.Errors())
	require.Empty(x.t, x.carrier.Phones())
	require.Empty(x.t, x.carrier.Legs())
	for c, err := range x.store.Calls().List(ctx, "acme", storage.Query{}) {
		require.NoError(x.t, err)
		require.True(x.t, c.Has(flow.Closed), "call %s", c.ID)
		if !c.IsLeg() {
			require.Equal(x.t, want, c.State.Result)
		}
	}
}

func TestEndToEnd_anAgentTakesTheCallAndHangsUp(t *testing.T) {
	t.Parallel()
	x := open(t, twiliotest.Config{Latency: 200 * time.Millisecond, Words: 180}, twilio.Config{})
	x.carrier.Agent(ada).Set(twiliotest.Takes, 3*time.Second)
	p := dial(t, x.carrier)
	wait(t, x.carrier, time.Second)
	require.NoError(t, p.PressEvery(ctx, "1001", 80*time.Millisecond))
	wait(t, x.carrier, 4*time.Second)
	require.Equal(t, twiliotest.Talking, p.View().State)
	require.Equal(t, []string{ada}, p.View().With)
	require.Equal(t, caller, x.carrier.Agent(ada).View().Shown)
	wait(t, x.carrier, time.Minute)
	require.NoError(t, x.carrier.Agent(ada).HangUp(ctx))
	x.over(flow.ResultAnswered)
}

func TestEndToEnd_anAgentAtATelephonePresses1(t *testing.T) {
	t.Parallel()
	x := open(t, twiliotest.Config{}, twilio.Config{})
	p := dial(t, x.carrier)
	press(t, p, "1001")
	wait(t, x.carrier, 10*time.Second)
	require.Equal(t, []string{cell}, x.carrier.Ringing())
	require.NoError(t, x.carrier.Agent(cell).Answer(ctx))
	require.Equal(t, twiliotest.Screening, x.carrier.Agent(cell).View().State)
	require.NoError(t, x.carrier.Agent(cell).Press(ctx, "1"))
	require.Equal(t, twiliotest.Talking, p.View().State)
	hangUp(t, p)
	x.over(flow.ResultAnswered)
}

func TestEndToEnd_aCallerLeavesAMessage(t *testing.T) {
	t.Parallel()
	x := open(t, twiliotest.Config{}, twilio.Config{})
	p := dial(t, x.carrier)
	press(t, p, "1002") // grace is offline
	require.Equal(t, twiliotest.Recording, p.View().State)
	require.Equal(t, "Please leave a message after the tone.", said(p.View())[1])
	speak(t, p, 10*time.Second)
	wait(t, x.carrier, 8*time.Second)
	hangUp(t, p)
	x.over(flow.ResultVoicemail)
	messages, err := x.store.Mailboxes().Messages(ctx, "acme", "team")
	require.NoError(t, err)
	require.Len(t, messages, 1)
	require.Equal(t, 8*time.Second, messages[0].Length)
}

func TestEndToEnd_starLeadsToTheQueueAndAMemberTakesTheCall(t *testing.T) {
	t.Parallel()
	x := open(t, twiliotest.Config{Files: map[string]time.Duration{"https://media.example.com/hold.mp3": 30 * time.Second}}, twilio.Config{})
	p := dial(t, x.carrier)
	press(t, p, "*#")
	wait(t, x.carrier, 0)
	require.Equal(t, []string{ada}, x.carrier.Ringing())
	x.carrier.Agent(ada).Set(twiliotest.Takes, 0)
	require.NoError(t, x.carrier.Agent(ada).Answer(ctx))
	wait(t, x.carrier, time.Second)
	require.Equal(t, twiliotest.Talking, p.View().State)
	require.Equal(t, []string{ada}, p.View().With)
	wait(t, x.carrier, time.Minute)
	hangUp(t, p)
	x.over(flow.ResultAnswered)
}

func TestEndToEnd_whateverBefallsTheCallbacksTheOutcomeIsTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		x := open(t, twiliotest.Config{}, twilio.Config{})
		x.carrier.Break(twiliotest.Faults{Seed: seed, Twice: 0.3, Late: 0.3, LateBy: 5 * time.Second, Swapped: 0.3, Next: []twiliotest.Fault{{For: twiliotest.ForDial, Cut: true}}})
		x.carrier.Agent(ada).Set(twiliotest.Takes, time.Second)
		p := dial(t, x.carrier)
		press(t, p, "1001")
		wait(t, x.carrier, 2*time.Second)
		require.Equal(t, twiliotest.Talking, p.View().State, seed)
		require.NoError(t, x.carrier.Agent(ada).HangUp(ctx))
		x.over(flow.ResultAnswered)
	}
}
