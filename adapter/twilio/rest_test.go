package twilio

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// twilioAPI is Twilio's REST API as far as these tests need it: it remembers what it
// was asked, and answers from a script, else what calls says.
type twilioAPI struct {
	*httptest.Server
	mu       sync.Mutex
	asked    []string // method, path, parameters
	script   []reply
	calls    []map[string]string
	children []map[string]string
	tapes    []map[string]any
	talking  int
}

type reply struct {
	code  int
	body  string
	after string
	hang  bool // nothing comes back
}

func newAPI(t testing.TB) *twilioAPI {
	api := &twilioAPI{}
	api.Server = httptest.NewServer(api)
	t.Cleanup(api.Close)
	return api
}

func (api *twilioAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api.mu.Lock()
	defer api.mu.Unlock()
	user, password, _ := r.BasicAuth()
	_ = r.ParseForm()
	if user != "AC1" || password != token {
		http.Error(w, `{"code":20003,"status":401}`, http.StatusUnauthorized)
		return
	}
	form, _ := url.QueryUnescape(r.Form.Encode())
	api.asked = append(api.asked, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.Path, "/laml/2010-04-01/Accounts/AC1/")+" "+strings.ReplaceAll(form, origin+"/twilio/call/", "")))
	if len(api.script) > 0 {
		next := api.script[0]
		api.script = api.script[1:]
		if next.hang {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
			return
		}
		if next.code != 0 {
			if next.after != "" {
				w.Header().Set("Retry-After", next.after)
			}
			w.WriteHeader(next.code)
			io.WriteString(w, next.body)
			return
		}
	}
	api.answer(w, r)
}

func (api *twilioAPI) answer(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/Calls.json"):
		json.NewEncoder(w).Encode(map[string]string{"sid": "CAnew", "status": "queued"})
	case strings.HasSuffix(path, "/Calls.json") && r.FormValue("ParentCallSid") != "":
		json.NewEncoder(w).Encode(map[string]any{"calls": api.children})
	case strings.HasSuffix(path, "/Calls.json"):
		json.NewEncoder(w).Encode(map[string]any{"calls": api.calls})
	case strings.HasSuffix(path, "/Recordings.json"):
		json.NewEncoder(w).Encode(map[string]any{"recordings": api.tapes})
	case strings.HasSuffix(path, "/Participants.json"):
		json.NewEncoder(w).Encode(map[string]any{"participants": make([]map[string]string, api.talking)})
	default:
		for _, c := range api.calls {
			if strings.HasSuffix(path, "/"+c["sid"]+".json") {
				json.NewEncoder(w).Encode(c)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"code":20404,"message":"not found","status":404}`)
	}
}

// was is what was asked since the last time.
func (api *twilioAPI) was() []string {
	api.mu.Lock()
	defer api.mu.Unlock()
	asked := api.asked
	api.asked = nil
	return asked
}

func (api *twilioAPI) then(script ...reply) {
	api.mu.Lock()
	defer api.mu.Unlock()
	api.script = script
}

func newRest(t testing.TB, c Config) (*twilioAPI, *desk, *Adapter) {
	t.Helper()
	api := newAPI(t)
	c.AccountSID, c.APIURL = "AC1", api.URL+"/laml/"
	if c.Pace == 0 {
		c.Pace = -1
	}
	d, tw := newLine(t, c)
	return api, d, tw
}

func live(sid, to, status string) map[string]string {
	return map[string]string{"sid": sid, "to": to, "from": "+12025550100", "status": status, "direction": "outbound-api"}
}

func TestDo_aLiveCallIsSentToFetchWhatStands(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.calls = []map[string]string{live("CA1", "", "in-progress")}
	for _, k := range []flow.CommandKind{flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Join} {
		require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: k})))
		require.Equal(t, []string{"POST Calls/CA1.json Method=POST&Url=acme/c1/3/next"}, api.was())
	}
	require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup}, "Goodbye.")))
	require.Equal(t, []string{"POST Calls/CA1.json Method=POST&Url=acme/c1/3/next"}, api.was(), "the words come first")
	require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup})))
	require.Equal(t, []string{"POST Calls/CA1.json Status=completed"}, api.was())
}

func TestDo_aCallThatHasEndedMeanwhileIsGone(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	over := reply{code: 400, body: `{"code":21220,"message":"Call is not in-progress. Cannot redirect.","status":400}`}
	for _, r := range []reply{over, {code: 404, body: `{"code":20404,"status":404}`}, {code: 404, body: "<html>"}} {
		api.then(r)
		require.ErrorIs(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup})), adapter.ErrGone)
		require.Len(t, api.was(), 1)
	}
	api.then(over)
	require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold})), "it may not be redirected yet")
	api.then(reply{code: 404})
	require.ErrorIs(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold})), adapter.ErrGone)
}

func TestDo_aLegThatIsCanceledBeforeItRingsIsGoneSinceNothingElseWillSaySo(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.then(reply{code: 200, body: `{"sid":"CA1","status":"canceled"}`})
	require.ErrorIs(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup})), adapter.ErrGone)
	api.then(reply{code: 200, body: `{"sid":"CA1","status":"completed"}`})
	require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup})), "its callback tells of it")
}

func TestDo_whatIsRefusedIsFinalAndWhatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	var slept []time.Duration
	tw.sleep = func(_ context.Context, d time.Duration) error { slept = append(slept, d); return nil }
	api.calls = []map[string]string{live("CA1", "", "in-progress")}

	api.then(reply{code: 429, after: "2"}, reply{code: 503}, reply{hang: true})
	require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold})))
	require.Len(t, api.was(), 4)
	require.Len(t, slept, 3)
	require.GreaterOrEqual(t, slept[0], time.Second, "it said when to come back")
	require.GreaterOrEqual(t, slept[2], 2*firstPause)

	api.then(reply{code: 500}, reply{code: 500}, reply{code: 500}, reply{code: 500, body: `{"code":20500}`})
	err := tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold}))
	require.ErrorContains(t, err, "answered 500, code 20500")
	require.NotErrorIs(t, err, adapter.ErrRefused)
	require.Len(t, api.was(), mostTries)

	api.then(reply{code: 400, body: `{"code":21211,"message":"The number +14155550100 is not valid","status":400}`})
	err = tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold}))
	require.ErrorIs(t, err, adapter.ErrRefused)
	require.NotContains(t, err.Error(), "+1415", "no number in a log")
	var twilios *client.TwilioRestError
	require.ErrorAs(t, err, &twilios)
	require.Equal(t, 21211, twilios.Code)
	require.Len(t, api.was(), 1)

	require.ErrorIs(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Again})), adapter.ErrRefused)
	odd := turn(flow.Command{Kind: flow.Hold})
	odd.Info = &flow.Info{Key: acme, Ref: "../../x"}
	require.ErrorIs(t, tw.Do(t.Context(), odd), adapter.ErrRefused)
	odd.Info = nil
	require.ErrorIs(t, tw.Do(t.Context(), odd), adapter.ErrRefused)
}

func TestDo_endsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-block:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(block) })
	_, tw := newLine(t, Config{AccountSID: "AC1", APIURL: slow.URL, Deadline: 50 * time.Millisecond})
	start := time.Now()
	require.ErrorIs(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hold})), context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, tw.Do(ctx, turn(flow.Command{Kind: flow.Hold})), context.Canceled)
}
