package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/feed"
)

// The product knows who calls, and says in the middle of the call where they go.
func TestAsk_aProductLeadsTheCallerOn(t *testing.T) {
	t.Parallel()
	const secret = "a secret of sixteen"
	replies := map[string]string{alice: `{"answer": "gold"}`, bob: `{"answer": "platinum"}`}
	asked := make(chan feed.Question, 10)
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q feed.Question
		if feed.Verify(secret, r.Header.Get(feed.SignatureHeader), body, time.Now(), time.Minute) != nil || json.Unmarshal(body, &q) != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		asked <- q
		if reply := replies[string(q.From)]; reply != "" {
			_, _ = io.WriteString(w, reply)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(product.Close)
	doc := file(t, "acme.yaml", `
account: acme
settings: {default_region: US}
questions:
  tier: {answers: {gold: {hangup: {say: "Welcome back."}}}, otherwise: {hangup: {say: "Good day."}}}
numbers: {"+12025550100": {ask: tier}}
`)
	p := start(t, map[string]string{"EXTFLOW_ASK_URL": product.URL, "EXTFLOW_WEBHOOK_SECRET": secret}, "-config", doc).checked()
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)

	_, known := p.dial(alice)
	q := <-asked
	require.Equal(t, "tier", q.Question)
	require.Equal(t, []string{"gold"}, q.Answers)
	require.Equal(t, []any{alice, "+12025550100", 2.0, "acme"}, []any{string(q.From), string(q.To), q.Within, q.Account})
	transcript := func(call string) string { return p.get(call + "/transcript").is(200).text }
	require.Contains(t, transcript(known), "Welcome back.")

	_, wrong := p.dial(bob)
	<-asked
	require.Contains(t, transcript(wrong), "Good day.")
	require.Contains(t, p.logged.String(), "the product was asked in vain")

	_, later := p.dial("+14155550177")
	q = <-asked
	require.Equal(t, later, "/api/v1/calls/"+q.Call)
	p.post(later+"/answer", object{"turn": q.Turn, "answer": "gold"}).is(200)
	require.Contains(t, transcript(later), "Welcome back.")

	_, silent := p.dial("+14155550178")
	<-asked
	p.skip(2 * time.Second)
	require.Contains(t, transcript(silent), "Good day.", "nobody waits for longer than the limit")
	require.NotContains(t, p.logged.String(), "4155550178")
}

func TestAsk_anAddressThatMakesNoSenseIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	env := map[string]string{"EXTFLOW_ASK_URL": "http://product.example/ask"}
	err := run(t.Context(), []string{"-db", inMemory, "-addr", "127.0.0.1:0"}, lookup(env), new(said), new(said))
	require.ErrorContains(t, err, "EXTFLOW_ASK_URL, EXTFLOW_WEBHOOK_SECRET: webhook: the URL must be absolute and begin with https://")
	require.ErrorContains(t, err, "the secret has 0 characters")
}
