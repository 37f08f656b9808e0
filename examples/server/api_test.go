package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// faults are the places that an answer complains of.
func (a answer) faults() []string {
	a.t.Helper()
	var places []string
	for i := range a.at("errors").([]any) {
		places = append(places, a.word("errors", i, "location"))
	}
	slices.Sort(places)
	return places
}

func TestAgents_areAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	p := still(t)
	ada := p.get("/api/v1/agents").is(200)
	require.Equal(t, "ada", ada.word("agents", 0, "id"))
	require.Equal(t, []any{"client:ada", "tel:+12025550111"}, ada.at("agents", 0, "endpoints"))
	require.Equal(t, []any{"support"}, ada.at("agents", 0, "queues"))

	zoe := p.post("/api/v1/agents", object{"id": "zoe", "name": "Zoë", "endpoints": []any{"tel:+12025550115", object{"address": "client:zoe", "via": "sim"}}}).is(201)
	require.Equal(t, "1005", zoe.word("extension"), "the next free one")
	require.Equal(t, "available", zoe.word("presence"))
	p.post("/api/v1/agents", object{"id": "zoe"}).is(409)

	body := zoe.at().(map[string]any)
	body["name"], body["presence"] = "Zoe", "away"
	changed := p.put("/api/v1/agents/zoe", body).is(200)
	require.Equal(t, "Zoe", changed.word("name"))
	require.Equal(t, "away", changed.word("presence"), "what was read may be sent back, changed")
	require.Equal(t, "1005", changed.word("extension"))
	p.put("/api/v1/agents/zoe", body).is(409) // somebody changed it meanwhile
	p.send("PUT", "/api/v1/agents/zoe", object{"id": "zoe"}, "If-Match", zoe.header.Get("ETag")).is(412)
	p.send("PUT", "/api/v1/agents/zoe", object{"id": "zoe"}, "If-Match", changed.header.Get("ETag")).is(200)
	require.Equal(t, []string{"body.rev"}, p.put("/api/v1/agents/zoe", object{"id": "zoe"}).is(422).faults())
	require.Equal(t, []string{"body.id"}, p.put("/api/v1/agents/zoe", object{"id": "ada", "rev": 3}).is(422).faults())

	p.send("DELETE", "/api/v1/agents/zoe", nil).is(204)
	p.send("DELETE", "/api/v1/agents/zoe", nil).is(404)
	p.get("/api/v1/agents/zoe").is(404)
}

func TestAgents_everyFaultIsToldWithItsFieldAndWhatToDo(t *testing.T) {
	t.Parallel()
	p := still(t)
	a := p.post("/api/v1/agents", object{
		"id": "zoe", "extension": "0911", "endpoints": []string{"tel:12", "tel:+12025550100", "fax:1"},
		"hours": "nights", "mailbox": "nowhere", "successor": "nobody", "language": "not a language",
	}).is(422)
	require.Subset(t, a.faults(), []string{"body.extension", "body.endpoints[0]", "body.endpoints[2]", "body.hours", "body.mailbox", "body.successor"})
	p.get("/api/v1/agents/zoe").is(404)

	for extension, want := range map[string]string{"1001": "1001", "99999": "4", "12a4": "0 to 9", "0000": "next free one"} {
		a := p.post("/api/v1/agents", object{"id": "zoe", "extension": extension})
		require.Contains(t, []int{409, 422}, a.status, a.text)
		require.Equal(t, []string{"body.extension"}, a.faults())
		require.Contains(t, a.word("errors", 0, "message"), want)
		require.Contains(t, a.word("errors", 0, "message"), "next free one", "and what to do")
	}
	require.Equal(t, []string{"body.endpoints[0]"}, p.post("/api/v1/agents", object{"id": "zoe", "endpoints": []string{"tel:+12025550100"}}).is(422).faults(),
		"one of our own numbers would ring in circles")
	require.Equal(t, []string{"body.endpoints[0]"}, p.post("/api/v1/agents", object{"id": "zoe", "endpoints": []string{"tel:+442079460958"}}).is(422).faults(),
		"no country of the account's")
}

