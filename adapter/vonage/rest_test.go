package vonage

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// restAPI answers what it is told to, then 204 or 201.
type restAPI struct {
	mu      sync.Mutex
	answers []func(w http.ResponseWriter)
	asked   []string
	bodies  []map[string]any
	tokens  []string
}

func (r *restAPI) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(q.Body)
	var said map[string]any
	_ = json.Unmarshal(body, &said)
	r.asked, r.bodies = append(r.asked, q.Method+" "+q.URL.Path), append(r.bodies, said)
	r.tokens = append(r.tokens, q.Header.Get("Authorization"))
	if len(r.answers) > 0 {
		next := r.answers[0]
		r.answers = r.answers[1:]
		next(w)
		return
	}
	if q.Method == http.MethodPost {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"uuid":"made","status":"started","direction":"outbound"}`)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func status(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func newREST(t *testing.T, c Config) (*restAPI, *Adapter, *[]time.Duration) {
	t.Helper()
	api := &restAPI{}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	c.APIURL = server.URL
	c.HTTPClient = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	a, _ := newAdapter(t, c)
	slept := &[]time.Duration{}
	a.sleep = func(ctx context.Context, d time.Duration) error {
		*slept = append(*slept, d)
		return ctx.Err()
	}
	return api, a, slept
}

var offered = flow.Turn{Call: flow.Key{Account: "acme", ID: "leg 1"}, Seq: 1,
	Info: &flow.Info{Key: flow.Key{Account: "acme", ID: "leg 1"}, Carrier: "vonage", From: "+14155550100", To: "+12025550100", Peer: acme.ID},
	Move: flow.Move{Do: flow.Command{Kind: flow.Originate, Time: 15 * time.Second, Party: &extension.Party{Agent: "ada", Endpoints: []extension.Endpoint{
		{Address: "client:ada"}, {Address: "sip:ada@pbx.example.com"}, {Address: "tel:+12025550111"}, {Address: "client:ada", Via: "other"},
	}}}},
}

func TestPlace_ringsTheFirstTelephoneThatWasNotTriedInTheRegionOfTheCall(t *testing.T) {
	t.Parallel()
	api, a, _ := newREST(t, Config{})
	turn := offered
	info := *turn.Info
	info.Region = a.cfg.APIURL + "/api-eu-3"
	turn.Info = &info
	ref, err := a.Place(t.Context(), turn)
	require.NoError(t, err)
	require.Equal(t, "made", ref)
	require.Equal(t, []string{"POST /api-eu-3/v1/calls"}, api.asked)
	require.Equal(t, []any{map[string]any{"type": "app", "user": "ada"}}, api.bodies[0]["to"])
	require.Equal(t, map[string]any{"type": "phone", "number": "12025550100"}, api.bodies[0]["from"], "the number that was called is shown, without its plus")
	require.Equal(t, 10.0, api.bodies[0]["ringing_timer"], "an equal share, 10 s at least")
	require.Contains(t, api.bodies[0]["event_url"].([]any)[0], "m=1", "others are left")

	turn.Move.Do.Tried = 2
	_, err = a.Place(t.Context(), turn)
	require.NoError(t, err)
	require.Equal(t, []any{map[string]any{"type": "phone", "number": "12025550111"}}, api.bodies[1]["to"])
	require.NotContains(t, api.bodies[1]["event_url"].([]any)[0], "m=1")
	turn.Move.Do.Tried = 3
	_, err = a.Place(t.Context(), turn)
	require.ErrorIs(t, err, adapter.ErrRefused)
}

func TestPlace_aCreateWhoseOutcomeIsUnknownIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		is     error
		asked  int
	}{
		"a fault of the carrier's":     {status(500, ""), nil, 1},
		"nothing that can be read":     {status(201, "{"), nil, 1},
		"refused, and others are left": {status(400, `{"type":400,"title":"Bad Request"}`), adapter.ErrNext, 1},
		"failed at once":               {status(201, `{"uuid":"x","status":"failed"}`), adapter.ErrNext, 1},
		"too many in a second":         {status(429, ""), nil, 2},
		"a token that is not accepted": {status(401, `{"type":"UNAUTHORIZED","error_title":"Unauthorized"}`), nil, 2},
	} {
		api, a, _ := newREST(t, Config{})
		api.answers = []func(http.ResponseWriter){c.answer}
		ref, err := a.Place(t.Context(), offered)
		if c.is != nil {
			require.ErrorIs(t, err, c.is, name)
		} else {
			require.NoError(t, err, name)
		}
		require.Len(t, api.asked, c.asked, name)
		require.Equal(t, c.asked == 2, ref == "made", name)
	}
	_, a, _ := newREST(t, Config{})
	a.cfg.APIURL = "http://127.0.0.1:1"
	_, err := a.Place(t.Context(), offered)
	require.Error(t, err, "nobody was reached: it was not placed, for sure")
	require.NotErrorIs(t, err, adapter.ErrRefused)
}

func TestREST_aTokenIsKeptAndMadeAnewWhenItIsNotAccepted(t *testing.T) {
	t.Parallel()
	api, a, _ := newREST(t, Config{})
	end := flow.Turn{Call: acme, Seq: 2, Info: calls, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}
	require.NoError(t, a.Do(t.Context(), end))
	require.NoError(t, a.Do(t.Context(), end))
	require.Equal(t, api.tokens[0], api.tokens[1])
	api.answers = []func(http.ResponseWriter){status(401, "")}
	require.NoError(t, a.Do(t.Context(), end))
	require.NotEqual(t, api.tokens[2], api.tokens[3])
	later := now.Add(tokenUsed)
	a.now = func() time.Time { return later }
	require.NoError(t, a.Do(t.Context(), end))
	require.NotEqual(t, api.tokens[3], api.tokens[4], "it is made anew in time")
}

func TestDo_movesALiveCallToOurOwnAddressAndEndsOneWithoutAWord(t *testing.T) {
	t.Parallel()
	api, a, slept := newREST(t, Config{})
	turn := greeting
	require.NoError(t, a.Do(t.Context(), turn))
	require.Equal(t, []string{"PUT /v1/calls/" + calls.Ref}, api.asked)
	to := api.bodies[0]["destination"].(map[string]any)["url"].([]any)[0].(string)
	require.Equal(t, a.url(acme, 1, atNext, ""), to)
	turn.Move = flow.Move{Do: flow.Command{Kind: flow.Hangup}}
	require.NoError(t, a.Do(t.Context(), turn))
	require.Equal(t, map[string]any{"action": "hangup"}, api.bodies[1])
	turn.Move.Say = []flow.Message{{Say: "Goodbye."}}
	require.NoError(t, a.Do(t.Context(), turn))
	require.Equal(t, "transfer", api.bodies[2]["action"], "there is something to be said first")

	api.answers = []func(http.ResponseWriter){status(404, `{"type":"NOT_FOUND","error_title":"Not Found"}`)}
	require.ErrorIs(t, a.Do(t.Context(), turn), adapter.ErrGone)
	api.answers = []func(http.ResponseWriter){status(400, `{"type":"BAD_REQUEST"}`), status(503, "")}
	require.NoError(t, a.Do(t.Context(), turn), "a call that was just made is refused for a second or two")
	require.Len(t, *slept, 2)
	api.answers = []func(http.ResponseWriter){status(403, `{"type":"https://developer.nexmo.com/api-errors/x","title":"Forbidden","detail":"12025550100"}`)}
	err := a.Do(t.Context(), turn)
	require.ErrorIs(t, err, adapter.ErrRefused)
	require.NotContains(t, err.Error(), "12025550100")
	var told *apiError
	require.ErrorAs(t, err, &told)
	require.Equal(t, "Forbidden", told.Kind)
	odd := *calls
	odd.Ref = "../../x"
	turn.Info = &odd
	require.ErrorIs(t, a.Do(t.Context(), turn), adapter.ErrRefused)
}

func TestDo_endsWithItsContext(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-block }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(block) })
	a, _ := newAdapter(t, Config{APIURL: server.URL, Deadline: 50 * time.Millisecond})
	err := a.Do(t.Context(), greeting)
	require.True(t, errors.Is(err, context.DeadlineExceeded), "%v", err)
	require.NotContains(t, err.Error(), calls.Ref)
}

func TestPace_threeInASecondAndTheFourthWaits(t *testing.T) {
	t.Parallel()
	p := pace{most: 3}
	for range 3 {
		require.True(t, p.take(now))
	}
	require.False(t, p.take(now.Add(900*time.Millisecond)))
	require.Equal(t, 100*time.Millisecond, p.next(now.Add(900*time.Millisecond)))
	require.True(t, p.take(now.Add(time.Second)))
	unlimited := pace{}
	for range 100 {
		require.True(t, unlimited.take(now))
	}
}

// A connect without a place in the row has the caller wait a lap, and nothing is lost.
func TestConnect_withoutAPlaceInTheRowTheCallerWaitsALap(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{Pace: 1})
	heard.turn = flow.Turn{Call: acme, Seq: 3, Info: calls, Move: flow.Move{
		Say: []flow.Message{{Say: "One moment."}}, Do: flow.Command{Kind: flow.Connect, Time: 20 * time.Second, Limit: time.Hour,
			Party: &extension.Party{Agent: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}},
	}}
	a.pace.take(now)
	body := `{"dtmf":{"digits":"1001"}}`
	first := document(t, post(a, a.url(acme, 1, atInput, ""), body, tokenOf(body)))
	require.Equal(t, "talk wait notify", actions(first))
	a.now = func() time.Time { return now.Add(time.Second) }
	again := first[2]["eventUrl"].([]any)[0].(string)
	lap := `{"payload":{},"conversation_uuid":"CON-1"}`
	second := document(t, post(a, again, lap, tokenOf(lap)))
	require.Equal(t, "connect notify", actions(second), "the words are said once")
	require.Equal(t, []any{map[string]any{"type": "app", "user": "ada"}}, second[0]["endpoint"])
	require.Equal(t, "14155550100", second[0]["from"])
	require.Equal(t, 20.0, second[0]["timeout"])
	require.Equal(t, 3600.0, second[0]["limit"])
	require.Zero(t, strings.Count(jsonOf(second), "+1415"), "numbers have no plus")
}
