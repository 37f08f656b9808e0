package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

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
	boxes := object{"mailboxes": object{"team": object{}, "box": object{"owner": "linus"}}}
	p.post("/api/v1/releases", object{"expected": 3, "document": boxes}).is(201)
	require.Equal(t, "box", p.get("/api/v1/agents/linus").word("mailbox"))
	require.Contains(t, p.post("/api/v1/releases", object{"expected": 4, "from": "1"}).is(422).text, "agents.linus.mailbox", "the agent names it by now")
	require.Len(t, p.get("/api/v1/releases").is(200).at("releases"), 4)
	require.Len(t, p.get("/api/v1/releases?limit=2").is(200).at("releases"), 2)
	require.Equal(t, "shorter", p.get("/api/v1/releases/2").is(200).word("note"))
	require.Equal(t, "shorter", p.get("/api/v1/releases/"+two.word("id")).is(200).word("note"))
	for _, none := range []string{"9", "nothing"} {
		p.get("/api/v1/releases/" + none).is(404)
		p.post("/api/v1/releases", object{"expected": 4, "from": none}).is(404)
	}
}

// What a fault of the store leaves half done is told with it.
func TestDocument_anImportThatFailsHalfwaySaysHowFarItCame(t *testing.T) {
	t.Parallel()
	p := still(t)
	p.put("/api/v1/agents/grace/extension", object{"extension": "1020"}).is(200)
	swap := strings.Replace(string(account.Sample()), "[1001, 9999]", "[1001, 2000]", 1)
	swap = strings.Replace(swap, `extension: "1003"`, `extension: "1002"`, 1)
	swap = strings.Replace(swap, `{id: grace, name: Grace Hopper,   extension: "1002"`, `{id: grace, name: Grace Hopper, extension: "1020"`, 1)
	a := p.put("/api/v1/document", swap).is(409)
	require.Equal(t, []string{"body.extension", "done"}, a.faults(), "1002 rests, and may still reach Grace")
	require.Contains(t, a.word("detail"), "what was done before it stays done")
	require.Contains(t, a.text, "changed the settings of the account")
}