func TestAgents_anExtensionIsChangedToAnotherOrTheNextFree(t *testing.T) {
	t.Parallel()
	p := still(t)
	require.Equal(t, "1010", p.put("/api/v1/agents/linus/extension", object{"extension": "1010"}).is(200).word("extension"))
	taken := p.put("/api/v1/agents/linus/extension", object{"extension": "1001"}).is(409)
	require.Equal(t, []string{"body.extension"}, taken.faults())
	require.Contains(t, taken.word("errors", 0, "message"), "next free one")
	p.put("/api/v1/agents/nobody/extension", object{"extension": "next"}).is(404)
	p.send("PUT", "/api/v1/agents/linus/extension", object{"extension": "next"}, "If-Match", `"1"`).is(412)

	require.Contains(t, p.put("/api/v1/agents/mary/extension", object{"extension": "1003"}).is(409).text, "quarantine")
	require.Equal(t, "1005", p.put("/api/v1/agents/mary/extension", object{"extension": "next"}).is(200).word("extension"),
		"1003 rests, and may still reach Linus")
	require.Equal(t, "1003", p.put("/api/v1/agents/linus/extension", object{"extension": "1003"}).is(200).word("extension"), "who may have it back")
}

func TestAgents_whoIsNamedIsNotRemoved(t *testing.T) {
	t.Parallel()
	p := still(t)
	p.put("/api/v1/menus/direct", object{"prompt": object{"say": "Press 1."}, "keys": object{"1": object{"extension": "1003"}}}).is(200)
	p.put("/api/v1/mailboxes/linus-box", object{"owner": "linus"}).is(200)
	a := p.send("DELETE", "/api/v1/agents/linus", nil).is(409)
	require.Contains(t, a.text, "menus.direct.keys.1")
	require.Contains(t, a.text, "mailboxes.linus-box.owner")
	p.send("DELETE", "/api/v1/menus/direct", nil).is(204)
	p.send("DELETE", "/api/v1/mailboxes/linus-box", nil).is(204)
	p.send("DELETE", "/api/v1/agents/linus", nil).is(204)
}

func TestAgents_aLongListComesInPages(t *testing.T) {
	t.Parallel()
	p := still(t)
	first := p.get("/api/v1/agents?limit=3").is(200)
	require.Len(t, first.at("agents"), 3)
	second := p.get("/api/v1/agents?limit=3&after=" + first.word("next")).is(200)
	require.Equal(t, "mary", second.word("agents", 0, "id"))
	require.Nil(t, second.at("next"))
	require.Len(t, p.get("/api/v1/agents?presence=busy").is(200).at("agents"), 1)
}

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

func TestDocument_isExportedCheckedAndImported(t *testing.T) {
	t.Parallel()
	p := still(t)
	export := p.get("/api/v1/document").is(200)
	_, err := account.Parse([]byte(export.text))
	require.NoError(t, err)
	require.Equal(t, "application/yaml", export.header.Get("Content-Type"))
	same := p.post("/api/v1/document/check", export.text).is(200)
	require.Equal(t, true, same.at("ok"))
	require.Empty(t, same.at("differences"), "what was exported changes nothing")
	require.Empty(t, p.post("/api/v1/document/check", string(account.Sample())).is(200).at("differences"))
	require.Empty(t, p.post("/api/v1/document/check", p.get("/api/v1/document?format=json").is(200).text).at("differences"))

	wrong := strings.Replace(export.text, "menu: main", "menu: mian", 1)
	checked := p.post("/api/v1/document/check", wrong).is(200)
	require.Equal(t, "flows.front-desk.busy.menu", checked.word("faults", 0, "path"))
	require.Greater(t, checked.at("faults", 0, "line"), 10.0)
	require.Equal(t, []string{"flows.front-desk.busy.menu"}, p.put("/api/v1/document", wrong).is(422).faults())
	require.NotEmpty(t, p.post("/api/v1/document/check", "{{{").is(200).at("faults"))
	p.put("/api/v1/document", strings.Replace(export.text, "account: acme", "account: other", 1)).is(422)

	next := strings.Replace(export.text, "name: Ada Lovelace", "name: Augusta King", 1)
	next = strings.Replace(next, "ring: {time: 20s}", "ring: {time: 30s}", 1)
	require.Equal(t, "agents.ada.name", p.post("/api/v1/document/check", next).is(200).word("differences", 0, "path"))
	p.put("/api/v1/agents/ada/presence", object{"presence": "away"}).is(200)
	p.send("PUT", "/api/v1/document", next, "If-Match", `"stale"`).is(412)
	done := p.send("PUT", "/api/v1/document", next, "If-Match", export.header.Get("ETag")).is(200)
	require.Equal(t, []any{"changed agent ada", "published version 2"}, done.at("done"))
	ada := p.get("/api/v1/agents/ada").is(200)
	require.Equal(t, "Augusta King", ada.word("name"))
	require.Equal(t, "away", ada.word("presence"), "a presence is an initial value")
	p.send("PUT", "/api/v1/document", next, "If-Match", export.header.Get("ETag")).is(412)

	without := "account: acme\nsettings: {default_region: US}\nagents: [{id: ada}]\n"
	p.put("/api/v1/document", without).is(200)
	require.Len(t, p.get("/api/v1/agents").at("agents"), 1)
	require.Equal(t, "1001", p.get("/api/v1/agents/ada").word("extension"), "left open: she keeps hers")
	require.Empty(t, p.get("/api/v1/numbers").is(200).at())
	require.Contains(t, p.get("/api/v1/document/schema").is(200).text, "json-schema.org")
}

