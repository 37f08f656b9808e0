package main

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
)

// What an account, a carrier or a receiver gets wrong: what the caller hears, and
// what whoever looks after the server sees.

const roughAccount = `
account: acme
settings: {default_region: US, default_mailbox: team}
agents:
  - {id: ada, name: Ada Lovelace, extension: "1001", endpoints: [], presence: available}
mailboxes:
  team: {}
  small: {max_messages: 1, on_full: {hangup: {say: "This mailbox is full."}}}
queues:
  empty: {on_no_members: {hangup: {say: "Nobody works here."}}}
  unheard: {members: [ada], on_no_members: {hangup: {say: "Nobody can be rung."}}}
numbers:
  "+1 202-555-0101": {queue: empty}
  "+1 202-555-0102": {queue: unheard}
  "+1 202-555-0103": {voicemail: small}
  "+1 202-555-0104": {voicemail: team}
`

// calls is a caller who says something for that long, if anything, and hangs up: what
// was heard, in the words of a transcript.
func (p *process) calls(to string, speaks time.Duration) (heard string) {
	p.t.Helper()
	a := p.post("/api/v1/simulator/calls", object{"from": alice, "to": to}).is(201)
	phone := "/api/v1/simulator/calls/" + a.word("id")
	if speaks > 0 {
		p.post(phone+"/speak", object{"for": speaks.String()}).is(200)
		p.skip(speaks)
		p.post(phone+"/hangup", nil).is(200)
	}
	p.skip(20 * time.Minute)
	return p.get("/api/v1/calls/" + a.word("call") + "/transcript").is(200).text
}

func TestRough_theCallerHearsAndTheOperatorSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "-config", file(t, "rough.yaml", roughAccount))
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	lost := `extflow_messages_total{state="lost"} 1`
	for _, c := range []struct {
		name, to string
		before   func()
		speaks   time.Duration
		hears    string
		health   string // a line of it that says what to do
		api      [2]string
		metric   string
		log      string
	}{
		{
			name: "a queue without members", to: "+12025550101", hears: `say "Nobody works here."`,
			health: "LOOK  Queue empty: nobody serves it: its callers are led on at once. Add members on its page.",
			api:    [2]string{"/api/v1/queues/empty/members", `"members":[]`},
			metric: `extflow_calls_ended_total{reconciled="false",result="goodbye"} 1`,
		},
		{
			name: "a member without a telephone", to: "+12025550102", hears: `say "Nobody can be rung."`,
			health: "LOOK  Queue unheard: none of its members has a telephone: its callers are led on at once. Add endpoints on the agents' pages.",
			api:    [2]string{"/api/v1/queues/unheard/members", `"agent":"ada"`},
			metric: `extflow_calls_ended_total{reconciled="false",result="goodbye"} 2`,
		},
		{
			name: "a mailbox that is full", to: "+12025550103", hears: `say "This mailbox is full."`,
			before: func() { p.calls("+12025550103", 5*time.Second) },
			health: "LOOK  Mailbox small: it is full: 1 messages, and it holds 1. Its callers are told so. Delete some, or raise max_messages.",
			api:    [2]string{"/api/v1/voicemail/small", `"state":"left"`},
			metric: `extflow_messages_total{state="left"} 1`,
		},
		{
			name: "a recording that never arrives", to: "+12025550104", speaks: 7 * time.Second, hears: "record to team",
			before: func() { p.server.sim.Load().Carrier.Break(sim.Faults{LosesTapes: 1}) },
			api:    [2]string{"/api/v1/voicemail/team", `"state":"lost"`},
			metric: lost, log: "voicemail lost to team",
		},
	} {
		if c.before != nil {
			c.before()
		}
		require.Contains(t, p.calls(c.to, c.speaks), c.hears, c.name)
		require.Contains(t, html.UnescapeString(p.get("/health").is(200).text), c.health, c.name)
		require.Contains(t, p.get(c.api[0]).is(200).text, c.api[1], c.name)
		require.Contains(t, p.get("/metrics").is(200).text, c.metric, c.name)
		for line := range strings.Lines(p.logged.String()) {
			if c.log != "" && strings.Contains(line, c.log) {
				require.Contains(t, line, "WARN", c.name)
			}
		}
		require.Contains(t, p.logged.String(), c.log, c.name)
	}
	require.Contains(t, p.get("/api/v1/feed").is(200).text, "message_lost")

	loop := strings.Replace(roughAccount, "empty: {", "empty: {on_max_wait: {queue: empty}, ", 1)
	told := p.put("/api/v1/document", loop)
	require.Equal(t, http.StatusUnprocessableEntity, told.status, told.text)
	require.Contains(t, told.text, "queues.empty")
	require.Contains(t, told.text, "leads back to itself without the caller keying anything")
}

