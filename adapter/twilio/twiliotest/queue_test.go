package twiliotest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 1.7, 1.5 and 2.3.

const agentsLine = "+12025550101"

// queueing is a number whose callers wait, and another that serves the line.
func queueing(t *testing.T, cfg twiliotest.Config, enqueue, wait, queue string) (*twiliotest.Carrier, *site) {
	c, s := line(t, cfg, map[string]string{
		"/voice": `<Enqueue ` + enqueue + `>support</Enqueue><Say>what follows</Say>`, "/queued": `<Say>after the queue</Say>`,
		"/wait": wait, "/key": `<Leave/>`, "/serve": `<Dial action="/served" timeout="10"><Queue ` + queue + `>support</Queue></Dial>`, "/served": `<Say>next</Say>`,
		"/hello": `<Say>connecting</Say><Pause length="2"/>`,
	})
	c.Assign(agentsLine, twiliotest.Number{VoiceURL: s.URL + "/serve"})
	return c, s
}

const music = `<Play>https://x.example/hold.mp3</Play>`

var lasting = twiliotest.Config{Files: map[string]time.Duration{"https://x.example/hold.mp3": 30 * time.Second}}

func serve(t *testing.T, c *twiliotest.Carrier) *twiliotest.Phone {
	t.Helper()
	p, err := c.Dial(ctx, "+12025550111", agentsLine, twiliotest.Options{})
	require.NoError(t, err)
	return p
}

func TestEnqueue_requestsItsWaitingDocumentOverAndOver(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `waitUrl="/wait" action="/queued"`, music, "")
	first := dial(t, c)
	wait(t, c, 10*time.Second)
	dial(t, c)
	wait(t, c, 25*time.Second)
	require.Equal(t, twiliotest.Holding, first.View().State)
	require.Equal(t, []string{"1", "2", "1"}, s.forms("/wait", "QueuePosition"))
	require.Equal(t, []string{"0", "0", "30"}, s.forms("/wait", "QueueTime"))
	require.Equal(t, []string{"1", "2", "2"}, s.forms("/wait", "CurrentQueueSize"))
	require.Equal(t, "1000", s.form("/wait").Get("MaxQueueSize"))
	require.Equal(t, "0", s.form("/wait").Get("AvgQueueTime"))
	require.Regexp(t, "^QU[0-9a-f]{32}$", s.form("/wait").Get("QueueSid"))
	require.Equal(t, "words", first.View().Timers[0].Name)
	hangUp(t, first)
	require.Equal(t, "hangup", s.form("/queued").Get("QueueResult"))
	require.Equal(t, "35", s.form("/queued").Get("QueueTime"))
}

func TestEnqueue_theCallerMayLeave(t *testing.T) {
	t.Parallel()
	lap := `<Gather numDigits="1" action="/key" timeout="20"/>`
	c, s := queueing(t, lasting, `waitUrl="/wait" action="/queued"`, lap, "")
	p := dial(t, c)
	require.Equal(t, twiliotest.Listening, p.View().State)
	press(t, p, "*")
	require.Equal(t, "leave", s.form("/queued").Get("QueueResult"))
	require.Equal(t, []string{"after the queue"}, said(p.View()))
	dial(t, c)
	require.Equal(t, "1", s.form("/wait").Get("QueuePosition"), "the line is empty again")

	c, _ = queueing(t, lasting, `waitUrl="/wait"`, `<Leave/>`, "")
	require.Equal(t, []string{"what follows"}, said(dial(t, c).View()), "without an action")

	c, s = queueing(t, lasting, `waitUrl="/wait" action="/queued"`, `<Hangup/>`, "")
	require.Equal(t, "hung up by the document", dial(t, c).View().Cause)
	require.Equal(t, "hangup", s.form("/queued").Get("QueueResult"))
}

