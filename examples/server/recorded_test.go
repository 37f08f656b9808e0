package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Real input: every request that a Twilio is known to have made goes to a whole
// running server, at the turn of a call where it belongs.

// recorded is a request that some product of the world got.
type recorded struct {
	Kind   string
	Params map[string]string
}

// takes says where a kind of request belongs.
type takes struct {
	at   func(c *caller, r recorded) string // brings a call there; the address that is requested then
	hear string                             // what the call has heard of afterwards, in its transcript; empty is nothing new
	only string                             // a callback: 204 and no document; the CallStatus or RecordingStatus that is heard of
}

// taken are the kinds that a number or a document of ours can cause. Those of an
// Enqueue, which no document of ours has, go to the address that is nearest.
var taken = map[string]takes{
	"incoming_call":                  {at: voice, hear: "caller dials"},
	"incoming_call_client":           {at: voice, hear: "caller dials"},
	"fallback_url":                   {at: fallback},
	"gather_action":                  {at: entry, hear: "caller presses "},
	"gather_action_empty":            {at: entry, hear: "caller presses nothing"},
	"gather_action_speech":           {at: entry, hear: "caller presses nothing"}, // we listen for keys alone
	"dial_action":                    {at: ring, hear: "ada "},
	"dial_action_screen_rejected":    {at: screened, hear: "mary does not answer"},
	"number_url_screening":           {at: ask},
	"status_callback_child_leg":      {at: pickedUp, hear: "ada answers", only: "in-progress"},
	"record_action":                  {at: record, hear: "recording"},
	"recording_status_callback":      {at: tape, hear: "recording", only: "completed absent"},
	"outbound_call_url":              {at: placed, hear: "ada answers"},
	"status_callback":                {at: placedEnds, hear: "ada ", only: "completed busy"},
	"twiml_fetch_after_update":       {at: moved},
	"conference_wait_url":            {at: alone},
	"dial_action_conference":         {at: joined, hear: "agent hangs up"},
	"enqueue_action":                 {at: near("queued")},
	"enqueue_wait_url":               {at: near("wait")},
	"queue_noun_url":                 {at: near("wait")},
	"dial_queue_action":              {at: near("next")},
	"call_status_callback":           {at: numberStatus, hear: "caller hangs up", only: "completed"},
	"status_callback_other_platform": {at: numberStatus, hear: "caller hangs up", only: "completed"},
	"texml_status_callback":          {at: numberStatus, hear: "caller hangs up", only: "completed"},
}

// notTaken are the kinds that nothing of ours causes, and why.
var notTaken = map[string]string{
	"transcription_callback": "the account of this test has no mailbox that transcribes; adapter/twilio's tests take it",
	"refer_url":              "no Dial of ours has a referUrl: a SIP phone that refers is declined by Twilio",
	"amd_status_callback":    "no Dial of ours and no placed leg asks for machine detection: screening takes its place",
}

func TestRecorded_everyRequestIsTakenAtItsTurnAndRefusedWithAByteChanged(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../shared/reference/data/twilio_payloads.json")
	if err != nil {
		t.Skipf("the shared reference data is not here: %v", err)
	}
	var all []recorded
	require.NoError(t, json.Unmarshal(data, &all))
	kinds := map[string]int{}
	for i, r := range all {
		kinds[r.Kind]++
		where, ok := taken[r.Kind]
		if !ok {
			require.NotEmpty(t, notTaken[r.Kind], "%s has neither a route nor a reason", r.Kind)
			continue
		}
		t.Run(fmt.Sprintf("%02d %s", i, r.Kind), func(t *testing.T) {
			t.Parallel()
			where.take(t, r)
		})
	}
	for kind := range taken {
		require.NotZero(t, kinds[kind], "%s was recorded nowhere", kind)
	}
}

func (where takes) take(t *testing.T, r recorded) {
	c := called(t, r)
	address := where.at(c, r)
	form := c.fit(r)
	before := c.told()
	for name, values := range form {
		if v := values[0]; v != "" {
			bent := url.Values{}
			for k, v := range form {
				bent[k] = v
			}
			bent.Set(name, v[:len(v)-1]+string(v[len(v)-1]^1))
			c.webhook(address, bent, signed(address, form)).is(403)
		}
	}
	require.Equal(t, before, c.told(), "what was refused has changed nothing")

	got := c.webhook(address, form)
	heard := where.only == ""
	if where.only != "" {
		require.Equal(t, 204, got.status, got.text)
		require.Empty(t, got.text)
		for _, status := range strings.Fields(where.only) {
			heard = heard || form.Get("CallStatus") == status || form.Get("RecordingStatus") == status
		}
	} else {
		got.is(200).twiml()
	}
	if where.hear == "" || !heard {
		require.Equal(t, before, c.told(), "no news for the call")
		return
	}
	after := c.told()
	require.Greater(t, strings.Count(after, where.hear), strings.Count(before, where.hear), after)
	require.Equal(t, got.text, c.webhook(address, form).text, "asked again, it is told the same")
	require.Equal(t, after, c.told(), "and nothing happens twice")
}

