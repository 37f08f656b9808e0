package twilio

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/internal/lately"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

const (
	office100 = "+12025550100"
	ada       = "1001"
	grace     = "1002" // offline
	linus     = "1003" // busy
)

func TestStory_anAgentTakesTheCall(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	welcome := o.dials(office100)
	require.Contains(t, welcome.says(), "Welcome to Acme")
	ring := o.request(welcome.at(t, "Gather", "action"), "Digits", ada)
	require.Equal(t, "ada", ring.doc.find(t, "Client").text)
	require.Equal(t, http.StatusNoContent, o.request(ring.at(t, "Client", "statusCallback"), "CallSid", "CA2", "SequenceNumber", "0").code)
	bye := o.request(ring.at(t, "Dial", "action"), "DialCallStatus", "completed", "DialBridged", "true")
	require.Equal(t, "Hangup", bye.says())
	require.Equal(t, http.StatusNoContent, o.request("/status", "CallStatus", "completed").code)
	require.Equal(t, flow.ResultAnswered, o.outcome("CA1"))
}

func TestStory_aCallerWhoLeavesAMessageAndHangsUp(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	tone := o.request(o.dials(office100).at(t, "Gather", "action"), "Digits", grace)
	require.Contains(t, tone.says(), "Please leave a message after the tone.")
	o.request("/status", "CallStatus", "completed") // the fact is faster
	gone := o.request(tone.at(t, "Record", "action"), "Digits", "hangup", "CallStatus", "completed", "RecordingSid", "RE1", "RecordingDuration", "9")
	require.Equal(t, "Hangup", gone.says())
	o.request(tone.at(t, "Record", "recordingStatusCallback"), "CallStatus", "", "RecordingSid", "RE1", "RecordingStatus", "completed", "RecordingDuration", "9")
	require.Equal(t, flow.ResultVoicemail, o.outcome("CA1"))
	messages, err := o.store.Mailboxes().Messages(t.Context(), "acme", "team")
	require.NoError(t, err)
	require.Len(t, messages, 1)
	require.Equal(t, "RE1", messages[0].Ref)
	require.Equal(t, 9*time.Second, messages[0].Length)
}

func TestStory_wrongEntriesThenTheMenuOfABusyAgent(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	next := o.dials(office100)
	for _, entry := range []string{"", "7777", "12"} {
		next = o.request(next.at(t, "Gather", "action"), "Digits", entry)
		require.NotEmpty(t, next.doc.all("Gather"))
	}
	menu := o.request(next.at(t, "Gather", "action"), "Digits", linus)
	require.Contains(t, menu.says(), "For support press 1.")
	require.Equal(t, "", menu.at(t, "Gather", "finishOnKey"))
	again := o.request(menu.at(t, "Gather", "action"), "Digits", "9")
	require.Contains(t, again.says(), "For support press 1.")
	tone := o.request(again.at(t, "Gather", "action"), "Digits", "2")
	require.NotEmpty(t, tone.doc.all("Record"))
	bye := o.request(tone.at(t, "Redirect", "")) // nothing was recorded
	require.NotEmpty(t, bye.doc.all("Hangup"))
	o.request("/status", "CallStatus", "completed")
	require.Equal(t, flow.ResultGoodbye, o.outcome("CA1"))
}

func TestStory_nobodyAnswersSoTheCallerWaitsAndAMemberTakesTheCall(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	first := o.request(o.dials(office100).at(t, "Gather", "action"), "Digits", ada)
	second := o.request(first.at(t, "Dial", "action"), "DialCallStatus", "no-answer")
	require.Equal(t, "+12025550111", second.doc.find(t, "Number").text, "her phone rings after her app")
	ask := o.request(second.at(t, "Number", "url"), "CallSid", "CA2", "ParentCallSid", "CA1")
	require.Contains(t, ask.says(), "Call from 1 4 1 5 5 5 5 0 1 0 0. Press 1 to accept.")
	hold := o.request(second.at(t, "Dial", "action"), "DialCallStatus", "completed", "DialBridged", "false", "DialCallDuration", "16")
	require.Equal(t, "https://media.example.com/hold.mp3", hold.doc.find(t, "Play").text)
	o.api.was()

	o.later(time.Second) // a member is offered
	var placed string
	for _, asked := range o.api.was() {
		if strings.HasPrefix(asked, "POST Calls.json") {
			placed = asked
		}
	}
	require.NotEmpty(t, placed)
	form, err := url.ParseQuery(strings.TrimPrefix(placed, "POST Calls.json "))
	require.NoError(t, err)
	require.Equal(t, strings.TrimPrefix(office100, "+"), strings.TrimSpace(form.Get("From")), "the number that was called is shown")
	lap := o.request(hold.at(t, "Redirect", ""))
	require.NotEmpty(t, lap.doc.all("Play"), "the caller hears music on")

	leg := func(at string, more ...string) answer {
		return o.request(at, append([]string{"CallSid", "CAnew", "Direction", "outbound-api"}, more...)...)
	}
	up := leg(form.Get("Url"))
	if len(up.doc.all("Conference")) == 0 { // a telephone: somebody must press 1
		require.Contains(t, up.says(), "Press 1 to accept")
		up = leg(up.at(t, "Gather", "action"), "Digits", "1")
	}
	room := up.doc.find(t, "Conference").text
	o.later(0)
	require.Contains(t, strings.Join(o.api.was(), "\n"), "POST Calls/CA1.json Method=POST&Url="+o.url+"/call/acme/")
	caller := o.call("CA1")
	joined := o.request(o.tw.url(caller.Key, caller.Standing, atNext, ""))
	require.Equal(t, room, joined.doc.find(t, "Conference").text, "both in one talk")

	require.Equal(t, "Hangup", leg(up.at(t, "Dial", "action"), "DialCallStatus", "answered", "CallStatus", "completed").says())
	after := o.request(joined.at(t, "Dial", "action"), "DialCallStatus", "answered")
	require.Equal(t, "Hangup", after.says())
	o.request("/status", "CallStatus", "completed")
	require.Equal(t, flow.ResultAnswered, o.outcome("CA1"))
	require.Equal(t, flow.ResultAnswered, o.outcome("CAnew"))
}

