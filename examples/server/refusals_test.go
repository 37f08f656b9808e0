package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What no operation accepts: unknown keys and parameters, other kinds of values,
// too much, too deep, and what is no JSON.
func TestAPI_refusesBadInputOnEveryOperation(t *testing.T) {
	t.Parallel()
	p := still(t)
	fill := strings.NewReplacer("{agent}", "ada", "{name}", "support", "{call}", "c1", "{release}", "1", "{id}", "sim-1", "{file}", "hold.mp3")
	bodies := 0
	for op, described := range p.spec.operations() {
		method, path, _ := strings.Cut(op, " ")
		if !strings.HasPrefix(path, "/api/v1/") {
			continue
		}
		path = fill.Replace(path)
		if strings.HasSuffix(path, "/recording") || method != http.MethodDelete && strings.HasSuffix(path, "/hold.mp3") {
			continue // it answers or takes sound, which has tests of its own
		}
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
