package twilio

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

const (
	at3  = origin + "/twilio/call/acme/c1/3/"
	leg3 = origin + "/twilio/call/acme/leg1/3/"
)

var leg1 = flow.Key{Account: "acme", ID: "leg1"}

func TestEvent_whatEachControlRequestMeans(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	for name, c := range map[string]struct {
		at   string
		form []string
		want flow.What
	}{
		"an entry":                       {"gather", []string{"Digits", "1001", "FinishedOnKey", "", "msg", "Gather End"}, flow.What{Kind: flow.Pressed, Digits: "1001"}},
		"an entry ended by a key":        {"gather", []string{"Digits", "12", "FinishedOnKey", "#"}, flow.What{Kind: flow.Pressed, Digits: "12"}},
		"star first":                     {"gather", []string{"Digits", "*"}, flow.What{Kind: flow.Pressed, Digits: "*"}},
		"star within":                    {"gather", []string{"Digits", "12*4"}, flow.What{Kind: flow.Pressed, Digits: "12*4"}},
		"a flood of keys":                {"gather", []string{"Digits", strings.Repeat("1", 9999)}, flow.What{Kind: flow.Pressed, Digits: flow.Digits(strings.Repeat("1", longest))}},
		"silence":                        {"gather", []string{"Digits", "", "FinishedOnKey", ""}, flow.What{Kind: flow.Pressed}},
		"silence without a word of it":   {"gather", nil, flow.What{Kind: flow.Pressed}},
		"a key that was brought along":   {"gather?p=1", []string{"Digits", "001"}, flow.What{Kind: flow.Pressed, Digits: "1001"}},
		"an entry of a caller who left":  {"gather", []string{"Digits", "1", "CallStatus", "completed"}, flow.What{Kind: flow.HungUp, Cause: "completed"}},
		"what stands?":                   {"next", nil, flow.What{}},
		"a talk that is over":            {"dial", []string{"DialCallStatus", "completed", "DialBridged", "true"}, flow.What{Kind: flow.AgentHungUp, Cause: "completed"}},
		"a talk, said the old way":       {"dial", []string{"DialCallStatus", "completed"}, flow.What{Kind: flow.AgentHungUp, Cause: "completed"}},
		"a talk that began after a busy": {"dial", []string{"DialCallStatus", "busy", "DialBridged", "true"}, flow.What{Kind: flow.AgentHungUp, Cause: "busy"}},
		"busy":                           {"dial", []string{"DialCallStatus", "busy", "DialBridged", "false"}, flow.What{Kind: flow.FoundBusy, Cause: "busy"}},
		"declined at a SIP phone":        {"dial", []string{"DialCallStatus", "busy", "DialBridged", "false", "DialSipResponseCode", "603"}, flow.What{Kind: flow.Declined, Cause: "busy"}},
		"no answer":                      {"dial", []string{"DialCallStatus", "no-answer"}, flow.What{Kind: flow.Unanswered, Cause: "no-answer"}},
		"answered, but not joined":       {"dial", []string{"DialCallStatus", "completed", "DialBridged", "false"}, flow.What{Kind: flow.Declined, Cause: "completed"}},
		"nobody pressed 1":               {"dial?s=0&k=1&w=1", []string{"DialCallStatus", "completed", "DialBridged", "false"}, flow.What{Kind: flow.Unanswered, Cause: "completed"}},
		"failed":                         {"dial", []string{"DialCallStatus", "failed"}, flow.What{Kind: flow.Unreachable, Cause: "failed"}},
		"canceled, the caller is there":  {"dial", []string{"DialCallStatus", "canceled"}, flow.What{Kind: flow.Unreachable, Cause: "canceled"}},
		"canceled by the caller":         {"dial", []string{"DialCallStatus", "canceled", "CallStatus", "completed"}, flow.What{Kind: flow.HungUp, Cause: "canceled"}},
		"busy before, no answer now":     {"dial?s=1&k=2&w=1&o=b", []string{"DialCallStatus", "no-answer"}, flow.What{Kind: flow.FoundBusy, Cause: "no-answer"}},
		"unreachable before, declined":   {"dial?s=1&k=2&o=u", []string{"DialCallStatus", "completed", "DialBridged", "false"}, flow.What{Kind: flow.Declined, Cause: "completed"}},
		"a message":                      {"record", []string{"RecordingSid", "RE1", "RecordingUrl", "https://x/RE1", "RecordingDuration", "5", "Digits", "#"}, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 5 * time.Second}},
		"a message that has only a URL":  {"record", []string{"RecordingUrl", "https://x/RE1", "RecordingDuration", "x"}, flow.What{Kind: flow.Recorded, Ref: "https://x/RE1"}},
		"nothing was recorded":           {"record", nil, flow.What{Kind: flow.Recorded}},
		"a key of the greeting":          {"key", []string{"Digits", "0"}, flow.What{Kind: flow.Pressed, Digits: "0"}},
		"a conference is over":           {"join", []string{"DialCallStatus", "answered"}, flow.What{Kind: flow.AgentHungUp, Cause: "answered"}},
		"a conference, and the caller":   {"join", []string{"DialCallStatus", "completed", "CallStatus", "completed"}, flow.What{Kind: flow.HungUp, Cause: "completed"}},
		"a leg is answered":              {"leg", nil, flow.What{Kind: flow.Answered, Ref: "CA1"}},
		"by somebody who need not press": {"leg?y=1", nil, flow.What{Kind: flow.Answered, Yes: true, Ref: "CA1"}},
	} {
		require.Equal(t, http.StatusOK, post(t, tw, at3+c.at, during(c.form...)).code, name)
		e := d.last(t)
		require.Equal(t, c.want, e.What, name)
		require.Equal(t, acme, e.Call, name)
		require.Equal(t, uint32(3), e.Re, name)
		require.True(t, e.Reply, name)
		require.Empty(t, e.ID, name)
	}
}

