package console

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/storage"
)

// What is made where one would be picked.

// made is a thing that somebody made where they would pick one.
type made struct {
	thing
	value map[string]any
}

// carried are things that were made in a form that was not saved, as it carries them
// along until it is.
func carried(all []made) []string {
	out := make([]string, len(all))
	for i, m := range all {
		text, _ := json.Marshal([]any{m.Section, m.Name, m.value}) // JSON's types
		out[i] = string(text)
	}
	return out
}

// carry takes up again what a form carried along.
func (r *reading) carry() {
	for _, text := range r.form["made"] {
		m := made{value: map[string]any{}}
		if json.Unmarshal([]byte(text), &[]any{&m.Section, &m.Name, &m.value}) == nil && has(releaseParts, m.Section) && m.Name != "" {
			r.made = append(r.made, m)
		}
	}
}

// along are sections with what was made beside them, to be picked.
func along(s sections, all []made) sections {
	for _, m := range all {
		if s[m.Section] == nil {
			s[m.Section] = map[string]any{}
		}
		if s[m.Section][m.Name] == nil {
			s[m.Section][m.Name] = m.value
		}
	}
	return s
}

// starters are what things are that were made where one would be picked.
var starters = map[string]map[string]any{
	"queue": {}, "queues": {}, "directory": {}, "directories": {}, "flows": {}, "voicemail": {}, "mailboxes": {}, "flow": {}, "hours": {"open": map[string]any{
		"mon": []any{"09:00-17:00"}, "tue": []any{"09:00-17:00"}, "wed": []any{"09:00-17:00"}, "thu": []any{"09:00-17:00"}, "fri": []any{"09:00-17:00"}}},
	"ask":  {"answers": map[string]any{"yes": "hangup", "no": "hangup"}, "otherwise": "hangup"},
	"menu": {"prompt": map[string]any{"say": "To hear this again press 9."}, "keys": map[string]any{"9": "repeat"}},
}

// sectionOf is the section of a destination's key.
var sectionOf = map[string]string{
	"queue": "queues", "voicemail": "mailboxes", "flow": "flows", "menu": "menus", "ask": "questions", "directory": "directories", "flows": "flows", "hours": "hours", "queues": "queues", "mailboxes": "mailboxes",
}

// create makes what was asked to be made at a field, and returns its name.
func (r *reading) create(key string) string {
	kind, isNew := strings.CutPrefix(r.value(key), "new:")
	name := r.value(key + "~new")
	if !isNew || name == "" || starters[kind] == nil {
		return ""
	}
	r.made = append(r.made, made{thing{sectionOf[kind], name}, cloned(starters[kind]).(map[string]any)})
	return name
}

// makeIn makes in the account what was made on the spot. What is there already stays as
// it is, and is picked.
func makeIn(d *setup.Draft, all []made) error {
	for _, m := range all {
		if _, err := d.Find(m.Section, m.Name); !errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err := d.Set(m.Section, m.Name, cloned(m.value).(map[string]any)); err != nil {
			return err
		}
	}
	return nil
}

// createMessage makes a message of the words that stand at a field, and returns what is
// picked then: the message by its name, or the words where it has none.
func (r *reading) createMessage(key string) string {
	name := r.value(key + "~named")
	if name == "" {
		return "say"
	}
	r.made = append(r.made, made{thing{"messages", name}, map[string]any{"say": inLanguages(r.value(key + "~say"))}})
	return "name:" + name
}

// unnamed reports whether something is to be made at a field whose name somebody may
// still be typing.
func (r *reading) unnamed(key string) bool {
	return r.auto && strings.HasPrefix(r.value(key), "new:")
}

// saidAt is the message at a field as it was, also where it is a part of a destination.
func (r *reading) saidAt(key string) any {
	v := at(r.was, key)
	m, ok := v.(map[string]any)
	if !ok {
		if isMessage(v) {
			return v
		}
		return nil
	}
	for _, kind := range []string{"hangup", "repeat"} {
		if inner, ok := m[kind]; ok {
			return inner
		}
	}
	if box, ok := m["voicemail"].(map[string]any); ok {
		return box["greeting"]
	}
	if isMessage(v) {
		return v
	}
	return nil
}

// newAgents adds the agents who are to be made at fields of a form, and has the form pick
// them. Why somebody could not be added is told by field.
func (c *Console) newAgents(r *http.Request, section string) (refused map[string]string, err error) {
	if r.Header.Get("X-Script") == drafting { // the name may still be being typed
		return nil, nil
	}
	for _, g := range forms[section] {
		for _, f := range g.Fields {
			if r.PostForm.Get(f.Key) != "new:agents" {
				continue
			}
			form := agentForm{Name: strings.TrimSpace(r.PostForm.Get(f.Key + "~new")), Endpoints: r.PostForm.Get(f.Key + "~at")}
			faults, err := c.newAgent(r, &form)
			if err != nil {
				return nil, err
			}
			if faults != nil {
				refused = map[string]string{f.Key: strings.Join(slices.Sorted(maps.Values(faults)), " ")}
				continue
			}
			r.PostForm.Set(f.Key, form.ID)
		}
	}
	return refused, nil
}
