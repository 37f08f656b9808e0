package vonage_test

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
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/adapter/vonage/vonagetest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Every story is played over HTTP: telephones of a small Vonage, the adapter, an
// engine and its store, with signatures on.
func TestStories_endOverHTTPAsTheyDoOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "as it comes" || racing && way.seldom {
				t.Skip("these ways are enough where it has to be quick")
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
	far     vonagetest.Config
	near    vonage.Config
	differs map[string]string
	seldom  bool // not under the race detector, which makes it slow
}

var ways = map[string]way{
	"as it comes":            {differs: reasons(always, silenceIsKept, starWaits)},
	"recordings are trimmed": {far: vonagetest.Config{Unsure: vonagetest.Unsure{Trims: true}}, differs: reasons(always, starWaits), seldom: true},
	"events come in any order": {
		far: vonagetest.Config{Wild: true, Unsure: vonagetest.Unsure{Trims: true, GoesOn: true, NullEntry: true, Anonymous: true}}, differs: reasons(always, starWaits),
	},
	"declined is busy": {
		far:     vonagetest.Config{Declined: vonagetest.Failure{Status: "busy", Code: 486}, Unsure: vonagetest.Unsure{Trims: true}},
		differs: reasons(always, declinedIsBusy, starWaits),
		seldom:  true,
	},
}

// Why stories end otherwise at Vonage.
var (
	always = map[string]string{
		"a-call-from-one-of-our-own-numbers-is-a-loop":      "Vonage does not say which number passed a call on",
		"a-call-from-an-endpoint-that-rings-is-a-loop":      "Vonage does not say which number passed a call on",
		"while-one-endpoint-is-screened-the-others-ring-on": "a telephone at which the agent presses 1 rings after the others, not beside them",
		"an-event-that-comes-late-changes-nothing":          "that an agent answered is told by an event alone, and the end of the call is faster",
		"voicemail-whose-recording-gets-lost-is-looked-up":  "recordings cannot be looked up at Vonage",
	}
	silenceIsKept = map[string]string{
		"voicemail-limits-are-the-mailboxs":           "the silence that ends a recording is part of it",
		"voicemail-ended-by-silence":                  "the silence that ends a recording is part of it",
		"rule-b-a-mobiles-voicemail-is-not-the-agent": "the silence that ends a recording is part of it",
	}
	declinedIsBusy = map[string]string{
		"one-endpoint-declined-the-other-rings-on":        "declined is busy to some carriers: rule c, not b",
		"overflow-to-a-colleague-at-the-same-telephone":   "declined is busy to some carriers: rule c, not b",
		"rule-b-declined-is-no-answer":                    "declined is busy to some carriers: rule c, not b",
		"the-greeting-is-for-the-reason-of-the-last-ring": "declined is busy to some carriers, and so is the reason",
		"queue-member-who-declines-rests-15s":             "declined is busy to some carriers: a rest of 30s",
		"queue-rings-all-but-five-at-most":                "declined is busy to some carriers: a rest of 30s",
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

// lay is a Vonage, and an adapter whose webhooks it requests.
func (w way) lay(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		cfg := w.far
		cfg.Start = start
		far := vonagetest.Start(t, cfg)
		server := httptest.NewUnstartedServer(nil)
		url := "http://" + server.Listener.Addr().String() + "/vonage"
		near := w.near
		near.Name = "sim" // as the stories' documents call their carrier
		near.ApplicationID, near.PrivateKey = far.ApplicationID(), far.PrivateKey()
		near.APIKey, near.SignatureSecrets = far.APIKey(), []string{far.SignatureSecret()}
		near.PublicURL, near.APIURL, near.Pace, near.Now = url, far.URL(), -1, far.Now
		vo, err := vonage.New(near)
		if err != nil {
			return nil, nil, err
		}
		server.Config.Handler = vo
		server.Start()
		t.Cleanup(server.Close)
		far.Link(vonagetest.Application{AnswerURL: url + "/answer", FallbackURL: url + "/answer", EventURL: url + "/event"})
		return &telephones{Carrier: far, adapter: vo, t: t}, vo, nil
	}
}

// telephones are those of a small Vonage. Every number that is dialled leads to the
// adapter.
type telephones struct {
	*vonagetest.Carrier
	adapter *vonage.Adapter
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
			require.Empty(l.t, l.Errors(), "Vonage would have complained")
		}
	})
	l.Observe(func(h vonagetest.Happening) {
		if h.What == vonagetest.Lost || h.What == vonagetest.Asked && strings.HasSuffix(h.Note, " 403") {
			l.befell++
		}
	})
	return nil
}

// digits is a number as Vonage writes it.
func digits(number string) string { return strings.TrimPrefix(number, "+") }

func (l *telephones) Dial(ctx context.Context, from, to, _ string) (flowtest.Caller, error) {
	l.Assign(digits(to))
	p, err := l.Carrier.Dial(ctx, cmp.Or(digits(from), "anonymous"), digits(to), vonagetest.Options{})
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
		out = append(out, flowtest.Leg{Address: leg.Phone, State: handset{l.Carrier.Agent(leg.Phone)}.State(), Gone: leg.Gone})
	}
	return out
}

func (l *telephones) Befall(a flowtest.Act) {
	l.broken = true
	if a.Does == flowtest.Refuses {
		refused, unmoved := vonagetest.APIFault{Method: "POST", Status: 403}, vonagetest.APIFault{Method: "PUT", Status: 403}
		l.Break(vonagetest.Faults{API: []vonagetest.APIFault{refused, refused, unmoved}}) // ada has two telephones; a turn is refused when both are
		return
	}
	l.Break(vonagetest.Faults{Next: []vonagetest.Fault{{Twice: a.Does == flowtest.Twice, Lost: a.Does == flowtest.Lost, Late: a.For}}})
}

func (l *telephones) Mend() { l.Break(vonagetest.Faults{}) }

func (l *telephones) Overhear(heard func(address string, said flow.Message)) {
	l.Observe(func(h vonagetest.Happening) {
		if h.What == vonagetest.Heard {
			heard(h.Phone, flow.Message{Say: h.Said.Text, Play: h.Said.Play, Language: h.Said.Language})
		}
	})
}

func (*telephones) Impossible(err error) bool {
	return errors.Is(err, vonagetest.ErrIdle) || errors.Is(err, vonagetest.ErrOver)
}

type caller struct{ *vonagetest.Phone }

func (p caller) Ref() string         { return p.View().UUID }
func (p caller) Over() bool          { return p.View().State == vonagetest.Over }
func (p caller) Refused() *flow.Move { return nil }

type handset struct{ *vonagetest.Agent }

func (h handset) Address() string           { return h.View().Phone }
func (h handset) Behaves(m flowtest.Manner) { h.Set(vonagetest.Manner(m), 0) }

// State is screening while the agent hears what is asked for a direct ring.
func (h handset) State() flowtest.State {
	v := h.View()
	asked := strings.Contains(v.Source, "/ask?") || strings.Contains(v.Source, "/accept?")
	if asked && (v.State == vonagetest.Hearing || v.State == vonagetest.Listening) {
		return flowtest.Screening
	}
	return flowtest.State(v.State)
}