func TestEvent_everyQueueResultIsUnderstood(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	for _, r := range []string{"bridged", "bridging-in-process", "error", "leave", "redirected", "redirected-from-bridged", "queue-full", "system-error"} {
		post(t, tw, at3+"queued", during("QueueResult", r, "QueueTime", "3"))
		require.Zero(t, d.last(t).Kind, r)
	}
	post(t, tw, at3+"queued", during("QueueResult", "hangup"))
	require.Equal(t, flow.HungUp, d.last(t).Kind)
	require.Equal(t, "Pause length=20", post(t, tw, at3+"wait", during("QueuePosition", "1")).says())
}

func TestEvent_aCallerWhoHangsUpAfterATalkOrWhileRecordingIsHeardOut(t *testing.T) {
	t.Parallel()
	for at, want := range map[string][]flow.Kind{"dial": {flow.Answered, flow.HungUp}, "record": {flow.HungUp, flow.Recorded}} {
		d, tw := newLine(t, Config{})
		post(t, tw, at3+at, during("CallStatus", "completed", "DialCallStatus", "completed", "RecordingSid", "RE1", "Digits", "hangup"))
		require.Equal(t, 2, d.count())
		require.Equal(t, want, []flow.Kind{d.heard[0].Kind, d.heard[1].Kind})
		require.True(t, d.heard[0].Reply && d.heard[1].Reply, "nothing is owed to who is gone")
	}
	d, tw := newLine(t, Config{})
	d.answer = func(flow.Event) (flow.Turn, error) { return flow.Turn{}, errors.New("the store is away") }
	post(t, tw, at3+"record", during("CallStatus", "completed", "RecordingSid", "RE1"))
	require.Equal(t, 1, d.count(), "what could not be stored comes first the next time")
}

func TestEvent_theNextEndpointsRingBeforeTheCallHearsOfTheOutcome(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	ring := turn(flow.Command{Kind: flow.Connect, Time: 40 * time.Second, CallerID: flow.ShowNumber, Screen: &flow.Screen{},
		Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "tel:+12025550111"}, {Address: "client:ada"}, {Address: "tel:+12025550112"}}}}, "One moment.")
	d.stands(ring)
	first := post(t, tw, origin+"/twilio/call/acme/c1/2/gather", during("Digits", "1001"))
	require.Contains(t, first.says(), `Say language=en-US "One moment."; Dial action=acme/c1/3/dial?s=0&k=3 `)
	require.Equal(t, "9", first.doc.find(t, "Dial").attrs["timeout"], "a third of the ring time, less what Twilio adds, rounded up")

	second := post(t, tw, first.doc.find(t, "Dial").attrs["action"], during("DialCallStatus", "busy"))
	require.Equal(t, flow.Event{Call: acme, Re: 3, Reply: true, What: flow.What{Cause: "busy"}}, d.last(t), "no news for the call")
	require.Equal(t, `Dial action=acme/c1/3/dial?s=1&k=3&w=1&o=b answerOnBridge=true callerId=+12025550100 timeout=9 (Number url=acme/c1/3/ask "+12025550111")`, second.says())

	third := post(t, tw, second.doc.find(t, "Dial").attrs["action"], during("DialCallStatus", "completed", "DialBridged", "false"))
	require.Contains(t, third.says(), `action=acme/c1/3/dial?s=2&k=3&w=1&o=b `)
	require.Equal(t, "+12025550112", third.doc.find(t, "Number").text)

	post(t, tw, third.doc.find(t, "Dial").attrs["action"], during("DialCallStatus", "no-answer"))
	require.Equal(t, flow.FoundBusy, d.last(t).Kind, "busy outweighs the others")

	moved := turn(flow.Command{Kind: flow.Hold})
	moved.Seq = 4
	d.stands(moved)
	require.Contains(t, post(t, tw, first.doc.find(t, "Dial").attrs["action"], during("DialCallStatus", "busy")).says(), "acme/c1/4/hold", "the call has moved on since")
}

