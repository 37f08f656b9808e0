package console

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// The page of one agent, and the page that is an agent's own.

type agentData struct {
	Agent     extension.Agent
	Form      agentForm
	Errors    map[string]string
	Queues    []string
	Hours     []optionGroup // what may be picked, or made
	Mailboxes []optionGroup
	Made      []string // what was made and is not saved yet
	Boxes     []string // where messages may be moved
	Heard     []voicemail
	Me        bool
	Presences []extension.Presence
}

func (c *Console) agentPage(w http.ResponseWriter, r *http.Request) error {
	return c.showAgent(w, r, r.PathValue("agent"), nil, nil)
}

func (c *Console) showAgent(w http.ResponseWriter, r *http.Request, id string, form *agentForm, faults map[string]string, made ...made) error {
	ctx := r.Context()
	g, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, id)
	if err != nil {
		return err
	}
	data := agentData{Agent: g, Errors: faults, Presences: extension.Presences()}
	if data.Form = formOfAgent(g); form != nil {
		data.Form = *form
	}
	if data.Queues, err = c.cfg.Store.Queues().Serving(ctx, c.cfg.Account, id); err != nil {
		return err
	}
	if err := c.agentPicks(ctx, &data, made); err != nil {
		return err
	}
	if data.Heard, err = c.messages(ctx, g.MailboxName()); err != nil {
		return err
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	nav, page := "agents", "agent"
	if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, "/"), "me") {
		nav, page, data.Me = "me", "me", true
	}
	v := c.view(r, nav, nameOf(g), data)
	v.Error = faults[""]
	return c.show(w, page, status, v)
}

// agentPicks are the hours and mailboxes that an agent may have, or that can be made.
func (c *Console) agentPicks(ctx context.Context, data *agentData, all []made) error {
	rel, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	now, err := sectionsOf(rel, storage.Account{})
	if err != nil {
		return err
	}
	data.Boxes = slices.Sorted(maps.Keys(rel.Settings.Mailboxes))
	data.Made = carried(all)
	s := showing{draft: &draft{Now: along(now, all)}}
	data.Hours, data.Mailboxes = s.pickOr("Always", "hours", data.Form.Hours), s.pickOr("The agent's own", "mailboxes", data.Form.Mailbox)
	return nil
}

func (c *Console) saveAgent(w http.ResponseWriter, r *http.Request) error {
	form := agentTyped(r)
	form.ID = r.PathValue("agent")
	if form.Listed == "" {
		was, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, form.ID)
		if err != nil {
			return err
		}
		form.Listed = formOfAgent(was).Listed
	}
	in := reading{form: r.PostForm}
	in.carry()
	for key, v := range map[string]*string{"hours": &form.Hours, "mailbox": &form.Mailbox} {
		if made := in.create(key); made != "" {
			*v = made
		} else if strings.HasPrefix(*v, "new:") {
			return c.showAgent(w, r, form.ID, &form, map[string]string{key: "Write a name for it."}, in.made...)
		}
	}
	if err := c.put(r.Context(), form.agent(), in.made...); err != nil {
		if faults := c.agentFaults(r.Context(), form.ID, err); faults != nil {
			return c.showAgent(w, r, form.ID, &form, faults, in.made...)
		}
		return err
	}
	return c.next(w, r, "agents/"+pathEscape(form.ID)+"?done=saved")
}

// own reports whether who asks may change an agent's presence and extension: their
// own, or everybody's.
func own(r *http.Request, agent string, least Role) error {
	if who := person(r); !who.Role.may(least) && who.Agent != agent {
		return &problem{status: http.StatusForbidden, text: "You may change what is your own."}
	}
	return nil
}

func (c *Console) removeAgent(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("agent")
	st, err := setup.Read(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(st.Document.Agents, func(g extension.Agent) bool { return g.ID == id })
	if i < 0 {
		return storage.ErrNotFound
	}
	if named := setup.NamedBy(st, st.Document.Agents[i]); len(named) > 0 {
		return &problem{status: http.StatusConflict, text: nameOf(st.Document.Agents[i]) + " is still named by " + strings.Join(named, ", ") + ". Change them first."}
	}
	if err := c.cfg.Store.Directory().Remove(ctx, c.cfg.Account, id); err != nil {
		return err
	}
	c.note(r, "removed an agent", "agent", id)
	c.settled(ctx)
	return c.next(w, r, "agents?done=removed")
}

// mePage is a person's own: extension, presence, devices, and voicemail.
func (c *Console) mePage(w http.ResponseWriter, r *http.Request) error {
	if person(r).Agent == "" {
		return notFound("You are no agent of this account, so nothing here is yours.")
	}
	return c.showAgent(w, r, person(r).Agent, nil, nil)
}

// saveMe changes a person's own devices and name, and whether callers find them by it.
func (c *Console) saveMe(w http.ResponseWriter, r *http.Request) error {
	id := person(r).Agent
	if id == "" {
		return notFound("You are no agent of this account, so nothing here is yours.")
	}
	g, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, id)
	if err != nil {
		return err
	}
	form := formOfAgent(g)
	typed := agentTyped(r)
	form.Name, form.Extension, form.Endpoints, form.Rev = typed.Name, typed.Extension, typed.Endpoints, typed.Rev
	form.Presence, form.Listed = string(g.Presence), cmp.Or(typed.Listed, form.Listed)
	if err := c.put(r.Context(), form.agent()); err != nil {
		if faults := c.agentFaults(r.Context(), id, err); faults != nil {
			return c.showAgent(w, r, id, &form, faults)
		}
		return err
	}
	return c.next(w, r, "me?done=saved")
}