func TestEnqueue_isServedByADialAndSaysSoWhenTheyPart(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `waitUrl="/wait" action="/queued"`, music, "")
	p := dial(t, c)
	wait(t, c, 12*time.Second)
	agent := serve(t, c)
	require.Equal(t, twiliotest.Talking, p.View().State)
	require.Equal(t, []string{"+12025550111"}, p.View().With)
	require.Equal(t, []string{caller}, agent.View().With)
	require.NotContains(t, s.asked(), "/queued")
	wait(t, c, 40*time.Second)
	require.Len(t, s.forms("/wait", "From"), 1, "the music has stopped")
	hangUp(t, p)
	require.Equal(t, []string{"bridged", "12"}, []string{s.form("/queued").Get("QueueResult"), s.form("/queued").Get("QueueTime")})
	served := s.form("/served")
	require.Equal(t, []string{"completed", "true", "40", "12"}, []string{served.Get("DialCallStatus"), served.Get("DialBridged"), served.Get("DialCallDuration"), served.Get("QueueTime")})
	require.Equal(t, agent.View().CallSid, served.Get("DequeingCallSid"))

	p = dial(t, c)
	agent = serve(t, c)
	hangUp(t, agent)
	require.Equal(t, "bridged", s.form("/queued").Get("QueueResult"))
	require.Equal(t, []string{"https://x.example/hold.mp3", "after the queue"}, said(p.View()))
	require.Equal(t, "6", func() string { dial(t, c); return s.form("/wait").Get("AvgQueueTime") }())
}

func TestEnqueue_whoeverServesAnEmptyLineWaitsForTheNext(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `action="/queued"`, music, "")
	hangUp(t, dial(t, c))
	agent := serve(t, c)
	require.Equal(t, twiliotest.Ringing, agent.View().State)
	wait(t, c, 14*time.Second)
	p := dial(t, c)
	require.Equal(t, twiliotest.Talking, agent.View().State)
	require.NoError(t, p.HangUp(ctx))

	serve(t, c)
	wait(t, c, 15*time.Second)
	require.Equal(t, "no-answer", s.form("/served").Get("DialCallStatus"))
	agent = serve(t, c)
	hangUp(t, agent)
	require.Equal(t, twiliotest.Holding, dial(t, c).View().State, "nobody serves any more")
}

func TestEnqueue_theTalkHasALimit(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `action="/queued"`, music, "")
	s.set("/serve", `<Dial action="/served" timeLimit="60"><Queue>support</Queue></Dial>`)
	dial(t, c)
	serve(t, c)
	wait(t, c, time.Minute)
	require.Equal(t, "bridged", s.form("/queued").Get("QueueResult"))
	require.Equal(t, "60", s.form("/served").Get("DialCallDuration"))
}

func TestEnqueue_thereIsNothingToServe(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `action="/queued"`, music, "")
	serve(t, c)
	require.Equal(t, "error", s.form("/served").Get("DialCallStatus"))
}

func TestEnqueue_theQueuesDocumentIsHeardByTheCallerFirst(t *testing.T) {
	t.Parallel()
	c, s := queueing(t, lasting, `waitUrl="/wait" action="/queued"`, music, `url="/hello"`)
	p := dial(t, c)
	agent := serve(t, c)
	require.Equal(t, twiliotest.Ringing, agent.View().State)
	require.Equal(t, agent.View().CallSid, s.form("/hello").Get("DequeingCallSid"))
	require.Equal(t, p.View().CallSid, s.form("/hello").Get("CallSid"))
	require.Equal(t, "connecting", said(p.View())[1])
	wait(t, c, 2*time.Second)
	require.Equal(t, twiliotest.Talking, p.View().State)

	s.set("/hello", `<Gather/>`)
	hangUp(t, agent)
	dial(t, c)
	serve(t, c)
	require.Equal(t, []int{12200}, codes(c))
	require.Equal(t, "error", s.form("/queued").Get("QueueResult"))
	require.Equal(t, "failed", s.form("/served").Get("DialCallStatus"))
}

