package console

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
	"github.com/extflow/extflow/storage"
)

// The pages of flows, menus, messages, queues, mailboxes and hours: lists, and one
// editor for all of them. What is changed goes into the person's draft.

// about is how a section is called, and what it says where there is nothing.
var about = map[string]struct{ Title, New, Empty, Sub string }{
	"flows":     {"Flows", "New flow", "No flow yet. Start with one that rings an agent by extension.", "What callers of a number hear, and who rings."},
	"menus":     {"Menus", "New menu", "No menu yet. A menu has a prompt, and keys that lead on.", "One key, one destination."},
	"messages":  {"Messages", "New message", "No message of your own: the library's are said. One of the same name takes its place.", "What callers hear, by name."},
	"queues":    {"Queues", "New queue", "No queue yet. Callers wait in one until a member is free.", "Callers who wait, and who serves them."},
	"mailboxes": {"Mailboxes", "New mailbox", "No shared mailbox yet. Every agent has one of their own besides.", "Where messages are left."},
	"hours":     {"Hours", "New hours", "No hours yet. Numbers, menus and agents are open always.", "Opening times and holidays."},
}

// templates are what a new thing may begin as, by section.
var templates = map[string][]struct {
	Name, Text string
	value      map[string]any
}{
	"flows": {
		{"extension", "Ring an agent by extension", map[string]any{"greeting": map[string]any{"say": "Welcome. Please enter the extension of the person you would like to reach."}}},
		{"voicemail", "Ring an agent, everything else to voicemail", map[string]any{
			"greeting": map[string]any{"say": "Welcome. Please enter an extension."}, "unavailable": "voicemail", "no_answer": "voicemail", "busy": "voicemail", "after_repeats": "hangup"}},
		{"patient", "Ask patiently: longer waits, five repeats", map[string]any{
			"greeting": map[string]any{"say": "Welcome. Take your time and enter an extension."}, "collect": map[string]any{"first_digit": "10s", "inter_digit": "10s"}, "repeats": 5}},
	},
	"menus":     {{"keys", "A prompt and a key", starters["menu"]}},
	"messages":  {{"say", "Words", map[string]any{"say": "Hello."}}},
	"queues":    {{"plain", "As usual", map[string]any{}}},
	"mailboxes": {{"plain", "As usual", map[string]any{}}},
	"hours":     {{"office", "Monday to Friday, 9 to 5", starters["hours"]}},
}

func (c *Console) editRoutes() {
	for _, section := range releaseParts {
		c.handle("GET /"+section, Supervisor, c.in(section, (*Console).listThings))
		c.handle("POST /"+section, Administrator, c.in(section, (*Console).addThing))
		c.handle("GET /"+section+"/{name}", Supervisor, c.in(section, (*Console).editThing))
		c.handle("POST /"+section+"/{name}", Administrator, c.in(section, (*Console).saveThing))
		c.handle("POST /"+section+"/{name}/remove", Administrator, c.in(section, (*Console).removeThing))
		c.handle("POST /"+section+"/{name}/copy", Administrator, c.in(section, (*Console).copyThing))
	}
	c.handle("POST /draft/undo", Administrator, c.undo)
	c.handle("POST /draft/redo", Administrator, c.redo)
	c.handle("POST /draft/discard", Administrator, c.discard)
	c.handle("POST /draft/import", Administrator, c.importDraft)
	c.handle("GET /draft/{file}", Supervisor, c.exportDraft)
}

func (c *Console) in(section string, h func(*Console, http.ResponseWriter, *http.Request, string) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return h(c, w, r, section) }
}

// listed is a thing in a list.
type listed struct {
	Name    string
	State   string // live, draft, new, removed
	Says    string
	Faults  int
	Numbers []string
	Waiting int
	Members int
	Unread  int
}

type listData struct {
	Section, New, Empty, Sub string
	Rows                     []listed
	Templates                any
	Name                     string
	Error                    string
	Draft                    *draftBar
}

// draftBar is what every page of a draft says of it.
type draftBar struct {
	Changes    int
	Faults     []account.Fault
	Undo, Redo bool
	Base       uint32
	Newer      uint32 // a version that was published since; 0 is none
	Back       string // the page to come back to
}

