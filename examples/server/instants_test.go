package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// What happens at one and the same instant, and what comes when all is over.

func TestInstant_anAgentAnswersAsTheTimeIsUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		on    on
		agent string
		after time.Duration // how long the phone rings
	}{
		"the app of two phones":    {pressed("1001"), adaApp, 10 * time.Second},
		"the mobile of two phones": {pressed("1001"), "tel:+12025550111", 10 * time.Second},
		"a mobile alone":           {pressed("1004"), mary, 20 * time.Second},
		"an offer's first phone":   {serving(pressed("*"), "ada"), adaApp, 10 * time.Second},
		"an offer's only phone":    {serving(pressed("*"), "mary"), mary, 15 * time.Second},
	} {
		for _, early := range []time.Duration{0, 1, -1, time.Millisecond, -time.Millisecond, 400 * time.Millisecond, -400 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, %v before", name, early), func(t *testing.T) {
				t.Parallel()
				l := dialled(t, twiliotest.Config{})
				l.carrier.Agent(c.agent).Set(twiliotest.Takes, c.after-early)
				phone := ringing(adaApp, c.on)
				if c.agent == mary {
					phone = ringing(mary, c.on)
				}
				caller := phone(l)
				l.wait(25 * time.Second)
				answered := caller.View().State == twiliotest.Talking
				if early > 0 {
					l.until(func() bool { return caller.View().State == twiliotest.Talking })
					answered = true
				}
				require.NoError(t, caller.HangUp(t.Context()))
				ends := l.over()
				require.Equal(t, answered, strings.Contains(ends, "caller answered, ended"), ends)
			})
		}
	}
}

// atOnce makes requests at the same instant.
func (c *caller) atOnce(requests ...func() answer) []answer {
	got := make([]answer, len(requests))
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, r := range requests {
		all.Go(func() { <-start; got[i] = r() })
	}
	close(start)
	all.Wait()
	return got
}

func (c *caller) posts(address string, params ...string) func() answer {
	form := url.Values{}
	for k, v := range c.form {
		form[k] = v
	}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	return func() answer { return c.webhook(address, form) }
}

// leaves is the caller hanging up, and every leg that was placed ending as the
// server asks for; then one outcome is left, and nobody is held.
func (c *caller) leaves(legs ...url.Values) {
	c.t.Helper()
	c.form.Set("CallStatus", "completed")
	c.webhook(statusURL, c.form).is(204)
	c.until(func() (over bool) {
		for done := false; !done; {
			select {
			case asked := <-c.asked:
				if asked.Get("StatusCallback") != "" {
					legs = append(legs, asked)
				}
			default:
				done = true
			}
		}
		for _, leg := range legs {
			c.posts(leg.Get("StatusCallback"), "CallSid", c.leg, "CallStatus", "completed")().is(204)
		}
		_, over = c.endings()
		return over
	})
}

// turns is how many turns all calls have made, without those that only note that a
// call which was sent to fetch its document has done so, since whoever sent it may
// have noted that first, and without those that note how a leg is placed.
func (c *caller) turns() (n int) {
	c.t.Helper()
	told := c.told()
	for _, turns := range afterTurns.FindAllStringSubmatch(told, -1) {
		of, err := strconv.Atoi(turns[1])
		require.NoError(c.t, err)
		n += of
	}
	fetched := strings.Count(told, "\nthe carrier asks what stands\n")
	require.LessOrEqual(c.t, fetched, 1)
	return n - fetched
}

var afterTurns = regexp.MustCompile(`after (\d+) turns`)

func TestInstant_theNewsOfAnAnswerAndOfTheEndOfTheRingMeet(t *testing.T) {
	t.Parallel()
	for range 8 {
		c := called(t, recorded{})
		first := c.keys("1004")
		c.atOnce(
			c.posts(first.address("Number", "url")[:strings.LastIndex(first.address("Number", "url"), "/")]+"/accept?t=1", "CallSid", "CAmary", "Digits", "1"),
			c.posts(first.address("Dial", "action"), "DialCallStatus", "no-answer"),
		)
		c.leaves()

		c = called(t, recorded{})
		c.put("/api/v1/queues/support/members", object{"members": []string{"mary"}}).is(200)
		_, leg := c.offered()
		c.atOnce(
			c.posts(leg.Get("Url"), "CallSid", c.leg),
			c.posts(leg.Get("StatusCallback"), "CallSid", c.leg, "CallStatus", "no-answer"),
		)
		c.leaves(leg)

		c = called(t, recorded{})
		dial := c.keys("1001").address("Dial", "action")
		c.atOnce(c.posts(dial, "DialCallStatus", "completed", "DialBridged", "true"), c.posts(statusURL, "CallStatus", "completed"))
		c.leaves()
	}
}

