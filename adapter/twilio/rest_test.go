package twilio

import (
	"context"
	"encoding/json"
	"errors"
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
	"github.com/extflow/extflow/extension"
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

func TestDo_aCallThatHasEndedMeanwhileIsNoError(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	for _, r := range []reply{{code: 400, body: `{"code":21220,"message":"Call is not in-progress. Cannot redirect.","status":400}`}, {code: 404, body: `{"code":20404,"status":404}`}, {code: 404, body: "<html>"}} {
		api.then(r)
		require.NoError(t, tw.Do(t.Context(), turn(flow.Command{Kind: flow.Hangup})))
		require.Len(t, api.was(), 1)
	}
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
	require.ErrorIs(t, sleep(ctx, time.Hour), context.Canceled)
	require.NoError(t, sleep(t.Context(), time.Nanosecond))
	soon, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	require.ErrorIs(t, sleep(soon, time.Hour), context.DeadlineExceeded, "it would be too late anyway")
}

// originate is a leg's first turn.
func originate(ends ...string) flow.Turn {
	do := flow.Command{Kind: flow.Originate, Time: 15 * time.Second, Screen: &flow.Screen{}, Party: &extension.Party{Agent: "ada"}}
	for _, e := range ends {
		do.Party.Endpoints = append(do.Party.Endpoints, extension.Endpoint{Address: e})
	}
	return flow.Turn{Call: leg1, Seq: 1, Move: flow.Move{Do: do},
		Info: &flow.Info{Key: leg1, Carrier: "twilio", From: "+14155550100", To: "+12025550100", Peer: "c1", Queue: "support"}}
}

const look = "GET Calls.json From=+12025550100&PageSize=100"

func TestPlace_aLegIsPlacedOnceAndItsFateIsReported(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	d.stands(originate("client:ada"))
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")))
	require.Equal(t, []string{look,
		"POST Calls.json From=+12025550100&StatusCallback=acme/leg1/1/ended?s=0&k=1&StatusCallbackEvent=completed&Timeout=15&To=client:ada&Url=acme/leg1/1/leg?y=1"}, api.was())
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")))
	require.Empty(t, api.was(), "done twice is done once")

	require.NoError(t, tw.Do(t.Context(), flow.Turn{Call: leg1, Seq: 4, Info: originate().Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}))
	require.Equal(t, []string{"POST Calls/CAnew.json Status=completed"}, api.was())

	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=1", during("CallSid", "CAnew", "CallStatus", "no-answer"))
	require.Equal(t, flow.Unanswered, d.last(t).Kind)
}

func TestPlace_anotherNodeFindsTheLegInsteadOfPlacingItAgain(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.calls = []map[string]string{
		live("CAover", "+12025550111", "completed"),
		live("CAother", "+12025550112", "ringing"),
		{"sid": "CAdial", "to": "+12025550111", "from": "+12025550100", "status": "ringing", "direction": "outbound-dial"},
		live("CAmine", "+12025550111", "ringing"),
	}
	require.NoError(t, tw.Do(t.Context(), originate("tel:+12025550111")))
	require.Equal(t, []string{look}, api.was())
	hang := flow.Turn{Call: leg1, Seq: 4, Info: originate().Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}
	require.NoError(t, tw.Do(t.Context(), hang))
	require.Equal(t, []string{"POST Calls/CAmine.json Status=completed"}, api.was())

	_, _, stranger := newRest(t, Config{})
	stranger.cfg.APIURL = tw.cfg.APIURL
	require.ErrorContains(t, stranger.Do(t.Context(), hang), "2 live legs could be leg1", "it does not guess")
	api.calls = api.calls[:1]
	require.NoError(t, stranger.Do(t.Context(), hang), "there is none left")
}

func TestPlace_endpointsRingOneAfterTheOther(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	stands := originate("tel:+12025550111", "sip:ada@pbx.example", "client:ada")
	d.stands(stands)
	require.NoError(t, tw.Do(t.Context(), stands))
	require.Equal(t, "POST Calls.json From=+12025550100&StatusCallback=acme/leg1/1/ended?s=0&k=3&StatusCallbackEvent=completed&Timeout=10&To=sip:ada@pbx.example&Url=acme/leg1/1/leg?y=1", api.was()[1])

	before := d.count()
	busy := during("CallSid", "CAnew", "CallStatus", "busy")
	api.then(reply{code: 400, body: `{"code":13224}`}) // the second is no number
	require.Equal(t, http.StatusNoContent, post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", busy).code)
	asked := api.was()
	require.Len(t, asked, 2)
	require.Contains(t, asked[0], "To=client:ada")
	require.Contains(t, asked[1], "ended?s=2&k=3&o=b")
	require.Contains(t, asked[1], "To=+12025550111")
	require.Contains(t, asked[1], "Url=acme/leg1/1/leg", "somebody must press 1 there")
	require.Equal(t, before+1, d.count(), "it only asked what stands")

	tw.known.remember("CAnewer", leg1)
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", busy)
	require.Empty(t, api.was(), "the same callback once more places nothing")
	require.Equal(t, before+1, d.count())

	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=2&k=3&o=b", during("CallSid", "CAnewer", "CallStatus", "no-answer"))
	require.Equal(t, flow.FoundBusy, d.last(t).Kind, "busy outweighs no answer")

	moved := stands
	moved.Seq = 2
	d.stands(moved)
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", during("CallSid", "CAnewer", "CallStatus", "failed"))
	require.Equal(t, flow.Unreachable, d.last(t).Kind, "nobody is wanted any more")
	require.Empty(t, api.was())

	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Again}}}, errors.New("the store is away")
	}
	require.Equal(t, http.StatusServiceUnavailable, post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", during("CallSid", "CAnewer", "CallStatus", "failed")).code)
}

