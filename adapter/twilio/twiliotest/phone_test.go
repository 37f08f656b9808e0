package twiliotest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 2.3: verbs that need nobody else.

func TestAgent_actsNeedARingOrACall(t *testing.T) {
	t.Parallel()
	c := twiliotest.New(twiliotest.Config{})
	require.Empty(t, c.URL())
	a := c.Agent(ada)
	require.ErrorIs(t, a.Answer(ctx), twiliotest.ErrIdle)
	require.ErrorIs(t, a.Decline(ctx), twiliotest.ErrIdle)
	require.ErrorIs(t, a.HangUp(ctx), twiliotest.ErrIdle)
	require.Equal(t, twiliotest.Idle, a.View().State)
	require.Same(t, a, c.Agent(ada))
	require.Len(t, c.Agents(), 1)

	c, _ = line(t, twiliotest.Config{}, dialling(``, `<Client>ada</Client>`))
	dial(t, c)
	a = c.Agent(ada)
	require.ErrorIs(t, a.HangUp(ctx), twiliotest.ErrIdle, "it only rings")
	require.NoError(t, a.Answer(ctx))
	require.ErrorIs(t, a.Answer(ctx), twiliotest.ErrIdle, "it was answered")
	require.ErrorIs(t, a.Decline(ctx), twiliotest.ErrIdle)
}

func TestDial_aNumberThatIsNotAssignedIsNotInService(t *testing.T) {
	t.Parallel()
	c := twiliotest.New(twiliotest.Config{})
	p, err := c.Dial(ctx, caller, office, twiliotest.Options{})
	require.NoError(t, err)
	require.Equal(t, "the number is not in service", p.View().Cause)
	again, ok := c.Phone(p.View().CallSid)
	require.True(t, ok)
	require.Equal(t, p.View(), again.View())
	_, ok = c.Phone("CAx")
	require.False(t, ok)
}

func TestReject_refusesOnlyWhatWasNotAnswered(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		`<Reject/>`: "no-answer", `<Reject reason="busy"/>`: "busy", `<Say>hi</Say><Reject/>`: "completed", `<Pause/><Reject/>`: "no-answer", ``: "completed",
	} {
		c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": page})
		p := dial(t, c)
		wait(t, c, time.Second)
		require.Equal(t, want, p.View().Status, page)
		require.Equal(t, want, s.form("/status").Get("CallStatus"))
	}
}

func TestSay_andPlayTakeTheirTime(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Words: 120, Audio: 3 * time.Second}, map[string]string{"/voice": `<Say loop="2" language="en-GB" voice="man">two words</Say><Play>/a.wav</Play><Play loop="0">/b.wav</Play>`})
	p := dial(t, c)
	wait(t, c, 2*time.Second)
	require.Equal(t, []string{"two words", s.URL + "/a.wav"}, said(p.View()))
	require.Equal(t, twiliotest.Said{At: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Text: "two words", Language: "en-GB", Voice: "man"}, p.View().Heard[0])
	wait(t, c, 3*time.Second)
	require.Len(t, p.View().Heard, 3)
	wait(t, c, time.Hour-1)
	require.Equal(t, twiliotest.Over, p.View().State, "a thousand times")

	c, _ = line(t, twiliotest.Config{Files: map[string]time.Duration{"https://x.example/a.wav": time.Minute}}, map[string]string{"/voice": `<Play>https://x.example/a.wav</Play>`})
	p = dial(t, c)
	wait(t, c, time.Minute-1)
	require.Equal(t, twiliotest.Hearing, p.View().State)
}
