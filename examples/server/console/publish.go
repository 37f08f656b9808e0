package console

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// From a draft to a version: the check, the difference in words, what others
// published meanwhile, what saved calls would do, and then the release.

func (c *Console) publishRoutes() {
	c.handle("GET /publish", Administrator, c.publishPage)
	c.handle("POST /publish", Administrator, c.publish)
	c.handle("GET /versions", Supervisor, c.versionsPage)
	c.handle("GET /versions/{version}", Supervisor, c.versionPage)
	c.handle("POST /versions/{version}/restore", Administrator, c.restore)
}

type publishData struct {
	Changes   []change
	Faults    []fault
	Notices   []notice
	Version   uint32 // that it would be
	Seen      uint32 // the newest that this page knows
	Theirs    []change
	Said      string // the note of the newest version, with who published it
	Both      []both
	Note      string
	Tests     []testRun
	Different int // tests that would change
	Draft     *draftBar
}

// fault is what is wrong with a draft, and the form where it is.
type fault struct {
	account.Fault
	Link string
}

// notice is what would go otherwise than a draft says, and the form where that is.
type notice struct {
	extflow.Notice
	Link string
}

// both is a thing that two people changed.
type both struct {
	Nth          int
	Thing        string
	Mine, Theirs []change
	Keep         string // mine, theirs
	t            thing
}

func (c *Console) publishPage(w http.ResponseWriter, r *http.Request) error {
	return c.showPublish(w, r, http.StatusOK, "")
}

func (c *Console) showPublish(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	data, err := c.toPublish(r, d)
	if err != nil {
		return err
	}
	v := c.view(r, "flows", "Publish", data)
	v.Error = wrong
	return c.show(w, "publish", status, v)
}

func (c *Console) toPublish(r *http.Request, d *draft) (publishData, error) {
	ctx := r.Context()
	data := publishData{Changes: changes(d.began, d.Now), Note: r.FormValue("note")}
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return data, err
	}
	data.Version, data.Seen, data.Said = latest.Version+1, latest.Version, latest.Note
	k, err := c.check(ctx, d)
	if err != nil {
		return data, err
	}
	for _, f := range k.Faults {
		data.Faults = append(data.Faults, fault{f, formOf(d, f.Path)})
	}
	for _, n := range c.notices(k) {
		data.Notices = append(data.Notices, notice{n, formOf(d, n.Path)})
	}
	if data.Draft, err = c.bar(ctx, d, k, "flows"); err != nil {
		return data, err
	}
	files, err := c.filesNow(ctx)
	if err != nil {
		return data, err
	}
	data.Changes = append(data.Changes, newFiles(latest.Settings.Audio, k.files(), files, c.zone(ctx))...)
	whole, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return data, err
	}
	theirs, err := sectionsOf(latest, whole)
	if err != nil {
		return data, err
	}
	data.Theirs = changes(d.began, theirs)
	data.Both = overlap(d, theirs, r)
	if len(data.Faults) == 0 && len(data.Changes) > 0 {
		if data.Tests, err = c.runTests(ctx, k.Doc); err != nil {
			return data, err
		}
		for _, t := range data.Tests {
			if t.Different() {
				data.Different++
			}
		}
	}
	return data, nil
}

// overlap are the things that both changed, and not in the same way.
func overlap(d *draft, theirs sections, r *http.Request) []both {
	var out []both
	for _, t := range changedIn(d.began, d.Now) {
		was, mine, their := d.began[t.Section][t.Name], d.Now[t.Section][t.Name], theirs[t.Section][t.Name]
		if reflect.DeepEqual(was, their) || reflect.DeepEqual(mine, their) {
			continue
		}
		one := func(v any) sections {
			if v == nil {
				return sections{}
			}
			return sections{t.Section: {t.Name: v}}
		}
		b := both{Nth: len(out), Thing: t.String(), Mine: changes(one(was), one(mine)), Theirs: changes(one(was), one(their)), t: t}
		b.Keep = r.FormValue(fmt.Sprintf("keep-%d", b.Nth))
		out = append(out, b)
	}
	return out
}