func (c *Console) bar(ctx context.Context, d *draft, k checked, back string) (*draftBar, error) {
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	b := &draftBar{Changes: len(changedIn(d.began, d.Now)), Faults: k.Faults, Undo: len(d.Undo) > 0, Redo: len(d.Redo) > 0, Base: d.Base, Back: back}
	if latest.Version != d.Base {
		b.Newer = latest.Version
	}
	return b, nil
}

func (c *Console) listThings(w http.ResponseWriter, r *http.Request, section string) error {
	return c.showList(w, r, section, "", nil)
}

func (c *Console) showList(w http.ResponseWriter, r *http.Request, section, name string, fault error) error {
	ctx := r.Context()
	d, err := c.draft(ctx, person(r))
	if err != nil {
		return err
	}
	k, err := c.check(ctx, d)
	if err != nil {
		return err
	}
	a := about[section]
	l := listData{Section: section, New: a.New, Empty: a.Empty, Sub: a.Sub, Templates: templates[section], Name: name}
	status := http.StatusOK
	if fault != nil {
		l.Error, status = fault.Error(), http.StatusUnprocessableEntity
	}
	if l.Draft, err = c.bar(ctx, d, k, section); err != nil {
		return err
	}
	used, err := c.numbersOf(ctx)
	if err != nil {
		return err
	}
	names := maps.Clone(d.Now[section])
	maps.Copy(names, d.began[section])
	for _, name := range slices.Sorted(maps.Keys(names)) {
		row := listed{Name: name, State: "live", Numbers: used[singular[section]+" "+name]}
		now, is := d.Now[section][name]
		was, had := d.began[section][name]
		switch {
		case !is:
			row.State = "removed"
			now = was
		case !had:
			row.State = "new"
		case len(changedIn(sections{section: {name: was}}, sections{section: {name: now}})) > 0:
			row.State = "draft"
		}
		row.Says = inWords(now)
		for _, f := range k.Faults {
			if strings.HasPrefix(f.Path, section+"."+name) {
				row.Faults++
			}
		}
		if err := c.live(ctx, section, &row); err != nil {
			return err
		}
		l.Rows = append(l.Rows, row)
	}
	return c.show(w, "list", status, c.view(r, section, a.Title, l))
}

// live adds to a row what is so now.
func (c *Console) live(ctx context.Context, section string, row *listed) error {
	switch {
	case row.State == "new":
	case section == "queues":
		line, err := c.cfg.Store.Queues().Waiting(ctx, c.cfg.Account, row.Name, 0, nil)
		if err != nil {
			return err
		}
		row.Waiting, row.Members = line.Size, len(line.Members)
	case section == "mailboxes":
		messages, err := c.cfg.Store.Mailboxes().Messages(ctx, c.cfg.Account, row.Name)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if !m.Read && m.State == storage.Left {
				row.Unread++
			}
		}
	}
	return nil
}

// numbersOf are the numbers by where they lead, as in "flow front-desk".
func (c *Console) numbersOf(ctx context.Context) (map[string][]string, error) {
	r, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for name, e := range r.Settings.Entries {
		key := map[flow.Target]string{flow.TargetVoicemail: "mailbox"}[e.Dest.To]
		if key == "" {
			key = string(e.Dest.To)
		}
		out[key+" "+e.Dest.Name] = append(out[key+" "+e.Dest.Name], name)
	}
	return out, nil
}

func (c *Console) addThing(w http.ResponseWriter, r *http.Request, section string) error {
	name := strings.TrimSpace(r.FormValue("name"))
	if name == "" || len(name) > 64 {
		return c.showList(w, r, section, name, wrong("Name: write 1 to 64 letters."))
	}
	value := templates[section][0].value
	for _, t := range templates[section] {
		if t.Name == r.FormValue("template") {
			value = t.value
		}
	}
	err := c.change(r, func(d *draft) error {
		if _, there := d.Now[section][name]; there {
			return wrong("Name: there is a " + singular[section] + " of that name already; write another.")
		}
		d.set(section, name, cloned(jsoned(value)))
		return nil
	})
	var p *problem
	if errors.As(err, &p) {
		return c.showList(w, r, section, name, p)
	}
	if err != nil {
		return err
	}
	return c.next(w, r, section+"/"+url.PathEscape(name))
}

