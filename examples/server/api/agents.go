package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/extension"
)

// Agent is an agent as the API reads and writes one. What is marked read-only may
// be sent back, and is ignored.
type Agent struct {
	ID        string     `json:"id" minLength:"1" maxLength:"64" doc:"what the product calls the agent, for good" example:"ada"`
	Name      string     `json:"name,omitempty" maxLength:"200" doc:"what people call the agent" example:"Ada Lovelace"`
	Extension string     `json:"extension,omitempty" maxLength:"8" doc:"left out: the one that the agent has, or the next free one" example:"1001"`
	Endpoints []Endpoint `json:"endpoints,omitempty" maxItems:"20" doc:"where the agent is rung"`
	Presence  string     `json:"presence,omitempty" enum:"available,busy,away,offline" doc:"left out: as it is, or available"`
	Hours     string     `json:"hours,omitempty" maxLength:"64" doc:"the name of hours; always open"`
	Screening string     `json:"screening,omitempty" enum:"on,off" doc:"press 1 to accept; the flow's"`
	Mailbox   string     `json:"mailbox,omitempty" maxLength:"64" doc:"where the agent's voicemail goes; the agent's own"`
	Language  string     `json:"language,omitempty" maxLength:"35" doc:"BCP 47; the account's"`
	Listed    bool       `json:"listed,omitempty" doc:"callers may find the agent by spelling the name, which they then hear; left out: nobody can. The agent may change it too, in the console"`
	Successor string     `json:"successor,omitempty" maxLength:"64" doc:"the agent who gets the extension's calls after this one is deleted"`
	Rev       uint64     `json:"rev,omitempty" doc:"of the agent as it was read; a change is refused if it is another by now"`

	Reason    string     `json:"reason,omitempty" readOnly:"true" doc:"why the presence is what it is"`
	Queues    []string   `json:"queues,omitempty" readOnly:"true" doc:"that the agent is a member of"`
	Call      string     `json:"call,omitempty" readOnly:"true" doc:"the call that reserves the agent"`
	RestUntil *time.Time `json:"rest_until,omitempty" readOnly:"true" doc:"before then no queue offers the agent a call"`
	Misses    int        `json:"misses,omitempty" readOnly:"true" doc:"offers missed in a row"`
}

// Endpoint is where an agent is rung: an address, or an address and the only
// carrier that reaches it.
type Endpoint extension.Endpoint

// MarshalJSON writes an address alone where there is no more to it.
func (e Endpoint) MarshalJSON() ([]byte, error) {
	if e.Via == "" {
		return json.Marshal(e.Address)
	}
	return json.Marshal(extension.Endpoint(e))
}

// UnmarshalJSON reads either form.
func (e *Endpoint) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(strings.TrimSpace(string(data)), `"`) {
		return json.Unmarshal(data, &e.Address)
	}
	return json.Unmarshal(data, (*extension.Endpoint)(e))
}

// Schema describes both forms.
func (Endpoint) Schema(huma.Registry) *huma.Schema {
	address := &huma.Schema{Type: huma.TypeString, MaxLength: new(255), Examples: []any{"tel:+12025550111"}, Description: "tel, sip or client"}
	via := &huma.Schema{Type: huma.TypeString, MaxLength: new(64), Description: "a carrier's name"}
	both := &huma.Schema{
		Type: huma.TypeObject, Properties: map[string]*huma.Schema{"address": address, "via": via},
		Required: []string{"address"}, AdditionalProperties: false,
	}
	for _, s := range []*huma.Schema{address, via, both} {
		s.PrecomputeMessages()
	}
	return &huma.Schema{OneOf: []*huma.Schema{address, both}}
}

type AgentPath struct {
	Agent string `path:"agent" maxLength:"64" doc:"the agent's id"`
}

type agentBody struct {
	ETag string `header:"ETag"`
	Body Agent
}

type Condition struct {
	IfMatch string `header:"If-Match" maxLength:"80" doc:"the ETag of what is to be changed, as it was read"`
}

