package twiliotest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 1.8 and 2.3.

func recording(attrs string) map[string]string {
	return map[string]string{
		"/voice":    `<Record action="/recorded" recordingStatusCallback="/taped" recordingStatusCallbackEvent="in-progress completed absent" ` + attrs + `/><Say>I heard nothing</Say>`,
		"/recorded": `<Say>thank you</Say>`,
	}
}

func speak(t *testing.T, p *twiliotest.Phone, d time.Duration) {
	t.Helper()
	require.NoError(t, p.Speak(ctx, d))
}

func TestRecord_endsWithSilence(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(`timeout="5"`))
	p := dial(t, c)
	require.Equal(t, twiliotest.Recording, p.View().State)
	wait(t, c, 2*time.Second)
	speak(t, p, 10*time.Second)
	speak(t, p, time.Second) // meanwhile
	wait(t, c, 15*time.Second-1)
	require.Equal(t, twiliotest.Recording, p.View().State)
	wait(t, c, 1)
	form := s.form("/recorded")
	require.Equal(t, "12", form.Get("RecordingDuration"))
	require.Equal(t, []string{""}, form["Digits"])
	require.Regexp(t, "^RE[0-9a-f]{32}$", form.Get("RecordingSid"))
	require.Equal(t, "https://api.twilio.com/2010-04-01/Accounts/"+c.AccountSID()+"/Recordings/"+form.Get("RecordingSid"), form.Get("RecordingUrl"))
	require.Equal(t, []string{"in-progress"}, s.forms("/taped", "RecordingStatus"))
	wait(t, c, 2*time.Second)
	taped := s.form("/taped")
	require.Equal(t, []string{"completed", "12", "RecordVerb", "0", form.Get("RecordingSid"), p.View().CallSid},
		[]string{taped.Get("RecordingStatus"), taped.Get("RecordingDuration"), taped.Get("RecordingSource"), taped.Get("ErrorCode"), taped.Get("RecordingSid"), taped.Get("CallSid")})
	require.NotContains(t, taped, "From", "little is said of the call")
	require.NotContains(t, taped, "CallStatus")
}

func TestRecord_endsWithAKeyThatItNames(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(`finishOnKey="#9" timeout="0"`))
	p := dial(t, c)
	speak(t, p, 3*time.Second)
	wait(t, c, 8*time.Second)
	press(t, p, "19")
	require.Equal(t, "9", s.form("/recorded").Get("Digits"))
	require.Equal(t, "3", s.form("/recorded").Get("RecordingDuration"))
}

func TestRecord_endsAtItsLongest(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(`maxLength="20"`))
	p := dial(t, c)
	speak(t, p, time.Minute)
	wait(t, c, 20*time.Second)
	require.Equal(t, "20", s.form("/recorded").Get("RecordingDuration"))
}

func TestRecord_ofACallerWhoHangsUpIsReportedAsHangup(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(``))
	p := dial(t, c)
	speak(t, p, 30*time.Second)
	wait(t, c, 4*time.Second)
	hangUp(t, p)
	form := s.form("/recorded")
	require.Equal(t, []string{"hangup", "completed", "4"}, []string{form.Get("Digits"), form.Get("CallStatus"), form.Get("RecordingDuration")})
	wait(t, c, 2*time.Second)
	require.Equal(t, "completed", s.form("/taped").Get("RecordingStatus"))
	require.Empty(t, p.View().Heard)
}

func TestRecord_ofACallThatIsMovedHasNoActionButIsThere(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(``))
	p := dial(t, c)
	speak(t, p, 3*time.Second)
	wait(t, c, 4*time.Second)
	api(c).post("/Calls/"+p.View().CallSid+".json", "Twiml", `<Response><Pause length="60"/></Response>`)
	wait(t, c, 2*time.Second)
	require.Equal(t, "completed", s.form("/taped").Get("RecordingStatus"))
	require.NotContains(t, s.asked(), "/recorded")
}

func TestRecord_inWhichNobodySpokeIsNoneAndTheDocumentGoesOn(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, recording(``))
	p := dial(t, c)
	wait(t, c, 5*time.Second)
	require.Equal(t, []string{"I heard nothing"}, said(p.View()))
	wait(t, c, 2*time.Second)
	require.Equal(t, []string{"in-progress", "absent"}, s.forms("/taped", "RecordingStatus"))
	require.NotContains(t, s.asked(), "/recorded")

	c, s = line(t, twiliotest.Config{}, recording(``))
	hangUp(t, dial(t, c))
	require.Equal(t, []string{"/voice", "/taped", "/status"}, s.asked())
}