// change changes the person's draft and keeps it, again where the person changed it
// at another place at the same time.
func (c *Console) change(r *http.Request, change func(*draft) error) error {
	for try := 1; ; try++ {
		d, err := c.draft(r.Context(), person(r))
		if err != nil {
			return err
		}
		if err := change(d); err != nil {
			return err
		}
		if err = c.keep(r.Context(), person(r), d); !errors.Is(err, storage.ErrConflict) || try == 5 {
			return err
		}
	}
}

type editData struct {
	Section, Name string
	Groups        []formGroup
	Draft         *draftBar
	Gone          bool
	Faults        []account.Fault // of this thing
	Svg           string
	Outline       []picture.Line
	Live          *liveThing
	Numbers       []string
}

func (c *Console) editThing(w http.ResponseWriter, r *http.Request, section string) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	if _, is := d.Now[section][name]; !is {
		return notFound("There is no " + singular[section] + " “" + name + "” in your draft, or not any more. “Undo” brings back what you removed.")
	}
	data, err := c.edit(r, d, section, name)
	if err != nil {
		return err
	}
	return c.show(w, "edit", http.StatusOK, c.view(r, section, name, data))
}

// edit is a thing as the editor shows it.
func (c *Console) edit(r *http.Request, d *draft, section, name string) (editData, error) {
	ctx := r.Context()
	data := editData{Section: section, Name: name}
	k, err := c.check(ctx, d)
	if err != nil {
		return data, err
	}
	if data.Draft, err = c.bar(ctx, d, k, section+"/"+url.PathEscape(name)); err != nil {
		return data, err
	}
	s := showing{section: section, name: name, draft: d, faults: k.Faults}
	s.value, _ = d.Now[section][name].(map[string]any)
	if s.value == nil {
		s.value = map[string]any{}
	}
	if section == "mailboxes" {
		if s.agents, err = c.agentOptions(ctx); err != nil {
			return data, err
		}
	}
	data.Groups = s.groups()
	for _, f := range k.Faults {
		if f.Path == section+"."+name || strings.HasPrefix(f.Path, section+"."+name+".") || strings.HasPrefix(f.Path, section+"."+name+"[") {
			data.Faults = append(data.Faults, f)
		}
	}
	used, err := c.numbersOf(ctx)
	if err != nil {
		return data, err
	}
	data.Numbers = used[singular[section]+" "+name]
	c.draw(&data, k.Book)
	data.Live, err = c.liveThing(ctx, section, name, d)
	return data, err
}

// draw adds the picture of what the thing leads to.
func (c *Console) draw(data *editData, b *flow.Book) {
	if b == nil {
		return
	}
	entry := map[string]string{"flows": "flow ", "menus": "menu ", "queues": "queue ", "mailboxes": "voicemail "}[data.Section]
	id, ok := b.Entry(entry + data.Name)
	if !ok || entry == "" {
		return
	}
	all := b.Chart()
	var starts []flow.ChartStart
	for _, s := range all.Starts {
		if s.To == id {
			starts = append(starts, s)
		}
	}
	chart := reach(all, starts, []flow.StepID{id})
	names := map[flow.StepID]string{}
	for _, s := range chart.Steps {
		names[s.ID] = s.Name
	}
	data.Svg = picture.New(chart).SVG(picture.Look{
		Page: true, Title: "What " + data.Name + " leads to",
		Link: func(id flow.StepID) string { return linkOf(names[id]) },
	})
	data.Outline = picture.Outline(chart)
}

// linkOf is the editor of a step, from the editor of another.
func linkOf(step string) string {
	for prefix, section := range map[string]string{"flow ": "flows", "menu ": "menus", "queue ": "queues", "voicemail ": "mailboxes"} {
		if name, ok := strings.CutPrefix(step, prefix); ok {
			at := ""
			if flowName, rings := strings.CutSuffix(name, ": ring"); rings && section == "flows" {
				name, at = flowName, "#f-ring.time"
			}
			return "../" + section + "/" + url.PathEscape(name) + at
		}
	}
	return "#main"
}

