package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSections_areWrittenAsInTheDocumentAndCheckedWhole(t *testing.T) {
	t.Parallel()
	p := still(t)
	version := p.get("/api/v1/releases/latest").is(200).at("version").(float64)
	flow := p.get("/api/v1/flows/front-desk").is(200)
	body := flow.at().(map[string]any)
	body["busy"] = object{"menu": "mian"}
	a := p.put("/api/v1/flows/front-desk", body).is(422)
	require.Equal(t, []string{"flows.front-desk.busy.menu"}, a.faults())
	require.Contains(t, a.text, `did you mean \"main\"?`)
	require.Equal(t, version, p.get("/api/v1/releases/latest").at("version"), "nothing was published")

	body["busy"] = object{"voicemail": "team"}
	p.send("PUT", "/api/v1/flows/front-desk", body, "If-Match", `"stale"`).is(412)
	p.send("PUT", "/api/v1/flows/front-desk", body, "If-Match", flow.header.Get("ETag")).is(200)
	require.Equal(t, version+1, p.get("/api/v1/releases/latest").at("version"))
	phone, _ := p.dial(alice)
	require.Equal(t, "recording", p.post(phone+"/keys", object{"keys": "1003"}).is(200).word("state"), "the next call goes by it")

	for _, s := range []struct{ at, name, body string }{
		{"messages", "closed", `{"say": "We are closed."}`},
		{"hours", "office", `{"open": {"mon": ["09:00-17:00"]}}`},
		{"mailboxes", "sales", `{"greeting": {"say": "Sales."}}`},
		{"queues", "sales", `{"members": ["ada"], "ring": "20s"}`},
		{"menus", "second", `{"prompt": "welcome", "keys": {"1": "hangup"}}`},
		{"flows", "second", `{"greeting": "welcome"}`},
		{"numbers", "+12025550101", `{"flow": "second", "label": "Second line"}`},
	} {
		at := "/api/v1/" + s.at
		p.get(at + "/" + s.name).is(404)
		put := p.put(at+"/"+s.name, s.body).is(200)
		require.Equal(t, put.text, p.get(at+"/"+s.name).is(200).text)
		require.Contains(t, p.get(at).is(200).at(), s.name)
		require.NotEmpty(t, put.header.Get("ETag"))
		p.put(at+"/"+s.name, `{"nonsense": 1}`).is(422)
		p.put(at+"/"+s.name, `[]`).is(422)
		p.send("DELETE", at+"/"+s.name, nil, "If-Match", `"stale"`).is(412)
	}
	require.Equal(t, []any{"ada"}, p.put("/api/v1/queues/sales", `{"ring": "30s"}`).is(200).at("members"), "those who serve it stay")
	p.send("DELETE", "/api/v1/flows/second", nil).is(409) // the number leads there
	p.send("DELETE", "/api/v1/numbers/(202)%20555-0101", nil).is(204)
	p.send("DELETE", "/api/v1/flows/second", nil).is(204)
	p.send("DELETE", "/api/v1/flows/second", nil).is(404)
	p.put("/api/v1/numbers/12", `{"flow": "front-desk"}`).is(422)
}

func TestNumbers_areReassignedForNewCalls(t *testing.T) {
	t.Parallel()
	p := still(t)
	old, _ := p.dial(alice)
	p.put("/api/v1/numbers/+12025550100", object{"queue": "support", "label": "Main line"}).is(200)
	phone, _ := p.dial(bob)
	require.Equal(t, "holding", p.get(phone).word("state"))
	require.Equal(t, "listening", p.get(old).word("state"), "a call keeps what it began with")
	p.send("DELETE", "/api/v1/numbers/+12025550100", nil).is(204)
	require.Equal(t, "over", p.post("/api/v1/simulator/calls", object{"from": alice, "to": "+12025550100"}).is(201).word("state"))
}