// caller is a caller of a server whose carrier's REST API only writes down what it
// is asked.
type caller struct {
	*process
	form  url.Values // of every request about the call
	asked chan url.Values
	leg   string // the reference of the leg that is placed last

	twoLegs bool // the first endpoint does not answer
}

// called is a server, and a caller who is about to make the recorded call.
func called(t *testing.T, r recorded) *caller {
	t.Helper()
	c := &caller{asked: make(chan url.Values, 8), leg: "CAleg"}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		sid := c.leg
		if q.Method == http.MethodPost {
			_ = q.ParseForm()
			if q.PostForm.Get("To") == "client:ada" && c.twoLegs {
				sid = "CAfirst"
			}
			c.asked <- q.PostForm
		}
		_, _ = io.WriteString(w, `{"sid":"`+sid+`","calls":[],"participants":[]}`)
	}))
	t.Cleanup(api.Close)
	env := twilioOn()
	env["TWILIO_API_URL"] = api.URL
	c.form = url.Values{"CallSid": {"CAcaller"}, "AccountSid": {env["TWILIO_ACCOUNT_SID"]}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}, "Direction": {"inbound"}}
	switch p := r.Params; {
	case p["ParentCallSid"] != "":
		c.form.Set("CallSid", p["ParentCallSid"])
	case placedKinds[r.Kind]:
		if p["CallSid"] != "" {
			c.leg = p["CallSid"]
		}
		c.twoLegs = r.Kind == "status_callback" && p["CallStatus"] != "completed"
	case p["CallSid"] != "":
		c.form.Set("CallSid", p["CallSid"])
	}
	c.process = start(t, env)
	return c
}

// placedKinds come from a leg that the server placed.
var placedKinds = map[string]bool{"outbound_call_url": true, "status_callback": true, "conference_wait_url": true}

// fit is the recorded request, about this call: to a number of ours, and with a
// reference where whoever recorded it left that out.
func (c *caller) fit(r recorded) url.Values {
	form := url.Values{}
	for k, v := range r.Params {
		form.Set(k, v)
	}
	if r.Kind == "recording_status_callback" {
		return form // it bears no standard parameters
	}
	if form.Get("CallSid") == "" {
		form.Set("CallSid", c.form.Get("CallSid"))
		if placedKinds[r.Kind] {
			form.Set("CallSid", c.leg)
		}
	}
	if form.Get("From") == "" {
		form.Set("From", c.form.Get("From"))
	}
	if !placedKinds[r.Kind] && form.Get("ParentCallSid") == "" {
		form.Set("To", "+12025550100")
	}
	return form
}

// told is what every call has heard of, and after how many turns.
func (c *caller) told() string {
	c.t.Helper()
	list, ok := c.get("/api/v1/calls").is(200).at("calls").([]any)
	require.True(c.t, ok)
	var all strings.Builder
	for i := len(list) - 1; i >= 0; i-- {
		call, ok := list[i].(object)
		require.True(c.t, ok)
		id := fmt.Sprint(call["id"])
		transcript := placings.ReplaceAllString(c.get("/api/v1/calls/"+id+"/transcript").is(200).text, "")
		fmt.Fprintf(&all, "%s after %d turns\n%s\n", id, len(margin.FindAllString(transcript, -1)), transcript)
	}
	return all.String()
}

