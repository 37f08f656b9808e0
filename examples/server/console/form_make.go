package console

import (
	"strings"
)

// What is made where one would be picked.

// made is a thing that somebody made where they would pick one.
type made struct {
	thing
	value map[string]any
}

// starters are what things are that were made where one would be picked.
var starters = map[string]map[string]any{
	"queue": {}, "voicemail": {}, "flow": {}, "hours": {"open": map[string]any{
		"mon": []any{"09:00-17:00"}, "tue": []any{"09:00-17:00"}, "wed": []any{"09:00-17:00"}, "thu": []any{"09:00-17:00"}, "fri": []any{"09:00-17:00"}}},
	"menu": {"prompt": map[string]any{"say": "To hear this again press 9."}, "keys": map[string]any{"9": "repeat"}},
}

// sectionOf is the section of a destination's key.
var sectionOf = map[string]string{"queue": "queues", "voicemail": "mailboxes", "flow": "flows", "menu": "menus", "hours": "hours"}

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
