package twilio

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/internal/lately"
	"github.com/extflow/extflow/flow"
)

func TestFact_statusCallbacksAreHeardOnceAndWaitForNothing(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	d.stands(flow.Turn{Call: acme, Seq: 1, Move: flow.Move{Do: flow.Command{Kind: flow.Hold}}})
	post(t, tw, origin+"/twilio/voice", incoming)
	for name, c := range map[string]struct {
		at   string
		form []string
		want flow.Event
	}{
		"the caller hung up": {origin + "/twilio/status", []string{"CallStatus", "completed", "SequenceNumber", "3"},
			flow.Event{Call: acme, ID: "CA1.status.completed.3", What: flow.What{Kind: flow.HungUp, Cause: "completed"}}},
		"an endpoint answered": {at3 + "taken", []string{"CallSid", "CA2", "SequenceNumber", "0"},
			flow.Event{Call: acme, Re: 3, ID: "CA2.taken.in-progress.0", What: flow.What{Kind: flow.Answered}}},
		"a recording is there": {at3 + "taped", []string{"CallStatus", "", "RecordingSid", "RE1", "RecordingStatus", "completed", "RecordingDuration", "21"},
			flow.Event{Call: acme, Re: 3, ID: "CA1.taped.RE1.completed", What: flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 21 * time.Second}}},
		"a recording never will be": {at3 + "taped", []string{"CallStatus", "", "RecordingSid", "RE1", "RecordingStatus", "absent"},
			flow.Event{Call: acme, Re: 3, ID: "CA1.taped.RE1.absent", What: flow.What{Kind: flow.Recorded, Cause: "absent"}}},
		"a leg begins":           {leg3 + "ended", []string{"CallSid", "CA9", "CallStatus", "initiated"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.initiated", What: flow.What{Kind: flow.Began, Ref: "CA9"}}},
		"a leg was busy":         {leg3 + "ended", []string{"CallSid", "CA9", "CallStatus", "busy"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.busy", What: flow.What{Kind: flow.FoundBusy, Cause: "busy"}}},
		"a leg was not answered": {leg3 + "ended?m=1", []string{"CallSid", "CA9", "CallStatus", "no-answer"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.no-answer", What: flow.What{Kind: flow.Unanswered, Yes: true, Cause: "no-answer"}}},
		"a leg was declined":     {leg3 + "ended", []string{"CallSid", "CA9", "CallStatus", "busy", "SipResponseCode", "603"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.busy", What: flow.What{Kind: flow.Declined, Cause: "busy"}}},
		"a leg failed":           {leg3 + "ended", []string{"CallSid", "CA9", "CallStatus", "failed"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.failed", What: flow.What{Kind: flow.Unreachable, Cause: "failed"}}},
		"a leg was hung up":      {leg3 + "ended?m=1", []string{"CallSid", "CA9", "CallStatus", "completed"}, flow.Event{Call: leg1, Re: 3, ID: "CA9.ended.completed", What: flow.What{Kind: flow.HungUp, Cause: "completed"}}},
	} {
		got := post(t, tw, c.at, during(c.form...))
		require.Equal(t, http.StatusNoContent, got.code, name)
		require.Empty(t, got.body, name)
		require.Equal(t, c.want, d.last(t), name)
		post(t, tw, c.at, during(c.form...))
		require.Equal(t, c.want.ID, d.last(t).ID, "the same callback bears the same id")
	}
	before := d.count()
	for _, c := range [][]string{{origin + "/twilio/status", "ringing"}, {at3 + "taken", "ringing"}, {at3 + "taped", ""}, {at3 + "ended", "in-progress"}} {
		require.Equal(t, http.StatusNoContent, post(t, tw, c[0], during("CallStatus", c[1])).code)
	}
	require.Equal(t, before, d.count(), "nothing that moves a call")
}

func TestFact_oneThatCannotBeStoredIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	done := during("CallStatus", "completed")
	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Again}}}, errors.New("the store is away")
	}
	require.Equal(t, http.StatusServiceUnavailable, post(t, tw, origin+"/twilio/status", done).code)
	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}, errors.New("no such call")
	}
	require.Equal(t, http.StatusNoContent, post(t, tw, origin+"/twilio/status", done).code)
}

func TestKnown_forgetsTheOldestHalf(t *testing.T) {
	t.Parallel()
	var k known
	name := func(i int) (string, flow.Key) {
		s := string(rune('A'+i%26)) + time.Duration(i).String()
		return s, flow.Key{Account: "acme", ID: s}
	}
	for i := range 3*lately.Kept - 1 {
		k.remember(name(i))
	}
	ref, _ := name(0)
	require.Zero(t, k.key(ref))
	for _, i := range []int{lately.Kept + 1, 3*lately.Kept - 2} {
		ref, key := name(i)
		require.Equal(t, key, k.key(ref))
	}
	k.remember("", acme)
	require.Zero(t, k.key(""))
}

// recorded is a request that some product of the world got from Twilio.
type recorded struct {
	Kind   string
	Note   string
	Params map[string]any
}

func TestEvent_everyRecordedRequestIsTakenAndAnsweredWithAValidDocument(t *testing.T) {
	t.Parallel()
	var requests []recorded
	shared(t, "twilio_payloads.json", &requests)
	require.NotEmpty(t, requests)
	routes := map[string]string{
		"incoming_call": "voice", "incoming_call_client": "voice", "fallback_url": "voice",
		"gather_action": "gather", "gather_action_empty": "gather", "gather_action_speech": "gather",
		"dial_action": "dial", "dial_action_screen_rejected": "dial", "dial_queue_action": "dial", "dial_action_conference": "join",
		"record_action": "record", "recording_status_callback": "taped",
		"enqueue_action": "queued", "enqueue_wait_url": "wait", "twiml_fetch_after_update": "next", "conference_wait_url": "alone",
		"outbound_call_url": "leg", "status_callback": "ended", "call_status_callback": "status", "status_callback_child_leg": "taken",
		"status_callback_other_platform": "status", "texml_status_callback": "status", "number_url_screening": "ask",
		"queue_noun_url": "wait", "transcription_callback": "words",
	}
	none := map[string]bool{"refer_url": true, "amd_status_callback": true} // nothing of ours asks for these
	wants := map[string]flow.Kind{"gather": flow.Pressed, "record": flow.Recorded, "leg": flow.Answered, "join": flow.AgentHungUp, "voice": flow.Arrived}
	for i, r := range requests {
		if none[r.Kind] {
			continue
		}
		where, ok := routes[r.Kind]
		require.True(t, ok, "%d: no route for %s", i, r.Kind)
		at := at3 + where
		if where == "voice" || where == "status" {
			at = origin + "/twilio/" + where
		}
		form := url.Values{}
		for k, v := range r.Params {
			form.Set(k, v.(string))
		}
		d, tw := newLine(t, Config{})
		d.stands(turn(flow.Command{Kind: flow.Hold}, "Please hold."))
		got := post(t, tw, at, form)
		require.Contains(t, []int{http.StatusOK, http.StatusNoContent}, got.code, "%d %s", i, r.Kind)
		if want, ok := wants[where]; ok {
			require.Contains(t, []flow.Kind{d.heard[0].Kind, d.last(t).Kind}, want, "%d %s", i, r.Kind)
			require.Equal(t, http.StatusOK, got.code)
		}
		if want := r.Params["Digits"]; where == "gather" && want != nil {
			require.Equal(t, want, string(d.heard[0].Digits))
		}
		for k, v := range form { // one byte changed
			if v[0] == "" {
				continue
			}
			before := d.count()
			signed := sign(token, at, form)
			bent, _ := json.Marshal(v[0])
			form.Set(k, string(bent[1:len(bent)-1])+"x")
			require.Equal(t, http.StatusForbidden, postSigned(t, tw, at, form, signed).code)
			require.Equal(t, before, d.count())
			break
		}
	}
}
