package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Changes in words, as people read them before they publish.

// change is one place where two versions differ.
type change struct {
	Thing string // "flow front-desk"
	What  string // "busy"; empty where all of it is new, or gone
	Was   string
	Now   string
}

// changes are all differences between two versions.
func changes(was, now sections) []change {
	var out []change
	for _, t := range changedIn(was, now) {
		before, had := was[t.Section][t.Name]
		after, has := now[t.Section][t.Name]
		switch {
		case t.Section == "settings":
			out = append(out, change{Thing: t.String(), Was: usual(before), Now: usual(after)})
		case !had:
			out = append(out, change{Thing: t.String(), Now: "new: " + inWords(after)})
		case !has:
			out = append(out, change{Thing: t.String(), Was: inWords(before), Now: "removed"})
		default:
			out = append(out, differences(t.String(), "", before, after)...)
		}
	}
	return out
}

// differences go down two values as long as both are maps of settings.
func differences(thing, at string, was, now any) []change {
	a, isMap := was.(map[string]any)
	b, too := now.(map[string]any)
	if !isMap || !too || wholly(a) || wholly(b) {
		return []change{{thing, at, usual(was), usual(now)}}
	}
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	var out []change
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if reflect.DeepEqual(a[k], b[k]) {
			continue
		}
		path := strings.ReplaceAll(k, "_", " ")
		if at != "" {
			path = at + ", " + path
		}
		out = append(out, differences(thing, path, a[k], b[k])...)
	}
	return out
}

func usual(v any) string {
	if v == nil {
		return "as usual"
	}
	return inWords(v)
}

// targets are the keys of destinations, and how they are said.
var targets = []struct{ Key, Says string }{
	{"queue", "queue %s"}, {"menu", "menu %s"}, {"flow", "flow %s"}, {"ask", "question %s"}, {"directory", "directory %s"}, {"extension", "extension %s"},
	{"hangup", "hang up saying %s"}, {"repeat", "ask again saying %s"},
}

// wholly reports whether a map is a destination or a message: said as a whole.
func wholly(m map[string]any) bool {
	for _, key := range []string{"queue", "voicemail", "menu", "hangup", "flow", "ask", "directory", "extension", "handoff", "repeat", "say", "play"} {
		if _, ok := m[key]; ok {
			return true
		}
	}
	return false
}

// inWords is a value of the account document as people say it.
func inWords(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		switch v {
		case "voicemail":
			return "the agent's own voicemail"
		case "hangup":
			return "goodbye, and hang up"
		case "repeat":
			return "ask again"
		}
		return v
	case map[string]any:
		return mapInWords(v)
	case []any:
		if len(v) == 0 {
			return "none"
		}
		all := make([]string, len(v))
		for i, inner := range v {
			all[i] = inWords(inner)
		}
		return strings.Join(all, ", ")
	}
	text, _ := json.Marshal(v) // numbers and switches
	return string(text)
}

func mapInWords(m map[string]any) string {
	if by, ok := m["say"].(map[string]any); ok {
		return "“" + inWords(by) + "”"
	}
	if by, ok := m["play"].(map[string]any); ok {
		return "audio " + inWords(by)
	}
	if say, ok := m["say"]; ok {
		return fmt.Sprintf("“%v”", say)
	}
	if play, ok := m["play"]; ok {
		return fmt.Sprintf("audio %v", play)
	}
	switch box := m["voicemail"].(type) {
	case string:
		if box == "personal" {
			return "the agent's own voicemail"
		}
		return "voicemail " + box
	case map[string]any:
		return fmt.Sprintf("voicemail %v with another greeting: %s", box["mailbox"], inWords(box["greeting"]))
	}
	if h, ok := m["handoff"].(map[string]any); ok {
		return fmt.Sprintf("hand off to %v%s", h["to"], otherwise(h))
	}
	for _, t := range targets {
		if to, ok := m[t.Key]; ok {
			return fmt.Sprintf(t.Says, inWords(to)) + otherwise(m)
		}
	}
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, strings.ReplaceAll(k, "_", " ")+": "+inWords(m[k]))
	}
	if len(all) == 0 {
		return "all as usual"
	}
	return strings.Join(all, "; ")
}

// summary is a thing in words, its settings in the order in which a call meets them.
func summary(section string, v any) string {
	m, isMap := v.(map[string]any)
	var all []string
	for _, g := range forms[section] {
		for _, f := range g.Fields {
			if f.Kind == "own" {
				return inWords(v)
			}
			if is := at(m, f.Key); is != nil {
				all = append(all, strings.NewReplacer("_", " ", ".", " ").Replace(f.Key)+": "+inWords(is))
			}
		}
	}
	if !isMap || len(all) == 0 {
		return inWords(v)
	}
	return strings.Join(all, "; ")
}

func otherwise(m map[string]any) string {
	if o, ok := m["otherwise"]; ok {
		return ", otherwise " + inWords(o)
	}
	return ""
}
