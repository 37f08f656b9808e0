package twilio_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Every story is played over HTTP: telephones of a small Twilio, the adapter, an
// engine and its store, with signatures on.
func TestStories_endOverHTTPAsTheyDoOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "as it comes" {
				t.Skip("one way is enough where it has to be quick")
			}
			flowtest.RunOutcomes(t, "../../flow/testdata/*.call", account.Sample(), flowtest.Outcomes{
				Lay:     way.lay,
				Open:    flowtest.OpenEngine(storeOf),
				Late:    30 * time.Second,
				Differs: way.differs,
			})
		})
	}
}

func storeOf(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}

// way is how the far end is, how the adapter is set, and which stories end
// otherwise then.
type way struct {
	far     twiliotest.Config
	near    twilio.Config
	differs map[string]string
}

var ways = map[string]way{
	"as it comes":           {differs: reasons(always, declinedIsBusy, starWaits)},
	"declined is no answer": {far: twiliotest.Config{Declined: "no-answer"}, differs: reasons(always, declinedIsNoAnswer, starWaits)},
	"star ends an entry":    {near: twilio.Config{Star: twilio.FinishKey}, differs: reasons(always, declinedIsBusy)},
	"star counts at once":   {near: twilio.Config{Star: twilio.Instant}, differs: reasons(always, declinedIsBusy)},
}

// Why stories end otherwise at Twilio.
var (
	always = map[string]string{
		"a-call-from-one-of-our-own-numbers-is-a-loop":      "a call forwarded by the very number that it is for is no loop: some carriers name the number called there",
		"while-one-endpoint-is-screened-the-others-ring-on": "a telephone at which the agent presses 1 rings after the others, not beside them",
	}
	declinedIsBusy = map[string]string{
		"one-endpoint-declined-the-other-rings-on":        "declined is busy to Twilio: rule c, not b",
		"overflow-to-a-colleague-at-the-same-telephone":   "declined is busy to Twilio: rule c, not b",
		"rule-b-declined-is-no-answer":                    "declined is busy to Twilio: rule c, not b",
		"the-greeting-is-for-the-reason-of-the-last-ring": "declined is busy to Twilio, and so is the reason",
		"queue-member-who-declines-rests-15s":             "declined is busy to Twilio: a rest of 30s",
		"queue-rings-all-but-five-at-most":                "declined is busy to Twilio: a rest of 30s",
	}
	declinedIsNoAnswer = map[string]string{
		"queue-member-who-declines-rests-15s": "declined is unanswered there: a rest of 30s",
		"queue-rings-all-but-five-at-most":    "declined is unanswered there: a rest of 30s",
	}
	starWaits = map[string]string{
		"queue-serves-first-come-first": "* counts when the entry is over, 5s later; meanwhile another caller has keyed nothing for too long",
	}
)

func reasons(of ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, some := range of {
		maps.Copy(all, some)
	}
	return all
}

// lay is a Twilio, and an adapter whose webhooks it requests.
func (w way) lay(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		cfg := w.far
		cfg.Start = start
		far := twiliotest.Start(t, cfg)
		server := httptest.NewUnstartedServer(nil)
		url := "http://" + server.Listener.Addr().String() + "/twilio"
		near := w.near
		near.Name = "sim" // as the stories' documents call their carrier
		near.AccountSID, near.AuthTokens = far.AccountSID(), []string{far.AuthToken()}
		near.PublicURL, near.APIURL, near.Pace = url, far.URL(), -1
		tw, err := twilio.New(near)
		if err != nil {
			return nil, nil, err
		}
		server.Config.Handler = tw
		server.Start()
		t.Cleanup(server.Close)
		l := &telephones{Carrier: far, adapter: tw, url: url, t: t}
		return l, tw, nil
	}
}

// telephones are those of a small Twilio. Every number that is dialled leads to the
// adapter.
type telephones struct {
	*twiliotest.Carrier
	adapter *twilio.Adapter
	url     string
	t       testing.TB
	broken  bool // something was to go wrong
	befell  int  // what did
}

func (l *telephones) Attach(x flowtest.Exchange) error {
	l.adapter.Attach(x)
	l.Drive(x)
	l.t.Cleanup(func() {
		if l.broken {
			require.NotZero(l.t, l.befell, "nothing has gone wrong")
		} else {
			require.Empty(l.t, l.Errors(), "Twilio would have complained")
		}
	})
	l.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Lost || h.What == twiliotest.Asked && strings.HasSuffix(h.Note, " 400") {
			l.befell++
		}
	})
	return nil
}

func (l *telephones) Dial(ctx context.Context, from, to, forwarded string) (flowtest.Caller, error) {
	l.Assign(to, twiliotest.Number{VoiceURL: l.url + "/voice", FallbackURL: l.url + "/voice", StatusURL: l.url + "/status"})
	p, err := l.Carrier.Dial(ctx, cmp.Or(from, "anonymous"), to, twiliotest.Options{ForwardedFrom: forwarded})
	return caller{p}, err
}

func (l *telephones) Callers() []flowtest.Caller {
	var out []flowtest.Caller
	for _, p := range l.Phones() {
		out = append(out, caller{p})
	}
	return out
}

func (l *telephones) Agent(address string) flowtest.Handset { return handset{l.Carrier.Agent(address)} }

func (l *telephones) Legs() []flowtest.Leg {
	var out []flowtest.Leg
	for _, leg := range l.Carrier.Legs() {
		out = append(out, flowtest.Leg{Address: leg.Phone, State: flowtest.State(leg.State), Gone: leg.Gone})
	}
	return out
}

func (l *telephones) Befall(a flowtest.Act) {
	l.broken = true
	if a.Does == flowtest.Refuses {
		refused := twiliotest.APIFault{Method: "POST", Status: 400, Code: 21201}
		l.Break(twiliotest.Faults{API: []twiliotest.APIFault{refused, refused}}) // ada has two telephones; a turn is refused when both are
		return
	}
	l.Break(twiliotest.Faults{Next: []twiliotest.Fault{{Twice: a.Does == flowtest.Twice, Lost: a.Does == flowtest.Lost, Late: a.For}}})
}

func (l *telephones) Mend() { l.Break(twiliotest.Faults{}) }

func (l *telephones) Overhear(heard func(address string, said flow.Message)) {
	l.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Heard {
			heard(h.Phone, flow.Message{Say: h.Said.Text, Play: h.Said.Play, Language: h.Said.Language})
		}
	})
}

func (*telephones) Impossible(err error) bool {
	return errors.Is(err, twiliotest.ErrIdle) || errors.Is(err, twiliotest.ErrOver)
}

type caller struct{ *twiliotest.Phone }

func (p caller) Ref() string         { return p.View().CallSid }
func (p caller) Over() bool          { return p.View().State == twiliotest.Over }
func (p caller) Refused() *flow.Move { return nil }

type handset struct{ *twiliotest.Agent }

func (h handset) Address() string           { return h.View().Phone }
func (h handset) State() flowtest.State     { return flowtest.State(h.View().State) }
func (h handset) Behaves(m flowtest.Manner) { h.Set(twiliotest.Manner(m), 0) }
