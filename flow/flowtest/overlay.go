package flowtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// script is a document ready to be played: read, and compiled.
type script struct {
	doc  *account.Document
	book *flow.Book
	zone *time.Location // of the clock on the account's wall
}

// prepare reads a document, lays over it what a story changes, and compiles it.
// The error is account.Faults, flow.Faults, or says why over makes no sense.
func prepare(document []byte, over string) (script, error) {
	doc, err := account.Parse(document)
	if err == nil && over != "" {
		doc, err = overlay(doc, over)
	}
	if err != nil {
		return script{}, err
	}
	book, err := flow.Compile(doc.Settings)
	if err != nil {
		return script{}, err
	}
	zone, err := time.LoadLocation(cmp.Or(doc.Settings.Defaults.Timezone, "UTC"))
	return script{doc, book, zone}, err
}

// overlay is the document with other things laid over it: a setting, a message, a
// number, or one key of an agent, queue, mailbox, menu, flow or hours takes the
// place of what was there. Null takes away.
func overlay(doc *account.Document, over string) (*account.Document, error) {
	text, err := account.ExportJSON(doc)
	if err != nil {
		return nil, err
	}
	var base, changes map[string]any
	if err := json.Unmarshal(text, &base); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(over), &changes); err != nil {
		return nil, fmt.Errorf("%w: what stands under account: is no YAML: %w", ErrStory, err)
	}
	for section, change := range changes {
		base[section] = lay(section, base[section], change)
	}
	if text, err = json.Marshal(base); err != nil {
		return nil, err
	}
	return account.Parse(text)
}

// lay is a section of the document with changes laid over it.
func lay(section string, was, change any) any {
	switch section {
	case "settings", "messages", "numbers":
		return layKeys(was, change, 1)
	case "agents":
		return layAgents(was, change)
	case "account":
		return change
	}
	return layKeys(was, change, 2)
}

// layKeys lays maps over each other, so many levels deep.
func layKeys(was, change any, deep int) any {
	below, ok := was.(map[string]any)
	over, both := change.(map[string]any)
	if !ok || !both || deep == 0 {
		return change
	}
	out := maps.Clone(below)
	for key, value := range over {
		if out[key] = layKeys(out[key], value, deep-1); value == nil {
			delete(out, key)
		}
	}
	return out
}

// layAgents lays agents over those with the same id, and adds the others.
func layAgents(was, change any) any {
	agents, _ := was.([]any)
	changes, ok := change.([]any)
	if !ok {
		return change
	}
	at := map[any]int{}
	for i, a := range agents {
		if a, ok := a.(map[string]any); ok {
			at[a["id"]] = i
		}
	}
	for _, c := range changes {
		if a, ok := c.(map[string]any); ok {
			if i, known := at[a["id"]]; known {
				agents[i] = layKeys(agents[i], c, 1)
				continue
			}
		}
		agents = append(agents, c)
	}
	return agents
}
