package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/extflow/extflow/extension"
)

// Agents and their extensions.

func (c *Console) agentRoutes() {
	c.handle("GET /agents", Supervisor, c.agentsPage)
	c.handle("POST /agents", Administrator, c.addAgent)
	c.handle("GET /agents.csv", Administrator, c.agentsCSV)
	c.handle("POST /agents.csv", Administrator, c.readAgents)
	c.handle("GET /agents/{agent}", Supervisor, c.agentPage)
	c.handle("POST /agents/{agent}", Administrator, c.saveAgent)
	c.handle("POST /agents/{agent}/presence", Agent, c.setPresence)
	c.handle("POST /agents/{agent}/extension", Agent, c.setExtension)
	c.handle("POST /agents/{agent}/listed", Agent, c.setListed)
	c.handle("POST /agents/{agent}/remove", Administrator, c.removeAgent)
	c.handle("GET /extension", Agent, c.extensionFree)
	c.handle("GET /me", Agent, c.mePage)
	c.handle("POST /me", Agent, c.saveMe)
}

// agentRow is an agent in the list.
type agentRow struct {
	extension.Agent
	Call  string
	Today count
}

type agentsData struct {
	Rows      []agentRow
	Query     string
	Presence  string
	After     string
	Next      string
	Next4     string // the extension that the next agent gets; empty where there is none
	Form      agentForm
	Errors    map[string]string
	Presences []extension.Presence
}

const agentsSize = 100

func (c *Console) agentsPage(w http.ResponseWriter, r *http.Request) error {
	return c.showAgents(w, r, agentForm{}, nil)
}

func (c *Console) showAgents(w http.ResponseWriter, r *http.Request, form agentForm, faults map[string]string) error {
	ctx := r.Context()
	q := r.URL.Query()
	data := agentsData{Query: strings.TrimSpace(q.Get("find")), Presence: q.Get("presence"), After: q.Get("after"), Form: form, Errors: faults, Presences: extension.Presences()}
	today, err := c.today(ctx)
	if err != nil {
		return err
	}
	held := map[string]bool{} // all are looked at once, for the page and for the next free extension
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		held[g.Extension] = true
		if data.Next != "" || g.Extension <= data.After || data.Presence != "" && string(g.Presence) != data.Presence ||
			!strings.Contains(strings.ToLower(g.Name+" "+g.ID+" "+g.Extension), strings.ToLower(data.Query)) {
			continue
		}
		if len(data.Rows) == agentsSize {
			data.Next = data.Rows[agentsSize-1].Extension
			continue
		}
		data.Rows = append(data.Rows, agentRow{Agent: g, Call: g.Duty.HeldBy, Today: today[g.ID]})
	}
	if data.Next4, err = c.freeBeside(ctx, held); err != nil && !errors.Is(err, extension.ErrFull) {
		return err
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	v := c.view(r, "agents", "Agents", data)
	v.Error = faults[""]
	return c.show(w, "agents", status, v)
}

func nameOf(g extension.Agent) string {
	if g.Name != "" {
		return g.Name
	}
	return g.ID
}

func (c *Console) addAgent(w http.ResponseWriter, r *http.Request) error {
	form := agentTyped(r)
	if faults, err := c.newAgent(r, &form); err != nil {
		return err
	} else if faults != nil {
		return c.showAgents(w, r, form, faults)
	}
	return c.next(w, r, "agents?done=saved")
}

// newAgent adds an agent as typed, with an id made of the name where none is. What is
// wrong is told by field, and nobody is added then.
func (c *Console) newAgent(r *http.Request, form *agentForm) (faults map[string]string, err error) {
	if form.ID == "" {
		form.ID = idOf(form.Name)
	}
	if form.ID == "" {
		return map[string]string{"name": "Write a name, or an id."}, nil
	}
	if _, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, form.ID); err == nil {
		return map[string]string{"id": "There is an agent “" + form.ID + "” already; write another id."}, nil
	}
	form.Rev = "0"
	if err := c.put(r.Context(), form.agent()); err != nil {
		if faults = c.agentFaults(r.Context(), form.ID, err); faults != nil {
			return faults, nil
		}
		return nil, err
	}
	c.note(r, "added an agent", "agent", form.ID)
	return nil, nil
}

func (c *Console) setPresence(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("agent")
	if err := own(r, id, Supervisor); err != nil {
		return err
	}
	p := extension.Presence(r.FormValue("presence"))
	if !p.Valid() {
		return wrong("Presence: pick available, busy, away or offline.")
	}
	if err := c.cfg.Engine.SetPresence(r.Context(), c.cfg.Account, id, p, ""); err != nil {
		return err
	}
	c.settled(r.Context())
	c.cfg.News.Changed()
	if r.FormValue("back") == "me" {
		return c.next(w, r, "me?done=presence")
	}
	return c.next(w, r, "agents?done=presence")
}