// A product's receiver that answers 500, and one that takes the news and never
// answers: what happened waits for it, and the operator is told since when and why.
func TestRough_aReceiverThatFailsOrHangsIsShownToWhoLooksAfterIt(t *testing.T) {
	t.Parallel()
	for says, product := range map[string]http.HandlerFunc{
		"the receiver answers 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"the receiver does not answer:": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			receiver := httptest.NewServer(product)
			t.Cleanup(receiver.Close)
			p := startAs(t, tuning{hangs: 100 * time.Millisecond}, map[string]string{"EXTFLOW_WEBHOOK_URL": receiver.URL, "EXTFLOW_WEBHOOK_SECRET": "a secret of sixteen"})
			p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
			p.leaves()
			p.until(func() bool { return strings.Contains(p.get("/health").text, "nothing is taken since") })
			health := html.UnescapeString(p.get("/health").text)
			require.Contains(t, health, says)
			require.Contains(t, health, "See that EXTFLOW_WEBHOOK_URL answers 2xx within 10 s.")
			require.Contains(t, p.logged.String(), says)
			require.Contains(t, p.get("/metrics").text, `extflow_feed_failing_seconds{receiver="webhook"} `)
			require.Contains(t, p.get("/api/v1/voicemail/team").text, `"state":"left"`, "nothing of it holds up a caller, or a message")
		})
	}
}

// A folder for recordings that cannot be written to: the message is there and is heard
// from the carrier, the operator is told, and once there is a folder it is kept.
func TestRough_recordingsThatCannotBeKeptAreHeardFromTheCarrier(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "recordings")
	p := start(t, nil, "-recordings", dir)
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600)) // where a folder is to be
	message := "/api/v1/voicemail/team/" + p.leaves()
	health := func() string { return html.UnescapeString(p.get("/health").is(200).text) }
	p.until(func() bool { return strings.Contains(health(), "LOOK  Feed to recordings: nothing is taken since") })
	require.Contains(t, health(), "See that the carrier can be reached, and that the folder of -recordings has room.")
	p.skip(20 * time.Second)
	require.Contains(t, p.get("/metrics").text, `extflow_feed_failing_seconds{receiver="recordings"} 20`)
	require.Len(t, p.get(message+"/recording").is(200).text, 44+7*8000)
	require.NoError(t, os.Remove(dir))
	p.skip(time.Minute)
	p.until(func() bool { return strings.Contains(health(), "Feed to recordings: what happens is taken") })
	require.Equal(t, 1, files(t, dir))
	require.Len(t, p.get(message+"/recording").is(200).text, 44+7*8000)
}

// A product that answers questions with 500: callers are led on at once, and the operator
// is told since when and why.
func TestRough_aProductThatFailsWhenItIsAskedIsShownToWhoLooksAfterIt(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	fails.Store(true)
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if fails.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, `{"answer": "gold"}`)
	}))
	t.Cleanup(product.Close)
	p := start(t, map[string]string{"EXTFLOW_ASK_URL": product.URL, "EXTFLOW_WEBHOOK_SECRET": "a secret of sixteen"}, "-config", file(t, "asks.yaml", `
account: acme
settings: {default_region: US}
questions:
  tier: {answers: {gold: {hangup: {say: "Welcome back."}}}, otherwise: {hangup: {say: "Good day."}}}
numbers: {"+12025550100": {ask: tier}}
`))
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	health := func() string { return html.UnescapeString(p.get("/health").is(200).text) }
	require.Contains(t, p.calls("+12025550100", 0), "Good day.")
	require.Contains(t, health(), "LOOK  Questions to the product: none is answered since ")
	require.Contains(t, health(), "the product answers 500")
	require.Contains(t, p.get("/metrics").text, `extflow_questions_total{outcome="in_vain"} 1`)
	require.NotContains(t, p.get("/metrics").text, "extflow_questions_failing_seconds 0\n")

	fails.Store(false)
	require.Contains(t, p.calls("+12025550100", 0), "Welcome back.")
	require.Contains(t, health(), "1 answered since the start, 1 in vain")
	require.Contains(t, p.get("/metrics").text, "extflow_questions_failing_seconds 0\n")
}