func TestStory_theCallerLeavesWhileAMemberRings(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	hold := o.request(o.dials(office100).at(t, "Gather", "action"), "Digits", "*")
	require.NotEmpty(t, hold.doc.all("Play"))
	o.later(time.Second)
	o.request("/status", "CallStatus", "completed")
	o.later(0)
	require.Contains(t, o.api.was(), "POST Calls/CAnew.json Status=completed", "the leg is hung up")
	o.request(o.tw.url(o.call("CAnew").Key, 1, atEnded, ""), "CallSid", "CAnew", "CallStatus", "canceled")
	require.Equal(t, flow.ResultAbandoned, o.outcome("CA1"))
	require.Equal(t, flow.ResultMissed, o.outcome("CAnew"))
}

func TestStory_theSameRequestThreeTimesAtOnceIsOneTurn(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	action := o.dials(office100).at(t, "Gather", "action")
	before := o.taken()
	bodies := make([]string, 3)
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() { bodies[i] = o.request(action, "Digits", ada).body })
	}
	all.Wait()
	require.Equal(t, bodies[0], bodies[1])
	require.Equal(t, bodies[0], bodies[2])
	require.Contains(t, bodies[0], "<Client")
	require.Equal(t, before+2, o.taken(), "looked up, and found")
	require.Equal(t, bodies[0], o.request("/voice", "ErrorCode", "11200").body, "the fallback URL gets what stands, too")
}

func TestStory_numbersThatNobodyHasAreRefusedAndLoopsAreBusy(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	require.Equal(t, "Reject reason=rejected", o.dials("+12025550999").says())
	loop := o.request("/voice", "CallSid", "CA9", "From", office100, "To", office100, "CallStatus", "ringing")
	require.Equal(t, "Reject reason=busy", loop.says())
	require.Equal(t, "Hangup", o.request("/call/acme/nobody/3/gather", "Digits", "1").says(), "a call that nobody knows")
	require.Equal(t, http.StatusNoContent, o.request("/status", "CallSid", "CAx", "CallStatus", "completed").code)
}

func TestStory_aCallGoesOnWhereItStoodWhenTheStoreReturns(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	action := o.dials(office100).at(t, "Gather", "action")
	o.store.down.Store(true)
	start := time.Now()
	moment := o.request(action, "Digits", ada)
	require.Less(t, time.Since(start), time.Second)
	require.Contains(t, moment.says(), "One moment, please.")
	again := o.request(moment.at(t, "Redirect", ""))
	require.Contains(t, again.says(), "One moment, please.")
	emergency := o.request(again.at(t, "Redirect", ""))
	require.Contains(t, emergency.says(), "We cannot take your call right now. Please try again later.")
	require.Empty(t, emergency.doc.all("Redirect"), "it needs no further request")
	o.store.down.Store(false)
	ring := o.request(again.at(t, "Redirect", ""))
	require.Equal(t, "ada", ring.doc.find(t, "Client").text, "the digits came along")
}

func TestStory_theEndOfACallIsReportedToANodeThatNeverSawIt(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	o.dials(office100)
	o.tw.known.calls = lately.Map[flow.Key]{}
	require.Equal(t, http.StatusNoContent, o.request("/status", "CallStatus", "completed").code)
	require.Equal(t, flow.ResultAbandoned, o.outcome("CA1"))

	require.Equal(t, http.StatusNoContent, o.request("/status", "CallSid", "CAlost", "CallStatus", "no-answer").code)
	calls := 0
	for c, err := range o.store.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		if calls++; c.Ref == "CAlost" {
			require.Equal(t, flow.ResultAbandoned, c.State.Result, "a caller who never got through")
			require.True(t, c.Has(flow.Closed))
		}
	}
	require.Equal(t, 2, calls)
	o.later(0)
	require.Empty(t, o.api.was(), "nothing is owed to anybody")

	o.tw.known.calls = lately.Map[flow.Key]{}
	o.store.down.Store(true)
	require.Equal(t, http.StatusServiceUnavailable, o.request("/status", "CallStatus", "completed").code)
}

func TestStory_aCallOfAFinishedTalkGetsADocumentAllTheSame(t *testing.T) {
	t.Parallel()
	o := open(t, Config{})
	welcome := o.dials(office100)
	o.request("/status", "CallStatus", "completed")
	require.Equal(t, flow.ResultAbandoned, o.outcome("CA1"))
	for range 2 {
		require.Equal(t, "Hangup", o.request(welcome.at(t, "Gather", "action"), "Digits", ada).says())
	}
}
