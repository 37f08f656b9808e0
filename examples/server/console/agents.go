package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
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
	c.handle("POST /agents/{agent}/remove", Administrator, c.removeAgent)
	c.handle("GET /extension", Agent, c.extensionFree)
	c.handle("GET /me", Agent, c.mePage)
	c.handle("POST /me", Agent, c.saveMe)
}

// agentRow is an agent in the list.
type agentRow struct {
	extension.Agent
	Call string
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

// agentForm is an agent as typed.
type agentForm struct {
	ID, Name, Extension, Endpoints string
	Presence, Hours, Screening     string
	Mailbox, Language, Successor   string
	Rev                            string
}

func formOfAgent(g extension.Agent) agentForm {
	f := agentForm{
		ID: g.ID, Name: g.Name, Extension: g.Extension, Presence: string(g.Presence), Hours: g.Hours, Screening: string(g.Screening),
		Mailbox: g.Mailbox, Language: g.Language, Successor: g.Successor, Rev: strconv.FormatUint(g.Rev, 10),
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
	}
}

func (f agentForm) agent() extension.Agent {
	rev, _ := strconv.ParseUint(f.Rev, 10, 64)
	g := extension.Agent{
		ID: f.ID, Name: f.Name, Extension: f.Extension, Presence: extension.Presence(f.Presence), Hours: f.Hours, Screening: extension.Switch(f.Screening),
		Mailbox: f.Mailbox, Language: f.Language, Successor: f.Successor, Rev: rev,
	}
	for line := range strings.SplitSeq(strings.NewReplacer(",", "\n", ";", "\n").Replace(f.Endpoints), "\n") {
		address, via, _ := strings.Cut(strings.TrimSpace(line), " via ")
		if address = strings.TrimSpace(address); address != "" {
			g.Endpoints = append(g.Endpoints, extension.Endpoint{Address: address, Via: strings.TrimSpace(via)})
		}
	}
	return g
}

const agentsSize = 100

func (c *Console) agentsPage(w http.ResponseWriter, r *http.Request) error {
	return c.showAgents(w, r, agentForm{}, nil)
}

func (c *Console) showAgents(w http.ResponseWriter, r *http.Request, form agentForm, faults map[string]string) error {
	ctx := r.Context()
	q := r.URL.Query()
	data := agentsData{Query: strings.TrimSpace(q.Get("find")), Presence: q.Get("presence"), After: q.Get("after"), Form: form, Errors: faults, Presences: extension.Presences()}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		if g.Extension <= data.After || data.Presence != "" && string(g.Presence) != data.Presence ||
			!strings.Contains(strings.ToLower(g.Name+" "+g.ID+" "+g.Extension), strings.ToLower(data.Query)) {
			continue
		}
		if len(data.Rows) == agentsSize {
			data.Next = data.Rows[agentsSize-1].Extension
			break
		}
		data.Rows = append(data.Rows, agentRow{Agent: g, Call: g.Duty.HeldBy})
	}
	var err error
	if data.Next4, err = c.nextFree(ctx); err != nil && !errors.Is(err, extension.ErrFull) {
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

// nextFree is the extension that nobody has, as far as one can see: those that rest
// show when they are given out.
func (c *Console) nextFree(ctx context.Context) (string, error) {
	a, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return "", err
	}
	held := map[string]bool{}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return "", err
		}
		held[g.Extension] = true
	}
	for ext, ok := a.Range.After(""); ok; ext, ok = a.Range.After(ext) {
		if !held[ext] {
			return ext, nil
		}
	}
	return "", extension.ErrFull
}

// extensionFree says, while somebody types, whether an extension can be had.
func (c *Console) extensionFree(w http.ResponseWriter, r *http.Request) error {
	ctx, ext, id := r.Context(), strings.TrimSpace(r.FormValue("extension")), r.FormValue("agent")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	say := func(format string, args ...any) error { _, err := fmt.Fprintf(w, format, args...); return err }
	if ext == "" {
		next, err := c.nextFree(ctx)
		if err != nil {
			return say("Every extension is taken.")
		}
		return say("Left empty, it is the next free one: %s.", next)
	}
	a, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	if err := a.Range.Check(ext); err != nil {
		return say("%s", sentence(err.Error()))
	}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		if g.Extension == ext && g.ID != id {
			next, _ := c.nextFree(ctx)
			return say("%s is taken by %s; %s is free.", ext, nameOf(g), next)
		}
	}
	return say("%s can be had.", ext)
}

