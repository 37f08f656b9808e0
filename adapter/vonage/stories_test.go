package vonage_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/adapter/vonage/vonagestory"
	"github.com/extflow/extflow/adapter/vonage/vonagetest"
	"github.com/extflow/extflow/flow/flowtest"
)

// Every story is played over HTTP: telephones of a small Vonage, the adapter, an
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
			adaptertest.Run(t, adaptertest.Carrier{Name: "Vonage", Lay: way.lay, Slow: slow.lay, Lacks: way.lacks, Forged: forged})
		})
	}
}

// way is how the far end is, how the adapter is set, and what the carrier lacks then.
type way struct {
	far   vonagetest.Config
	near  vonage.Config
	lacks []adaptertest.Ability
}

var ways = map[string]way{
	"as it comes":            {lacks: adaptertest.Lacks("Vonage")},
	"recordings are trimmed": {far: vonagetest.Config{Unsure: vonagetest.Unsure{Trims: true}}, lacks: trims},
	"events come in any order": {
		far: vonagetest.Config{Wild: true, Unsure: vonagetest.Unsure{Trims: true, GoesOn: true, NullEntry: true, Anonymous: true}}, lacks: trims,
	},
	"declined is busy": {
		far:   vonagetest.Config{Declined: vonagetest.Failure{Status: "busy", Code: 486}, Unsure: vonagetest.Unsure{Trims: true}},
		lacks: append(slices.Clone(trims), adaptertest.Declined),
	},
}

// trims is what Vonage lacks where it cuts a recording's silence off.
var trims = slices.DeleteFunc(adaptertest.Lacks("Vonage"), func(a adaptertest.Ability) bool { return a == adaptertest.Trims })

// Accounts and stories that are made up end here as they do anywhere.
func TestCarrier_whateverIsMadeUpEndsTheSame(t *testing.T) {
	t.Parallel()
	way := ways["recordings are trimmed"]
	adaptertest.RunRandom(t, adaptertest.Carrier{Name: "Vonage", Lay: way.lay, Lacks: way.lacks}, 0, adaptertest.Many())
}

// forged are requests that Vonage did not sign.
func forged(t testing.TB, far flowtest.Telephones) []*http.Request {
	l := far.(*telephones)
	body := `{"from":"14155550100","to":"12025550100","uuid":"u1","status":"completed","direction":"inbound"}`
	claims := vonagetest.Claims{
		IssuedAt: l.Now().Unix(), ID: "1", Issuer: "Vonage", PayloadHash: vonagetest.Hash([]byte(body)), APIKey: l.APIKey(), Application: l.ApplicationID(),
	}
	old, other, elsewhere := claims, claims, claims
	old.IssuedAt -= 3600
	other.PayloadHash = vonagetest.Hash([]byte(body + " "))
	elsewhere.APIKey = "zzzzzzz"
	var out []*http.Request
	for _, token := range []string{
		"", "Bearer x.y.z", "Bearer " + vonagetest.Sign("another secret", claims), "Bearer " + vonagetest.Sign(l.SignatureSecret(), old),
		"Bearer " + vonagetest.Sign(l.SignatureSecret(), other), "Bearer " + vonagetest.Sign(l.SignatureSecret(), elsewhere),
	} {
		r, err := http.NewRequest(http.MethodPost, l.Webhooks+"/event", strings.NewReader(body))
		require.NoError(t, err)
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		out = append(out, r)
	}
	return out
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
		near.HTTPClient = &http.Client{Transport: described{t, http.DefaultTransport.(*http.Transport).Clone()}}
		vo, err := vonage.New(near)
		if err != nil {
			return nil, nil, err
		}
		server.Config.Handler = vo
		server.Start()
		t.Cleanup(server.Close)
		return &telephones{vonagestory.New(t, far, url), vo}, vo, nil
	}
}

// telephones are those of a small Vonage, whose webhooks the adapter answers.
type telephones struct {
	*vonagestory.Telephones
	adapter *vonage.Adapter
}

func (l *telephones) Attach(x flowtest.Exchange) error {
	l.adapter.Attach(x)
	return l.Telephones.Attach(x)
}