func TestSettings_areReadAndChanged(t *testing.T) {
	t.Parallel()
	p := still(t)
	was := p.get("/api/v1/settings").is(200)
	body := was.at().(map[string]any)
	body["extension_range"] = []any{1001, 1005}
	p.send("PUT", "/api/v1/settings", body, "If-Match", `"stale"`).is(412)
	p.send("PUT", "/api/v1/settings", body, "If-Match", was.header.Get("ETag")).is(200)
	p.post("/api/v1/agents", object{"id": "zoe"}).is(201)
	full := p.post("/api/v1/agents", object{"id": "zed"}).is(409)
	require.Contains(t, full.text, "range full")
	require.Contains(t, p.put("/api/v1/agents/zoe/extension", object{"extension": "next"}).is(409).text, "widen extension_range")
	body["emergency"] = object{"dial": "tel:+12025550111"}
	p.put("/api/v1/settings", body).is(422)
	p.put("/api/v1/settings", object{"timezone": "Mars/Olympus"}).is(422)
}

func TestQueues_membersAreSet(t *testing.T) {
	t.Parallel()
	p := still(t)
	require.Equal(t, "grace", p.put("/api/v1/queues/support/members", object{"members": []string{"grace", "ada"}}).is(200).word("members", 0, "agent"))
	p.put("/api/v1/queues/support/members", object{"members": []string{"nobody"}}).is(422)
	p.put("/api/v1/queues/support/members", object{"members": []string{"ada", "ada"}}).is(422)
	for _, path := range []string{"members", "waiting"} {
		p.get("/api/v1/queues/nowhere/" + path).is(404)
	}
	p.put("/api/v1/queues/nowhere/members", object{"members": []string{"ada"}}).is(404)
}

func TestSections_aMailboxThatNamesItsOwnerIsThatAgentsOwn(t *testing.T) {
	t.Parallel()
	p := still(t)
	p.put("/api/v1/mailboxes/box", object{"owner": "linus"}).is(200)
	require.Equal(t, "box", p.get("/api/v1/agents/linus").is(200).word("mailbox"))
	p.put("/api/v1/mailboxes/box", object{"owner": "mary"}).is(200)
	require.Nil(t, p.get("/api/v1/agents/linus").is(200).at("mailbox"))
	require.Equal(t, "box", p.get("/api/v1/agents/mary").is(200).word("mailbox"))
	require.Empty(t, p.post("/api/v1/document/check", p.get("/api/v1/document").text).is(200).at("differences"))
	p.send("DELETE", "/api/v1/mailboxes/box", nil).is(204)
	require.Nil(t, p.get("/api/v1/agents/mary").is(200).at("mailbox"))
}

func TestSections_whatAnAgentNamesIsNotRemoved(t *testing.T) {
	t.Parallel()
	p := still(t)
	p.put("/api/v1/hours/office", object{"open": object{"mon": []string{"09:00-17:00"}}}).is(200)
	p.put("/api/v1/mailboxes/sales", object{"silence": "4s"}).is(200)
	linus := p.get("/api/v1/agents/linus").is(200).at().(map[string]any)
	linus["hours"], linus["mailbox"] = "office", "sales"
	p.put("/api/v1/agents/linus", linus).is(200)
	require.Contains(t, p.send("DELETE", "/api/v1/hours/office", nil).is(409).text, "agents.linus.hours")
	require.Contains(t, p.send("DELETE", "/api/v1/mailboxes/sales", nil).is(409).text, "agents.linus.mailbox")
}

// A number at which an agent is rung is a loop, whichever of the two comes second.
func TestNumbers_oneAtWhichAnAgentIsRungIsRefused(t *testing.T) {
	t.Parallel()
	p := still(t)
	told := p.put("/api/v1/numbers/+12025550111", object{"queue": "support"}).is(422)
	require.Contains(t, told.text, "agent ada is rung at it, so the call would come back")
	p.put("/api/v1/numbers/+12025550199", object{"queue": "support"}).is(200)
	ada := p.get("/api/v1/agents/ada").is(200)
	told = p.send("PUT", "/api/v1/agents/ada", object{"id": "ada", "extension": "1001", "endpoints": []string{"tel:+12025550199"}}, "If-Match", ada.header.Get("ETag")).is(422)
	require.Contains(t, told.text, "is a number of this account")
	require.Equal(t, true, p.post("/api/v1/document/check", p.get("/api/v1/document").text).is(200).at("ok"))
}
