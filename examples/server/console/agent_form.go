package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// An agent as typed: from a form to the directory and back, and faults by field.

// agentForm is an agent as typed.
type agentForm struct {
	ID, Name, Extension, Endpoints string
	Presence, Hours, Screening     string
	Mailbox, Language, Successor   string
	Listed                         string // on, off, or nothing: as it is
	Rev                            string
}

func formOfAgent(g extension.Agent) agentForm {
	f := agentForm{
		ID: g.ID, Name: g.Name, Extension: g.Extension, Presence: string(g.Presence), Hours: g.Hours, Screening: string(g.Screening),
		Mailbox: g.Mailbox, Language: g.Language, Successor: g.Successor, Rev: strconv.FormatUint(g.Rev, 10),
	}
	if f.Listed = "off"; g.Listed {
		f.Listed = "on"
	}
	for _, e := range g.Endpoints {
		line := e.Address
		if e.Via != "" {
			line += " via " + e.Via
		}
		f.Endpoints += line + "\n"
	}
	return f
}

func agentTyped(r *http.Request) agentForm {
	v := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	return agentForm{
		ID: v("id"), Name: v("name"), Extension: v("extension"), Endpoints: strings.ReplaceAll(r.FormValue("endpoints"), "\r", ""),
		Presence: v("presence"), Hours: v("hours"), Screening: v("screening"), Mailbox: v("mailbox"), Language: v("language"), Successor: v("successor"), Rev: v("rev"),
		Listed: listedTyped(r),
	}
}

// listedTyped is the last of what a form says: a box that is not ticked sends nothing, and
// a hidden field before it says off.
func listedTyped(r *http.Request) string {
	if said := r.Form["listed"]; len(said) > 0 {
		return said[len(said)-1]
	}
	return ""
}

func (f agentForm) agent() extension.Agent {
	rev, _ := strconv.ParseUint(f.Rev, 10, 64)
	g := extension.Agent{
		ID: f.ID, Name: f.Name, Extension: f.Extension, Presence: extension.Presence(f.Presence), Hours: f.Hours, Screening: extension.Switch(f.Screening),
		Mailbox: f.Mailbox, Language: f.Language, Listed: f.Listed == "on", Successor: f.Successor, Rev: rev,
	}
	for line := range strings.SplitSeq(strings.NewReplacer(",", "\n", ";", "\n").Replace(f.Endpoints), "\n") {
		address, via, _ := strings.Cut(strings.TrimSpace(line), " via ")
		if address = strings.TrimSpace(address); address != "" {
			g.Endpoints = append(g.Endpoints, extension.Endpoint{Address: address, Via: strings.TrimSpace(via)})
		}
	}
	return g
}

// agentFaults are the faults of an agent by field.
func (c *Console) agentFaults(ctx context.Context, id string, err error) map[string]string {
	var faults account.Faults
	out := map[string]string{}
	if errors.As(err, &faults) {
		for _, f := range faults {
			field, its := strings.CutPrefix(f.Path, "agents."+id+".")
			field, _, _ = strings.Cut(field, "[")
			field, _, _ = strings.Cut(field, ".")
			if !its {
				field, f.Problem = "", f.Path+": "+f.Problem
			}
			out[field] = strings.TrimSpace(out[field] + " " + sentence(f.Problem))
		}
		return out
	}
	is := func(one ...error) bool {
		return slices.ContainsFunc(one, func(e error) bool { return errors.Is(err, e) })
	}
	text := sentence(err.Error())
	switch {
	case is(extension.ErrTaken, extension.ErrQuarantined, extension.ErrPrefix, extension.ErrNotDigits, extension.ErrLength, extension.ErrOutside, extension.ErrReserved, extension.ErrFull):
		if next, err := c.nextFree(ctx); err == nil {
			text += " " + next + " is free."
		}
		out["extension"] = text
	case is(extension.ErrUnspellable):
		out["listed"] = text
	case is(extension.ErrEndpoint):
		out["endpoints"] = text
	case is(extension.ErrConflict, storage.ErrConflict):
		out[""] = "Somebody changed this agent meanwhile. What you typed is still here; the agent as it is now is on its own page."
	case is(extension.ErrNoAgent):
		out["successor"] = text
	case is(extension.ErrAgent):
		out[""] = text
	default:
		return nil
	}
	return out
}

