package twilio_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// exchange is the sample account on an engine behind a small Twilio, by its clock.
type exchange struct {
	t     *testing.T
	far   *twiliotest.Carrier
	store storage.Store
}

func connected(t *testing.T) *exchange {
	t.Helper()
	x := &exchange{t: t, far: twiliotest.Start(t, twiliotest.Config{Words: 150})}
	x.store = memory.New(memory.Config{Now: x.far.Now})
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String() + "/twilio"
	rest := &http.Transport{}
	tw, err := twilio.New(twilio.Config{
		AccountSID: x.far.AccountSID(), AuthTokens: []string{x.far.AuthToken()}, PublicURL: url, APIURL: x.far.URL(), Pace: -1,
		HTTPClient: &http.Client{Transport: rest},
	})
	require.NoError(t, err)
	engine, err := extflow.New(extflow.Config{Store: x.store, Carriers: map[string]adapter.Carrier{"twilio": tw}, Deadline: time.Minute})
	require.NoError(t, err)
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), x.store, extflow.Setup(*doc), x.far.Now())
	require.NoError(t, err)
	require.NoError(t, engine.SetPresence(t.Context(), "acme", "linus", extension.Available, ""))
	tw.Attach(engine)
	x.far.Drive(engine)
	x.far.Assign("+12025550100", twiliotest.Number{VoiceURL: url + "/voice", FallbackURL: url + "/voice", StatusURL: url + "/status"})
	server.Config.Handler = tw
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(rest.CloseIdleConnections)
	return x
}

// busy has so many callers do this and that, one after the other and at once.
func (x *exchange) busy(r *rand.Rand, calls int) {
	ctx := x.t.Context()
	phones := []string{"client:ada", "tel:+12025550111", "tel:+12025550113", "tel:+12025550114"}
	manners := []twiliotest.Manner{twiliotest.Takes, twiliotest.Takes, twiliotest.Declines, twiliotest.RingsOut, twiliotest.Engaged, twiliotest.Unreachable}
	keys := []string{"1001", "1003", "1004", "1002", "9999", "*", "*", "1", "2", "#"}
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	for n := range calls {
		p, _ := x.far.Dial(ctx, fmt.Sprintf("+1415555%04d", n), "+12025550100", twiliotest.Options{})
		for range 1 + r.IntN(4) {
			x.far.Agent(pick(phones)).Set(manners[r.IntN(len(manners))], time.Duration(r.IntN(12))*time.Second)
			switch r.IntN(8) {
			case 0:
				_ = p.Speak(ctx, time.Duration(r.IntN(8))*time.Second)
			case 1:
				_ = x.far.Agent(pick(phones)).HangUp(ctx)
			default:
				_ = p.Press(ctx, pick(keys))
			}
			_ = x.far.Wait(ctx, time.Duration(r.IntN(20_000))*time.Millisecond)
		}
		if r.IntN(3) > 0 { // the others stay on for a while
			_ = p.HangUp(ctx)
		}
		if phones := x.far.Phones(); len(phones) > 4 {
			_ = phones[0].HangUp(ctx)
		}
	}
}

// quiet has everybody hang up and time pass, and sees that nothing is left: it
// returns how many calls there were, and how many ends had to be asked for.
func (x *exchange) quiet() (calls, asked int64) {
	x.far.Break(twiliotest.Faults{})
	for _, p := range x.far.Phones() {
		_ = p.HangUp(x.t.Context())
	}
	_ = x.far.Wait(x.t.Context(), 7*time.Hour)
	for c, err := range x.store.Calls().List(x.t.Context(), "acme", storage.Query{}) {
		require.NoError(x.t, err)
		require.True(x.t, c.Has(flow.Closed), "%s %s is still open: %s", c.ID, c.Ref, c.Phase)
		require.NotEqual(x.t, flow.NoResult, c.State.Result)
		calls++
		if c.Has(flow.Reconciled) {
			asked++
		}
	}
	for a, err := range x.store.Directory().Agents(x.t.Context(), "acme") {
		require.NoError(x.t, err)
		require.False(x.t, a.Duty.Held(), "%s is reserved for ever", a.ID)
	}
	require.Empty(x.t, x.far.Legs())
	return calls, asked
}

// A carrier's reports get lost. Whatever they would have said, every call ends, and
// nobody stays reserved: calls that are silent for longer than their step allows are
// looked up.
func TestReconciler_lostReportsLeaveNoCallOpenAndNobodyReserved(t *testing.T) {
	t.Parallel()
	seeds := uint64(16)
	switch {
	case os.Getenv("EXTFLOW_LONG") != "":
		seeds = 400
	case testing.Short():
		seeds = 4
	}
	var calls, asked atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				x := connected(t)
				x.far.Break(twiliotest.Faults{Seed: seed, Lost: .3, Twice: .1, Late: .1, Cut: .02, Mute: .02})
				x.busy(rand.New(rand.NewPCG(seed, 1)), 60)
				n, found := x.quiet()
				calls.Add(n)
				asked.Add(found)
			})
		}
	})
	t.Logf("%d calls, %d of whose ends were asked for", calls.Load(), asked.Load())
	require.NotZero(t, asked.Load(), "something was lost")
}
