package telnyx_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/telnyx/telnyxtest"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/flow"
)

// heard is an engine that only listens: every call waits for an entry.
type heard struct{ events []flow.Event }

func (h *heard) Handle(_ context.Context, e flow.Event) (flow.Turn, error) {
	h.events = append(h.events, e)
	return flow.Turn{
		Call: flow.Key{Account: "acme", ID: "c1"}, Seq: 3,
		Move: flow.Move{Do: flow.Command{Kind: flow.Listen, Digits: 4, First: 5 * time.Second, Inter: 3 * time.Second}},
	}, nil
}

const public = "https://calls.example.com/telnyx"

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// line is an adapter, what it tells, and who signs for it.
func line(t *testing.T, with func(*telnyx.Config)) (*heard, *twilio.Adapter, *telnyxtest.Account) {
	t.Helper()
	account := telnyxtest.New(telnyxtest.Config{})
	h := &heard{}
	c := telnyx.Config{
		AccountID: account.AccountID(), ApplicationID: account.ApplicationID(), APIKey: account.APIKey(), PublicKeys: []string{account.PublicKey()},
		PublicURL: public, Now: func() time.Time { return noon }, Handler: h, Pace: -1,
	}
	if with != nil {
		with(&c)
	}
	a, err := telnyx.New(c)
	require.NoError(t, err)
	return h, a, account
}

// call is a call that has just come in.
var call = url.Values{"CallSid": {"v3:1"}, "From": {"+14155550100"}, "To": {"+12025550100"}, "CallStatus": {"ringing"}}

// send is the answer to a request that is signed at an instant.
func send(a http.Handler, account *telnyxtest.Account, address string, form url.Values, at time.Time) (int, string) {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	account.Sign(r.Header, []byte(form.Encode()), at)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// leads is where the first attribute of a name leads.
func leads(t *testing.T, document, attribute string) string {
	t.Helper()
	_, rest, ok := strings.Cut(document, attribute+`="`)
	require.True(t, ok, document)
	address, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(address, "&amp;", "&")
}

func TestSignature_holdsForFiveMinutesEitherWay(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]int{
		0: 200, 5 * time.Minute: 200, -5 * time.Minute: 200, 5*time.Minute + time.Second: 403, -5*time.Minute - time.Second: 403, 24 * time.Hour: 403,
	} {
		h, a, account := line(t, nil)
		code, _ := send(a, account, public+"/voice", call, noon.Add(-age))
		require.Equal(t, want, code, age)
		require.Len(t, h.events, (want-200)/-203+1, age)
	}
}

func TestSignature_ofAnotherAccountIsRefusedUntilItsKeyIsAddedToo(t *testing.T) {
	t.Parallel()
	_, a, account := line(t, func(c *telnyx.Config) { c.PublicKeys = []string{strings.Repeat("A", 43) + "="} })
	code, _ := send(a, account, public+"/voice", call, noon)
	require.Equal(t, 403, code)
	_, a, account = line(t, func(c *telnyx.Config) {
		c.PublicKeys = append([]string{strings.Repeat("A", 43) + "="}, c.PublicKeys...)
	})
	code, _ = send(a, account, public+"/voice", call, noon)
	require.Equal(t, 200, code)
}

func TestSignature_saysNothingOfAnAddressSoOursAreSealed(t *testing.T) {
	t.Parallel()
	h, a, account := line(t, nil)
	_, document := send(a, account, public+"/voice", call, noon)
	action := leads(t, document, "action")
	require.Contains(t, action, "/call/acme/c1/3/gather?z=")
	require.NotContains(t, document, "actionOnEmptyResult", "TeXML does not know it")
	entry := url.Values{"CallSid": {"v3:1"}, "CallStatus": {"in-progress"}, "Digits": {"1001"}}
	code, _ := send(a, account, action, entry, noon)
	require.Equal(t, 200, code)
	last := h.events[len(h.events)-1]
	require.Equal(t, flow.Digits("1001"), last.Digits)
	require.Equal(t, uint32(3), last.Re)
	for name, address := range map[string]string{
		"another call":     strings.Replace(action, "/c1/", "/c2/", 1),
		"another account":  strings.Replace(action, "/acme/", "/evil/", 1),
		"another turn":     strings.Replace(action, "/3/", "/4/", 1),
		"another purpose":  strings.Replace(action, "gather", "record", 1),
		"another question": strings.Replace(action, "?z=", "?p=1&z=", 1),
		"no seal":          action[:strings.Index(action, "?")],
		"half a seal":      action[:len(action)-5],
	} {
		before := len(h.events)
		code, _ := send(a, account, address, entry, noon.Add(time.Second))
		require.Equal(t, 403, code, name)
		require.Len(t, h.events, before, name)
	}
}

