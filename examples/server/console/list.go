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
	"github.com/extflow/extflow/storage"
)

// The pages of flows, menus, messages, queues, mailboxes and hours: their lists, and
// what a new thing begins as.

// about is how a section is called, and what it says where there is nothing.
var about = map[string]struct{ Title, New, Empty, Sub string }{
	"flows":       {"Flows", "New flow", "No flow yet. Start with one that rings an agent by extension.", "What callers of a number hear, and who rings."},
	"menus":       {"Menus", "New menu", "No menu yet. A menu has a prompt, and keys that lead on.", "One key, one destination."},
	"directories": {"Directories", "New directory", "No directory yet. In one callers spell a name, hear who it may be, and choose.", "Where callers find people by name."},
	"questions":   {"Questions", "New question", "No question yet. Your product is asked one in the middle of a call, and its answer leads on.", "What your product is asked."},
	"messages":    {"Messages", "New message", "No message of your own: the library's are said. One of the same name takes its place.", "What callers hear, by name."},
	"queues":      {"Queues", "New queue", "No queue yet. Callers wait in one until a member is free.", "Callers who wait, and who serves them."},
	"mailboxes":   {"Mailboxes", "New mailbox", "No shared mailbox yet. Every agent has one of their own besides.", "Where messages are left."},
	"hours":       {"Hours", "New hours", "No hours yet. Numbers, menus and agents are open always.", "Opening times and holidays."},
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
	"menus":       {{"keys", "A prompt and a key", starters["menu"]}},
	"directories": {{"plain", "As usual", starters["directory"]}},
	"questions":   {{"plain", "Two answers", starters["ask"]}},
	"messages":    {{"say", "Words", map[string]any{"say": "Hello."}}},
	"queues":      {{"plain", "As usual", map[string]any{}}},
	"mailboxes":   {{"plain", "As usual", map[string]any{}}},
	"hours":       {{"office", "Monday to Friday, 9 to 5", starters["hours"]}},
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
	Version uint32    // of flows: since which version it is as it is live; 0 where it is not
	Last    *lastCall // of flows: to any of the numbers
}

type listData struct {
	Section, New, Empty, Sub string
	Rows                     []listed
	Templates                any
	Name                     string
	Error                    string
	Draft                    *draftBar
	Pins                     map[string]string // the versions that numbers are pinned to
	Archived                 []archived

	Files       []audioFile // of messages
	Upload      string      // the name that was typed for one
	UploadError string
	Wrong       string // why something else was not done
}

func (c *Console) listThings(w http.ResponseWriter, r *http.Request, section string) error {
	return c.showList(w, r, section, http.StatusOK, func(*listData) {})
}

// showList shows a list, with what else is to be said there.
func (c *Console) showList(w http.ResponseWriter, r *http.Request, section string, status int, say func(*listData)) error {
	ctx := r.Context()
	d, k, err := c.drafted(r)
	if err != nil {
		return err
	}
	a := about[section]
	l := listData{Section: section, New: a.New, Empty: a.Empty, Sub: a.Sub, Templates: templates[section]}
	say(&l)
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
		row.Says = summary(section, now)
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
	if l.Pins, err = c.pins(ctx); err != nil {
		return err
	}
	if section == "flows" {
		if err := c.flowRows(ctx, &l); err != nil {
			return err
		}
	}
	if section == "messages" {
		if l.Files, err = c.audioFiles(ctx, d); err != nil {
			return err
		}
	}
	v := c.view(r, section, a.Title, l)
	v.Error = l.Wrong
	return c.show(w, "list", status, v)
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
		key := map[flow.Target]string{flow.TargetVoicemail: "mailbox", flow.TargetAsk: "question"}[e.Dest.To]
		if key == "" {
			key = string(e.Dest.To)
		}
		out[key+" "+e.Dest.Name] = append(out[key+" "+e.Dest.Name], name)
	}
	for _, numbers := range out {
		slices.Sort(numbers)
	}
	return out, nil
}

func (c *Console) addThing(w http.ResponseWriter, r *http.Request, section string) error {
	name := strings.TrimSpace(r.FormValue("name"))
	again := func(text string) error {
		return c.showList(w, r, section, http.StatusUnprocessableEntity, func(l *listData) { l.Name, l.Error = name, text })
	}
	if name == "" || len(name) > 64 {
		return again("Name: write 1 to 64 letters.")
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
		return again(p.text)
	}
	if err != nil {
		return err
	}
	return c.next(w, r, section+"/"+url.PathEscape(name))
}