func TestInstant_theSameRequestThreeTimesAtOnceIsOneTurn(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]struct {
		at     func(c *caller, r recorded) string
		turns  int // of all calls, afterwards
		params []string
	}{
		"a call comes in":       {func(*caller, recorded) string { return voiceURL }, 1, nil},
		"the fallback":          {fallback, 1, []string{"ErrorCode", "11200"}},
		"an entry":              {entry, 3, []string{"Digits", "1001"}},
		"silence":               {entry, 2, []string{"Digits", ""}},
		"an agent is busy":      {screened, 4, []string{"DialCallStatus", "busy"}},
		"a talk is over":        {ring, 4, []string{"DialCallStatus", "completed", "DialBridged", "true"}},
		"an agent answers":      {pickedUp, 4, []string{"CallSid", "CA2"}},
		"an agent is asked":     {ask, 3, []string{"CallSid", "CA2"}},
		"a message":             {record, 4, []string{"RecordingSid", "RE1", "RecordingDuration", "9", "Digits", "#"}},
		"a recording is there":  {tape, 5, []string{"RecordingSid", "RE1", "RecordingDuration", "9", "RecordingStatus", "completed"}},
		"the caller hangs up":   {numberStatus, 2, []string{"CallStatus", "completed"}},
		"a member answers":      {placed, 8, []string{"CallSid", "CAleg", "Direction", "outbound-api"}},
		"the caller is fetched": {moved, 8, nil},
		"a conference is over":  {joined, 10, []string{"DialCallStatus", "answered"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, times := range []int{1, 3} {
				c := called(t, recorded{Params: map[string]string{"DialCallStatus": "completed"}})
				address := r.at(c, recorded{Params: map[string]string{"DialCallStatus": "completed"}})
				post := c.posts(address, r.params...)
				same := make([]func() answer, times)
				for i := range same {
					same[i] = post
				}
				got := c.atOnce(same...)
				for _, a := range got {
					require.Equal(t, got[0].status, a.status)
					require.Equal(t, got[0].text, a.text)
				}
				require.Contains(t, []int{200, 204}, got[0].status)
				if got[0].status == 200 {
					got[0].twiml()
				}
				c.until(func() bool { return c.turns() >= r.turns })
				require.Equal(t, r.turns, c.turns(), c.told())
			}
		})
	}
}

func TestOver_requestsOfFinishedAndUnknownCallsGetAValidDocument(t *testing.T) {
	t.Parallel()
	c := called(t, recorded{})
	address := c.keys("1001").address("Dial", "action")
	c.form.Set("CallStatus", "completed")
	c.webhook(statusURL, c.form).is(204)
	c.form.Set("CallStatus", "in-progress")
	part := strings.Split(address, "/") // https: "" host twilio call account id seq what
	before := c.told()
	callbacks := "taped taken ended"
	for _, what := range strings.Fields("next gather first key hold record dial ask accept join alone leg queued wait " + callbacks) {
		for _, id := range []string{part[6], "nobody", "%C3%A9%20x"} {
			for _, seq := range []string{"0", "1", part[7], "99"} {
				part[5] = "acme"
				at := strings.Join(append(append([]string{}, part[:6]...), id, seq, what), "/")
				got := c.posts(at, "Digits", "1", "DialCallStatus", "no-answer", "RecordingSid", "RE1", "RecordingDuration", "9", "RecordingStatus", "completed")()
				if strings.Contains(callbacks, what) {
					require.Equal(t, 204, got.status, "%s %s", at, got.text)
					continue
				}
				doc := got.is(200).twiml()
				if !strings.Contains("wait alone", what) {
					require.NotNil(t, doc.find("Hangup"), "%s %s", at, got.text)
				}
			}
		}
	}
	c.posts("https://calls.example.com/twilio/call/nowhere/x/1/gather", "Digits", "1")().is(200).twiml()
	require.Equal(t, before, c.told(), "nothing has changed")
	require.NotNil(t, c.posts(voiceURL)().is(200).twiml().find("Hangup"), "the number's own address, too")
	require.Equal(t, before, c.told())
}