func TestSignature_thatWasOverheardIsWorthNothingAtAnAddressWithoutASeal(t *testing.T) {
	t.Parallel()
	h, a, account := line(t, nil)
	_, document := send(a, account, public+"/voice", call, noon)
	ended := url.Values{"CallSid": {"v3:2"}, "From": {"+14155550100"}, "To": {"+12025550111"}, "CallStatus": {"completed"}}
	code, _ := send(a, account, leads(t, document, "action"), ended, noon)
	require.Equal(t, 200, code)
	before := len(h.events)
	code, _ = send(a, account, public+"/status", ended, noon)
	require.Equal(t, 403, code, "it was signed for a turn's address")
	code, _ = send(a, account, public+"/status", call, noon)
	require.Equal(t, 403, code)
	require.Len(t, h.events, before)
}

func TestSignature_replayedIsTheSameRequestAgain(t *testing.T) {
	t.Parallel()
	h, a, account := line(t, nil)
	_, first := send(a, account, public+"/voice", call, noon)
	code, again := send(a, account, public+"/voice", call, noon)
	require.Equal(t, 200, code, "carriers repeat themselves")
	require.Equal(t, first, again)
	require.Equal(t, h.events[0].What, h.events[1].What, "the engine knows the call by its reference")
	end := url.Values{"CallSid": {"v3:1"}, "CallStatus": {"completed"}, "SequenceNumber": {"3"}}
	for range 2 {
		code, _ = send(a, account, public+"/status", end, noon)
		require.Equal(t, 204, code)
	}
	ids := h.events[len(h.events)-2:]
	require.NotEmpty(t, ids[0].ID)
	require.Equal(t, ids[0].ID, ids[1].ID, "the same fact twice is one")
}

func TestConfig_namesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := telnyx.New(telnyx.Config{PublicKeys: []string{"not a key"}})
	require.ErrorIs(t, err, twilio.ErrConfig)
	for _, what := range []string{"AccountID", "ApplicationID", "APIKey", "PublicKeys[0]"} {
		require.ErrorContains(t, err, what)
	}
	_, err = telnyx.New(telnyx.Config{AccountID: "a", ApplicationID: "b", APIKey: "c", PublicURL: public})
	require.ErrorContains(t, err, "PublicKeys is empty")
	_, a, _ := line(t, nil)
	require.Equal(t, telnyx.Limits, adapter.LimitsOf(a))
	require.True(t, adapter.AbilitiesOf(a).Place)
}

func TestRecording_isFetchedFromWhereItsResourceSays(t *testing.T) {
	t.Parallel()
	const id = "28bca4c4-dce1-4d4b-9e6e-21d2a0be1f10"
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		switch {
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		case strings.HasSuffix(r.URL.Path, "/"+id+".json"):
			_, _ = io.WriteString(w, `{"sid":"`+id+`","media_url":"http://`+r.Host+`/kept/elsewhere.mp3"}`)
		case r.URL.Path == "/kept/elsewhere.mp3":
			_, _ = io.WriteString(w, "ID3 sound")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(api.Close)
	_, a, account := line(t, func(c *telnyx.Config) { c.APIURL = api.URL })
	got, err := a.FetchRecording(t.Context(), id)
	require.NoError(t, err)
	sound, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.Equal(t, "ID3 sound", string(sound))
	require.NoError(t, a.DeleteRecording(t.Context(), id))
	_, err = a.FetchRecording(t.Context(), "nobody-has-this")
	require.ErrorIs(t, err, adapter.ErrGone)
	root, bearer := "/v2/texml/Accounts/"+account.AccountID()+"/Recordings/", " Bearer "+account.APIKey()
	require.Equal(t, []string{
		"GET " + root + id + ".json" + bearer, "GET /kept/elsewhere.mp3 ", "DELETE " + root + id + ".json" + bearer, "GET " + root + "nobody-has-this.json" + bearer,
	}, asked, "the key stays with the API")
}

// Twilio's adapter speaks for Telnyx, and says so.
func TestTelnyx_isTheCarrierThatErrorsName(t *testing.T) {
	t.Parallel()
	_, a, account := line(t, func(c *telnyx.Config) { c.Handler = nil })
	turn := flow.Turn{Call: flow.Key{Account: "acme", ID: "c1"}, Seq: 3, Info: &flow.Info{}}
	said := []string{a.Do(t.Context(), turn).Error()}
	for _, do := range []flow.CommandKind{flow.Hangup, flow.Originate} {
		turn.Move.Do.Kind = do
		said = append(said, a.Do(t.Context(), turn).Error())
	}
	_, err := a.FetchRecording(t.Context(), "?")
	said = append(said, err.Error())
	_, unsigned := send(a, telnyxtest.New(telnyxtest.Config{}), public+"/voice", call, noon)
	_, unattached := send(a, account, public+"/voice", call, noon)
	for _, text := range append(said, unsigned, unattached) {
		require.Contains(t, text, "telnyx: ")
		require.NotContains(t, text, "twilio")
	}
	_, err = telnyx.New(telnyx.Config{})
	require.NotContains(t, err.Error(), "twilio")
}
