package twiliotest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 2.2, 1.4 and 1.5.

var ctx = context.Background()

const twoPhones = `<Client>ada</Client><Number>+12025550111</Number>`

// dialling is a number that dials, and says how it ended.
func dialling(attrs, nouns string) map[string]string {
	return map[string]string{
		"/voice": `<Say>one moment</Say><Dial action="/dialled" ` + attrs + `>` + nouns + `</Dial><Say>never reached</Say>`, "/dialled": `<Say>goodbye</Say>`,
	}
}

func TestDial_aSIPPhoneSaysThatItWasDeclined(t *testing.T) {
	t.Parallel()
	const desk = "sip:ada@pbx.example"
	c, s := line(t, twiliotest.Config{}, dialling(`timeout="20"`, `<Sip statusCallback="/leg">`+desk+`</Sip>`))
	c.Agent(desk).Set(twiliotest.Declines, time.Second)
	dial(t, c)
	wait(t, c, time.Second)
	require.Equal(t, "busy", s.form("/dialled").Get("DialCallStatus"))
	require.Equal(t, "603", s.form("/dialled").Get("DialSipResponseCode"))
	require.Equal(t, "603", s.form("/leg").Get("SipResponseCode"))
}

func TestDial_endsAsItsPhoneEnds(t *testing.T) {
	t.Parallel()
	for manner, want := range map[twiliotest.Manner]struct {
		status, bridged, sip string
		after                time.Duration
	}{
		twiliotest.Engaged:     {"busy", "false", "486", 0},
		twiliotest.Unreachable: {"failed", "false", "404", 0},
		twiliotest.Declines:    {"busy", "false", "486", 4 * time.Second},
		twiliotest.RingsOut:    {"no-answer", "false", "487", 25 * time.Second},
	} {
		c, s := line(t, twiliotest.Config{}, dialling(`timeout="20"`, `<Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">+12025550111</Number>`))
		c.Agent(cell).Set(manner, 4*time.Second)
		p := dial(t, c)
		wait(t, c, want.after-1)
		if want.after > 0 {
			require.Equal(t, twiliotest.Ringing, p.View().State)
			require.Equal(t, []string{cell}, p.View().With)
			require.Equal(t, caller, c.Agent(cell).View().Shown)
			require.NotContains(t, s.asked(), "/dialled")
		}
		wait(t, c, 1)
		form := s.form("/dialled")
		require.Equal(t, want.status, form.Get("DialCallStatus"), manner)
		require.Equal(t, want.bridged, form.Get("DialBridged"))
		require.Equal(t, "in-progress", form.Get("CallStatus"))
		require.Regexp(t, "^CA[0-9a-f]{32}$", form.Get("DialCallSid"))
		require.NotContains(t, form, "DialCallDuration")
		require.Equal(t, []string{"one moment", "goodbye"}, said(p.View()))
		leg := s.form("/leg")
		require.Equal(t, want.status, leg.Get("CallStatus"))
		require.Equal(t, want.sip, leg.Get("SipResponseCode"))
		require.Equal(t, p.View().CallSid, leg.Get("ParentCallSid"))
		require.Equal(t, "outbound-dial", leg.Get("Direction"))
		require.NotContains(t, leg, "FromCity")
	}
}

func TestDial_aTalkIsCompletedAndBridged(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(``, `<Client statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">ada</Client>`))
	c.Agent(ada).Set(twiliotest.Takes, 3*time.Second)
	p := dial(t, c)
	wait(t, c, 3*time.Second)
	require.Equal(t, twiliotest.Talking, p.View().State)
	require.Equal(t, []string{ada}, p.View().With)
	require.Equal(t, twiliotest.Talking, c.Agent(ada).View().State)
	require.Equal(t, []string{caller}, c.Agent(ada).View().With)
	require.Equal(t, []twiliotest.Leg{{Phone: ada, State: twiliotest.Talking, CallSid: c.Agent(ada).View().CallSid, ParentSid: p.View().CallSid}}, c.Legs())
	require.NoError(t, c.Agent(ada).Press(ctx, "5"), "nobody listens")
	wait(t, c, 61*time.Second)
	require.NoError(t, c.Agent(ada).HangUp(ctx))
	form := s.form("/dialled")
	require.Equal(t, []string{"completed", "true", "61"}, []string{form.Get("DialCallStatus"), form.Get("DialBridged"), form.Get("DialCallDuration")})
	require.Equal(t, []string{"initiated", "ringing", "in-progress", "completed"}, s.forms("/leg", "CallStatus"))
	require.Equal(t, []string{"0", "1", "2", "3"}, s.forms("/leg", "SequenceNumber"))
	require.Equal(t, []string{"", "", "", "61"}, s.forms("/leg", "CallDuration"))
	leg := s.form("/leg")
	require.Equal(t, []string{"61", "2"}, []string{leg.Get("CallDuration"), leg.Get("Duration")})
	require.Equal(t, "Mon, 05 Jan 2026 09:01:04 +0000", leg.Get("Timestamp"))
	require.Equal(t, "call-progress-events", leg.Get("CallbackSource"))
}

