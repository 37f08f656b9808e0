package main

import (
	"html/template"
	"net/http"
)

// page says where things are, until there is a console.
func (s *server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+pageStyleSum+"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	data := struct {
		Account   string
		Simulator bool
		Carriers  []carrier
	}{s.account, s.sim.Load() != nil, s.carriers}
	if err := pageText.Execute(w, data); err != nil {
		s.log.Warn("the page was not sent", "error", err)
	}
}

// The page's style, and its hash for the policy: a test holds them together.
const (
	pageStyle    = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem}main{max-width:40rem;margin:auto}"
	pageStyleSum = "2d3sEqyVwjpf4GaJvoLkGDfz1lxlSmxwKHVkeDnXACQ="
)

var pageText = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>extflow: {{.Account}}</title><meta name="viewport" content="width=device-width">
<style>` + pageStyle + `</style></head>
<body><main>
<h1>extflow answers for {{.Account}}</h1>
<ul>
<li><a href="api/v1/document">The account, as one document</a></li>
<li><a href="api/v1/agents">Agents</a>, <a href="api/v1/queues">queues</a>, <a href="api/v1/voicemail">voicemail</a>, <a href="api/v1/numbers">numbers</a></li>
<li><a href="api/v1/calls">Calls</a>, and <a href="api/v1/feed">what happened</a></li>
{{if .Simulator}}<li><a href="api/v1/simulator">The simulator</a>: place a call with curl, as the README shows</li>{{end}}
<li><a href="openapi.json">The API, in OpenAPI 3.1</a></li>
<li><a href="metrics">Metrics</a>, <a href="readyz">readiness</a>, <a href="healthz">health</a></li>
</ul>
{{range .Carriers}}<h2>{{.Name}}</h2><p>To fill in at the carrier:</p><ul>{{range .Fields}}<li>{{.}}</li>{{end}}</ul>{{end}}
</main></body></html>
`))
