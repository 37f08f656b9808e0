package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

// check reads an agent as the account document would be read that has it, and
// returns it as it is to be stored. Every fault is told.
func (a *API) check(ctx context.Context, in Agent) (extension.Agent, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return extension.Agent{}, err
	}
	asked := extension.Agent{
		ID: in.ID, Name: in.Name, Extension: in.Extension, Presence: extension.Presence(in.Presence), Hours: in.Hours,
		Screening: extension.Switch(in.Screening), Mailbox: in.Mailbox, Language: in.Language, Listed: in.Listed, Successor: in.Successor,
	}
	for _, e := range in.Endpoints {
		asked.Endpoints = append(asked.Endpoints, extension.Endpoint(e))
	}
	text, err := account.ExportJSON(around(st, asked))
	if err != nil {
		return extension.Agent{}, err
	}
	doc, err := account.Parse(text)
	var faults account.Faults
	if errors.As(err, &faults) {
		return extension.Agent{}, agentProblem(in.ID, faults)
	}
	if err != nil {
		return extension.Agent{}, err
	}
	checked := doc.Agents[0]
	checked.Extension, checked.Rev = in.Extension, in.Rev
	return checked, nil
}

// around is a document with the one agent, and as much of the account as it can
// refer to.
func around(st setup.State, g extension.Agent) *account.Document {
	all := st.Document
	d := &account.Document{
		Account: all.Account, Range: all.Range, Region: all.Region, Countries: all.Countries,
		Settings: flow.Settings{
			Defaults: flow.Defaults{ExtensionLength: all.Settings.Defaults.ExtensionLength, Timezone: all.Settings.Defaults.Timezone},
			Hours:    all.Settings.Hours, Mailboxes: map[string]flow.Mailbox{}, Entries: map[string]flow.Entry{},
		},
		Agents: []extension.Agent{g},
	}
	for name := range all.Settings.Mailboxes {
		d.Settings.Mailboxes[name] = flow.Mailbox{}
	}
	for _, n := range all.Numbers {
		d.Numbers = append(d.Numbers, number.Assignment{Number: n.Number, Entry: string(n.Number)})
		d.Settings.Entries[string(n.Number)] = flow.Entry{Dest: *flow.HangUp(nil)}
	}
	for _, other := range all.Agents {
		if other.ID != g.ID && (other.ID == g.Successor || other.ID == g.Mailbox) {
			d.Agents = append(d.Agents, extension.Agent{ID: other.ID})
		}
	}
	return d
}

func agentProblem(id string, faults account.Faults) error {
	p := problem(http.StatusUnprocessableEntity, "the agent has faults; nothing was changed")
	for _, f := range faults {
		where := "body." + f.Path
		if rest, ok := strings.CutPrefix(f.Path, "agents."+id); ok {
			where = "body" + rest
		}
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: where, Message: f.Problem})
	}
	return p
}

// tag is the ETag of something that is written in JSON.
func tag(v any) string {
	text, _ := json.Marshal(v) // plain data: there is nothing to go wrong
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

// matches holds an If-Match against the ETag of what there is. None matches all.
func matches(ifMatch, etag string) error {
	if ifMatch == "" || ifMatch == "*" || ifMatch == etag {
		return nil
	}
	return at(http.StatusPreconditionFailed, "header.If-Match", "it was changed meanwhile; read it again and repeat the change")
}