func TestReleases_arePublishedAfterTheVersionExpected(t *testing.T) {
	t.Parallel()
	p := still(t)
	menu := object{"menus": object{"main": object{"prompt": "welcome", "keys": object{"1": "hangup"}}}}
	two := p.post("/api/v1/releases", object{"expected": 1, "note": "shorter", "document": menu}).is(201)
	require.Equal(t, 2.0, two.at("version"))
	require.Equal(t, "hangup", two.word("document", "menus", "main", "keys", "1"))
	require.Equal(t, []string{"body.expected"}, p.post("/api/v1/releases", object{"expected": 1, "document": menu}).is(409).faults())
	p.post("/api/v1/releases", object{"expected": 2, "document": object{"menus": object{"main": object{"keys": object{}}}}}).is(422)
	p.post("/api/v1/releases", object{"expected": 2, "document": object{"flows": object{}}}).is(422) // the number leads to one
	p.post("/api/v1/releases", object{"expected": 2, "document": object{"queues": object{"support": object{"members": []string{"ada"}}}}}).is(422)
	p.post("/api/v1/releases", object{"expected": 2}).is(422)

	three := p.post("/api/v1/releases", object{"expected": 2, "from": "1"}).is(201)
	require.Equal(t, "support", three.word("document", "menus", "main", "keys", "1", "queue"), "as it was")
	require.Len(t, p.get("/api/v1/releases").is(200).at("releases"), 3)
	require.Len(t, p.get("/api/v1/releases?limit=2").is(200).at("releases"), 2)
	require.Equal(t, "shorter", p.get("/api/v1/releases/2").is(200).word("note"))
	require.Equal(t, "shorter", p.get("/api/v1/releases/"+two.word("id")).is(200).word("note"))
	for _, none := range []string{"9", "nothing"} {
		p.get("/api/v1/releases/" + none).is(404)
		p.post("/api/v1/releases", object{"expected": 3, "from": none}).is(404)
	}
}

func TestCalls_areListedByWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, call := p.dial(alice)
	p.dial(bob)
	p.post(phone+"/keys", object{"keys": "1001"}).is(200)
	id := strings.TrimPrefix(call, "/api/v1/calls/")
	for query, want := range map[string]int{
		"": 2, "?live=true": 2, "?agent=ada": 1, "?from=%2B14155550100": 1, "?to=%2B12025550100": 2, "?to=%2B12025550101": 0, "?limit=1": 1,
	} {
		require.Len(t, p.get("/api/v1/calls"+query).is(200).at("calls"), want, query)
	}
	one := p.get(call).is(200)
	require.Equal(t, id, one.word("id"))
	require.Equal(t, "ringing", one.word("phase"))
	require.NotEmpty(t, one.word("step"))
	require.NotEmpty(t, one.word("started"))
	require.Equal(t, []any{"ring client:ada, tel:+12025550111 for 20s"}, one.at("standing"))
	turns := p.get(call + "/turns").is(200)
	require.Equal(t, "caller presses 1001", turns.word("turns", 1, "event"))
	require.Len(t, p.get(call+"/turns?after=2").is(200).at("turns"), 1)
	for _, masked := range []string{p.get(call + "/turns?masked=true").text, p.get(call + "/transcript?masked=true").text} {
		require.NotContains(t, masked, alice)
		require.NotContains(t, masked, "presses 1001")
	}
	for _, path := range []string{"", "/turns", "/transcript"} {
		p.get("/api/v1/calls/nothing" + path).is(404)
	}
}

func TestFeed_goesOnFromACursor(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, _ := p.dial(alice)
	p.post(phone+"/hangup", nil).is(200)
	one := p.get("/api/v1/feed?limit=1").is(200)
	require.Equal(t, "ended", one.word("entries", 0, "kind"))
	require.Equal(t, "abandoned", one.word("entries", 0, "result"))
	rest := p.get(fmt.Sprintf("/api/v1/feed?after=%v", one.at("next"))).is(200)
	require.Empty(t, rest.at("entries"))
	require.Equal(t, one.at("next"), rest.at("next"))
}