func TestPlace_whatMayHaveBeenPlacedIsNotPlacedAgain(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{"the answer is lost": {hang: true}, "the carrier stumbles": {code: 500}} {
		api, _, tw := newRest(t, Config{})
		api.then(reply{}, r)
		require.NoError(t, tw.Do(t.Context(), originate("client:ada")), name)
		require.Len(t, api.was(), 2, name)
	}
	api, _, tw := newRest(t, Config{})
	api.then(reply{}, reply{code: 429}, reply{code: 429})
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")), "429 was never processed")
	require.Len(t, api.was(), 4)
	api.then(reply{}, reply{code: 429}, reply{code: 429}, reply{code: 429}, reply{code: 429})
	other := originate("client:bob")
	other.Call = flow.Key{Account: "acme", ID: "leg2"}
	err := tw.Do(t.Context(), other)
	require.Error(t, err)
	require.NotErrorIs(t, err, adapter.ErrRefused)
	api.then(reply{}, reply{code: 400, body: `{"code":21210}`})
	require.ErrorIs(t, tw.Do(t.Context(), other), adapter.ErrRefused)
	require.ErrorIs(t, tw.Do(t.Context(), originate()), adapter.ErrRefused, "nobody to ring")

	dead := newAPI(t)
	_, _, tw = newRest(t, Config{})
	tw.cfg.APIURL = dead.URL
	dead.Close()
	require.Error(t, tw.Do(t.Context(), originate("client:ada")), "nothing was reached, so it may be tried again")
}

func TestPlace_oneAfterTheOtherASecond(t *testing.T) {
	t.Parallel()
	var slept []time.Duration
	p := pace{every: time.Minute}
	note := func(_ context.Context, d time.Duration) error { slept = append(slept, d); return nil }
	for range 3 {
		require.NoError(t, p.wait(t.Context(), note))
	}
	require.Len(t, slept, 2)
	require.InDelta(t, time.Minute, slept[0], float64(time.Second))
	require.InDelta(t, 2*time.Minute, slept[1], float64(time.Second))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, p.wait(ctx, note), context.DeadlineExceeded)
}

