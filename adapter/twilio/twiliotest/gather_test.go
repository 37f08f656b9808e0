package twiliotest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 2.1 and 1.3.

func asking(attrs string) map[string]string {
	return map[string]string{
		"/voice":   `<Gather action="/key" ` + attrs + `><Say>Extension, please.</Say></Gather><Redirect>/nothing</Redirect>`,
		"/key":     `<Say>thank you</Say>`,
		"/nothing": `<Say>nothing</Say>`,
	}
}

func TestGather_submitsAtTheLastDigit(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(`numDigits="4"`))
	p := dial(t, c)
	require.Equal(t, twiliotest.Listening, p.View().State)
	press(t, p, "100")
	require.Equal(t, "100", p.View().Entry)
	press(t, p, "1")
	form := s.form("/key")
	require.Equal(t, "1001", form.Get("Digits"))
	require.Equal(t, "Gather End", form.Get("msg"))
	require.Equal(t, []string{""}, form["FinishedOnKey"])
	require.Equal(t, "in-progress", form.Get("CallStatus"))
	require.Empty(t, c.Errors())
}

func TestGather_keysAtEightyMillisecondsAllArriveInOneGatherThoughDocumentsTakeTwoHundred(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Latency: 200 * time.Millisecond}, asking(`numDigits="4"`))
	p := dial(t, c)
	require.Equal(t, twiliotest.Waiting, p.View().State)
	wait(t, c, 200*time.Millisecond)
	require.NoError(t, p.PressEvery(context.Background(), "1001", 80*time.Millisecond))
	wait(t, c, 200*time.Millisecond)
	require.Equal(t, []string{"/voice", "/key", "/status"}, s.asked())
	require.Equal(t, "1001", s.form("/key").Get("Digits"))
}

func TestGather_keysPressedWhileADocumentIsFetchedAreLost(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Latency: 200 * time.Millisecond}, map[string]string{
		"/voice": `<Gather action="/rest" numDigits="1" finishOnKey=""/>`,
		"/rest":  `<Gather action="/key" numDigits="3" timeout="3"/>`,
		"/key":   `<Hangup/>`,
	})
	var dropped []string
	c.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Dropped {
			dropped = append(dropped, h.Note)
		}
	})
	p := dial(t, c)
	wait(t, c, 200*time.Millisecond)
	require.NoError(t, p.PressEvery(context.Background(), "1234", 80*time.Millisecond))
	wait(t, c, 4*time.Second)
	require.Equal(t, []string{"2", "3"}, dropped)
	require.Equal(t, "4", s.form("/key").Get("Digits"))
}

func TestGather_theFinishKeyEndsAnEntryAndIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(``))
	press(t, dial(t, c), "12*4#")
	require.Equal(t, "12*4", s.form("/key").Get("Digits"))
	require.Equal(t, "#", s.form("/key").Get("FinishedOnKey"))
}

func TestGather_anEmptyFinishKeyCollectsEveryKey(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(`finishOnKey="" numDigits="3"`))
	press(t, dial(t, c), "*#1")
	require.Equal(t, "*#1", s.form("/key").Get("Digits"))
}

func TestGather_theFinishKeyPressedFirstIsNoInput(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(`timeout="5"`))
	p := dial(t, c)
	press(t, p, "#")
	require.Equal(t, []string{"/voice", "/nothing", "/status"}, s.asked())

	c, s = line(t, twiliotest.Config{Unsure: twiliotest.Unsure{FinishWaits: true}}, asking(`timeout="5"`))
	press(t, dial(t, c), "#1")
	require.Equal(t, []string{"/voice"}, s.asked())
	wait(t, c, 5*time.Second)
	require.Equal(t, []string{"/voice", "/nothing", "/status"}, s.asked())

	c, s = line(t, twiliotest.Config{}, asking(`actionOnEmptyResult="true" finishOnKey="*"`))
	press(t, dial(t, c), "*")
	require.Equal(t, []string{""}, s.form("/key")["Digits"])
	require.Equal(t, "*", s.form("/key").Get("FinishedOnKey"))
}

func TestGather_theTimeBeginsAfterTheWordsOrAtTheFirstKeyAndAnewAtEveryKey(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Words: 60}, asking(`timeout="3"`)) // two words, two seconds
	p := dial(t, c)
	require.Equal(t, twiliotest.Hearing, p.View().State)
	wait(t, c, 2*time.Second)
	require.Equal(t, twiliotest.Listening, p.View().State)
	wait(t, c, 2900*time.Millisecond)
	press(t, p, "1")
	wait(t, c, 2900*time.Millisecond)
	press(t, p, "2")
	require.Equal(t, "key", p.View().Timers[0].Name)
	wait(t, c, 3*time.Second)
	require.Equal(t, "12", s.form("/key").Get("Digits"))
}

func TestGather_theFirstKeyStopsTheWords(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{Words: 60}, map[string]string{"/voice": `<Gather action="/key" timeout="3"><Say>two words</Say><Say>never heard</Say></Gather>`, "/key": `<Hangup/>`})
	p := dial(t, c)
	wait(t, c, time.Second)
	press(t, p, "1")
	require.Equal(t, twiliotest.Listening, p.View().State)
	wait(t, c, 3*time.Second)
	require.Equal(t, "1", s.form("/key").Get("Digits"))
	require.Equal(t, []string{"two words"}, said(p.View()))
}

func TestGather_silenceGoesOnToWhatFollows(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(``))
	p := dial(t, c)
	wait(t, c, 5*time.Second)
	require.Equal(t, []string{"/voice", "/nothing", "/status"}, s.asked())
	require.Equal(t, []string{"Extension, please.", "nothing"}, said(p.View()))
	require.Equal(t, twiliotest.Over, p.View().State)
}

func TestGather_silenceIsReportedWhereTheDocumentAsksForIt(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(`actionOnEmptyResult="true" timeout="7"`))
	dial(t, c)
	wait(t, c, 7*time.Second)
	require.Equal(t, []string{""}, s.form("/key")["Digits"])

	c, s = line(t, twiliotest.Config{Unsure: twiliotest.Unsure{OmitDigits: true}}, asking(`actionOnEmptyResult="true"`))
	dial(t, c)
	wait(t, c, 5*time.Second)
	require.NotContains(t, s.form("/key"), "Digits")
}

func TestGather_aFinishKeyOfSeveralIsWarnedOfAndReplaced(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, asking(`finishOnKey="*#"`))
	press(t, dial(t, c), "*1#")
	require.Equal(t, "*1", s.form("/key").Get("Digits"))
	require.Equal(t, []int{13310}, codes(c))
}

func TestGather_withoutAnActionAsksForTheSameDocumentAgain(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Gather numDigits="1"/>`})
	press(t, dial(t, c), "12")
	require.Equal(t, []string{"", "1", "2"}, s.forms("/voice", "Digits"))
}

func TestPress_refusesWhatIsNoKeyAndEndsWithTheCall(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Gather action="/key" numDigits="1"/>`, "/key": `<Hangup/>`})
	p := dial(t, c)
	require.ErrorContains(t, p.Press(ctx, "1A"), "no key")
	require.NoError(t, p.Press(ctx, "12"), "the second key comes too late")
	require.ErrorIs(t, p.Press(ctx, "1"), twiliotest.ErrOver)
	require.ErrorIs(t, p.Speak(ctx, time.Second), twiliotest.ErrOver)
	require.Equal(t, "hung up by the document", p.View().Cause)
	require.Equal(t, []string{"/voice", "/key", "/status"}, s.asked())
}