// The first group cannot be reached, the second is busy after a while: what is left
// rings for half of the ring time, and all together for no longer than that.
func TestEvent_whoCannotBeReachedLeavesTheTimeToTheOthers(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	d.stands(turn(flow.Command{Kind: flow.Connect, Time: 60 * time.Second, Screen: &flow.Screen{},
		Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "client:ada"}, {Address: "tel:+12025550111"}, {Address: "tel:+12025550112"}}}}))
	dial := post(t, tw, origin+"/twilio/call/acme/c1/2/gather", during("Digits", "1001")).doc.find(t, "Dial")
	for _, next := range []struct{ status, timeout string }{{"failed", "25"}, {"busy", "25"}} {
		dial = post(t, tw, dial.attrs["action"], during("DialCallStatus", next.status)).doc.find(t, "Dial")
		require.Equal(t, next.timeout, dial.attrs["timeout"])
	}
	require.Equal(t, "acme/c1/3/dial?s=2&k=3&w=1&o=b&f=1", short(dial.attrs["action"]))
	post(t, tw, dial.attrs["action"], during("DialCallStatus", "failed"))
	require.Equal(t, flow.FoundBusy, d.last(t).Kind)
}

func TestEvent_instantStar(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{Star: Instant})
	d.stands(turn(flow.Command{Kind: flow.Listen, Digits: 4, First: 9 * time.Second, Inter: 3 * time.Second, Finish: "#", Star: true}, "Hello."))
	rest := post(t, tw, at3+"first", during("Digits", "1"))
	require.Zero(t, d.last(t).Kind, "the entry has only begun")
	require.Equal(t, `Gather action=acme/c1/3/gather?p=1 actionOnEmptyResult=true finishOnKey=# numDigits=3 timeout=3; Redirect "acme/c1/3/gather?p=1"`, rest.says())
	post(t, tw, rest.doc.find(t, "Gather").attrs["action"], during("Digits", "001"))
	require.Equal(t, flow.Digits("1001"), d.last(t).Digits)
	for _, key := range []string{"*", "#", ""} {
		post(t, tw, at3+"first", during("Digits", key))
		require.Equal(t, flow.What{Kind: flow.Pressed, Digits: flow.Digits(key)}, d.last(t).What)
	}
}

func TestEvent_starThatEndsTheEntry(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{Star: FinishKey})
	post(t, tw, at3+"gather", during("Digits", "12", "FinishedOnKey", "*"))
	require.Equal(t, flow.Digits("12*"), d.last(t).Digits)
	post(t, tw, at3+"gather", during("Digits", "", "FinishedOnKey", "*"))
	require.Equal(t, flow.Digits("*"), d.last(t).Digits)
}