func TestDial_withoutAnActionGoesOnToWhatFollows(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Dial callerId="` + office + `">+12025550111</Dial><Say>nobody</Say>`})
	p := dial(t, c)
	require.Equal(t, office, c.Agent(cell).View().Shown)
	wait(t, c, 35*time.Second) // 30 s, and the 5 that are always added
	require.Equal(t, []string{"nobody"}, said(p.View()))

	c, _ = line(t, twiliotest.Config{ExtraRing: -1}, map[string]string{"/voice": `<Dial>+12025550111</Dial>`})
	p = dial(t, c)
	wait(t, c, 30*time.Second)
	require.Equal(t, "the document ended", p.View().Cause)
}

func TestDial_sequenceNumbersCountOnlyWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(``, `<Client statusCallback="/leg" statusCallbackEvent="answered">ada</Client>`))
	c.Agent(ada).Set(twiliotest.Takes, 0)
	hangUp(t, dial(t, c))
	require.Equal(t, []string{"0"}, s.forms("/leg", "SequenceNumber"))
}

func TestDial_ofSeveralTheFirstToAnswerTakesTheCallAndTheOthersStop(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(``, `<Client statusCallback="/ada">ada</Client><Number>+12025550111</Number><Sip>sip:x@pbx.example</Sip>`))
	p := dial(t, c)
	require.Equal(t, []string{ada, "sip:x@pbx.example", cell}, c.Ringing())
	require.NoError(t, c.Agent(cell).Answer(ctx))
	require.Empty(t, c.Ringing())
	require.Equal(t, []string{cell}, p.View().With)
	require.Equal(t, "canceled", s.form("/ada").Get("CallStatus"))
	require.NoError(t, c.Agent(cell).HangUp(ctx))
	require.Equal(t, "completed", s.form("/dialled").Get("DialCallStatus"))
}

func TestDial_thatNobodyTakesSpeaksOfTheWeightiestLeg(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		one, two twiliotest.Manner
		want     string
	}{
		{twiliotest.Engaged, twiliotest.RingsOut, "busy"},
		{twiliotest.RingsOut, twiliotest.Unreachable, "no-answer"},
		{twiliotest.Unreachable, twiliotest.Engaged, "busy"},
		{twiliotest.Unreachable, twiliotest.Unreachable, "failed"},
	} {
		carrier, s := line(t, twiliotest.Config{Declined: "no-answer"}, dialling(`timeout="10"`, twoPhones))
		carrier.Agent(ada).Set(c.one, 0)
		carrier.Agent(cell).Set(c.two, 0)
		dial(t, carrier)
		wait(t, carrier, 15*time.Second)
		require.Equal(t, c.want, s.form("/dialled").Get("DialCallStatus"), c)
	}
}

func TestDial_sequentialRingsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(`sequential="true" timeout="10"`, twoPhones))
	dial(t, c)
	require.Equal(t, []string{ada}, c.Ringing())
	require.NoError(t, c.Agent(ada).Decline(ctx))
	require.Equal(t, []string{cell}, c.Ringing())
	wait(t, c, 15*time.Second)
	require.Equal(t, "busy", s.form("/dialled").Get("DialCallStatus"))
}

func TestDial_theCallerHangsUpWhileItRings(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(``, `<Client statusCallback="/leg">ada</Client>`))
	p := dial(t, c)
	hangUp(t, p)
	require.Empty(t, c.Legs())
	require.Equal(t, "canceled", s.form("/leg").Get("CallStatus"))
	require.Equal(t, []string{"canceled", "completed", "false"}, []string{s.form("/dialled").Get("DialCallStatus"), s.form("/dialled").Get("CallStatus"), s.form("/dialled").Get("DialBridged")})
	require.Equal(t, []string{"one moment"}, said(p.View()), "nobody is there to hear what the action says")
	require.Equal(t, "completed", s.form("/status").Get("CallStatus"))

	c, s = line(t, twiliotest.Config{Unsure: twiliotest.Unsure{QuietHangUp: true}}, dialling(``, `<Client>ada</Client>`))
	hangUp(t, dial(t, c))
	require.NotContains(t, s.asked(), "/dialled")
}

func TestDial_theCallerHangsUpInTheTalk(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{OldDial: true}, dialling(``, `<Client>ada</Client>`))
	c.Agent(ada).Set(twiliotest.Takes, 0)
	p := dial(t, c)
	wait(t, c, 7*time.Second)
	hangUp(t, p)
	hangUp(t, p)
	form := s.form("/dialled")
	require.Equal(t, []string{"completed", "completed", "7"}, []string{form.Get("DialCallStatus"), form.Get("CallStatus"), form.Get("DialCallDuration")})
	require.NotContains(t, form, "DialBridged", "carriers did not always say so")
	require.Equal(t, []string{"/voice", "/dialled", "/status"}, s.asked())
	require.Equal(t, twiliotest.Idle, c.Agent(ada).View().State)
}

func TestDial_theTalkEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(`timeLimit="60"`, `<Client>ada</Client>`))
	c.Agent(ada).Set(twiliotest.Takes, 0)
	dial(t, c)
	wait(t, c, time.Minute)
	require.Equal(t, "60", s.form("/dialled").Get("DialCallDuration"))
}

func TestDial_starHangsUpOnTheAgentWhereTheDocumentSaysSo(t *testing.T) {
	t.Parallel()
	for attrs, want := range map[string]twiliotest.State{`hangupOnStar="true"`: twiliotest.Over, ``: twiliotest.Talking} {
		c, _ := line(t, twiliotest.Config{}, dialling(attrs, `<Client>ada</Client>`))
		c.Agent(ada).Set(twiliotest.Takes, 0)
		p := dial(t, c)
		press(t, p, "1*")
		require.Equal(t, want, p.View().State)
	}
}

func TestDial_answerOnBridgeLeavesACallUnansweredUntilTheTalk(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Dial answerOnBridge="true" action="/dialled"><Client>ada</Client></Dial>`, "/dialled": `<Reject reason="busy"/>`})
	p := dial(t, c)
	require.Equal(t, "ringing", p.View().Status)
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.Equal(t, "in-progress", p.View().Status)
	hangUp(t, p)

	p = dial(t, c)
	require.NoError(t, c.Agent(ada).Decline(ctx))
	require.Equal(t, "ringing", s.form("/dialled").Get("CallStatus"))
	require.Equal(t, "busy", p.View().Status)
	require.Equal(t, "busy", s.form("/status").Get("CallStatus"))

	p = dial(t, c)
	hangUp(t, p)
	require.Equal(t, "no-answer", p.View().Status)
}

