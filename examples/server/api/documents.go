package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow/account"
)

// The account document: exported, checked, and imported.

const yamlType = "application/yaml"

// Fault is one thing wrong with a document.
type Fault struct {
	Line    int    `json:"line" doc:"counted from 1"`
	Path    string `json:"path" doc:"as in flows.front-desk.busy.menu; empty where it is no document at all"`
	Problem string `json:"problem" doc:"what to do"`
}

// Checked is what is to be said of a document.
type Checked struct {
	OK          bool               `json:"ok" doc:"whether an import would be accepted"`
	Faults      []Fault            `json:"faults" doc:"all of them"`
	Differences []setup.Difference `json:"differences" doc:"what an import would change"`
	Notices     []extflow.Notice   `json:"notices" doc:"what would go otherwise than it is written, without a fault"`
}

// Imported is what an import did.
type Imported struct {
	Done    []string `json:"done" doc:"what was changed, in order"`
	Version uint32   `json:"version" doc:"of the newest release"`

	Notices []extflow.Notice `json:"notices" doc:"what goes otherwise than it is written, without a fault"`
}

func (a *API) documents() {
	const tag = "document"
	add(a, operation{id: "export-document", method: http.MethodGet, path: "/document", tag: tag,
		summary: "The whole account, as one document", then: saysText(yamlType, "application/json")}, a.export)
	add(a, operation{id: "check-document", method: http.MethodPost, path: "/document/check", tag: tag, body: DocumentBody,
		summary: "Every fault of a document, and what it would change", then: takesJSONToo}, a.checkDocument)
	add(a, operation{id: "import-document", method: http.MethodPut, path: "/document", tag: tag, body: DocumentBody,
		summary: "Make the account what a document says", then: takesJSONToo,
		about: "Nothing is changed where the document has faults. Agents and numbers that are not in it are removed; presences of agents who are there stay."}, a.importDocument)
	add(a, operation{id: "document-schema", method: http.MethodGet, path: "/document/schema", tag: tag,
		summary: "The JSON Schema of documents, for editors", then: saysText("application/schema+json")},
		func(context.Context, *struct{}) (*text, error) {
			return &text{ContentType: "application/schema+json", Body: account.Schema()}, nil
		})
}

func takesJSONToo(o *huma.Operation) {
	for _, t := range []string{yamlType, "application/json"} {
		o.RequestBody.Content[t] = &huma.MediaType{Schema: &huma.Schema{Description: "an account document; document/schema has its JSON Schema"}}
	}
}

type documentText struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Body        []byte
}

func (a *API) export(ctx context.Context, in *struct {
	Format string `query:"format" enum:"yaml,json" default:"yaml"`
}) (*documentText, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	out := &documentText{ContentType: yamlType, ETag: documentTag(st)}
	if in.Format == "json" {
		out.ContentType = "application/json"
		out.Body, err = account.ExportJSON(&st.Document)
	} else {
		out.Body, err = account.Export(&st.Document)
	}
	return out, err
}

// documentTag is the ETag of an account: presences and what calls hold do not count.
func documentTag(st setup.State) string {
	revs := map[string]uint64{}
	for _, g := range st.Document.Agents {
		revs["agent "+g.ID] = g.Rev
	}
	for _, n := range st.Document.Numbers {
		revs["number "+string(n.Number)] = n.Rev
	}
	return tag([]any{st.Release.ID, st.Account.Rev, st.Document.Members, revs})
}

func (a *API) checkDocument(ctx context.Context, in *struct {
	RawBody []byte `contentType:"application/yaml"`
}) (*struct{ Body Checked }, error) {
	out := &struct{ Body Checked }{Checked{Faults: []Fault{}, Differences: []setup.Difference{}, Notices: []extflow.Notice{}}}
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	doc, err := account.ParseAmong(in.RawBody, st.Files())
	var faults account.Faults
	switch {
	case errors.As(err, &faults):
		for _, f := range faults {
			out.Body.Faults = append(out.Body.Faults, Fault(f))
		}
		return out, nil
	case err != nil:
		return nil, err
	}
	if doc.Account != a.cfg.Account {
		out.Body.Faults = append(out.Body.Faults, Fault{Line: 1, Path: "account", Problem: a.another(doc.Account)})
		return out, nil
	}
	differences, err := setup.Compare(st.Document, *doc, setup.Open(in.RawBody))
	out.Body.OK = err == nil
	out.Body.Differences = append(out.Body.Differences, differences...)
	out.Body.Notices = append(out.Body.Notices, a.notices(doc)...)
	return out, err
}

func (a *API) notices(doc *account.Document) []extflow.Notice {
	return extflow.Notices(extflow.Setup(*doc), a.cfg.Engine.Carriers)
}

func (a *API) another(name string) string {
	return "this server has the account " + a.cfg.Account + "; write that in place of " + name
}

func (a *API) importDocument(ctx context.Context, in *struct {
	Condition
	RawBody []byte `contentType:"application/yaml"`
}) (*struct{ Body Imported }, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	doc, err := account.ParseAmong(in.RawBody, st.Files())
	if err != nil {
		return nil, err
	}
	if doc.Account != a.cfg.Account {
		return nil, at(http.StatusUnprocessableEntity, "account", "%s", a.another(doc.Account))
	}
	if err := matches(in.IfMatch, documentTag(st)); err != nil {
		return nil, err
	}
	done, err := setup.Apply(ctx, a.cfg.Store, st, *doc, setup.Open(in.RawBody), "imported")
	a.settled(ctx)
	if err != nil {
		return nil, a.halfway(done, a.fail(ctx, "import-document", err))
	}
	latest, err := a.cfg.Store.Releases().Latest(ctx, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	if done == nil {
		done = []string{}
	}
	return &struct{ Body Imported }{Imported{Done: done, Version: latest.Version, Notices: append([]extflow.Notice{}, a.notices(doc)...)}}, nil
}

// halfway adds to a problem what was done before it.
func (a *API) halfway(done []string, err error) error {
	var p *huma.ErrorModel
	if errors.As(err, &p) && len(done) > 0 {
		for _, line := range done {
			p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "done", Message: line})
		}
		p.Detail += "; what was done before it stays done"
	}
	return err
}
