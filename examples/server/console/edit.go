package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
)

// The pages of flows, menus, messages, queues, mailboxes and hours: lists, and one
// editor for all of them. What is changed goes into the person's draft.

func (c *Console) editRoutes() {
	for _, section := range releaseParts {
		c.handle("GET /"+section, Supervisor, c.in(section, (*Console).listThings))
		c.handle("POST /"+section, Administrator, c.in(section, (*Console).addThing))
		c.handle("GET /"+section+"/{name}", Supervisor, c.in(section, (*Console).editThing))
		c.handle("POST /"+section+"/{name}", Administrator, c.in(section, (*Console).saveThing))
		c.handle("POST /"+section+"/{name}/remove", Administrator, c.in(section, (*Console).removeThing))
		c.handle("POST /"+section+"/{name}/copy", Administrator, c.in(section, (*Console).copyThing))
	}
	c.handle("POST /flows/{name}/archive", Administrator, c.archiveFlow)
	c.handle("POST /archive", Administrator, c.unarchive)
	c.handle("POST /draft/undo", Administrator, c.undo)
	c.handle("POST /draft/redo", Administrator, c.redo)
	c.handle("POST /draft/discard", Administrator, c.discard)
	c.handle("POST /draft/import", Administrator, c.importDraft)
	c.handle("GET /draft/{file}", Supervisor, c.exportDraft)
}

func (c *Console) in(section string, h func(*Console, http.ResponseWriter, *http.Request, string) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return h(c, w, r, section) }
}

type editData struct {
	Section, Name string
	Groups        []formGroup
	Draft         *draftBar
	Gone          bool
	Faults        []fault // of this thing
	Svg           string
	Mended        bool // the picture is without what has faults
	Outline       []picture.Line
	Live          *liveThing
	Numbers       []string
	Used          []string // what names it
}

// Callable reports whether a call can lead to it: then its draft is called from here.
func (d editData) Callable() bool { return leadsTo[d.Section] != "" }

// leadsTo is how the things that a call can lead to are called as destinations, by section.
var leadsTo = map[string]string{"flows": "flow", "menus": "menu", "queues": "queue", "mailboxes": "voicemail", "questions": "ask", "directories": "directory"}

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

// edit is a thing as the editor shows it, with faults that the check does not know.
func (c *Console) edit(r *http.Request, d *draft, section, name string, more ...account.Fault) (editData, error) {
	ctx := r.Context()
	data := editData{Section: section, Name: name}
	k, err := c.check(ctx, d)
	if err != nil {
		return data, err
	}
	if data.Draft, err = c.bar(ctx, d, k, section+"/"+url.PathEscape(name)); err != nil {
		return data, err
	}
	drawn := k.Book
	if drawn == nil && data.Callable() {
		drawn, data.Mended = k.mended(), true
	}
	k.Faults = append(k.Faults, more...)
	s := showing{section: section, name: name, draft: d, faults: k.Faults, root: base(r), typed: r.PostForm}
	s.value, _ = d.Now[section][name].(map[string]any)
	if s.value == nil {
		s.value = map[string]any{}
	}
	for f, err := range c.cfg.Store.Audio().Files(ctx, c.cfg.Account) {
		if err != nil {
			return data, err
		}
		s.files = append(s.files, f.Name)
	}
	if section == "mailboxes" {
		if s.agents, err = c.agentOptions(ctx); err != nil {
			return data, err
		}
	}
	data.Groups = s.groups()
	data.Faults = faultsOf(d, k.Faults, section+"."+name)
	used, err := c.numbersOf(ctx)
	if err != nil {
		return data, err
	}
	data.Numbers = used[singular[section]+" "+name]
	if data.Used, err = c.usedBy(ctx, d, k, thing{section, name}); err != nil {
		return data, err
	}
	data.draw(drawn, k.Faults, base(r))
	data.Live, err = c.liveThing(ctx, section, name, d)
	return data, err
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
	if err := whole(w, r); err != nil {
		return err
	}
	uploaded, refused, err := c.uploads(r)
	if err != nil {
		return err
	}
	nobody, err := c.newAgents(r, section)
	if err != nil {
		return err
	}
	err = c.change(r, func(d *draft) error {
		was, is := d.Now[section][name]
		if !is {
			return notFound("This " + singular[section] + " is not in your draft any more: it was removed, or the draft was published or discarded at another place. What you typed is still on this page.")
		}
		m, _ := was.(map[string]any)
		if m == nil {
			m = map[string]any{}
		}
		in := reading{form: r.PostForm, auto: r.Header.Get("X-Script") == drafting, uploaded: uploaded}
		now := in.read(section, m)
		d.make(in.made)
		d.set(section, name, jsoned(now))
		return nil
	})
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return c.refused(w, r, section, name, "The file was not taken.", refused)
	}
	if len(nobody) > 0 {
		return c.refused(w, r, section, name, "Nobody was added.", nobody)
	}
	return c.saved(w, r, section+"/"+url.PathEscape(name), func() (string, any, error) {
		d, err := c.draft(r.Context(), person(r))
		if err != nil {
			return name, nil, err
		}
		data, err := c.edit(r, d, section, name)
		return name, data, err
	})
}

// drafting is what the script's header says of a form that saves itself. Other words of it
// want to know where they would be sent.
const drafting = "draft"

// make adds what was made where one would be picked. What is there already stays as it
// is, and is picked.
func (d *draft) make(all []made) {
	for _, m := range all {
		if _, there := d.Now[m.Section][m.Name]; !there {
			d.set(m.Section, m.Name, m.value)
		}
	}
}

// saved answers a form of the draft: its script with the check, a browser with the page
// that it asked for.
func (c *Console) saved(w http.ResponseWriter, r *http.Request, page string, now func() (title string, data any, err error)) error {
	then := r.FormValue("then")
	field, isMade := strings.CutPrefix(then, "made ")
	switch {
	case r.Header.Get("X-Script") == drafting:
	case then == "publish":
		return c.next(w, r, "publish")
	case then == "call":
		return c.callFrom(w, r, page)
	case isMade:
		return c.next(w, r, page+"?done=made#f-"+url.PathEscape(field))
	default:
		return c.next(w, r, page+"?done=saved")
	}
	title, data, err := now()
	if err != nil {
		return err
	}
	section, _, _ := strings.Cut(page, "/")
	html, err := part("edit", "checked", c.view(r, section, title, data))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write(html)
	return err
}
