package twilio_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/flowtest"
)

// Every story is played over HTTP: telephones of a small Twilio, the adapter, an
// engine and its store, with signatures on.
func TestCarrier_passesWhatEveryAdapterHasTo(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "as it comes" {
				t.Skip("one way is enough where it has to be quick")
			}
			adaptertest.Run(t, adaptertest.Carrier{Name: "Twilio", Lay: way.lay, Lacks: way.lacks, Forged: forged})
		})
	}
}

// way is how the far end is, how the adapter is set, and what the carrier lacks then.
type way struct {
	far   twiliotest.Config
	near  twilio.Config
	lacks []adaptertest.Ability
}

var ways = map[string]way{
	"as it comes":           {lacks: adaptertest.Lacks("Twilio")},
	"declined is no answer": {far: twiliotest.Config{Declined: "no-answer"}, lacks: append(can(adaptertest.Declined), adaptertest.Refused)},
	"star ends an entry":    {near: twilio.Config{Star: twilio.FinishKey}, lacks: can(adaptertest.Star)},
	"star counts at once":   {near: twilio.Config{Star: twilio.Instant}, lacks: can(adaptertest.Star)},
}

// can is what Twilio lacks, but for an ability that it has in some way.
func can(a adaptertest.Ability) []adaptertest.Ability {
	return slices.DeleteFunc(adaptertest.Lacks("Twilio"), func(b adaptertest.Ability) bool { return a == b })
}

// forged are requests that Twilio did not sign.
func forged(t testing.TB, far flowtest.Telephones) []*http.Request {
	l := far.(*telephones)
	form := url.Values{"CallSid": {"CA1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"completed"}}
	var out []*http.Request
	for _, signature := range []string{"", "bm90IHRoZSBzaWduYXR1cmU=", twiliotest.Sign("another token", l.url+"/status", form), twiliotest.Sign(l.AuthToken(), l.url+"/voice", form)} {
		r, err := http.NewRequest(http.MethodPost, l.url+"/status", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", signature)
		out = append(out, r)
	}
	return out
}

// lay is a Twilio, and an adapter whose webhooks it requests.
func (w way) lay(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		cfg := w.far
		cfg.Start = start
		far := twiliotest.Start(t, cfg)
		server := httptest.NewUnstartedServer(nil)
		base := "http://" + server.Listener.Addr().String() + "/twilio"
		near := w.near
		near.Name = "sim" // as the stories' documents call their carrier
		near.AccountSID, near.AuthTokens = far.AccountSID(), []string{far.AuthToken()}
		near.PublicURL, near.APIURL, near.Pace = base, far.URL(), -1
		near.HTTPClient = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
		tw, err := twilio.New(near)
		if err != nil {
			return nil, nil, err
		}
		server.Config.Handler = tw
		server.Start()
		t.Cleanup(server.Close)
		l := &telephones{Carrier: far, adapter: tw, url: base, t: t}
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

// Strained says that errors are to come.
func (l *telephones) Strained() { l.broken, l.befell = true, 1 }

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