// around is a document with one agent, and as much of the account as it may name. The
// extension is left out: the directory says whether it can be had.
func around(st setup.State, g extension.Agent) (*setup.Draft, error) {
	d, err := setup.Drafted(st)
	if err != nil {
		return nil, err
	}
	agents, _ := d.Root["agents"].([]any)
	one := map[string]any{"id": g.ID}
	for key, v := range map[string]string{
		"name": g.Name, "presence": string(g.Presence), "hours": g.Hours, "screening": string(g.Screening),
		"mailbox": g.Mailbox, "language": g.Language, "successor": g.Successor,
	} {
		if v != "" {
			one[key] = v
		}
	}
	if g.Listed {
		one["listed"] = "on"
	}
	var endpoints []any
	for _, e := range g.Endpoints {
		if e.Via == "" {
			endpoints = append(endpoints, e.Address)
		} else {
			endpoints = append(endpoints, map[string]any{"address": e.Address, "via": e.Via})
		}
	}
	if endpoints != nil {
		one["endpoints"] = endpoints
	}
	i := slices.IndexFunc(agents, func(a any) bool { m, _ := a.(map[string]any); return m["id"] == g.ID })
	if i < 0 {
		agents = append(agents, one)
	} else {
		agents[i] = one
	}
	d.Root["agents"] = agents
	return d, nil
}

// put stores an agent once all that is wrong with it is known, and publishes what was made
// where it was picked: nothing of it where the directory refuses the agent, as one whose
// extension somebody took meanwhile.
func (c *Console) put(ctx context.Context, g extension.Agent, made ...made) error {
	st, err := setup.Read(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return err
	}
	d, err := around(st, g)
	if err != nil {
		return err
	}
	if err := makeIn(d, made); err != nil {
		return err
	}
	doc, err := d.Check()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(doc.Agents, func(a extension.Agent) bool { return a.ID == g.ID })
	if i < 0 {
		return wrong("Id: write 1 to 64 letters.")
	}
	checked := doc.Agents[i]
	checked.Extension, checked.Rev, checked.Duty = g.Extension, g.Rev, extension.Duty{}
	if len(made) > 0 {
		if checked.Rev, err = c.putMaking(ctx, checked, made); err != nil {
			return err
		}
	}
	put, err := c.cfg.Store.Directory().Put(ctx, c.cfg.Account, checked)
	if err != nil {
		return err
	}
	if g.Presence != "" && put.Presence != g.Presence {
		if err := c.cfg.Engine.SetPresence(ctx, c.cfg.Account, put.ID, g.Presence, ""); err != nil {
			return err
		}
	}
	if err := c.cfg.Engine.Freed(ctx, c.cfg.Account, put.ID); err != nil {
		return err
	}
	c.settled(ctx)
	return nil
}

// putMaking stores all of an agent but what is still to be made, then makes that, and
// returns the agent's revision. Where it cannot be made the agent is as it was.
func (c *Console) putMaking(ctx context.Context, g extension.Agent, made []made) (uint64, error) {
	directory := c.cfg.Store.Directory()
	was, err := directory.Agent(ctx, c.cfg.Account, g.ID)
	if err != nil {
		return 0, err
	}
	g.Hours, g.Mailbox = was.Hours, was.Mailbox
	put, err := directory.Put(ctx, c.cfg.Account, g)
	if err != nil {
		return 0, err
	}
	if _, err := setup.Edit(ctx, c.cfg.Store, c.cfg.Account, "for agent "+g.ID, func(d *setup.Draft) error { return makeIn(d, made) }); err != nil {
		was.Rev, was.Duty = put.Rev, extension.Duty{}
		_, back := directory.Put(context.WithoutCancel(ctx), c.cfg.Account, was)
		return 0, errors.Join(err, back)
	}
	return put.Rev, nil
}

// idOf makes an id of a name.
func idOf(name string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '.':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
	return strings.Trim(id, "-")
}