func TestEvent_whileTheStoreIsAwayTheCarrierComesBackWithAllThatItSaid(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{Overrides: "rc=2"})
	d.answer = func(e flow.Event) (flow.Turn, error) {
		t := flow.Turn{Call: e.Call, Seq: flow.SafeSeq, Info: e.Start, Move: flow.Move{
			Say: []flow.Message{{Say: "One moment, please."}}, Do: flow.Command{Kind: flow.Again, Retry: e.Try + 1, Time: time.Second}}}
		if e.Try == 2 {
			t.Move.Do = flow.Command{Kind: flow.Connect, Time: time.Minute, CallerID: flow.ShowCaller,
				Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "tel:+12025550190"}}}}
		}
		return t, errors.New("the store is away")
	}
	for from, form := range map[string]url.Values{
		at3 + "gather?p=1":           during("Digits", "00*#"),
		at3 + "dial?s=1&k=2&w=1&o=n": during("DialCallStatus", "completed", "DialBridged", "false"),
		at3 + "record":               during("RecordingSid", "RE1", "RecordingUrl", "https://x/y?z=1&q=2", "RecordingDuration", "7"),
		origin + "/twilio/voice":     incoming,
	} {
		first := post(t, tw, from, form)
		require.Equal(t, http.StatusOK, first.code)
		want := d.last(t)
		require.Zero(t, want.Try)
		require.Contains(t, first.says(), `Say "One moment, please."; Pause length=1; Redirect `)
		again := first.doc.find(t, "Redirect").text
		second := post(t, tw, again, during()) // a redirect brings nothing but the standard parameters
		got := d.last(t)
		require.Equal(t, uint8(1), got.Try)
		require.Equal(t, "+12025550100", string(got.Start.To), "for the emergency")
		got.Try, got.Start, want.Start = 0, nil, nil
		require.Equal(t, want, got, from)
		third := post(t, tw, second.doc.find(t, "Redirect").text, during())
		require.Equal(t, uint8(2), d.last(t).Try)
		require.Equal(t, `Say "One moment, please."; Dial answerOnBridge=true callerId=+14155550100 timeout=55 (Number "+12025550190")`, third.says(), "it needs no further request")
	}
}

func TestEvent_anAgentIsAskedToPress1(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	ring := turn(flow.Command{Kind: flow.Connect, Screen: &flow.Screen{Message: flow.Message{Say: "Call from {caller}. Press 1.", Language: "en-US"}, Time: 8 * time.Second, Times: 2}})
	d.stands(ring)
	child := during("CallSid", "CA2", "ParentCallSid", "CA1", "Direction", "outbound-dial", "From", "+12025550100")
	ask := post(t, tw, at3+"ask", child)
	said := `(Say language=en-US "Call from 1 4 1 5 5 5 5 0 1 0 0. Press 1.")`
	require.Equal(t, `Gather action=acme/c1/3/accept?t=1 finishOnKey= numDigits=1 timeout=8 `+said+`; Gather action=acme/c1/3/accept?t=2 finishOnKey= numDigits=1 timeout=8 `+said+`; Hangup`, ask.says())
	e := d.last(t)
	require.False(t, e.Reply, "the caller's document is not fetched")
	require.Zero(t, e.Kind)

	key := func(n, digit string) answer {
		form := during("CallSid", "CA2", "Digits", digit)
		return post(t, tw, at3+"accept?t="+n, form)
	}
	require.Equal(t, `Gather action=acme/c1/3/accept?t=2 finishOnKey= numDigits=1 timeout=8 `+said+`; Hangup`, key("1", "2").says(), "another key: it is said once more")
	require.Equal(t, "Hangup", key("2", "2").says())
	require.Empty(t, key("1", "1").says(), "a document without a word joins the two")
	require.Equal(t, flow.Event{Call: acme, Re: 3, ID: "CA2.accept.in-progress", What: flow.What{Kind: flow.Answered}}, d.last(t))

	moved := ring
	moved.Seq = 4
	d.stands(moved)
	require.Equal(t, "Hangup", key("1", "1").says(), "the caller has gone meanwhile")
	require.Equal(t, "Hangup", post(t, tw, at3+"ask", child).says())

	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Again}}}, errors.New("the store is away")
	}
	require.Contains(t, post(t, tw, at3+"ask", child).says(), `"You have a call. Press 1 to accept."`)
	require.Empty(t, key("1", "1").says(), "the agent took the call, store or no store")

	ring.Move.Do.Screen.Message = flow.Message{Play: "https://x.example/press1.mp3"}
	d.stands(ring)
	require.Contains(t, post(t, tw, at3+"ask", child).says(), `(Play "https://x.example/press1.mp3")`)
}

func TestEvent_aConferenceThatEndsBeforeItsNewsHasArrivedIsWaitedForAWhile(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	d.stands(turn(flow.Command{Kind: flow.Join, Room: "c1"}))
	next := at3 + "join"
	for range rejoins {
		got := post(t, tw, next, during("DialCallStatus", "answered"))
		require.Equal(t, flow.AgentHungUp, d.last(t).Kind)
		next = got.doc.find(t, "Redirect").text
	}
	require.Equal(t, "Hangup", post(t, tw, next, during()).says(), "the talk is over in any case")
}
