package twilio_test

import (
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
	"github.com/extflow/extflow/adapter/twilio/twiliostory"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
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
			slow := way
			slow.far.Words = 120
			adaptertest.Run(t, adaptertest.Carrier{Name: "Twilio", Lay: way.lay, Slow: slow.lay, Lacks: way.lacks, Forged: forged})
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

// Accounts and stories that are made up end here as they do anywhere.
func TestCarrier_whateverIsMadeUpEndsTheSame(t *testing.T) {
	t.Parallel()
	way := ways["as it comes"]
	adaptertest.RunRandom(t, adaptertest.Carrier{Name: "Twilio", Lay: way.lay, Lacks: way.lacks}, 0, adaptertest.Many())
}

// forged are requests that Twilio did not sign.
func forged(t testing.TB, far flowtest.Telephones) []*http.Request {
	l := far.(*telephones)
	form := url.Values{"CallSid": {"CA1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"completed"}}
	var out []*http.Request
	for _, signature := range []string{"", "bm90IHRoZSBzaWduYXR1cmU=", twiliotest.Sign("another token", l.Webhooks+"/status", form), twiliotest.Sign(l.AuthToken(), l.Webhooks+"/voice", form)} {
		r, err := http.NewRequest(http.MethodPost, l.Webhooks+"/status", strings.NewReader(form.Encode()))
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
		near.HTTPClient = &http.Client{Transport: api.Transport(t, http.DefaultTransport.(*http.Transport).Clone())}
		tw, err := twilio.New(near)
		if err != nil {
			return nil, nil, err
		}
		server.Config.Handler = tw
		server.Start()
		t.Cleanup(server.Close)
		return &telephones{twiliostory.New(t, far, base), tw}, tw, nil
	}
}

// telephones are those of a small Twilio, whose webhooks the adapter answers.
type telephones struct {
	*twiliostory.Telephones
	adapter *twilio.Adapter
}

func (l *telephones) Attach(x flowtest.Exchange) error {
	l.adapter.Attach(x)
	return l.Telephones.Attach(x)
}
