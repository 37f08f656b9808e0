package twiliotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 4.

// rest is a client of the REST API.
type rest struct {
	base, user, password string
	status               int
	header               http.Header
}

func api(c *twiliotest.Carrier) *rest {
	return &rest{base: c.URL() + "/2010-04-01/Accounts/" + c.AccountSID(), user: c.AccountSID(), password: c.AuthToken()}
}

func (r *rest) do(method, path string, form url.Values) map[string]any {
	req, err := http.NewRequest(method, r.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(r.user, r.password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	r.status, r.header = resp.StatusCode, resp.Header
	out := map[string]any{}
	if len(body) > 0 && json.Unmarshal(body, &out) != nil {
		out["text"] = string(body)
	}
	return out
}

func (r *rest) post(path string, pairs ...string) map[string]any {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return r.do(http.MethodPost, path, form)
}

func (r *rest) get(path string) map[string]any { return r.do(http.MethodGet, path, nil) }

// code is Twilio's code in an answer.
func code(body map[string]any) int {
	n, _ := body["code"].(float64)
	return int(n)
}

var waiting = map[string]string{"/voice": `<Pause length="1"/><Say>hello</Say><Pause length="600"/>`, "/moved": `<Say>moved</Say><Pause length="600"/>`}

func TestAPI_aLiveCallIsMovedAtOnce(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, waiting)
	p := dial(t, c)
	r, path := api(c), "/Calls/"+p.View().CallSid+".json"
	require.Equal(t, 21220, code(r.post(path, "Url", s.URL+"/moved")), "it has not been answered yet")
	require.Equal(t, http.StatusBadRequest, r.status)
	wait(t, c, time.Second)
	body := r.post(path, "Url", s.URL+"/moved", "Method", "POST")
	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, p.View().CallSid, body["sid"])
	require.Equal(t, "in-progress", body["status"])
	wait(t, c, 0)
	require.Equal(t, []string{"hello", "moved"}, said(p.View()))
	require.Equal(t, twiliotest.ForUpdate, c.Requests()[1].For)

	r.post(path, "Twiml", `<Response><Say>written here</Say></Response>`)
	require.Equal(t, "the document ended", p.View().Cause)
	require.Equal(t, "written here", said(p.View())[2])
	require.Equal(t, 21220, code(r.post(path, "Url", s.URL+"/moved")))
	require.Equal(t, 21220, code(r.post(path, "Status", "completed")))
	require.Equal(t, 20404, code(r.post("/Calls/CAnone.json", "Status", "completed")))
	require.Equal(t, http.StatusNotFound, r.status)
}

func TestAPI_aDocumentThatComesByRestHasAbsoluteAddresses(t *testing.T) {
	t.Parallel()
	for twiml, want := range map[string]int{
		`<Response><Gather action="/key"/></Response>`:     11100,
		`<Response><Redirect>/moved</Redirect></Response>`: 11100,
		`<Response>`: 12100,
	} {
		c, _ := line(t, twiliotest.Config{}, waiting)
		p := dial(t, c)
		wait(t, c, time.Second)
		api(c).post("/Calls/"+p.View().CallSid+".json", "Twiml", twiml)
		require.Equal(t, []int{want}, codes(c))
		require.Equal(t, twiliotest.Over, p.View().State)
	}
}

func TestAPI_aCallIsEndedOrCanceled(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, waiting)
	p := dial(t, c)
	wait(t, c, time.Second)
	r, path := api(c), "/Calls/"+p.View().CallSid+".json"
	require.Equal(t, 21220, code(r.post(path, "Status", "canceled")))
	require.Equal(t, 20001, code(r.post(path, "Status", "busy")))
	require.Equal(t, 20001, code(r.post(path)))
	require.Equal(t, 20001, code(r.post(path, "Url", "https://x.example/", "Twiml", "<Response/>")))
	require.Equal(t, 32018, code(r.post(path, "Twiml", strings.Repeat("x", 4001))))
	require.Equal(t, 21205, code(r.post(path, "Url", "/relative")))
	require.Equal(t, "completed", r.post(path, "Status", "completed")["status"])
	wait(t, c, 0)
	require.Equal(t, "completed", s.form("/status").Get("CallStatus"))
	body := r.get(path)
	require.Equal(t, "0", body["duration"])
	require.Equal(t, "Mon, 05 Jan 2026 09:00:01 +0000", body["end_time"])
}

func TestAPI_movingACallerWhoTalksHangsUpOnTheAgentOrDoesNot(t *testing.T) {
	t.Parallel()
	for outlive, want := range map[bool]twiliotest.State{false: twiliotest.Idle, true: twiliotest.Joining} {
		pages := dialling(``, `<Client>ada</Client>`)
		pages["/moved"] = `<Pause length="60"/>`
		c, s := line(t, twiliotest.Config{Unsure: twiliotest.Unsure{LegsOutlive: outlive}}, pages)
		c.Agent(ada).Set(twiliotest.Takes, 0)
		p := dial(t, c)
		api(c).post("/Calls/"+p.View().CallSid+".json", "Url", s.URL+"/moved")
		wait(t, c, 0)
		require.Equal(t, twiliotest.Hearing, p.View().State)
		require.Equal(t, want, c.Agent(ada).View().State)
		require.NotContains(t, s.asked(), "/dialled")
		hangUp(t, p)
		require.Len(t, c.Legs(), map[bool]int{false: 0, true: 1}[outlive])
		for _, l := range c.Legs() {
			require.True(t, l.Gone)
			require.NoError(t, c.Agent(l.Phone).HangUp(ctx))
		}
	}
}