// formOf is the form in which a fault is put right.
func formOf(d *draft, path string) string {
	if key, ok := strings.CutPrefix(path, "settings."); ok {
		return "settings#f-" + fieldOf("settings", key)
	}
	if rest, ok := strings.CutPrefix(path, "agents."); ok {
		id, _, _ := strings.Cut(rest, ".")
		return "agents/" + pathEscape(id)
	}
	for _, section := range releaseParts {
		rest, ok := strings.CutPrefix(path, section+".")
		if !ok {
			continue
		}
		best := ""
		for name := range d.Now[section] {
			if (rest == name || strings.HasPrefix(rest, name+".") || strings.HasPrefix(rest, name+"[")) && len(name) > len(best) {
				best = name
			}
		}
		if best == "" {
			return section
		}
		at := ""
		if key := strings.TrimPrefix(strings.TrimPrefix(rest, best), "."); key != "" {
			at = "#f-" + fieldOf(section, key)
		}
		return section + "/" + pathEscape(best) + at
	}
	if strings.HasPrefix(path, "numbers") {
		return "numbers"
	}
	return ""
}

// fieldOf is the field that a path is in.
func fieldOf(section, path string) string {
	for _, g := range forms[section] {
		for _, f := range g.Fields {
			if f.Key == "" || path != f.Key && !strings.HasPrefix(path, f.Key+".") && !strings.HasPrefix(path, f.Key+"[") {
				continue
			}
			if row, _, _ := strings.Cut(strings.TrimPrefix(path, f.Key+"."), "."); row != f.Key && (f.Kind == "keys" || f.Kind == "week") {
				row, _, _ = strings.Cut(row, "[")
				return f.Key + "." + row
			}
			return f.Key
		}
	}
	return path
}

func (c *Console) publish(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), person(r)
	if err := r.ParseForm(); err != nil {
		return wrong("The form did not arrive whole. Nothing was changed; send it again.")
	}
	d, err := c.draft(ctx, who)
	if err != nil {
		return err
	}
	data, err := c.toPublish(r, d)
	if err != nil {
		return err
	}
	if len(data.Changes) == 0 {
		return c.showPublish(w, r, http.StatusUnprocessableEntity, "There is nothing to publish: your draft says what the newest version says.")
	}
	if r.FormValue("seen") != strconv.FormatUint(uint64(data.Seen), 10) {
		return c.showPublish(w, r, http.StatusConflict, fmt.Sprintf("Version %d was published while you looked at this page. Nothing was changed. See both below, and publish again.", data.Seen))
	}
	for _, b := range data.Both {
		switch b.Keep {
		case "mine":
		case "theirs":
			if v, is := d.began[b.t.Section][b.t.Name]; is {
				d.put(b.t.Section, b.t.Name, cloned(v))
			} else {
				d.put(b.t.Section, b.t.Name, nil)
			}
		default:
			return c.showPublish(w, r, http.StatusUnprocessableEntity, "Say for "+b.Thing+" whether your change or theirs is kept.")
		}
	}
	k, err := c.check(ctx, d)
	if err != nil {
		return err
	}
	if len(k.Faults) > 0 {
		return c.showPublish(w, r, http.StatusUnprocessableEntity, "The draft has faults, so nothing was published. Each is listed with the form where it is put right.")
	}
	note := strings.TrimSpace(r.FormValue("note"))
	if len(note) > 200 {
		return c.showPublish(w, r, http.StatusUnprocessableEntity, "Note: write at most 200 letters.")
	}
	if who.Name != "" {
		note = strings.TrimPrefix(note+" — "+who.Name, " — ")
	}
	if k.open.State.Release.Version != data.Seen {
		return c.showPublish(w, r, http.StatusConflict, "Another version was published at this very moment. Nothing was changed. See both below, and publish again.")
	}
	err = k.open.Store(ctx, c.cfg.Store, note)
	if errors.Is(err, storage.ErrConflict) {
		return c.showPublish(w, r, http.StatusConflict, "Another version was published at this very moment. Nothing was changed. See both below, and publish again.")
	}
	if err != nil {
		return err
	}
	c.note(r, "published", "version", data.Version)
	if tests, err := c.runTests(ctx, nil); err != nil {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "saved calls were not played", slog.Any("error", err))
	} else if err := c.published(ctx, data.Version, tests); err != nil {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "how saved calls go was not kept", slog.Any("error", err))
	}
	c.settled(ctx)
	if err := c.drop(ctx, who); err != nil {
		return err
	}
	return c.next(w, r, "flows?done=published")
}
