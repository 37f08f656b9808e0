package console

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
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
	files         []string // the uploaded ones
	root          string   // from the page to the console's root
	faults        []account.Fault
	typed         url.Values // what was sent and not taken, if anything
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
	Usual  string // what holds where nothing is said; empty where that depends
	Value  string
	Faults []string
	Pick   string // dest, answer: what is picked
	Groups []optionGroup
	To     string
	Msg    *formMessage
	Else   []optionGroup // where else it may lead, for what follows a failed ring
	ElseIs string
	Rows   []formField // keys, answers and days
	Word   string      // of a row of answers: the answer
	Deep   bool        // a part of another field
	OnSave bool        // what is made here is made when the form is saved, not before
	New    string      // pick: the name of what was to be made
	NewAt  string      // pick: where the agent who was to be added is reached
}

// formMessage is a message as shown.
type formMessage struct {
	ID, Label       string
	Pick            string
	Say, Play       string
	Language, Voice string
	File            string   // the uploaded file that is played, with Play empty then
	Files           []string // those that there are
	Upload          bool     // one is to be uploaded, and was not
	Usual           string   // what it is where nothing is picked; empty: something must be
	Names           []string
	New             bool   // one may be made on the spot
	OnSave          bool   // when the form is saved, not before
	NoFiles         bool   // what is kept here cannot be played
	Root            string // from the page to the console's root
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
	out := formField{field: f, ID: "f-" + f.Key, Faults: s.wrong(f.Key)}
	out.Help, out.Usual = help(s.section, f.Key)
	out.Usual = strings.ReplaceAll(out.Usual, "_", " ")
	if f.Note != "" {
		out.Help = f.Note
	}
	if strings.EqualFold(out.Help, f.Label+".") { // it would say the same again
		out.Help = ""
	}
	switch f.Kind {
	case "own":
		out.Msg = s.message("", s.value, f.Label)
		out.Msg.Names, out.Msg.Usual, out.Msg.New = nil, "", false
		out.Faults = s.wrong("")
	case "message":
		out.Msg = s.message(f.Key, v, f.Label)
		if out.Usual != "" {
			out.Msg.Usual = "as usual: " + out.Usual
		}
	case "dest", "answer":
		s.dest(&out, v)
		if f.Kind == "dest" && out.Usual == "" && s.section == "questions" {
			out.Groups[0].Options[0].Text = "Choose one"
		}
	case "keys":
		m, _ := v.(map[string]any)
		for _, k := range keysOf(f) {
			row := formField{field: field{Key: f.Key + "." + k, Label: k, Kind: "dest"}, ID: "f-" + f.Key + "." + k, Faults: s.wrong(f.Key + "." + k), Deep: true}
			s.dest(&row, m[k])
			row.Groups[0].Options[0].Text = "Does nothing"
			out.Rows = append(out.Rows, row)
		}
	case "answers":
		m, _ := v.(map[string]any)
		for i, word := range append(slices.Sorted(maps.Keys(m)), "") { // the last is for one more
			out.Rows = append(out.Rows, s.answer(f.Key, i, word, m[word]))
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
	case "list":
		out.Value = spansOf(v)
		if _, list := v.([]any); v != nil && !list {
			out.Value = plainly(v)
		}
	case "voices":
		m, _ := v.(map[string]any)
		for _, language := range slices.Sorted(maps.Keys(m)) {
			by, _ := m[language].(map[string]any)
			for _, carrier := range slices.Sorted(maps.Keys(by)) {
				out.Value += language + " " + carrier + ": " + plainly(by[carrier]) + "\n"
			}
		}
	case "span":
		out.Value = plainly(v)
		if ends, ok := v.([]any); ok {
			out.Value = strings.ReplaceAll(spansOf(ends), ", ", "-")
		}
	case "pick":
		out.Value = plainly(v)
		if is := s.typed.Get(f.Key); strings.HasPrefix(is, "new:") { // it could not be made
			out.Value, out.New, out.NewAt = is, s.typed.Get(f.Key+"~new"), s.typed.Get(f.Key+"~at")
		}
		out.Groups = s.picks(f.Of, out.Value, out.Usual)
	default:
		out.Value = plainly(v)
	}
	return out
}

// wrong are the faults at a field, or below it.
func (s *showing) wrong(key string) []string {
	var out []string
	at := s.section + "." + s.name
	if s.section == "settings" {
		at = s.section
	}
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
	m := &formMessage{ID: key, Label: label, Usual: "as usual", New: true, Root: s.root, Names: slices.Sorted(maps.Keys(s.draft.Now["messages"]))}
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
	m.Files, m.NoFiles = s.files, s.section == "settings" || strings.HasPrefix(key, "emergency")
	if file := m.Play; file != "" && !m.NoFiles && !strings.ContainsAny(file, "/{") {
		m.File, m.Play = file, ""
		if !has(m.Files, file) {
			m.Files = append(slices.Clone(m.Files), file)
		}
	}
	m.Upload = m.File == "" && s.typed.Get(key+"~file") == "new:file"
	if name, ok := strings.CutPrefix(m.Pick, "name:"); ok && !has(m.Names, name) {
		m.Names = append(m.Names, name)
	}
	return m
}

// answer is a row of a question's answers: a word, and where it leads.
func (s *showing) answer(key string, i int, word string, v any) formField {
	key += "." + strconv.Itoa(i)
	row := formField{field: field{Key: key, Label: "leads to", Kind: "dest"}, ID: "f-" + key, Word: word, Deep: true}
	if word != "" {
		row.Faults = s.wrong("answers." + word)
	}
	s.dest(&row, v)
	row.Groups[0].Options[0].Text = "Choose one"
	return row
}