// What no operation accepts: unknown keys and parameters, other kinds of values,
// too much, too deep, and what is no JSON.
func TestAPI_refusesBadInputOnEveryOperation(t *testing.T) {
	t.Parallel()
	p := still(t)
	fill := strings.NewReplacer("{agent}", "ada", "{name}", "support", "{call}", "c1", "{release}", "1", "{id}", "sim-1")
	bodies := 0
	for op, described := range p.spec.operations() {
		method, path, _ := strings.Cut(op, " ")
		if !strings.HasPrefix(path, "/api/v1/") {
			continue
		}
		path = fill.Replace(path)
		nonsense := p.send(method, path+"?nonsense=1", nil)
		require.Contains(t, []int{400, 422}, nonsense.status, op+nonsense.text)
		if described["requestBody"] == nil {
			continue
		}
		bodies++
		document := strings.Contains(path, "/document")
		for name, body := range map[string]string{
			"no JSON": `{"a":`, "a list": `[1]`, "an unknown key": `{"unknown-key": true}`, "too deep": strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
			"another kind of value":  `{"presence":1,"extension":{},"members":"x","id":7,"from":1,"to":[],"keys":9,"running":"x","for":1,"read":"x","manner":2,"expected":"x","say":[]}`,
			"bytes that are no text": "{\"a\": \"\xff\xfe\"}",
		} {
			a := p.send(method, path, body, "Content-Type", "application/json")
			if document && strings.HasSuffix(path, "/check") {
				require.NotEmpty(t, a.is(200).at("faults"), op+name)
				continue
			}
			require.Contains(t, []int{400, 404, 422}, a.status, "%s with %s: %s", op, name, a.text)
			require.Contains(t, a.header.Get("Content-Type"), "application/problem+json")
		}
		large := strings.Repeat(" ", 1<<20+1)
		p.send(method, path, "{"+large+"}", "Content-Type", "application/json").is(http.StatusRequestEntityTooLarge)
		if !document && !strings.HasSuffix(path, "/releases") {
			p.send(method, path, "{"+large[:65<<10]+"}", "Content-Type", "application/json").is(http.StatusRequestEntityTooLarge)
			p.send(method, path, "{}", "Content-Type", "text/html").is(http.StatusUnsupportedMediaType)
		}
		if !document {
			require.Contains(t, []int{400, 415, 422}, p.send(method, path, nil).status, op)
		}
	}
	require.GreaterOrEqual(t, bodies, 25)
	require.Len(t, p.get("/api/v1/agents").at("agents"), 4, "and nothing was changed")
	require.Equal(t, 1.0, p.get("/api/v1/releases/latest").at("version"))
	p.send("PATCH", "/api/v1/agents", nil).is(http.StatusMethodNotAllowed)
	p.get("/api/v1/nothing").is(404)
}

func TestAPI_whatWasSentIsNotRepeatedInErrors(t *testing.T) {
	t.Parallel()
	p := still(t)
	a := p.post("/api/v1/simulator/calls", object{"from": alice, "to": "+12025550100", "secret": "+14155559999"}).is(422)
	require.NotContains(t, a.text, "4155559999")
	require.Equal(t, []string{"body.secret"}, a.faults())
}

func TestSimulator_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	p := still(t)
	sim := "/api/v1/simulator"
	p.post(sim+"/calls", object{"from": alice, "to": "12"}).is(422)
	p.post(sim+"/calls", object{"from": alice}).is(422)
	p.get(sim + "/calls/nothing").is(404)
	phone, _ := p.dial("anonymous")
	p.post(phone+"/keys", object{"keys": "12a"}).is(422)
	p.post(phone+"/keys", object{"keys": ""}).is(422)
	p.post(phone+"/speak", object{"for": "soon"}).is(422)
	p.post(phone+"/hangup", nil).is(200)
	p.post(phone+"/keys", object{"keys": "1"}).is(409)
	p.post(phone+"/speak", object{"for": "1s"}).is(409)
	p.post(sim+"/agents/ada/answer", nil).is(409)
	p.post(sim+"/agents/ada/answer?endpoint=client:bob", nil).is(422)
	p.post(sim+"/agents/nobody/answer", nil).is(404)
	p.put(sim+"/agents/ada/manner", object{"manner": "sulks"}).is(422)
	p.post(sim+"/skip", object{"for": "25h"}).is(422)
	p.post(sim+"/skip", object{"for": "-1s"}).is(422)
	p.post(sim+"/skip", object{}).is(422)
	p.post(sim+"/skip", object{"for": "1s", "to_next": true}).is(422)
	p.post(sim+"/skip", object{"to_next": true}).is(409)
	p.post(sim+"/renew", nil).is(404) // it works on the account itself
	glance := p.get(sim).is(200)
	require.Equal(t, false, glance.at("clock", "running"))
	require.Equal(t, false, glance.at("copy"))
	require.Len(t, glance.at("phones"), 5)
}
