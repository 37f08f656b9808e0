package telnyx_test

import (
	_ "embed"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/telnyx/telnyxtest"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliostory"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow/flowtest"
)

// Every request that any story makes to the REST API is held against what Telnyx
// describes.
//
//go:embed testdata/api.yml
var apiText []byte

var api = adaptertest.Describe(apiText)

var carrier = adaptertest.Carrier{Name: "Telnyx", Lay: lay(0), Slow: lay(120), Lacks: adaptertest.Lacks("Telnyx"), Forged: forged}

func TestCarrier_passesWhatEveryAdapterHasTo(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("Twilio's adapter is the same code; where it has to be quick, stories that are made up are enough here")
	}
	adaptertest.Run(t, carrier)
}

func TestCarrier_whateverIsMadeUpEndsTheSame(t *testing.T) {
	t.Parallel()
	adaptertest.RunRandom(t, carrier, 0, adaptertest.Many())
}

// forged are requests that Telnyx did not sign, or not just now.
func forged(t testing.TB, far flowtest.Telephones) []*http.Request {
	l := far.(*telephones)
	body := url.Values{"CallSid": {"v3:1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"completed"}}.Encode()
	post := func(sign func(h http.Header)) *http.Request {
		r, err := http.NewRequest(http.MethodPost, l.Webhooks+"/status", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		sign(r.Header)
		return r
	}
	get := post(func(h http.Header) { l.account.Sign(h, nil, l.Now()) })
	get.Method, get.Body, get.ContentLength, get.URL.RawQuery = http.MethodGet, http.NoBody, 0, body
	return []*http.Request{
		get,
		post(func(http.Header) {}),
		post(func(h http.Header) { l.account.Sign(h, []byte("CallSid=v3:2"), l.Now()) }),
		post(func(h http.Header) { l.account.Sign(h, []byte(body), l.Now().Add(-6*time.Minute)) }),
		post(func(h http.Header) {
			l.account.Sign(h, []byte(body), l.Now())
			h.Set("telnyx-timestamp", "0"+h.Get("telnyx-timestamp"))
		}),
		post(func(h http.Header) {
			l.account.Sign(h, []byte(body), l.Now())
			h.Set("telnyx-signature-ed25519", "bm90IHRoZSBzaWduYXR1cmU=")
		}),
	}
}

// lay is a Telnyx where so many words are spoken a minute, and an adapter whose webhooks
// it requests.
func lay(words int) func(t testing.TB) flowtest.Lay {
	return func(t testing.TB) flowtest.Lay {
		return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) { return connect(t, start, words) }
	}
}

func connect(t testing.TB, start time.Time, words int) (flowtest.Telephones, adapter.Carrier, error) {
	account := telnyxtest.New(telnyxtest.Config{Config: twiliotest.Config{Start: start, Words: words}})
	far := twiliotest.Start(t, account.Carrier())
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String() + "/telnyx"
	tx, err := telnyx.New(telnyx.Config{
		Name:      "sim", // as the stories' documents call their carrier
		AccountID: account.AccountID(), ApplicationID: account.ApplicationID(), APIKey: account.APIKey(), PublicKeys: []string{account.PublicKey()},
		PublicURL: base, APIURL: far.URL(), Now: far.Now, Pace: -1,
		HTTPClient: &http.Client{Transport: api.Transport(t, http.DefaultTransport.(*http.Transport).Clone())},
	})
	if err != nil {
		return nil, nil, err
	}
	server.Config.Handler = tx
	server.Start()
	t.Cleanup(server.Close)
	return &telephones{twiliostory.New(t, far, base), tx, account}, tx, nil
}

// telephones are those of a small Telnyx, whose webhooks the adapter answers.
type telephones struct {
	*twiliostory.Telephones
	adapter *twilio.Adapter
	account *telnyxtest.Account
}

func (l *telephones) Attach(x flowtest.Exchange) error {
	l.adapter.Attach(x)
	return l.Telephones.Attach(x)
}