func TestDial_refusesWhatCannotBeRungOrShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attrs, nouns string
		want         int
	}{
		{`callerId="+15005550006"`, `<Number>+12025550111</Number>`, 13214},
		{`callerId="client:joe"`, `<Number>+12025550111</Number>`, 13214},
		{``, `<Number>ada</Number>`, 13224},
		{``, `<Sip>ada@pbx.example</Sip>`, 12200},
		{``, `<Client/>`, 12200},
		{``, ``, 12200},
		{``, `<Client>ada</Client><Queue>support</Queue>`, 12200},
		{``, `<Client>1</Client><Client>2</Client><Client>3</Client><Client>4</Client><Client>5</Client><Client>6</Client><Client>7</Client><Client>8</Client><Client>9</Client><Client>10</Client><Client>11</Client>`, 12200},
	} {
		carrier, s := line(t, twiliotest.Config{}, dialling(c.attrs, c.nouns))
		dial(t, carrier)
		require.Equal(t, []int{c.want}, codes(carrier), c.nouns)
		require.Equal(t, "failed", s.form("/dialled").Get("DialCallStatus"))
		require.NotContains(t, s.form("/dialled"), "DialCallSid")
	}
	carrier, _ := line(t, twiliotest.Config{}, dialling(`callerId="+15005550006"`, `<Number>+12025550111</Number>`))
	carrier.Verify("+15005550006")
	dial(t, carrier)
	require.Equal(t, []string{cell}, carrier.Ringing())
}

func TestDial_anAgentIsOnOneCallAtATime(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, dialling(``, `<Number>+12025550111</Number>`))
	dial(t, c)
	dial(t, c)
	require.Equal(t, "busy", s.form("/dialled").Get("DialCallStatus"))
	require.Len(t, c.Phones(), 1)
	_, err := c.Dial(ctx, "+12025550113", office, twiliotest.Options{})
	require.NoError(t, err)

	c, s = line(t, twiliotest.Config{}, dialling(``, `<Number>+12025550111</Number>`))
	_, err = c.Dial(ctx, "+12025550111", office, twiliotest.Options{})
	require.NoError(t, err)
	require.Equal(t, "busy", s.form("/dialled").Get("DialCallStatus"), "they call from that very telephone")
}