func (a *API) agents() {
	const tag = "agents"
	add(a, operation{id: "list-agents", method: http.MethodGet, path: "/agents", tag: tag, summary: "The agents, by extension"}, a.listAgents)
	add(a, operation{id: "add-agent", method: http.MethodPost, path: "/agents", tag: tag, status: http.StatusCreated,
		summary: "Add an agent", about: "Without an extension it gets the next free one."}, a.addAgent)
	add(a, operation{id: "read-agent", method: http.MethodGet, path: "/agents/{agent}", tag: tag, summary: "One agent"}, a.readAgent)
	add(a, operation{id: "change-agent", method: http.MethodPut, path: "/agents/{agent}", tag: tag, summary: "Change an agent",
		about: "The extension and the presence stay where they are left out; everything else left out is cleared."}, a.changeAgent)
	add(a, operation{id: "remove-agent", method: http.MethodDelete, path: "/agents/{agent}", tag: tag, status: http.StatusNoContent,
		summary: "Remove an agent", about: "Refused while a flow, a menu, a number or another agent names it. Memberships end, live calls finish, the extension rests."}, a.removeAgent)
	add(a, operation{id: "set-presence", method: http.MethodPut, path: "/agents/{agent}/presence", tag: tag, summary: "Set an agent's presence"}, a.setPresence)
	add(a, operation{id: "change-extension", method: http.MethodPut, path: "/agents/{agent}/extension", tag: tag, summary: "Change an agent's extension",
		about: "The old one is in quarantine for a while, in which it still reaches the agent."}, a.changeExtension)
}

func (a *API) listAgents(ctx context.Context, in *struct {
	Presence string `query:"presence" enum:"available,busy,away,offline" doc:"only these"`
	After    string `query:"after" maxLength:"8" doc:"only those after this extension: next of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (*struct {
	Body struct {
		Agents []Agent `json:"agents"`
		Next   string  `json:"next,omitempty" doc:"give it as after for the next page"`
	}
}, error) {
	out := new(struct {
		Body struct {
			Agents []Agent `json:"agents"`
			Next   string  `json:"next,omitempty" doc:"give it as after for the next page"`
		}
	})
	out.Body.Agents = []Agent{}
	for agent, err := range a.cfg.Store.Directory().Agents(ctx, a.cfg.Account) {
		if err != nil {
			return nil, err
		}
		if agent.Extension <= in.After || in.Presence != "" && string(agent.Presence) != in.Presence {
			continue
		}
		if len(out.Body.Agents) == in.Limit {
			out.Body.Next = out.Body.Agents[in.Limit-1].Extension
			break
		}
		told, err := a.told(ctx, agent)
		if err != nil {
			return nil, err
		}
		out.Body.Agents = append(out.Body.Agents, told)
	}
	return out, nil
}

// told is an agent as the API writes one.
func (a *API) told(ctx context.Context, g extension.Agent) (Agent, error) {
	queues, err := a.cfg.Store.Queues().Serving(ctx, a.cfg.Account, g.ID)
	if err != nil {
		return Agent{}, err
	}
	out := Agent{
		ID: g.ID, Name: g.Name, Extension: g.Extension, Presence: string(g.Presence), Reason: g.Reason, Hours: g.Hours,
		Screening: string(g.Screening), Mailbox: g.Mailbox, Language: g.Language, Listed: g.Listed, Successor: g.Successor, Rev: g.Rev,
		Queues: queues, Call: g.Duty.HeldBy, Misses: g.Duty.Misses,
	}
	for _, e := range g.Endpoints {
		out.Endpoints = append(out.Endpoints, Endpoint(e))
	}
	if !g.Duty.RestUntil.IsZero() {
		out.RestUntil = &g.Duty.RestUntil
	}
	return out, nil
}

func (a *API) answer(ctx context.Context, g extension.Agent) (*agentBody, error) {
	told, err := a.told(ctx, g)
	return &agentBody{ETag: revTag(g.Rev), Body: told}, err
}

func revTag(rev uint64) string { return `"` + strconv.FormatUint(rev, 10) + `"` }

func (a *API) readAgent(ctx context.Context, in *AgentPath) (*agentBody, error) {
	g, err := a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
	if err != nil {
		return nil, err
	}
	return a.answer(ctx, g)
}
