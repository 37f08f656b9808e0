package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow/account"
)

// From a thing of the draft to the form that shows it.

// showing is a form on its way to the page.
type showing struct {
	section, name string
	value         map[string]any
	draft         *draft
	agents        []option
	faults        []account.Fault
}

// formGroup is fields under a heading, as shown.
type formGroup struct {
	Legend string
	Fields []formField
}

// formField is a field as shown.
type formField struct {
	field
	ID     string
	Help   string
	Value  string
	Faults []string
	Pick   string // dest, answer: what is picked
	Groups []optionGroup
	To     string
	Msg    *formMessage
	Else   []optionGroup // where else it may lead, for what follows a failed ring
	ElseIs string
	Rows   []formField // keys and days
	Deep   bool        // a part of another field
}

// formMessage is a message as shown.
type formMessage struct {
	ID, Label       string
	Pick            string
	Say, Play       string
	Language, Voice string
	Usual           string // what it is where nothing is picked; empty: something must be
	Names           []string
}

type option struct{ Value, Text string }

type optionGroup struct {
	Label   string
	Options []option
}

func (s *showing) groups() []formGroup {
	var out []formGroup
	for _, g := range forms[s.section] {
		fg := formGroup{Legend: g.Legend}
		for _, f := range g.Fields {
			fg.Fields = append(fg.Fields, s.field(f))
		}
		out = append(out, fg)
	}
	return out
}

func (s *showing) field(f field) formField {
	v := at(s.value, f.Key)
	out := formField{field: f, ID: "f-" + f.Key, Help: sentence(help(s.section, f.Key)), Faults: s.wrong(f.Key)}
	switch f.Kind {
	case "own":
		out.Msg = s.message("", s.value, f.Label)
		out.Msg.Names, out.Msg.Usual = nil, ""
		out.Faults = s.wrong("")
	case "message":
		out.Msg = s.message(f.Key, v, f.Label)
	case "dest", "answer":
		s.dest(&out, v)
	case "keys":
		m, _ := v.(map[string]any)
		for _, k := range phoneKeys {
			row := formField{field: field{Key: f.Key + "." + k, Label: k, Kind: "dest"}, ID: "f-" + f.Key + "." + k, Faults: s.wrong(f.Key + "." + k), Deep: true}
			s.dest(&row, m[k])
			out.Rows = append(out.Rows, row)
		}
	case "week":
		m, _ := v.(map[string]any)
		for _, day := range days {
			out.Rows = append(out.Rows, formField{
				field: field{Key: f.Key + "." + day, Label: day}, ID: "f-" + f.Key + "." + day, Value: spansOf(m[day]), Faults: s.wrong(f.Key + "." + day),
			})
		}
	case "dates":
		m, _ := v.(map[string]any)
		for _, date := range slices.Sorted(maps.Keys(m)) {
			out.Value += strings.TrimSuffix(date+": "+spansOf(m[date]), ": ") + "\n"
		}
	case "switch":
		out.Value = map[string]string{"true": "on", "false": "off"}[plainly(v)]
		if out.Value == "" {
			out.Value = plainly(v)
		}
	case "pick":
		out.Value = plainly(v)
		out.Groups = s.picks(f.Of, out.Value)
	default:
		out.Value = plainly(v)
	}
	return out
}

// wrong are the faults at a field, or below it.
func (s *showing) wrong(key string) []string {
	var out []string
	at := s.section + "." + s.name
	if key != "" {
		at += "." + key
	}
	for _, f := range s.faults {
		if f.Path == at || strings.HasPrefix(f.Path, at+".") || strings.HasPrefix(f.Path, at+"[") {
			out = append(out, sentence(f.Problem))
		}
	}
	return out
}