// requests makes a request about the caller's call.
func (c *caller) requests(address string, more ...string) answer {
	c.t.Helper()
	form := url.Values{}
	for k, v := range c.form {
		form[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	a := c.webhook(address, form).is(200)
	a.twiml()
	c.form.Set("CallStatus", "in-progress")
	return a
}

// rest is what the REST API is asked next.
func (c *caller) rest() url.Values {
	c.t.Helper()
	select {
	case form := <-c.asked:
		return form
	case <-time.After(20 * time.Second):
		require.FailNow(c.t, "the REST API is asked nothing")
		return nil
	}
}

const voiceURL, statusURL = "https://calls.example.com/twilio/voice", "https://calls.example.com/twilio/status"

// The turns of a call at which requests are made.

func voice(c *caller, r recorded) string {
	form := c.fit(r)
	form.Set("To", "+12025550199")
	unknown := c.webhook(voiceURL, form).is(200).twiml()
	require.NotNil(c.t, unknown.find("Reject"), "nobody has the number")
	require.Empty(c.t, c.told())
	return voiceURL
}

func fallback(c *caller, _ recorded) string {
	c.requests(voiceURL)
	return voiceURL
}

func entry(c *caller, _ recorded) string {
	return c.requests(voiceURL).address("Gather", "action")
}

func (c *caller) keys(digits string) answer {
	return c.requests(entry(c, recorded{}), "Digits", digits)
}

// ring is the Dial that the outcome decides: of two groups the last, unless somebody
// talked.
func ring(c *caller, r recorded) string {
	first := c.keys("1001").address("Dial", "action")
	if r.Params["DialCallStatus"] == "completed" {
		return first
	}
	return c.requests(first, "DialCallStatus", "no-answer").address("Dial", "action")
}

func screened(c *caller, _ recorded) string { return c.keys("1004").address("Dial", "action") }
func ask(c *caller, _ recorded) string      { return c.keys("1004").address("Number", "url") }
func pickedUp(c *caller, _ recorded) string {
	return c.keys("1001").address("Client", "statusCallback")
}
func record(c *caller, _ recorded) string { return c.keys("1002").address("Record", "action") }

// tape is a recording that is waited for after its caller hung up.
func tape(c *caller, _ recorded) string {
	address := c.keys("1002").address("Record", "recordingStatusCallback")
	c.form.Set("CallStatus", "completed")
	c.webhook(statusURL, c.form).is(204)
	return address
}

func numberStatus(c *caller, _ recorded) string {
	entry(c, recorded{})
	return statusURL
}

// offered is a caller who holds, and the leg that rings a member for it.
func (c *caller) offered() (hold string, leg url.Values) {
	hold = c.keys("*").address("Redirect", "")
	return hold, c.begins(1)
}

// placings are the turns of a leg that only note how far the server is with placing
// it, which it does by itself.
var (
	placings = regexp.MustCompile(`(?m)^the call to \S+ (is placed|begins)\n\n?`)
	margin   = regexp.MustCompile(`(?m)^\S`) // where every turn begins
)

// begins is the request that places a leg, once the server has noted what came of it.
func (c *caller) begins(legs int) url.Values {
	leg := c.rest()
	c.until(func() (so bool) {
		begun := 0
		for _, call := range c.get("/api/v1/calls").is(200).at("calls").([]any) {
			begun += strings.Count(c.get(fmt.Sprint("/api/v1/calls/", call.(object)["id"], "/transcript")).is(200).text, " begins\n")
		}
		return begun == legs
	})
	return leg
}

func near(what string) func(*caller, recorded) string {
	return func(c *caller, _ recorded) string {
		hold, _ := c.offered()
		return hold[:strings.LastIndex(hold, "/")+1] + what
	}
}

func placed(c *caller, _ recorded) string {
	_, leg := c.offered()
	return leg.Get("Url")
}

// placedEnds is the leg whose end decides: of two endpoints the last, unless
// somebody answered.
func placedEnds(c *caller, _ recorded) string {
	_, leg := c.offered()
	if c.twoLegs {
		c.webhook(leg.Get("StatusCallback"), url.Values{"CallSid": {"CAfirst"}, "CallStatus": {"no-answer"}}).is(204)
		leg = c.begins(2)
	}
	return leg.Get("StatusCallback")
}

// talks has the member answer; the address that the caller is sent to, and what the
// member's leg was told.
func (c *caller) talks() (caller string, leg answer) {
	_, placed := c.offered()
	form := url.Values{"CallSid": {c.leg}, "From": {"+12025550100"}, "To": {"client:ada"}, "CallStatus": {"in-progress"}, "Direction": {"outbound-api"}}
	leg = c.webhook(placed.Get("Url"), form)
	return c.rest().Get("Url"), leg
}

func moved(c *caller, _ recorded) string {
	address, _ := c.talks()
	return address
}

func alone(c *caller, _ recorded) string {
	_, leg := c.talks()
	return leg.address("Conference", "waitUrl")
}

func joined(c *caller, _ recorded) string {
	address, _ := c.talks()
	return c.requests(address).address("Dial", "action")
}
