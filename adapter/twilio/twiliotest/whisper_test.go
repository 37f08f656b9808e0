package twiliotest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 1.5: screening.

const screened = `<Number url="/whisper" statusCallback="/leg">+12025550111</Number>`

func screening(whisper, nouns string) map[string]string {
	pages := dialling(`timeout="10"`, nouns)
	pages["/whisper"] = whisper
	pages["/accept"] = ``
	return pages
}

const pressOne = `<Gather action="/accept" numDigits="1" finishOnKey="" timeout="8"><Say>Press 1.</Say></Gather><Hangup/>`

func TestWhisper_aDocumentThatEndsJoinsTheTwo(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, screening(pressOne, screened))
	p := dial(t, c)
	a := c.Agent(cell)
	require.ErrorIs(t, a.Press(ctx, "1"), twiliotest.ErrIdle)
	require.NoError(t, a.Answer(ctx))
	require.Equal(t, twiliotest.Screening, a.View().State)
	require.Equal(t, []string{"Press 1."}, said(a.View()))
	require.Equal(t, twiliotest.Ringing, p.View().State)
	form := s.form("/whisper")
	require.Equal(t, a.View().CallSid, form.Get("CallSid"))
	require.Equal(t, p.View().CallSid, form.Get("ParentCallSid"))
	require.Equal(t, "outbound-dial", form.Get("Direction"))
	wait(t, c, 7*time.Second)
	require.NoError(t, a.Press(ctx, "1"))
	require.Equal(t, "1", s.form("/accept").Get("Digits"))
	require.Equal(t, twiliotest.Talking, p.View().State)
	require.NoError(t, a.HangUp(ctx))
	require.Equal(t, "true", s.form("/dialled").Get("DialBridged"))
}

func TestWhisper_anAgentWhoTakesCallsPresses1(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{Words: 60}, screening(pressOne, screened))
	c.Agent(cell).Set(twiliotest.Takes, time.Second)
	p := dial(t, c)
	wait(t, c, time.Minute)
	require.Equal(t, twiliotest.Talking, p.View().State)
}

func TestWhisper_thatIsNotAcceptedIsCompletedButNotBridged(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]func(*twiliotest.Carrier) error{
		"a voicemail":        func(c *twiliotest.Carrier) error { return c.Wait(ctx, 8*time.Second) },
		"the agent hangs up": func(c *twiliotest.Carrier) error { return c.Agent(cell).HangUp(ctx) },
	} {
		c, s := line(t, twiliotest.Config{}, screening(pressOne, screened))
		c.Agent(cell).Set(twiliotest.Voicemail, 0)
		dial(t, c)
		require.NoError(t, story(c), name)
		form := s.form("/dialled")
		require.Equal(t, []string{"completed", "false"}, []string{form.Get("DialCallStatus"), form.Get("DialBridged")}, name)
		require.Contains(t, form, "DialCallDuration")
		require.Equal(t, "completed", s.form("/leg").Get("CallStatus"))
	}
}

func TestWhisper_mayOnlySayPlayGatherAndHangUp(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{`<Dial>+12025550113</Dial>`, `<Redirect>/x</Redirect>`, `<Pause/>`, `<Record/>`, `<Enqueue>q</Enqueue>`} {
		c, s := line(t, twiliotest.Config{}, screening(verb, screened))
		c.Agent(cell).Set(twiliotest.Takes, 0)
		dial(t, c)
		require.Equal(t, []int{12200}, codes(c), verb)
		require.Equal(t, "false", s.form("/dialled").Get("DialBridged"))
	}
}

func TestWhisper_theFirstToPickUpStopsTheOthersOrDoesNot(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, screening(pressOne, screened+`<Client>ada</Client>`))
	c.Agent(cell).Set(twiliotest.Voicemail, 0)
	dial(t, c)
	require.Empty(t, c.Ringing())

	c, s := line(t, twiliotest.Config{Unsure: twiliotest.Unsure{RingOn: true}}, screening(pressOne, screened+`<Client>ada</Client>`))
	c.Agent(cell).Set(twiliotest.Voicemail, 0)
	p := dial(t, c)
	require.Equal(t, []string{ada}, c.Ringing())
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.Equal(t, []string{ada}, p.View().With)
	require.Equal(t, "completed", s.form("/leg").Get("CallStatus"))
	require.Equal(t, twiliotest.Idle, c.Agent(cell).View().State)
}