// plainly is a plain value as one would type it.
func plainly(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// spansOf are opening times as one would type them.
func spansOf(v any) string {
	list, _ := v.([]any)
	all := make([]string, len(list))
	for i, span := range list {
		all[i] = plainly(span)
	}
	return strings.Join(all, ", ")
}

func (s *showing) message(key string, v any, label string) *formMessage {
	m := &formMessage{ID: key, Label: label, Usual: "as usual", Names: slices.Sorted(maps.Keys(s.draft.Now["messages"]))}
	switch v := v.(type) {
	case string:
		m.Pick = "name:" + v
	case map[string]any:
		m.Language, m.Voice = plainly(v["language"]), plainly(v["voice"])
		m.Say, m.Play = plainly(v["say"]), plainly(v["play"])
		switch {
		case v["name"] != nil:
			m.Pick = "name:" + plainly(v["name"])
		case v["play"] != nil:
			m.Pick = "play"
		default:
			m.Pick = "say"
		}
	}
	if name, ok := strings.CutPrefix(m.Pick, "name:"); ok && !has(m.Names, name) {
		m.Names = append(m.Names, name)
	}
	return m
}

// isMessage reports whether what a rule about silence takes is a message.
func isMessage(v any) bool {
	switch v := v.(type) {
	case string:
		return v != "voicemail" && v != "hangup" && v != "repeat"
	case map[string]any:
		return v["say"] != nil || v["play"] != nil || v["name"] != nil
	}
	return v == nil
}

func (s *showing) dest(out *formField, v any) {
	out.Msg = s.message(out.Key, nil, "What is said")
	if out.Kind == "answer" && isMessage(v) {
		out.Pick, out.Msg = "again", s.message(out.Key, v, "What is said")
		if v == nil {
			out.Pick = ""
		}
	} else {
		s.picked(out, v)
	}
	out.Groups = s.places(out.Pick, out.Kind == "answer")
	out.Else = s.places(out.ElseIs, false)
	for i := range out.Else {
		out.Else[i].Options = slices.DeleteFunc(out.Else[i].Options, func(o option) bool {
			return strings.HasPrefix(o.Value, "new:") || o.Value == "extension" || o.Value == "handoff"
		})
	}
}

// picked is what of a destination's form is filled in.
func (s *showing) picked(out *formField, v any) {
	switch v := v.(type) {
	case string:
		out.Pick = v
	case map[string]any:
		for _, kind := range []string{"queue", "menu", "flow"} {
			if to, ok := v[kind]; ok {
				out.Pick = kind + ":" + plainly(to)
			}
		}
		for _, kind := range []string{"hangup", "repeat"} {
			if m, ok := v[kind]; ok {
				out.Pick, out.Msg = kind, s.message(out.Key, m, "What is said")
			}
		}
		if to, ok := v["extension"]; ok {
			out.Pick, out.To, out.ElseIs = "extension", plainly(to), code(v["otherwise"])
		}
		if h, ok := v["handoff"].(map[string]any); ok {
			out.Pick, out.To, out.ElseIs = "handoff", plainly(h["to"]), code(h["otherwise"])
		}
		switch box := v["voicemail"].(type) {
		case string:
			out.Pick = "voicemail:" + box
		case map[string]any:
			out.Pick, out.Msg = "voicemail:"+plainly(box["mailbox"]), s.message(out.Key, box["greeting"], "Another greeting")
		}
		if out.Pick == "voicemail:personal" {
			out.Pick = "voicemail"
		}
	}
}

// code is a destination as a list's value; one with more to it is carried along.
func code(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		if len(v) == 1 {
			for kind, to := range v {
				if name, plain := to.(string); plain && has([]string{"queue", "menu", "flow", "voicemail"}, kind) {
					return kind + ":" + name
				}
			}
		}
	}
	text, _ := json.Marshal(v)
	return "kept:" + string(text)
}

// places are where a destination may lead: what the account has, and what can be
// made on the spot.
func (s *showing) places(picked string, answer bool) []optionGroup {
	out := []optionGroup{{Options: []option{{"", "As usual"}}}}
	if answer {
		out[0].Options = append(out[0].Options, option{"again", "Say something, and ask again"})
	}
	out[0].Options = append(out[0].Options, option{"hangup", "Hang up"}, option{"repeat", "Ask again"})
	add := func(label, kind, section string, more ...option) {
		g := optionGroup{Label: label, Options: more}
		for _, name := range slices.Sorted(maps.Keys(s.draft.Now[section])) {
			g.Options = append(g.Options, option{kind + ":" + name, strings.ToLower(label) + " " + name})
		}
		g.Options = append(g.Options, option{"new:" + kind, "New " + singular[section] + "…"})
		out = append(out, g)
	}
	add("Voicemail", "voicemail", "mailboxes", option{"voicemail", "the agent's own voicemail"})
	add("Queue", "queue", "queues")
	add("Menu", "menu", "menus")
	add("Flow", "flow", "flows")
	out = append(out, optionGroup{Label: "Ring", Options: []option{{"extension", "An extension…"}, {"handoff", "A number outside…"}}})
	return with(out, picked)
}

// with has the list hold what is picked, whatever it is.
func with(groups []optionGroup, picked string) []optionGroup {
	for _, g := range groups {
		for _, o := range g.Options {
			if o.Value == picked {
				return groups
			}
		}
	}
	text := picked
	if k := kept(picked); k != nil {
		text = inWords(k)
	} else if kind, name, ok := strings.Cut(picked, ":"); ok {
		text = fmt.Sprintf("%s %s, which is not there", kind, name)
	}
	return append(groups, optionGroup{Label: "As it is", Options: []option{{picked, text}}})
}

// picks are the names of a section, or agents.
func (s *showing) picks(of, picked string) []optionGroup {
	g := optionGroup{}
	if of == "agents" {
		g.Options = s.agents
	} else {
		for _, name := range slices.Sorted(maps.Keys(s.draft.Now[of])) {
			g.Options = append(g.Options, option{name, name})
		}
		g.Options = append(g.Options, option{"new:" + of, "New " + singular[of] + "…"})
	}
	return with([]optionGroup{{Options: []option{{"", "As usual"}}}, g}, picked)
}
