package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
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

func TestAgents_areListedForCallersWhoSpellTheirNames(t *testing.T) {
	t.Parallel()
	p := still(t)
	zoe := p.post("/api/v1/agents", object{"id": "zoe", "name": "Zoë Müller", "listed": true}).is(201)
	require.Equal(t, true, zoe.at("listed"))
	body := zoe.at().(map[string]any)
	body["name"] = "Зоя"
	refused := p.put("/api/v1/agents/zoe", body).is(422)
	require.Equal(t, []string{"body.listed"}, refused.faults())
	require.Contains(t, refused.word("errors", 0, "message"), "write it in those too")
	delete(body, "listed")
	require.Nil(t, p.put("/api/v1/agents/zoe", body).is(200).at("listed"), "left out is not listed")
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