func TestAPI_movingTheAgentsLegEndsTheDial(t *testing.T) {
	t.Parallel()
	pages := dialling(``, `<Client>ada</Client>`)
	pages["/moved"] = `<Say>to you alone</Say><Pause length="60"/>`
	c, s := line(t, twiliotest.Config{}, pages)
	c.Agent(ada).Set(twiliotest.Takes, 0)
	p := dial(t, c)
	api(c).post("/Calls/"+c.Agent(ada).View().CallSid+".json", "Url", s.URL+"/moved")
	wait(t, c, 0)
	require.Equal(t, []string{"to you alone"}, said(c.Agent(ada).View()))
	require.Equal(t, []string{"completed", "true"}, []string{s.form("/dialled").Get("DialCallStatus"), s.form("/dialled").Get("DialBridged")})
	require.NotContains(t, s.form("/dialled"), "DialCallDuration")
	require.Equal(t, twiliotest.Over, p.View().State)
}

func TestAPI_callsAreListed(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, dialling(``, twoPhones))
	p, err := c.Dial(ctx, caller, office, twiliotest.Options{ForwardedFrom: "+12025550177"})
	require.NoError(t, err)
	r := api(c)
	list := func(query string) (to []string) {
		for _, l := range r.get("/Calls.json?" + query)["calls"].([]any) {
			to = append(to, l.(map[string]any)["to"].(string))
		}
		return to
	}
	require.Equal(t, []string{"+12025550111", "client:ada", office}, list(""))
	require.Equal(t, []string{"+12025550111", "client:ada"}, list("ParentCallSid="+p.View().CallSid))
	require.Equal(t, []string{office}, list("To="+url.QueryEscape(office)))
	require.Equal(t, []string{"+12025550111"}, list("PageSize=1&Status=ringing"))
	body := r.get("/Calls/" + p.View().CallSid + ".json")
	require.Equal(t, "+12025550177", body["forwarded_from"])
	require.Nil(t, body["duration"])
	require.Equal(t, "2010-04-01", body["api_version"])
}

func TestAPI_recordingsAreListedAndDeleted(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(``))
	p := dial(t, c)
	speak(t, p, 4*time.Second)
	wait(t, c, 4*time.Second)
	hangUp(t, p)
	r, ref := api(c), s.form("/recorded").Get("RecordingSid")
	require.Equal(t, "processing", r.get("/Recordings/" + ref + ".json")["status"])
	wait(t, c, 2*time.Second)
	for _, path := range []string{"/Recordings.json", "/Recordings.json?CallSid=" + p.View().CallSid, "/Calls/" + p.View().CallSid + "/Recordings.json"} {
		all := r.get(path)["recordings"].([]any)
		require.Len(t, all, 1, path)
		require.Equal(t, "completed", all[0].(map[string]any)["status"])
		require.Equal(t, "4", all[0].(map[string]any)["duration"])
	}
	r.do(http.MethodGet, "/Recordings/"+ref+".mp3", nil)
	require.Equal(t, http.StatusOK, r.status)
	r.do(http.MethodDelete, "/Recordings/"+ref, nil)
	require.Equal(t, http.StatusNoContent, r.status)
	require.Equal(t, 20404, code(r.do(http.MethodDelete, "/Recordings/"+ref+".json", nil)))
	require.Empty(t, r.get("/Recordings.json")["recordings"])
}

func TestAPI_answersOnlyTheAccountAndOnlyWhatItHas(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{APIKey: "SKx", APISecret: "secret"}, waiting)
	p := dial(t, c)
	r := api(c)
	for _, path := range []string{"/Calls/CAx/Recordings.json", "/Conferences/CFx/Participants.json", "/Messages.json", "/"} {
		require.Equal(t, 20404, code(r.get(path)), path)
	}
	for _, path := range []string{"/Calls.json", "/Calls/" + p.View().CallSid + ".json"} {
		require.Equal(t, 20004, code(r.do(http.MethodPut, path, nil)))
		require.Equal(t, http.StatusMethodNotAllowed, r.status)
	}
	require.Equal(t, 20004, code(r.do(http.MethodPut, "/Recordings.json", nil)))
	r.user, r.password = "SKx", "secret"
	r.get("/Calls.json")
	require.Equal(t, http.StatusOK, r.status)
	r.password = "guess"
	require.Equal(t, 20003, code(r.get("/Calls.json")))
	require.Equal(t, http.StatusUnauthorized, r.status)
	require.Contains(t, r.header.Get("WWW-Authenticate"), "Basic")
	r = api(c)
	r.base = c.URL() + "/2010-04-01/Accounts/ACother"
	require.Equal(t, 20404, code(r.get("/Calls.json")))
	r.base = c.URL() + "/api/laml/2010-04-01/Accounts/" + c.AccountSID()
	r.get("/Calls.json")
	require.Equal(t, http.StatusOK, r.status, "compatible carriers have it below a path")
}

func TestAPI_isBusyOrBrokenOnRequest(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, nil)
	c.Break(twiliotest.Faults{API: []twiliotest.APIFault{
		{Status: 429, RetryAfter: 2 * time.Second}, {Status: 503, Body: "<html>"}, {Method: "POST", Status: 500, Done: true}, {},
	}})
	r := api(c)
	require.Equal(t, 20429, code(r.get("/Calls.json")))
	require.Equal(t, "2", r.header.Get("Retry-After"))
	require.Equal(t, "<html>", r.get("/Calls.json")["text"])
	require.Equal(t, http.StatusServiceUnavailable, r.status)
	r.get("/Calls.json")
	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, 20500, code(r.post("/Calls.json", "To", "client:ada", "From", office, "Url", s.URL+"/leg")))
	wait(t, c, 0)
	require.Equal(t, []string{ada}, c.Ringing(), "it was placed all the same")
}
