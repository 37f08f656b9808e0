// Package api is an HTTP API for an account's administrators, described in OpenAPI
// 3.1: everything that the account has, its releases, presences, calls and their
// transcripts, messages, the feed, and a simulator to try it all out.
//
// It is an http.Handler that decides nothing about who may use it: put it behind a
// gate. What is written is checked by the same reader as account documents, and
// every fault is told at once, with its path and what to do.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/voicemail"
)

// Config is what an API works with. Account, Store and Engine are required.
type Config struct {
	Account string // whose: an API is for one account
	Store   storage.Store
	Engine  *extflow.Engine
	Prefix  string       // where it is mounted; "/api/v1"
	Logger  *slog.Logger // nil logs nothing; numbers are masked

	// Carriers and Keep are where recordings are: as a voicemail.Player's.
	Carriers map[string]adapter.Carrier
	Keep     voicemail.Recordings

	// Settle lets happen what a change made due. Nil where Engine.Run does.
	Settle func(context.Context) error

	// Simulator is the simulator to use; nil where there is none. Renew gives it a
	// fresh copy of the account, and is nil where it works on the account itself.
	Simulator func() *simulator.Simulator
	Renew     func(context.Context) error
}

// API is the handler. It is safe for concurrent use.
type API struct {
	cfg  Config
	mux  recorder
	huma huma.API
}

// The limits of request bodies, in bytes.
const (
	SmallBody    = 64 << 10
	DocumentBody = 1 << 20
)

// New makes the handler.
func New(c Config) (*API, error) {
	if c.Account == "" || c.Store == nil || c.Engine == nil {
		return nil, errors.New("api: Account, Store and Engine are required")
	}
	if c.Prefix == "" {
		c.Prefix = "/api/v1"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &API{cfg: c, mux: recorder{ServeMux: http.NewServeMux()}}
	a.huma = humago.New(&a.mux, description())
	a.schemas()
	a.documents()
	a.releases()
	a.agents()
	a.sections()
	a.queues()
	a.mailboxes()
	a.recordings()
	a.audio()
	a.calls()
	a.supervision()
	a.feed()
	a.subjects()
	if c.Simulator != nil {
		a.simulator()
	}
	return a, nil
}

// ServeHTTP answers what is below Prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// OpenAPI is the description of the API. A host may add routes of its own to it
// before it serves it.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// Patterns are the routes as the multiplexer has them, as in "GET /api/v1/agents".
func (a *API) Patterns() []string { return a.mux.patterns }

// recorder is a ServeMux that remembers its patterns.
type recorder struct {
	*http.ServeMux
	patterns []string
}

func (m *recorder) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, h)
}

func description() huma.Config {
	c := huma.DefaultConfig("extflow", "1")
	c.Info.Description = "What an account has, and what its calls do."
	c.CreateHooks = nil // no links to schemas in what is answered
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{withoutValues}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "EXTFLOW_ADMIN_TOKEN. Without one, only this machine is admitted."},
	}
	c.Security = []map[string][]string{{"token": {}}, {}}
	return c
}

var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if deeperThan(maxDepth, data) {
			return errors.New("objects and lists are nested too deep")
		}
		return json.Unmarshal(data, v)
	},
}

// maxDepth is how deep JSON may be nested.
const maxDepth = 32

func deeperThan(most int, data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// withoutValues keeps what was sent out of what is answered about it.
func withoutValues(_ huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		for _, d := range e.Errors {
			d.Value = nil
		}
	}
	return v, nil
}

// operation is one route, before it has a handler.
type operation struct {
	id      string // as in "list-agents"
	method  string
	path    string // below the prefix
	summary string
	about   string
	tag     string
	status  int // of success; 200
	body    int64
	then    func(*huma.Operation)
}

// add registers a route. Errors are told as the API tells them.
func add[I, O any](a *API, op operation, h func(context.Context, *I) (*O, error)) {
	o := huma.Operation{
		OperationID: op.id, Method: op.method, Path: a.cfg.Prefix + op.path, Summary: op.summary,
		Description: op.about, Tags: []string{op.tag}, DefaultStatus: op.status, MaxBodyBytes: op.body,
	}
	if o.MaxBodyBytes == 0 {
		o.MaxBodyBytes = SmallBody
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, a.fail(ctx, op.id, err)
		}
		return out, nil
	})
	if op.then != nil {
		op.then(a.registered(o.Path, op.method))
	}
}

// registered is an operation as the description has it.
func (a *API) registered(path, method string) *huma.Operation {
	item := a.huma.OpenAPI().Paths[path]
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}

// settled lets happen what a change made due.
func (a *API) settled(ctx context.Context) {
	if a.cfg.Settle == nil {
		return
	}
	if err := a.cfg.Settle(context.WithoutCancel(ctx)); err != nil {
		a.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "after a change", slog.Any("error", err))
	}
}

// none is the answer without a body: 204.
type none struct{}

// text is an answer in plain text.
type text struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func plainText(s string) *text {
	return &text{ContentType: "text/plain; charset=utf-8", Body: []byte(s)}
}

// saysText describes an answer in other than JSON.
func saysText(contentTypes ...string) func(*huma.Operation) {
	return func(o *huma.Operation) {
		content := map[string]*huma.MediaType{}
		for _, t := range contentTypes {
			content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
			if strings.HasSuffix(t, "json") {
				content[t].Schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
			}
		}
		o.Responses["200"].Content = content
	}
}