func nameOf(g extension.Agent) string {
	if g.Name != "" {
		return g.Name
	}
	return g.ID
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

// put stores an agent once all that is wrong with it is known.
func (c *Console) put(ctx context.Context, g extension.Agent) error {
	st, err := setup.Read(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return err
	}
	d, err := around(st, g)
	if err != nil {
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

func (c *Console) addAgent(w http.ResponseWriter, r *http.Request) error {
	form := agentTyped(r)
	if form.ID == "" {
		form.ID = idOf(form.Name)
	}
	if form.ID == "" {
		return c.showAgents(w, r, form, map[string]string{"name": "Write a name, or an id."})
	}
	if _, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, form.ID); err == nil {
		return c.showAgents(w, r, form, map[string]string{"id": "There is an agent “" + form.ID + "” already; write another id."})
	}
	form.Rev = "0"
	if err := c.put(r.Context(), form.agent()); err != nil {
		if faults := c.agentFaults(r.Context(), form.ID, err); faults != nil {
			return c.showAgents(w, r, form, faults)
		}
		return err
	}
	return c.next(w, r, "agents?done=saved")
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

type agentData struct {
	Agent     extension.Agent
	Form      agentForm
	Errors    map[string]string
	Queues    []string
	Hours     []string
	Boxes     []string
	Heard     []voicemail
	Me        bool
	Presences []extension.Presence
}

func (c *Console) agentPage(w http.ResponseWriter, r *http.Request) error {
	return c.showAgent(w, r, r.PathValue("agent"), nil, nil)
}

func (c *Console) showAgent(w http.ResponseWriter, r *http.Request, id string, form *agentForm, faults map[string]string) error {
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
	rel, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	for name := range rel.Settings.Hours {
		data.Hours = append(data.Hours, name)
	}
	for name := range rel.Settings.Mailboxes {
		data.Boxes = append(data.Boxes, name)
	}
	slices.Sort(data.Hours)
	slices.Sort(data.Boxes)
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

func (c *Console) saveAgent(w http.ResponseWriter, r *http.Request) error {
	form := agentTyped(r)
	form.ID = r.PathValue("agent")
	if err := c.put(r.Context(), form.agent()); err != nil {
		if faults := c.agentFaults(r.Context(), form.ID, err); faults != nil {
			return c.showAgent(w, r, form.ID, &form, faults)
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

// setExtension changes an extension in the list: to what was typed, or to the next
// free one.
func (c *Console) setExtension(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("agent")
	if err := own(r, id, Administrator); err != nil {
		return err
	}
	g, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, id)
	if err != nil {
		return err
	}
	g.Extension = strings.TrimSpace(r.FormValue("extension"))
	if r.FormValue("next") != "" || g.Extension == "" {
		if g.Extension, err = c.nextFree(ctx); err != nil {
			return err
		}
	}
	if _, err := c.cfg.Store.Directory().Put(ctx, c.cfg.Account, g); err != nil {
		if faults := c.agentFaults(ctx, id, err); faults != nil {
			return &problem{status: http.StatusConflict, text: "Extension of " + nameOf(g) + ": " + faults["extension"] + faults[""]}
		}
		return err
	}
	c.settled(ctx)
	if r.FormValue("back") == "me" {
		return c.next(w, r, "me?done=saved")
	}
	return c.next(w, r, "agents?done=saved")
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

// saveMe changes a person's own devices and name.
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
	form.Presence = string(g.Presence)
	if err := c.put(r.Context(), form.agent()); err != nil {
		if faults := c.agentFaults(r.Context(), id, err); faults != nil {
			return c.showAgent(w, r, id, &form, faults)
		}
		return err
	}
	return c.next(w, r, "me?done=saved")
}

var csvHead = []string{"id", "name", "extension", "endpoints", "presence", "hours", "screening", "mailbox", "language", "successor"}

// agentsCSV is all agents, for a spreadsheet. What would be a formula there is
// written as words.
func (c *Console) agentsCSV(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write(csvHead)
	for g, err := range c.cfg.Store.Directory().Agents(r.Context(), c.cfg.Account) {
		if err != nil {
			return err
		}
		f := formOfAgent(g)
		row := []string{f.ID, f.Name, f.Extension, strings.Join(strings.Fields(strings.ReplaceAll(f.Endpoints, " via ", "\x00")), "; "), f.Presence, f.Hours, f.Screening, f.Mailbox, f.Language, f.Successor}
		for i, cell := range row {
			row[i] = noFormula(strings.ReplaceAll(cell, "\x00", " via "))
		}
		_ = out.Write(row)
	}
	out.Flush()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="agents.csv"`)
	_, err := w.Write(b.Bytes())
	return err
}

func noFormula(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

// readAgents adds and changes agents from a file. All of it is read before anything
// is changed; what the directory then refuses is told by line.
func (c *Console) readAgents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	file, _, err := r.FormFile("agents")
	if err != nil {
		return wrong("Agents: choose a CSV file.")
	}
	defer file.Close()
	in := csv.NewReader(io.LimitReader(file, 4<<20))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		return wrong("Agents: " + sentence(err.Error()))
	}
	if len(rows) == 0 || !slices.Contains(rows[0], "id") {
		return wrong("Agents: the first line must name the columns, as in " + strings.Join(csvHead, ",") + ". Only id is required.")
	}
	column := map[string]int{}
	var faults []string
	for i, name := range rows[0] {
		if name = strings.TrimSpace(name); !slices.Contains(csvHead, name) {
			faults = append(faults, fmt.Sprintf("line 1: no column %q; there are %s", name, strings.Join(csvHead, ", ")))
		}
		column[name] = i
	}
	var agents []extension.Agent
	for n, row := range rows[1:] {
		cell := func(name, usual string) string {
			i, ok := column[name]
			if !ok || i >= len(row) {
				return usual
			}
			return strings.TrimPrefix(strings.TrimSpace(row[i]), "'")
		}
		id := cell("id", "")
		if id == "" {
			faults = append(faults, fmt.Sprintf("line %d: no id", n+2))
			continue
		}
		was, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, id)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		f := formOfAgent(was)
		f.ID, f.Name, f.Extension, f.Endpoints = id, cell("name", f.Name), cell("extension", f.Extension), cell("endpoints", f.Endpoints)
		f.Presence, f.Hours, f.Screening = cell("presence", f.Presence), cell("hours", f.Hours), cell("screening", f.Screening)
		f.Mailbox, f.Language, f.Successor = cell("mailbox", f.Mailbox), cell("language", f.Language), cell("successor", f.Successor)
		if f.Extension == "" {
			f.Extension = was.Extension
		}
		g := f.agent()
		for _, e := range g.Endpoints {
			if _, err := extension.ParseEndpoint(e.Address); err != nil {
				faults = append(faults, fmt.Sprintf("line %d: %v", n+2, err))
			}
		}
		if p := g.Presence; p != "" && !p.Valid() {
			faults = append(faults, fmt.Sprintf("line %d: presence %q; write available, busy, away or offline", n+2, p))
		}
		agents = append(agents, g)
	}
	if len(faults) > 0 {
		return wrong("Nothing was changed. The file has faults:\n" + strings.Join(faults, "\n"))
	}
	for i, g := range agents {
		if err := c.put(ctx, g); err != nil {
			p := c.told(r, err)
			return &problem{status: p.status, text: fmt.Sprintf("Line %d (%s): %s\nThe %d lines before it were taken.", i+2, g.ID, p.text, i)}
		}
	}
	return c.next(w, r, "agents?done=saved")
}