func TestEnqueue_endsInEveryWayThatTwilioKnows(t *testing.T) {
	t.Parallel()
	moved := func(c *twiliotest.Carrier, s *site, p *twiliotest.Phone) {
		api(c).post("/Calls/"+p.View().CallSid+".json", "Url", s.URL+"/queued")
	}
	for want, story := range map[string]struct {
		enqueue, wait, queue string
		faults               twiliotest.Faults
		then                 func(c *twiliotest.Carrier, s *site, p *twiliotest.Phone)
	}{
		"system-error":            {faults: twiliotest.Faults{QueueFails: 1}},
		"queue-full":              {enqueue: `maxQueueSize="1"`, then: func(c *twiliotest.Carrier, _ *site, _ *twiliotest.Phone) { dial(t, c) }},
		"error":                   {enqueue: `waitUrl="/wait"`, wait: `<Record/>`},
		"redirected":              {then: moved},
		"redirected-from-bridged": {then: func(c *twiliotest.Carrier, s *site, p *twiliotest.Phone) { serve(t, c); moved(c, s, p) }},
		"bridging-in-process":     {queue: `url="/hello"`, then: func(c *twiliotest.Carrier, s *site, p *twiliotest.Phone) { serve(t, c); moved(c, s, p) }},
	} {
		c, s := queueing(t, lasting, `action="/queued" `+story.enqueue, story.wait, story.queue)
		c.Break(story.faults)
		p := dial(t, c)
		if story.then != nil {
			story.then(c, s, p)
			wait(t, c, 0)
		}
		require.Equal(t, want, s.forms("/queued", "QueueResult")[0])
	}
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Enqueue action="/queued"/>`})
	dial(t, c)
	require.Equal(t, "error", s.form("/queued").Get("QueueResult"), "a queue without a name")
}

// Conferences.

func conferring(waitURL, attrs string) map[string]string {
	return map[string]string{
		"/voice": `<Dial action="/left" timeLimit="600"><Conference waitUrl="` + waitURL + `" ` + attrs + `>room</Conference></Dial>`,
		"/left":  `<Say>goodbye</Say>`, "/alone": `<Pause length="5"/><Redirect>/alone?n=1</Redirect>`, "/music": music, "/silence": ``,
	}
}

func TestConference_joinsThoseWhoNameIt(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, conferring("/alone", `endConferenceOnExit="true"`))
	first := dial(t, c)
	require.Equal(t, twiliotest.Joining, first.View().State)
	require.Regexp(t, "^CF[0-9a-f]{32}$", s.form("/alone").Get("ConferenceSid"))
	wait(t, c, 12*time.Second)
	require.Equal(t, []string{"", "1", "1"}, s.forms("/alone", "n"))
	second, err := c.Dial(ctx, "+14155550101", office, twiliotest.Options{})
	require.NoError(t, err)
	require.Equal(t, twiliotest.Talking, first.View().State)
	require.Equal(t, []string{"+14155550101"}, first.View().With)
	require.Equal(t, []string{caller}, second.View().With)
	wait(t, c, time.Minute)
	require.Len(t, s.forms("/alone", "n"), 3, "nobody waits any more")
	body := api(c).get("/Conferences/" + s.form("/alone").Get("ConferenceSid") + "/Participants.json")
	require.Contains(t, body, "participants", body)
	members := body["participants"].([]any)
	require.Len(t, members, 2)
	press(t, first, "5")
	hangUp(t, second)
	require.Equal(t, []string{"goodbye"}, said(first.View()))
	require.Equal(t, []string{"answered", "answered"}, s.forms("/left", "DialCallStatus"))
	require.NotContains(t, s.form("/left"), "DialCallSid")
}

func TestConference_goesOnWithoutThoseItDoesNotNeed(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Files: lasting.Files}, conferring("/music", ``))
	first, second := dial(t, c), dial(t, c)
	hangUp(t, second)
	require.Equal(t, twiliotest.Joining, first.View().State)
	wait(t, c, 10*time.Minute)
	require.Equal(t, []string{"https://x.example/hold.mp3", "goodbye"}, said(first.View()))
	require.Equal(t, twiliotest.Joining, dial(t, c).View().State, "a new one")
	require.NotEqual(t, s.forms("/music", "ConferenceSid")[0], s.form("/music").Get("ConferenceSid"))
}

func TestConference_waitsForWhoMayStartIt(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, conferring("/silence", `startConferenceOnEnter="false" maxParticipants="2"`))
	first, second := dial(t, c), dial(t, c)
	require.Equal(t, []twiliotest.State{twiliotest.Joining, twiliotest.Joining}, []twiliotest.State{first.View().State, second.View().State})
	require.Equal(t, []string{"/voice", "/silence", "/voice", "/silence"}, s.asked(), "an empty document is not asked for again")
	require.Equal(t, []string{"goodbye"}, said(dial(t, c).View()))
	require.Equal(t, "failed", s.form("/left").Get("DialCallStatus"), "it is full")
}
