package twiliotest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 4: calls that are placed.

func TestAPI_aCallIsPlaced(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/leg": `<Gather action="/accept" numDigits="1"><Say>Press 1.</Say></Gather>`, "/accept": `<Pause length="60"/>`})
	r := api(c)
	body := r.post("/Calls.json", "To", "+12025550111", "From", office, "Url", s.URL+"/leg", "StatusCallback", s.URL+"/ended",
		"StatusCallbackEvent", "initiated", "StatusCallbackEvent", "ringing answered", "StatusCallbackEvent", "completed", "TimeLimit", "30", "Timeout", "10")
	require.Equal(t, http.StatusCreated, r.status)
	require.Equal(t, "queued", body["status"])
	require.Equal(t, "outbound-api", body["direction"])
	require.Empty(t, c.Ringing())
	c.Agent(cell).Set(twiliotest.Takes, 2*time.Second)
	wait(t, c, time.Second)
	require.Equal(t, []string{cell}, c.Ringing())
	require.Equal(t, office, c.Agent(cell).View().Shown)
	wait(t, c, time.Second)
	require.Equal(t, "1", s.form("/accept").Get("Digits"))
	require.Equal(t, "in-progress", s.form("/leg").Get("CallStatus"))
	require.Empty(t, c.Phones(), "nobody called")
	_, ok := c.Phone(body["sid"].(string))
	require.False(t, ok)
	wait(t, c, 30*time.Second)
	require.Equal(t, []string{"initiated", "ringing", "in-progress", "completed"}, s.forms("/ended", "CallStatus"))
	require.Equal(t, "30", s.form("/ended").Get("CallDuration"))
}

func TestAPI_aCallThatIsPlacedMayNotBeTaken(t *testing.T) {
	t.Parallel()
	for manner, want := range map[twiliotest.Manner]string{
		twiliotest.Engaged: "busy", twiliotest.Unreachable: "failed", twiliotest.RingsOut: "no-answer", twiliotest.Declines: "busy",
	} {
		c, s := line(t, twiliotest.Config{}, nil)
		c.Agent(cell).Set(manner, time.Second)
		api(c).post("/Calls.json", "To", "+12025550111", "From", office, "Twiml", `<Response><Say>hi</Say></Response>`, "StatusCallback", s.URL+"/ended", "Timeout", "15")
		wait(t, c, 15*time.Second)
		require.Equal(t, []string{want}, s.forms("/ended", "CallStatus"))
		require.Empty(t, said(c.Agent(cell).View()))
	}
	c, s := line(t, twiliotest.Config{}, nil)
	c.Agent(ada).Set(twiliotest.Voicemail, 0)
	r := api(c)
	r.post("/Calls.json", "To", "client:ada", "From", office, "Twiml", `<Response><Say>hi</Say></Response>`)
	wait(t, c, 0)
	require.Equal(t, []string{"hi"}, said(c.Agent(ada).View()))

	body := r.post("/Calls.json", "To", "client:ada", "From", office, "Url", s.URL+"/x", "StatusCallback", s.URL+"/ended")
	require.Equal(t, "canceled", r.post("/Calls/"+body["sid"].(string)+".json", "Status", "canceled")["status"])
	wait(t, c, time.Minute)
	require.Empty(t, s.asked(), "one that never rang has no callback")
	body = r.post("/Calls.json", "To", "+12025550111", "From", office, "Url", s.URL+"/x", "StatusCallback", s.URL+"/ended")
	wait(t, c, 0)
	require.Equal(t, "canceled", r.post("/Calls/"+body["sid"].(string)+".json", "Status", "completed")["status"])
	wait(t, c, 0)
	require.Equal(t, "canceled", s.form("/ended").Get("CallStatus"))
}

func TestAPI_refusesCallsThatCannotBePlaced(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, nil)
	r := api(c)
	const to, from, at = "+12025550111", office, "https://x.example/leg"
	for want, pairs := range map[int][]string{
		21201: {"From", from, "Url", at},
		21213: {"To", to, "Url", at},
		21211: {"To", "ada", "From", from, "Url", at},
		21210: {"To", to, "From", "+15005550006", "Url", at},
		21205: {"To", to, "From", from, "Url", "/leg"},
		21609: {"To", to, "From", from, "Url", at, "StatusCallback", "/ended"},
		32018: {"To", to, "From", from, "Twiml", strings.Repeat("x", 4001)},
	} {
		require.Equal(t, want, code(r.post("/Calls.json", pairs...)))
		require.Equal(t, http.StatusBadRequest, r.status)
	}
	require.Equal(t, 21205, code(r.post("/Calls.json", "To", to, "From", from)))
	require.Equal(t, 21609, code(r.post("/Calls.json", "To", to, "From", from, "Url", at, "StatusCallback", "https://my_host.example/")))
	require.Empty(t, r.get("/Calls.json")["calls"])
}
