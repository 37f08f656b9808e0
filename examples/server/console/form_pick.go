package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Where a setting may lead: what the account has, and what can be made on the spot.

type option struct{ Value, Text string }

type optionGroup struct {
	Label   string
	Options []option
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
	if out.Usual != "" {
		out.Groups[0].Options[0].Text = "As usual: " + inWords(out.Usual)
	}
	out.Else = s.places(out.ElseIs, false)
	for i := range out.Else {
		out.Else[i].Options = slices.DeleteFunc(out.Else[i].Options, func(o option) bool {
			return o.Value == "extension" || o.Value == "handoff"
		})
	}
}

// picked is what of a destination's form is filled in.
func (s *showing) picked(out *formField, v any) {
	switch v := v.(type) {
	case string:
		out.Pick = v
	case map[string]any:
		for _, kind := range []string{"queue", "menu", "flow", "ask", "directory"} {
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
				if name, plain := to.(string); plain && has([]string{"queue", "menu", "flow", "ask", "directory", "voicemail"}, kind) {
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
	add("Directory", "directory", "directories")
	add("Question", "ask", "questions")
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
func (s *showing) picks(of, picked, usual string) []optionGroup {
	none := "As usual"
	if usual != "" {
		none += ": " + usual
	}
	return s.pickOr(none, of, picked)
}

// pickOr is picks, with what nothing picked is called.
func (s *showing) pickOr(none, of, picked string) []optionGroup {
	g := optionGroup{}
	if of == "agents" {
		g.Options = append(slices.Clone(s.agents), option{"new:agents", "New agent…"})
	} else {
		for _, name := range slices.Sorted(maps.Keys(s.draft.Now[of])) {
			g.Options = append(g.Options, option{name, name})
		}
		g.Options = append(g.Options, option{"new:" + of, "New " + singular[of] + "…"})
	}
	return with([]optionGroup{{Options: []option{{"", none}}}, g}, picked)
}
