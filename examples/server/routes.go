package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/audio"
	"github.com/extflow/extflow/examples/server/meter"
)

// route is one of the server's own, beside the API's.
type route struct {
	method  string
	pattern string // without the method
	summary string
	open    bool // to everybody, not to administrators alone
	answers string
	handler http.Handler
}

// mediaPath is where carriers fetch audio, below the public URL.
const mediaPath = "/media"

// table is the server's own routes, carriers' apart.
func (s *server) table() []route {
	f := func(h http.HandlerFunc) http.Handler { return h }
	return []route{
		{http.MethodGet, "/healthz", "Whether the process lives", true, "text/plain", f(s.healthz)},
		{http.MethodGet, "/readyz", "Whether it can take calls: the store answers and takes what it is given, and nothing waits too long", false, "application/json", f(s.readyz)},
		{http.MethodGet, "/metrics", "Metrics, for Prometheus", false, "text/plain", s.meter.Handler()},
		{http.MethodGet, "/openapi.json", "This description", false, "application/json", f(s.serveOpenAPI)},
		{http.MethodGet, mediaPath + audio.Pattern, "Audio that messages play, for carriers: whoever knows its address may keep it", true, "audio/mpeg",
			&audio.Handler{Store: s.store.Audio(), Logger: s.log}},
		{http.MethodGet, "/{$}", "The console, whose pages and forms are below it", false, "text/html", s.console},
	}
}

// handler is everything that the server answers.
func (s *server) handler() http.Handler {
	admin := http.NewServeMux()
	mux := http.NewServeMux()
	for _, r := range s.routes {
		to := admin
		if r.open {
			to = mux
		}
		to.Handle(r.method+" "+r.pattern, r.handler)
		if below := s.set.publicPath(); below != "" && strings.HasPrefix(r.pattern, mediaPath) { // a proxy may leave the path as it is
			to.Handle(r.method+" "+below+r.pattern, r.handler)
		}
	}
	admin.Handle("/api/v1/", s.api)
	admin.Handle("/", s.console)
	mux.Handle("/", s.doors(admin))
	of := map[string]string{}
	for _, c := range s.carriers {
		for _, pattern := range slices.Compact([]string{c.pattern, s.set.publicPath() + c.pattern}) { // a proxy may leave the path as it is
			mux.Handle(pattern, c.handler)
			of[pattern] = c.Name
			mux.HandleFunc("POST "+pattern+herePath, s.here)
		}
	}
	return s.meter.HTTP(careful(mux), func(pattern string) string { return of[pattern] })
}

// careful has browsers take nothing for what it is not.
func careful(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "alive")
}

// What readyz allows.
const (
	readyTime = time.Second     // for the store to answer
	readyLag  = 5 * time.Second // for a call that needs attention to get it
)

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	var reasons []string
	if s.draining.Load() {
		reasons = append(reasons, "the server is stopping")
	}
	if _, err := s.store.Accounts().Load(ctx, s.account); err != nil {
		reasons = append(reasons, "the store does not answer")
	} else if err := writable(ctx, s.store, s.account); err != nil {
		s.log.Error("nothing can be stored", slog.Any("error", err))
		reasons = append(reasons, "the store takes nothing; the log says why")
	} else if lag, err := meter.Lag(ctx, s.store); err != nil || lag > readyLag {
		reasons = append(reasons, fmt.Sprintf("calls wait for attention: %v late", lag.Round(time.Second)))
	}
	w.Header().Set("Content-Type", "application/json")
	if len(reasons) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": len(reasons) == 0, "reasons": append([]string{}, reasons...)})
}

func (s *server) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.openAPI)
}

// document is the description of every route: the API's, the server's own, and the
// carriers' webhooks.
func (s *server) document() ([]byte, error) {
	o := s.api.OpenAPI()
	for _, r := range s.routes {
		path := strings.TrimSuffix(r.pattern, "{$}")
		o.AddOperation(&huma.Operation{
			OperationID: "get" + strings.NewReplacer("/", "-", ".", "-", "{", "", "}", "").Replace(path), Parameters: wildcards(path), Method: r.method, Path: path,
			Summary: r.summary, Tags: []string{"operations"}, Responses: answers(r.answers), Security: securityOf(r.open),
		})
	}
	for _, c := range s.carriers {
		o.AddOperation(&huma.Operation{
			OperationID: c.Name + "-webhook", Method: http.MethodPost, Path: c.pattern + "{rest}", Tags: []string{"webhooks"},
			Summary:    "Signed webhooks of " + c.Name + "; every address but the first is in what it is answered",
			Parameters: []*huma.Param{{Name: "rest", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}},
			Responses:  answers(c.answers), Security: securityOf(true),
		})
	}
	return json.Marshal(o)
}

// wildcards are the parameters of a path, each a string.
func wildcards(path string) (all []*huma.Param) {
	for _, part := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			all = append(all, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
	}
	return all
}

func answers(contentType string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{contentType: {Schema: &huma.Schema{}}},
	}}
}

func securityOf(open bool) []map[string][]string {
	if open {
		return []map[string][]string{{}}
	}
	return nil
}
