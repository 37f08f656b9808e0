package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
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
	Version   uint32 // that it would be
	Seen      uint32 // the newest that this page knows
	Theirs    []change
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
	data.Version, data.Seen = latest.Version+1, latest.Version
	k, err := c.check(ctx, d)
	if err != nil {
		return data, err
	}
	for _, f := range k.Faults {
		data.Faults = append(data.Faults, fault{f, formOf(d, f.Path)})
	}
	if data.Draft, err = c.bar(ctx, d, k, "flows"); err != nil {
		return data, err
	}
	if latest.Version != d.Base {
		theirs, err := sectionsOf(latest)
		if err != nil {
			return data, err
		}
		data.Theirs = changes(d.began, theirs)
		data.Both = overlap(d, theirs, r)
	}
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
			if f.Key != "" && (path == f.Key || strings.HasPrefix(path, f.Key+".")) {
				return f.Key
			}
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
	c.settled(ctx)
	if err := c.drop(ctx, who); err != nil {
		return err
	}
	return c.next(w, r, "flows?done=published")
}

// version is a release in the list.
type version struct {
	Version uint32
	ID      string
	At      time.Time
	Note    string
	Newest  bool
}

type versionData struct {
	version
	Changes []change // from this one to the newest
	Latest  uint32
	Svg     string
	Outline []picture.Line
}

const mostVersions = 200

func (c *Console) versionsPage(w http.ResponseWriter, r *http.Request) error {
	var all []version
	for rel, err := range c.cfg.Store.Releases().List(r.Context(), c.cfg.Account) {
		if err != nil {
			return err
		}
		all = append(all, version{rel.Version, rel.ID, rel.At, rel.Note, len(all) == 0})
		if len(all) == mostVersions {
			break
		}
	}
	return c.show(w, "versions", http.StatusOK, c.view(r, "flows", "Versions", all))
}

func (c *Console) release(ctx context.Context, r *http.Request) (flow.Release, error) {
	for rel, err := range c.cfg.Store.Releases().List(ctx, c.cfg.Account) {
		if err != nil || strconv.FormatUint(uint64(rel.Version), 10) == r.PathValue("version") {
			return rel, err
		}
	}
	return flow.Release{}, notFound("There is no such version.")
}

func (c *Console) versionPage(w http.ResponseWriter, r *http.Request) error {
	rel, err := c.release(r.Context(), r)
	if err != nil {
		return err
	}
	latest, err := c.cfg.Store.Releases().Latest(r.Context(), c.cfg.Account)
	if err != nil {
		return err
	}
	was, err := sectionsOf(rel)
	if err != nil {
		return err
	}
	now, err := sectionsOf(latest)
	if err != nil {
		return err
	}
	b, err := rel.Book()
	if err != nil {
		return err
	}
	data := versionData{
		version: version{rel.Version, rel.ID, rel.At, rel.Note, rel.Version == latest.Version}, Latest: latest.Version, Changes: changes(was, now),
		Svg: picture.New(b.Chart()).SVG(picture.Look{Page: true, Title: fmt.Sprintf("Version %d", rel.Version)}), Outline: picture.Outline(b.Chart()),
	}
	return c.show(w, "version", http.StatusOK, c.view(r, "flows", fmt.Sprintf("Version %d", rel.Version), data))
}

// restore puts an earlier version into the draft.
func (c *Console) restore(w http.ResponseWriter, r *http.Request) error {
	rel, err := c.release(r.Context(), r)
	if err != nil {
		return err
	}
	then, err := sectionsOf(rel)
	if err != nil {
		return err
	}
	err = c.change(r, func(d *draft) error { d.become(then); return nil })
	if err != nil {
		return err
	}
	return c.next(w, r, "publish?done=restored")
}

// become makes the draft say what sections say.
func (d *draft) become(s sections) {
	for _, t := range changedIn(d.Now, s) {
		d.set(t.Section, t.Name, cloned(s[t.Section][t.Name]))
	}
}

// importDraft reads an account document, or a part of one, into the draft.
func (c *Console) importDraft(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("document")
	if err != nil {
		return wrong("Document: choose a file, YAML or JSON.")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<20+1))
	if err != nil || len(text) > 1<<20 {
		return wrong("Document: the file is larger than 1 MiB.")
	}
	doc, err := account.Parse(text)
	if err != nil {
		return &problem{status: http.StatusUnprocessableEntity, text: "Document: it has faults, and nothing was changed.\n" + err.Error()}
	}
	then, err := sectionsOf(flow.Release{Account: c.cfg.Account, Settings: doc.Settings})
	if err != nil {
		return err
	}
	if err := c.change(r, func(d *draft) error { d.become(then); return nil }); err != nil {
		return err
	}
	return c.next(w, r, "publish?done=imported")
}

// exportDraft is the account with the draft, as a document or as a picture.
func (c *Console) exportDraft(w http.ResponseWriter, r *http.Request) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	k, err := c.check(r.Context(), d)
	if err != nil {
		return err
	}
	file := r.PathValue("file")
	var body []byte
	kind := "text/plain; charset=utf-8"
	switch {
	case file == "draft.json":
		kind = "application/json"
		body, err = json.MarshalIndent(map[string]any{"account": c.cfg.Account, "sections": d.Now}, "", "  ")
	case k.Book == nil:
		return &problem{status: http.StatusConflict, text: "The draft has faults, so there is no picture of it yet."}
	case file == "flows.svg":
		kind, body = "image/svg+xml", []byte(picture.New(k.Book.Chart()).SVG(picture.Look{Title: "The flows of " + c.cfg.Account}))
	case file == "flows.mmd":
		body = []byte(k.Book.Mermaid())
	case file == "account.yaml":
		kind = "application/yaml"
		doc := k.open.State.Document
		doc.Settings = k.Doc.Settings
		body, err = account.Export(&doc)
	default:
		return notFound("There is no such file.")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	_, err = io.Copy(w, bytes.NewReader(body))
	return err
}
