package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// Callbacks and click to call, from outside.

func TestOutbound_aCallerIsCalledBackInThePlaceThatWasKept(t *testing.T) {
	t.Parallel()
	p := still(t, "-config", file(t, "account.yaml", strings.Replace(string(account.Sample()), "support: {", "support: {callback: on, ", 1)))
	p.put("/api/v1/agents/ada/presence", object{"presence": "busy"}).is(200)
	p.put("/api/v1/agents/mary/presence", object{"presence": "busy"}).is(200)
	phone, call := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "*11"}).is(200)
	require.Equal(t, "over", p.get(phone).is(200).word("state"))
	require.Equal(t, "callback", p.get(call).is(200).word("result"))
	back := p.get("/api/v1/calls?live=true").is(200)
	require.Equal(t, strings.TrimPrefix(call, "/api/v1/calls/"), back.word("calls", 0, "after"))
	require.Equal(t, "support", back.word("calls", 0, "queue"))
	require.Equal(t, []any{"wait for an agent"}, back.at("calls", 0, "standing"))

	later, _ := p.dial(bob)
	p.post(later+"/keys", object{"keys": "*"}).is(200)
	p.put("/api/v1/simulator/agents/tel:"+alice+"/manner", object{"manner": "takes", "after": "3s"}).is(200)
	p.put("/api/v1/simulator/agents/mary/manner", object{"manner": "takes"}).is(200)
	p.put("/api/v1/agents/mary/presence", object{"presence": "available"}).is(200)
	require.Equal(t, "calling", p.get("/api/v1/calls/"+back.word("calls", 0, "id")).is(200).word("phase"))
	p.skip(3 * time.Second)
	require.Equal(t, "talking", p.get("/api/v1/calls/"+back.word("calls", 0, "id")).is(200).word("phase"))
	require.Equal(t, "holding", p.get(later).is(200).word("state"), "who came later waits on")
	p.post("/api/v1/simulator/agents/tel:"+alice+"/hangup", nil).is(200)
	require.Equal(t, "answered", p.get("/api/v1/calls/"+back.word("calls", 0, "id")).is(200).word("result"))
	require.Contains(t, p.get("/api/v1/feed").is(200).text, "callback_wanted")
}

func TestOutbound_anAgentIsConnectedWithSomebodyOutside(t *testing.T) {
	t.Parallel()
	p := still(t)
	wanted := object{"key": "ticket 4711", "agent": "mary", "from": "+12025550100", "to": alice}
	call := p.post("/api/v1/calls", wanted).is(202)
	require.Equal(t, "waiting in a queue", call.word("phase"))
	require.Equal(t, call.word("id"), p.post("/api/v1/calls", wanted).is(202).word("id"), "the same key is the same call")
	require.Len(t, p.get("/api/v1/calls").is(200).at("calls"), 2, "the call, and the agent's leg")
	p.post("/api/v1/simulator/agents/mary/answer", nil).is(200)
	p.post("/api/v1/simulator/agents/mary/keys", object{"keys": "1"}).is(200)
	require.Equal(t, "calling", p.get("/api/v1/calls/"+call.word("id")).is(200).word("phase"))
	p.post("/api/v1/simulator/agents/tel:"+alice+"/answer", nil).is(200)
	require.Equal(t, "talking", p.get("/api/v1/calls/"+call.word("id")).is(200).word("phase"))
	p.post("/api/v1/simulator/agents/mary/hangup", nil).is(200)
	require.Equal(t, "answered", p.get("/api/v1/calls/"+call.word("id")).is(200).word("result"))
	require.Equal(t, call.word("id"), p.post("/api/v1/calls", wanted).is(202).word("id"), "also when it is over")

	for _, is := range []struct {
		what   string
		change object
		status int
	}{
		{"the key of another call", object{"key": "ticket 4711", "to": bob}, 409},
		{"an emergency number", object{"to": "+1911"}, 422},
		{"a premium number", object{"to": "+19002345678"}, 422},
		{"a country that is not allowed", object{"to": "+442079460000"}, 422},
		{"one of our own numbers", object{"to": "+12025550100"}, 422},
		{"a number that is not ours", object{"from": "+12025550199"}, 404},
		{"an agent who is not there", object{"agent": "nobody"}, 404},
		{"an extension that nobody has", object{"agent": "", "extension": "9999"}, 404},
		{"an agent who is busy", object{"agent": "linus"}, 409},
		{"nobody", object{"agent": ""}, 422},
		{"no key", object{"key": ""}, 422},
	} {
		asked := object{"key": is.what, "agent": "ada", "from": "+12025550100", "to": alice}
		for name, value := range is.change {
			asked[name] = value
		}
		p.post("/api/v1/calls", asked).is(is.status)
	}
}