func TestProbe_whatTwilioKnowsOfACall(t *testing.T) {
	t.Parallel()
	at := func(p flow.Phase) flow.Call { return flow.Call{Info: caller, State: flow.State{Phase: p}} }
	for name, c := range map[string]struct {
		status   string
		children []string
		phase    flow.Phase
		want     adapter.Status
	}{
		"on the line":              {"in-progress", nil, flow.Listening, adapter.Status{Report: flow.Alive}},
		"it rings":                 {"in-progress", []string{"ringing", "busy"}, flow.InRing, adapter.Status{Report: flow.Alive}},
		"an agent has answered":    {"in-progress", []string{"no-answer", "in-progress"}, flow.InRing, adapter.Status{Report: flow.Talking}},
		"they talk":                {"in-progress", []string{"in-progress"}, flow.InTalk, adapter.Status{Report: flow.Talking}},
		"over":                     {"completed", nil, flow.InTalk, adapter.Status{Report: flow.Gone}},
		"over, a recording is due": {"completed", nil, flow.Pending, adapter.Status{Report: flow.Gone, Ref: "RE2", Length: 7 * time.Second}},
		"unknown":                  {"", nil, flow.Listening, adapter.Status{Report: flow.Gone}},
	} {
		api, _, tw := newRest(t, Config{})
		if c.status != "" {
			api.calls = []map[string]string{live("CA1", "", c.status)}
		}
		for _, s := range c.children {
			api.children = append(api.children, live("CA9", "", s))
		}
		api.tapes = []map[string]any{{"sid": "RE3", "status": "processing"}, {"sid": "RE2", "status": "completed", "duration": "7"}, {"sid": "RE1", "status": "completed", "duration": "3"}}
		got, err := adapter.Probe(t.Context(), tw, at(c.phase))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	api, _, tw := newRest(t, Config{})
	api.then(reply{code: 401})
	_, err := tw.Probe(t.Context(), at(flow.Listening))
	require.ErrorContains(t, err, "ask about call c1")
}

func TestProbe_aLegIsAskedAboutByWhomItRings(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	leg := flow.Call{Info: originate().Info, State: flow.State{Phase: flow.Calling}, Party: originate("sip:ada@pbx.example").Move.Do.Party}
	got, err := tw.Probe(t.Context(), leg)
	require.NoError(t, err)
	require.Equal(t, flow.Gone, got.Report, "nothing rings there")
	api.calls = []map[string]string{live("CA7", "ada@pbx.example", "ringing"), live("CA8", "+12025550111", "ringing")}
	got, err = tw.Probe(t.Context(), leg)
	require.NoError(t, err)
	require.Equal(t, flow.Alive, got.Report)
	require.Contains(t, api.was(), "GET Calls/CA7.json")
}

func TestAlone_whoIsLeftAloneInATalkIsHungUp(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.calls = []map[string]string{live("CA1", "", "in-progress")}
	api.talking = 1
	form := during("ConferenceSid", "CF1")
	first := post(t, tw, at3+"alone", form)
	require.Equal(t, `Pause length=5; Redirect "acme/c1/3/alone?n=1"`, first.says())
	require.Empty(t, api.was(), "the other may be on the way")
	post(t, tw, first.doc.find(t, "Redirect").text, form)
	require.Equal(t, []string{"GET Conferences/CF1/Participants.json", "POST Calls/CA1.json Status=completed"}, api.was())

	api.talking = 2
	post(t, tw, first.doc.find(t, "Redirect").text, form)
	require.Equal(t, []string{"GET Conferences/CF1/Participants.json"}, api.was(), "the other came in the same instant")

	post(t, tw, first.doc.find(t, "Redirect").text, during())
	require.Equal(t, []string{"POST Calls/CA1.json Status=completed"}, api.was())
}
