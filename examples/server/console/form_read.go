package console

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// From what a form sends to what the account document would say. Nothing is refused
// here: what makes no sense is kept as it was typed, and the check tells.

// reading is a form on its way into a draft.
type reading struct {
	form url.Values
	made []made // what was made on the spot

	uploaded map[string]string // the names of files that came with the form, by the key of the message

	// auto: the form sent itself while somebody types. What is to be made has a name once
	// they say so, and until then the setting is what it was.
	auto bool
	was  map[string]any
}

// read is a thing of a section as the form has it. Settings that have no field stay.
func (r *reading) read(section string, was map[string]any) map[string]any {
	m := cloned(was).(map[string]any)
	r.was = was
	for _, g := range forms[section] {
		for _, f := range g.Fields {
			if f.Kind == "own" {
				return r.own()
			}
			put(m, f.Key, r.field(f))
		}
	}
	return m
}

func (r *reading) value(name string) string { return strings.TrimSpace(r.form.Get(name)) }

func (r *reading) field(f field) any {
	switch f.Kind {
	case "count":
		return countOf(r.value(f.Key))
	case "message":
		return r.message(f.Key)
	case "dest":
		return r.dest(f.Key)
	case "answer":
		if r.value(f.Key) == "again" {
			return r.message(f.Key)
		}
		return r.dest(f.Key)
	case "keys":
		return r.keys(f)
	case "answers":
		return r.answers(f.Key)
	case "week":
		return r.week(f.Key)
	case "dates":
		return r.dates(f.Key)
	case "list":
		if list := spans(r.value(f.Key)); len(list) > 0 {
			return list
		}
		return nil
	case "voices":
		return voicesOf(r.form.Get(f.Key))
	case "span":
		return spanOf(r.value(f.Key))
	case "pick":
		if r.unnamed(f.Key) || f.Of == "agents" && strings.HasPrefix(r.value(f.Key), "new:") {
			return at(r.was, f.Key)
		}
		if made := r.create(f.Key); made != "" {
			return made
		}
	}
	if v := r.value(f.Key); v != "" {
		return v
	}
	return nil
}

// own is a message of the account: words or audio.
func (r *reading) own() map[string]any {
	m := map[string]any{}
	kind := r.value("~m")
	if kind == "play" {
		if r.auto && r.value("~file") == "new:file" {
			return r.was
		}
		m["play"] = r.played("")
	} else {
		m["say"] = inLanguages(r.value("~say"))
	}
	r.voice("", m)
	return m
}

func (r *reading) voice(key string, m map[string]any) {
	for _, k := range []string{"language", "voice"} {
		if v := r.value(key + "~" + k); v != "" {
			m[k] = v
		}
	}
}

// message is a message where one may be named, or said on the spot.
func (r *reading) message(key string) any {
	pick := r.value(key + "~m")
	if r.auto && (pick == "new:message" || pick == "play" && r.value(key+"~file") == "new:file") {
		return r.saidAt(key)
	}
	if pick == "new:message" {
		pick = r.createMessage(key)
	}
	name, named := strings.CutPrefix(pick, "name:")
	m := map[string]any{}
	switch {
	case named:
		m["name"] = name
	case pick == "say":
		m["say"] = inLanguages(r.value(key + "~say"))
	case pick == "play":
		m["play"] = r.played(key)
	default:
		return nil
	}
	r.voice(key, m)
	if named && len(m) == 1 {
		return name
	}
	return m
}

// played is what is played: a file that was uploaded, or what is written, as an address.
func (r *reading) played(key string) any {
	pick := r.value(key + "~file")
	if pick == "new:file" {
		if name := r.uploaded[key]; name != "" {
			return name
		}
		was, _ := r.saidAt(key).(map[string]any)
		if key == "" {
			was = r.was
		}
		return plainly(was["play"]) // none came, or none that could be kept
	}
	if name, ok := strings.CutPrefix(pick, "file:"); ok {
		return name
	}
	return inLanguages(r.value(key + "~play"))
}

// dest is where a rule or a key leads.
func (r *reading) dest(key string) any {
	pick := r.value(key)
	if r.unnamed(key) || r.unnamed(key+"~otherwise") {
		return at(r.was, key)
	}
	kind, name, named := strings.Cut(pick, ":")
	if kind == "new" {
		if made := r.create(key); made != "" {
			return map[string]any{name: made}
		}
		return map[string]any{name: ""}
	}
	switch kind {
	case "":
		return nil
	case "voicemail":
		if !named {
			name = "personal"
		}
		if greeting := r.message(key); greeting != nil {
			return map[string]any{"voicemail": map[string]any{"mailbox": name, "greeting": greeting}}
		}
		if !named {
			return "voicemail"
		}
		return map[string]any{"voicemail": name}
	case "hangup", "repeat":
		if m := r.message(key); m != nil {
			return map[string]any{kind: m}
		}
		return kind
	case "extension":
		m := map[string]any{"extension": r.value(key + "~to")}
		put(m, "otherwise", r.simple(key+"~otherwise"))
		return m
	case "handoff":
		m := map[string]any{"to": r.value(key + "~to")}
		put(m, "otherwise", r.simple(key+"~otherwise"))
		return map[string]any{"handoff": m}
	}
	return map[string]any{kind: name}
}

// simple is a destination without more to it.
func (r *reading) simple(key string) any {
	if made := r.create(key); made != "" {
		return map[string]any{strings.TrimPrefix(r.value(key), "new:"): made}
	}
	kind, name, named := strings.Cut(r.value(key), ":")
	switch {
	case kind == "" || kind == "kept":
		return kept(r.value(key))
	case named:
		return map[string]any{kind: name}
	}
	return kind
}

// kept is a value that a form carries along because it has no fields for it.
func kept(s string) any {
	text, ok := strings.CutPrefix(s, "kept:")
	if !ok {
		return nil
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

var phoneKeys = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"}

func (r *reading) keys(f field) any {
	m := map[string]any{}
	for _, k := range keysOf(f) {
		if d := r.dest(f.Key + "." + k); d != nil {
			m[k] = d
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// answers are those rows of a question that have a word.
func (r *reading) answers(key string) any {
	m, rows := map[string]any{}, map[string]any{}
	was, _ := at(r.was, key).(map[string]any)
	for i, word := range slices.Sorted(maps.Keys(was)) {
		rows[strconv.Itoa(i)] = was[word]
	}
	defer func(whole map[string]any) { r.was = whole }(r.was)
	r.was = map[string]any{key: rows} // as the rows were shown
	for i := 0; ; i++ {
		row := key + "." + strconv.Itoa(i)
		if !r.form.Has(row + "~word") {
			break
		}
		if word := r.value(row + "~word"); word != "" {
			m[word] = r.dest(row)
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// has reports whether a list has a word.
func has(list []string, word string) bool { return slices.Contains(list, word) }
