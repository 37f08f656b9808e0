package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/vonage/vonagetest"
)

// vonageLine is a running server with Vonage on, and a small Vonage that reaches it by
// its public address as through a proxy.
type vonageLine struct {
	*process
	carrier *vonagetest.Carrier
	serial  int
	leg     string // how the references of the newest call begin
}

func vonageOn(t *testing.T, cfg vonagetest.Config) *vonageLine {
	t.Helper()
	var at atomic.Value // where the server really listens
	through := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.Load().(string))
	}}
	t.Cleanup(through.CloseIdleConnections)
	cfg.Client, cfg.Clock, cfg.Start = &http.Client{Transport: proxy{through}}, time.Now, time.Now()
	carrier := vonagetest.Start(t, cfg)
	p := start(t, map[string]string{
		"VONAGE_APPLICATION_ID": carrier.ApplicationID(), "VONAGE_PRIVATE_KEY": file(t, "private.key", carrier.PrivateKey()),
		"VONAGE_API_KEY": carrier.APIKey(), "VONAGE_SIGNATURE_SECRET": carrier.SignatureSecret(), "VONAGE_API_URL": carrier.URL(),
		"EXTFLOW_PUBLIC_URL": "http://calls.example.com",
	})
	at.Store(strings.TrimPrefix(p.base, "http://"))
	const base = "http://calls.example.com/vonage"
	carrier.Link(vonagetest.Application{AnswerURL: base + "/answer", FallbackURL: base + "/answer", EventURL: base + "/event"})
	carrier.Assign("12025550100")
	return &vonageLine{process: p, carrier: carrier}
}

func (l *vonageLine) call(from string) *vonagetest.Phone {
	l.t.Helper()
	phone, err := l.carrier.Dial(l.t.Context(), from, "12025550100", vonagetest.Options{})
	require.NoError(l.t, err)
	return phone
}

// becomes waits until what the server does by itself has happened.
func (l *vonageLine) becomes(want vonagetest.State, state func() vonagetest.State) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		require.NoError(l.t, l.carrier.Wait(l.t.Context(), 0))
		return state() == want
	}, 20*time.Second, 10*time.Millisecond, "it does not become %s", want)
}

func TestVonage_aCallerReachesAnAgentExactlyAsWithTwilio(t *testing.T) {
	t.Parallel()
	l := vonageOn(t, vonagetest.Config{})
	require.Contains(t, l.said.String(), "vonage: on; in its console, answer URL: http://calls.example.com/vonage/answer (POST)")
	phone := l.call("14155550100")
	require.Equal(t, vonagetest.Listening, phone.View().State)
	require.NoError(t, phone.Press(t.Context(), "1001"))
	ada := l.carrier.Agent("client:ada")
	require.Equal(t, vonagetest.Ringing, ada.View().State)
	require.Equal(t, alice, ada.View().Shown)
	require.NoError(t, ada.Answer(t.Context()))
	require.Equal(t, vonagetest.Talking, phone.View().State)
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, l.carrier.Wait(t.Context(), time.Minute))
	call := l.get("/api/v1/calls").is(200)
	require.Equal(t, "answered", call.word("calls", 0, "result"))
	require.Equal(t, true, call.at("calls", 0, "closed"))
	require.Nil(t, l.get("/api/v1/agents/ada").at("call"), "the agent is free")
	require.NotContains(t, l.logged.String(), "14155550100")
	require.NotContains(t, l.logged.String(), "1001")
	require.Empty(t, l.carrier.Errors(), "Vonage would have complained")
}

func TestVonage_aCallerWaitsUntilAMemberIsFree(t *testing.T) {
	t.Parallel()
	l := vonageOn(t, vonagetest.Config{Region: "api-eu-3"})
	l.put("/api/v1/queues/support/members", object{"members": []string{"mary"}}).is(200)
	l.put("/api/v1/agents/mary/presence", object{"presence": "busy"}).is(200)
	phone := l.call("14155550100")
	require.NoError(t, phone.Press(t.Context(), "*#"))
	require.NoError(t, l.carrier.Wait(t.Context(), 2*time.Second))
	require.Equal(t, alice, l.get("/api/v1/queues/support/waiting").is(200).word("waiting", 0, "from"))
	l.put("/api/v1/agents/mary/presence", object{"presence": "available"}).is(200)
	mary := l.carrier.Agent("tel:+12025550114")
	l.becomes(vonagetest.Ringing, func() vonagetest.State { return mary.View().State })
	require.Equal(t, "+12025550100", mary.View().Shown, "telephones are shown a number of the account's own")
	require.NoError(t, mary.Answer(t.Context()))
	require.NoError(t, mary.Press(t.Context(), "1"))
	l.becomes(vonagetest.Talking, func() vonagetest.State { return phone.View().State })
	require.NoError(t, phone.HangUp(t.Context()))
	l.becomes(vonagetest.Idle, func() vonagetest.State { return mary.View().State })
	require.Empty(t, l.carrier.Errors(), "all of it in the region of the call")
}

