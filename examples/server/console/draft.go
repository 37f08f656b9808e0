package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/extflow/extflow/storage"
)

// A draft is what somebody changes before it is published: the sections of the
// account that a release is made of, as the account document has them. It is kept
// in the store with every change, so that nothing typed is lost, and may hold what
// makes no sense yet: a check says so, and only what is right is published.

// releaseParts are the sections that a release is made of, in the order in which people
// think of them.
var releaseParts = []string{"flows", "menus", "directories", "messages", "queues", "mailboxes", "hours", "questions"}

// draftParts are the sections of a draft: the account's settings too, each a thing of
// its own.
var draftParts = append([]string{"settings"}, releaseParts...)

// sections are things of the account by section and name.
type sections map[string]map[string]any

// draft is one person's.
type draft struct {
	Base    uint32   `json:"base"` // the version that it began with
	Release string   `json:"release"`
	Now     sections `json:"now"`

	// Whole are the settings that it began with and no release has: the account's own.
	Whole map[string]any `json:"whole,omitempty"`

	Undo []step `json:"undo,omitempty"` // the newest last
	Redo []step `json:"redo,omitempty"`

	rev   uint64
	began sections // what the release that it began with has
}

// step is one thing as it was before a change; Was is nil where it was not there.
type step struct {
	Section string `json:"section"`
	Name    string `json:"name"`
	Was     any    `json:"was,omitempty"`
}

const (
	draftKind = "draft"
	mostUndo  = 100
)

// clone is a deep copy: values are JSON's.
func (s sections) clone() sections {
	out := sections{}
	for name, m := range s {
		out[name] = cloned(m).(map[string]any)
	}
	return out
}

func cloned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, inner := range v {
			m[k] = cloned(inner)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, inner := range v {
			l[i] = cloned(inner)
		}
		return l
	}
	return v
}

// draft is the person's; a new one where there is none, or where it changed nothing
// and another version was published since.
func (c *Console) draft(ctx context.Context, who Person) (*draft, error) {
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	n, err := c.cfg.Store.Notes().Load(ctx, c.cfg.Account, draftKind, who.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	whole, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	now, err := sectionsOf(latest, whole)
	if err != nil {
		return nil, err
	}
	own := ownSettings(now["settings"])
	fresh := &draft{Base: latest.Version, Release: latest.ID, Now: now.clone(), Whole: own, began: now, rev: n.Rev}
	if n.Rev == 0 {
		return fresh, nil
	}
	d := &draft{rev: n.Rev}
	dec := json.NewDecoder(bytes.NewReader(n.Body))
	dec.UseNumber()
	if err := dec.Decode(d); err != nil {
		return nil, fmt.Errorf("the draft of %s: %w", who.ID, err)
	}
	if err := c.began(ctx, d, own); err != nil {
		return nil, err
	}
	if d.Changed() || len(d.Undo) > 0 || len(d.Redo) > 0 && d.Base == latest.Version {
		return d, nil
	}
	return fresh, nil
}

// keep stores the draft. The error is storage.ErrConflict where the person changed
// it at another place meanwhile.
func (c *Console) keep(ctx context.Context, who Person, d *draft) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	for len(body) > storage.MaxNote && len(d.Undo) > 0 {
		d.Undo = d.Undo[len(d.Undo)/2+1:]
		if body, err = json.Marshal(d); err != nil {
			return err
		}
	}
	if err := c.cfg.Store.Notes().Put(ctx, c.cfg.Account, storage.Note{Kind: draftKind, Name: who.ID, Body: body, Rev: d.rev}); err != nil {
		return err
	}
	d.rev++
	return nil
}

// drop forgets the draft.
func (c *Console) drop(ctx context.Context, who Person) error {
	err := c.cfg.Store.Notes().Delete(ctx, c.cfg.Account, draftKind, who.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// set changes a thing, or removes it where v is nil, and remembers how it was.
func (d *draft) set(section, name string, v any) {
	was := d.Now[section][name]
	if reflect.DeepEqual(was, v) {
		return
	}
	d.Undo = append(d.Undo, step{section, name, cloned(was)})
	if len(d.Undo) > mostUndo {
		d.Undo = d.Undo[1:]
	}
	d.Redo = nil
	d.put(section, name, v)
}

func (d *draft) put(section, name string, v any) {
	if d.Now[section] == nil {
		d.Now[section] = map[string]any{}
	}
	if v == nil {
		delete(d.Now[section], name)
	} else {
		d.Now[section][name] = v
	}
}

// back takes the newest change back, or with forth does again what was taken back.
func (d *draft) back(forth bool) {
	from, to := &d.Undo, &d.Redo
	if forth {
		from, to = to, from
	}
	if len(*from) == 0 {
		return
	}
	last := (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
	*to = append(*to, step{last.Section, last.Name, cloned(d.Now[last.Section][last.Name])})
	d.put(last.Section, last.Name, last.Was)
}

// Changed reports whether the draft differs from what it began with.
func (d *draft) Changed() bool { return len(changedIn(d.began, d.Now)) > 0 }

// thing names one thing of a section.
type thing struct{ Section, Name string }

func (t thing) String() string {
	if t.Section == "settings" {
		return "setting " + strings.ReplaceAll(t.Name, "_", " ")
	}
	return singular[t.Section] + " " + t.Name
}

var singular = map[string]string{"flows": "flow", "menus": "menu", "directories": "directory", "messages": "message", "queues": "queue", "mailboxes": "mailbox", "hours": "hours", "questions": "question"}

// changedIn are the things that differ, by section and name.
func changedIn(was, now sections) []thing {
	var out []thing
	for _, section := range draftParts {
		names := maps.Clone(was[section])
		if names == nil {
			names = map[string]any{}
		}
		maps.Copy(names, now[section])
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if !reflect.DeepEqual(was[section][name], now[section][name]) {
				out = append(out, thing{section, name})
			}
		}
	}
	return out
}
