package setup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

// Difference is one place where a store and a document do not say the same. An
// empty side says nothing there.
type Difference struct {
	Path     string `json:"path" doc:"where, as in flows.front-desk.busy or agents.ada.extension"`
	Stored   string `json:"stored,omitempty" doc:"what the store has, in JSON"`
	Document string `json:"document,omitempty" doc:"what the document says, in JSON"`
}

// String is the difference in a line.
func (d Difference) String() string {
	say := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	return fmt.Sprintf("%s: the store has %s, the document says %s", d.Path, say(d.Stored), say(d.Document))
}

// Compare lists the differences between two documents of an account, in the order
// of their paths. Presences of agents who are in both are initial values and no
// difference, nor are extensions of those named in keep, which the document left
// open. The order of agents and numbers means nothing.
func Compare(stored, document account.Document, keep map[string]bool) ([]Difference, error) {
	both := map[string]bool{}
	for _, a := range stored.Agents {
		both[a.ID] = true
	}
	was, err := tree(stored, nil)
	if err != nil {
		return nil, err
	}
	now, err := tree(document, func(a *extension.Agent) {
		for _, s := range stored.Agents {
			if s.ID != a.ID {
				continue
			}
			a.Presence = s.Presence
			if keep[a.ID] {
				a.Extension = s.Extension
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var found []Difference
	differ(&found, "", was, now)
	return found, nil
}

// tree is a document as maps of maps, agents by their ids. Emergencies stand with
// the numbers, where the store keeps them.
func tree(d account.Document, change func(*extension.Agent)) (any, error) {
	d.Emergency = number.Emergency{}
	d.Agents = slices.Clone(d.Agents)
	for i := range d.Agents {
		if change != nil {
			change(&d.Agents[i])
		}
	}
	text, err := account.ExportJSON(&d)
	if err != nil {
		return nil, err
	}
	var root map[string]any
	if err := decode(text, &root); err != nil {
		return nil, err
	}
	if agents, ok := root["agents"].([]any); ok {
		byID := map[string]any{}
		for _, a := range agents {
			if m, ok := a.(map[string]any); ok {
				byID[fmt.Sprint(m["id"])] = m
			}
		}
		root["agents"] = byID
	}
	return root, nil
}

func decode(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(into)
}

// differ goes down both trees as long as both are maps.
func differ(found *[]Difference, at string, was, now any) {
	if reflect.DeepEqual(was, now) {
		return
	}
	a, isMap := was.(map[string]any)
	b, too := now.(map[string]any)
	if !isMap || !too {
		*found = append(*found, Difference{Path: at, Stored: plain(was), Document: plain(now)})
		return
	}
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		path := k
		if at != "" {
			path = at + "." + k
		}
		differ(found, path, a[k], b[k])
	}
}

func plain(v any) string {
	if v == nil {
		return ""
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// same reports whether two values would be stored alike.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// Open names the agents whose extension a document leaves open: they keep the one
// that they have, or get the next free one.
func Open(document []byte) map[string]bool {
	var d struct {
		Agents []struct {
			ID        string `yaml:"id"`
			Extension any    `yaml:"extension"`
		} `yaml:"agents"`
	}
	open := map[string]bool{}
	if err := yaml.Unmarshal(document, &d); err != nil {
		return open // Parse says what is wrong
	}
	for _, a := range d.Agents {
		if a.Extension == nil {
			open[a.ID] = true
		}
	}
	return open
}