func TestVonage_whatItCannotDoIsRefusedWhenItIsSaved(t *testing.T) {
	t.Parallel()
	l := vonageOn(t, vonagetest.Config{})
	text := l.get("/api/v1/document").is(200).text
	a := l.put("/api/v1/document", strings.Replace(text, "settings:\n", "settings:\n  first_digit: 30s\n", 1)).is(422)
	require.Contains(t, a.text, "vonage can do no more than 10s")
	require.NotContains(t, l.get("/api/v1/document").text, "30s")
}

// recordedVonage is a webhook that Vonage made, or that its documentation shows.
type recordedVonage struct {
	Kind   string
	Source string
	Method string
	Said   json.RawMessage `json:"body_or_query"`
}

// sent is a webhook to be sent: a body, or a query.
func (r recordedVonage) fields(t *testing.T) object {
	var fields object
	if r.Method == http.MethodGet {
		var query string
		require.NoError(t, json.Unmarshal(r.Said, &query))
		fields = object{}
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		for k := range values {
			fields[k] = values.Get(k)
		}
		return fields
	}
	require.NoError(t, json.Unmarshal(r.Said, &fields))
	return fields
}

// deliver makes the webhook, signed for what it says, or for something else.
func (l *vonageLine) deliver(method, address string, fields object, signedFor ...string) answer {
	l.t.Helper()
	path := strings.TrimPrefix(address, "http://calls.example.com")
	body, payload := []byte(nil), []byte(nil)
	if method == http.MethodGet {
		query := url.Values{}
		for k, v := range fields {
			text, ok := v.(string)
			if !ok {
				text = string(jsonText(v))
			}
			query.Set(k, text)
		}
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		path += mark + query.Encode()
		_, all, _ := strings.Cut(path, "?")
		payload = vonagetest.QueryText(all)
	} else {
		body = jsonText(fields)
		payload = body
	}
	if len(signedFor) > 0 {
		payload = []byte(signedFor[0])
	}
	l.serial++
	token := vonagetest.Sign(l.carrier.SignatureSecret(), vonagetest.Claims{
		IssuedAt: time.Now().Unix(), ID: fmt.Sprint(l.serial), Issuer: "Vonage", PayloadHash: vonagetest.Hash(payload),
		APIKey: l.carrier.APIKey(), Application: l.carrier.ApplicationID(),
	})
	var text any = string(body)
	if method == http.MethodGet {
		text = nil
	}
	return l.send(method, path, text, "Content-Type", "application/json", "Authorization", "Bearer "+token, "X-Forwarded-For", "10.0.0.1")
}

func jsonText(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return bytes.TrimSpace(b.Bytes())
}

// link is the address in an action of a document.
func (a answer) link(action string) string {
	a.t.Helper()
	var doc []object
	require.NoError(a.t, json.Unmarshal([]byte(a.text), &doc), a.text)
	for _, x := range doc {
		if x["action"] == action {
			return x["eventUrl"].([]any)[0].(string)
		}
	}
	require.Fail(a.t, "no "+action, a.text)
	return ""
}

// stands brings a new call to where a webhook of the kind belongs, and is the address
// that it goes to.
func (l *vonageLine) stands(r recordedVonage, fields object) (address string) {
	l.serial++
	l.leg = fmt.Sprintf("leg%d", l.serial)
	leg := l.leg + "-a"
	first := func() answer {
		return l.deliver(http.MethodPost, "http://calls.example.com/vonage/answer", object{"from": "14155550100", "to": "12025550100", "uuid": leg, "conversation_uuid": "CON-" + leg}).is(200)
	}
	keyed := func(digits string) answer {
		return l.deliver(http.MethodPost, first().link("input"), object{"dtmf": object{"digits": digits, "timed_out": false}, "uuid": leg}).is(200)
	}
	for _, name := range []string{"uuid", "call_uuid"} {
		if fields[name] != nil {
			fields[name] = l.leg + "-" + name
		}
	}
	switch r.Kind {
	case "answer":
		fields["to"] = "12025550100"
		return "http://calls.example.com/vonage/answer"
	case "fallback":
		fields["original_request"] = object{"url": first().link("input"), "type": "event"}
		fields["dtmf"] = object{"digits": "1001", "timed_out": false}
		return "http://calls.example.com/vonage/answer"
	case "input":
		return first().link("input")
	case "record":
		return keyed("1002").link("record")
	case "notify":
		return keyed("1002").link("notify")
	case "error", "transfer", "transcription", "payment":
		return "http://calls.example.com/vonage/event"
	}
	if fields["direction"] == "inbound" {
		first()
		fields["uuid"] = leg
		return "http://calls.example.com/vonage/event"
	}
	return l.inRow(keyed("1001")).link("connect")
}

// inRow asks again, as the document says, while a ring waits for its place among those
// of the second.
func (l *vonageLine) inRow(a answer) answer {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		if strings.Contains(a.text, `"connect"`) {
			return true
		}
		a = l.deliver(http.MethodPost, a.link("notify"), object{"payload": object{}, "conversation_uuid": "CON-" + l.leg}).is(200)
		return false
	}, 20*time.Second, 100*time.Millisecond)
	return a
}