// agentOptions are the account's agents, to be picked.
func (c *Console) agentOptions(ctx context.Context) ([]option, error) {
	var out []option
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		text := g.Extension + " " + g.ID
		if g.Name != "" {
			text = g.Extension + " " + g.Name
		}
		out = append(out, option{g.ID, text})
	}
	return out, nil
}

func (c *Console) saveThing(w http.ResponseWriter, r *http.Request, section string) error {
	name := r.PathValue("name")
	if err := r.ParseForm(); err != nil {
		return wrong("The form did not arrive whole. Nothing was changed; send it again.")
	}
	err := c.change(r, func(d *draft) error {
		was, is := d.Now[section][name]
		if !is {
			return notFound("This " + singular[section] + " is not in your draft any more: it was removed, or the draft was published or discarded at another place. What you typed is still on this page.")
		}
		m, _ := was.(map[string]any)
		if m == nil {
			m = map[string]any{}
		}
		in := reading{form: r.PostForm}
		now := in.read(section, m)
		for _, made := range in.made {
			if _, there := d.Now[made.Section][made.Name]; !there {
				d.set(made.Section, made.Name, made.value)
			}
		}
		d.set(section, name, jsoned(now))
		return nil
	})
	if err != nil {
		return err
	}
	if r.Header.Get("X-Script") == "" {
		if r.FormValue("then") == "publish" {
			return c.next(w, r, "publish")
		}
		return c.next(w, r, section+"/"+url.PathEscape(name)+"?done=saved")
	}
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	data, err := c.edit(r, d, section, name)
	if err != nil {
		return err
	}
	html, err := part("edit", "checked", c.view(r, section, name, data))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write(html)
	return err
}

func (c *Console) removeThing(w http.ResponseWriter, r *http.Request, section string) error {
	if err := c.change(r, func(d *draft) error { d.set(section, r.PathValue("name"), nil); return nil }); err != nil {
		return err
	}
	return c.next(w, r, section+"?done=removed")
}

func (c *Console) copyThing(w http.ResponseWriter, r *http.Request, section string) error {
	name := ""
	err := c.change(r, func(d *draft) error {
		v, is := d.Now[section][r.PathValue("name")]
		if !is {
			return storage.ErrNotFound
		}
		name = r.PathValue("name") + " copy"
		for d.Now[section][name] != nil {
			name += " copy"
		}
		d.set(section, name, cloned(v))
		return nil
	})
	if err != nil {
		return err
	}
	return c.next(w, r, section+"/"+url.PathEscape(name))
}

// backTo is the page of a draft to come back to: one of ours, whatever the form says.
func backTo(r *http.Request, done string) string {
	section, name, _ := strings.Cut(r.FormValue("back"), "/")
	if about[section].Title == "" {
		return "flows?done=" + done
	}
	if name, err := url.PathUnescape(name); err == nil && name != "" {
		return section + "/" + url.PathEscape(name) + "?done=" + done
	}
	return section + "?done=" + done
}

func (c *Console) undo(w http.ResponseWriter, r *http.Request) error {
	if err := c.change(r, func(d *draft) error { d.back(false); return nil }); err != nil {
		return err
	}
	return c.next(w, r, c.stillThere(r, backTo(r, "undone")))
}

func (c *Console) redo(w http.ResponseWriter, r *http.Request) error {
	if err := c.change(r, func(d *draft) error { d.back(true); return nil }); err != nil {
		return err
	}
	return c.next(w, r, c.stillThere(r, backTo(r, "redone")))
}

// stillThere is the page, or its list where the thing has gone.
func (c *Console) stillThere(r *http.Request, page string) string {
	path, query, _ := strings.Cut(page, "?")
	section, escaped, one := strings.Cut(path, "/")
	if !one {
		return page
	}
	name, _ := url.PathUnescape(escaped)
	if d, err := c.draft(r.Context(), person(r)); err == nil {
		if _, is := d.Now[section][name]; is {
			return page
		}
	}
	return section + "?" + query
}

func (c *Console) discard(w http.ResponseWriter, r *http.Request) error {
	if err := c.drop(r.Context(), person(r)); err != nil {
		return err
	}
	return c.next(w, r, "flows?done=discarded")
}
