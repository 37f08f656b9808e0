package console

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// What leads to a thing of the draft: while something does, it stays.

// namedAt are the settings whose value is the name of a thing, by its section.
var namedAt = map[string][]string{
	"flows": {"flow"}, "menus": {"menu"}, "queues": {"queue", "default_queue"}, "mailboxes": {"voicemail", "mailbox", "default_mailbox"},
	"hours": {"hours"}, "questions": {"ask"}, "directories": {"directory"},
	"messages": {"name", "greeting", "prompt", "hold", "hangup", "repeat", "no_input", "invalid", "unavailable", "busy", "no_answer"},
}

// usedBy is what names a thing: others of the draft, numbers and agents, in words.
func (c *Console) usedBy(ctx context.Context, d *draft, k checked, t thing) ([]string, error) {
	var out []string
	for _, section := range draftParts {
		for _, name := range slices.Sorted(maps.Keys(d.Now[section])) {
			other := thing{section, name}
			if other == t {
				continue
			}
			switch at := namesAt(t, name, d.Now[section][name]); {
			case at == nil:
			case len(at) == 1:
				out = append(out, other.String())
			default:
				if len(at) > 2 { // the last says what it is, which is known
					at = at[:len(at)-1]
				}
				out = append(out, other.String()+", "+strings.ReplaceAll(strings.Join(at[1:], " "), "_", " "))
			}
		}
	}
	numbers := k.open.Section("numbers")
	for _, key := range slices.Sorted(maps.Keys(numbers)) {
		if namesAt(t, key, numbers[key]) != nil {
			out = append(out, "number "+string(c.number(ctx, key)))
		}
	}
	if t.Section != "hours" && t.Section != "mailboxes" {
		return out, nil
	}
	for _, g := range k.open.State.Document.Agents {
		if t.Section == "hours" && g.Hours == t.Name || t.Section == "mailboxes" && g.Mailbox == t.Name {
			out = append(out, "agent "+nameOf(g))
		}
	}
	return out, nil
}

// namesAt is where a value below a key names a thing first: the keys that lead there; nil
// where it does not.
func namesAt(t thing, key string, v any) []string {
	switch v := v.(type) {
	case string:
		if v == t.Name && slices.Contains(namedAt[t.Section], key) {
			return []string{key}
		}
	case map[string]any:
		for _, inner := range slices.Sorted(maps.Keys(v)) {
			if at := namesAt(t, inner, v[inner]); at != nil {
				return append([]string{key}, at...)
			}
		}
	case []any:
		for _, one := range v {
			if at := namesAt(t, key, one); at != nil {
				return at
			}
		}
	}
	return nil
}

// unused refuses to take away what something else still names.
func (c *Console) unused(r *http.Request, t thing) error {
	d, k, err := c.drafted(r)
	if err != nil {
		return err
	}
	used, err := c.usedBy(r.Context(), d, k, t)
	if err != nil || len(used) == 0 {
		return err
	}
	rest := ""
	if len(used) > 10 {
		rest = fmt.Sprintf(" and %d more", len(used)-10)
		used = used[:10]
	}
	return &problem{status: http.StatusConflict, text: sentence(t.String()+" is still used by "+strings.Join(used, "; ")+rest) + " Lead them elsewhere first."}
}