// acts are the kinds, and of statuses the ones, that change a call; all others are
// heard and change nothing.
func acts(r recordedVonage, fields object) bool {
	status, _ := fields["status"].(string)
	switch {
	case slices.Contains([]string{"answer", "input", "record", "fallback"}, r.Kind):
		return true
	case slices.Contains([]string{"error", "transfer", "transcription", "payment", "notify"}, r.Kind):
		return false
	case fields["direction"] == "inbound":
		return slices.Contains([]string{"completed", "failed", "rejected", "busy"}, status)
	}
	return status == "answered" || status == "human"
}

// Every webhook that Vonage is known to have made is taken at the turn where it
// belongs; with something changed it is refused, and changes nothing.
func TestVonage_recordedWebhooksAreTakenAndChangedOnesRefused(t *testing.T) {
	t.Parallel()
	var all []recordedVonage
	for _, name := range []string{"vonage_payloads.json", "vonage_payloads_synthesized.json"} {
		data, err := os.ReadFile("../../../shared/reference/data/" + name)
		if err != nil {
			t.Skipf("the shared reference data is not here: %v", err)
		}
		var some []recordedVonage
		require.NoError(t, json.Unmarshal(data, &some))
		all = append(all, some...)
	}
	require.Len(t, all, 79)
	l := vonageOn(t, vonagetest.Config{})
	schema, err := jsonschema.NewCompiler().Compile("../../../shared/reference/data/ncco_schema.json")
	require.NoError(t, err)
	turns := func() string {
		var b strings.Builder
		for _, c := range l.get("/api/v1/calls?limit=500").is(200).at("calls").([]any) {
			if ref, _ := c.(object)["ref"].(string); strings.HasPrefix(ref, l.leg+"-") {
				fmt.Fprintln(&b, c.(object)["id"], c.(object)["turns"])
			}
		}
		return b.String()
	}
	for i, r := range all {
		fields := r.fields(t)
		address := l.stands(r, fields)
		what := fmt.Sprintf("%d %s %s %s", i, r.Kind, r.Source, jsonText(fields))
		before := turns()
		if r.Method == http.MethodPost {
			require.Equal(t, http.StatusUnauthorized, l.deliver(r.Method, address, fields, string(jsonText(fields))+" ").status, what)
			require.Equal(t, before, turns(), what)
		}
		a := l.deliver(r.Method, address, fields)
		switch a.status {
		case http.StatusOK:
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(a.text))
			require.NoError(t, err, what)
			require.NoError(t, schema.Validate(doc), "%s\n%s", what, a.text)
		default:
			require.Equal(t, http.StatusNoContent, a.status, "%s\n%s", what, a.text)
		}
		if acts(r, fields) {
			require.NotEqual(t, before, turns(), "it changes nothing: %s", what)
		} else if a.status == http.StatusNoContent {
			require.Equal(t, before, turns(), "it changes something: %s", what)
		}
		for _, c := range l.get("/api/v1/calls?live=true&limit=500").is(200).at("calls").([]any) {
			l.post("/api/v1/calls/"+c.(object)["id"].(string)+"/hangup", nil)
		}
		require.Eventually(t, func() bool { return l.get("/api/v1/agents/ada").at("call") == nil }, 20*time.Second, time.Millisecond, what)
	}
}

// Forged, stale and replayed requests change nothing, and are counted.
func TestVonage_whatIsNotSignedChangesNothingAndIsCounted(t *testing.T) {
	t.Parallel()
	l := vonageOn(t, vonagetest.Config{})
	fields := object{"from": "14155550100", "to": "12025550100", "uuid": "u1", "conversation_uuid": "CON-1"}
	body := string(jsonText(fields))
	claims := vonagetest.Claims{IssuedAt: time.Now().Unix(), ID: "1", Issuer: "Vonage", PayloadHash: vonagetest.Hash([]byte(body)), APIKey: l.carrier.APIKey()}
	stale := claims
	stale.IssuedAt -= 301
	post := func(token string) int {
		return l.send(http.MethodPost, "/vonage/answer", body, "Content-Type", "application/json", "Authorization", token).status
	}
	require.Equal(t, 401, post("Bearer "+vonagetest.Sign("another", claims)))
	require.Equal(t, 401, post("Bearer "+vonagetest.Sign(l.carrier.SignatureSecret(), stale)))
	require.Equal(t, 401, post("Bearer eyJhbGciOiJub25lIn0.e30."))
	require.Equal(t, 401, post("Bearer "+strings.Repeat("x", 5000)))
	require.Empty(t, l.get("/api/v1/calls").is(200).at("calls"))
	require.Equal(t, 200, post("Bearer "+vonagetest.Sign(l.carrier.SignatureSecret(), claims)))
	require.Equal(t, 401, l.send(http.MethodPost, "/vonage/event", body, "Content-Type", "application/json", "Authorization", "Bearer "+vonagetest.Sign(l.carrier.SignatureSecret(), claims)).status, "replayed elsewhere")
	require.Contains(t, l.get("/metrics").is(200).text, `extflow_webhooks_refused_total{carrier="vonage"} 5`)
	require.Equal(t, 404, l.send(http.MethodPost, "/vonage/nothing", body).status)
}
