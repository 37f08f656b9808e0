package account

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number/written"
)

// reader goes through a document and collects what is wrong with it.
type reader struct {
	faults      Faults
	lines       map[string]int    // where each path begins
	unread      map[string]bool   // paths of values of the wrong kind
	sections    map[string]string // what leads to a name of the document: menu to "main"
	region      string            // the default region
	countries   []string          // where telephones may be
	telephone   int               // the line of the first telephone that is to be rung
	suggestions int               // left; a document full of mistakes must not make it slow
	files       map[string]bool   // audio that the account has uploaded; nil where nobody knows
}

// newReader looks ahead for what may stand anywhere in the document and is needed
// from the start.
func newReader(root *node) *reader {
	r := &reader{lines: map[string]int{}, unread: map[string]bool{}, sections: map[string]string{}, suggestions: 100}
	for _, section := range root.pairs {
		to, ok := map[string]string{"queues": "queue", "menus": "menu", "flows": "flow", "questions": "ask", "directories": "directory", "mailboxes": "voicemail", "messages": "hangup"}[section.key]
		for _, p := range section.value.pairs {
			switch {
			case ok:
				r.sections[p.key] = to
			case section.key == "settings" && p.key == "default_region" && regional(p.value):
				r.region = p.value.text
			case section.key == "settings" && p.key == "countries":
				for _, item := range p.value.items {
					if regional(item) {
						r.countries = append(r.countries, item.text)
					}
				}
			}
		}
	}
	if r.countries == nil && r.region != "" {
		r.countries = []string{r.region}
	}
	return r
}

// regional reports whether a node is a region. What is none is told later, once.
func regional(n *node) bool {
	_, err := written.Parse(anyNumber, n.text)
	return n.kind == scalar && n.text != "" && err == nil
}

func (r *reader) fault(line int, path, format string, args ...any) {
	r.faults = append(r.faults, Fault{Line: line, Path: path, Problem: fmt.Sprintf(format, args...)})
}

// wants reports a value of a kind that does not belong there.
func (r *reader) wants(n *node, at, what string) {
	r.unread[at] = true
	if n.kind == nothing {
		r.fault(n.line, at, "nothing stands here; write %s, or leave the key out", what)
		return
	}
	if n.bare {
		r.fault(n.line, at, "%.64s stands here; write %s", n.text, what)
		return
	}
	r.fault(n.line, at, "%s stands here; write %s", n.kind, what)
}

// open goes through the keys of a map. It tells of keys written twice and keeps
// the first. Nothing at all is an empty map.
func (r *reader) open(n *node, at, what string) []pair {
	if n.kind == nothing {
		return nil
	}
	if n.kind != mapping {
		r.wants(n, at, what)
		return nil
	}
	kept := make([]pair, 0, len(n.pairs))
	seen := make(map[string]int, len(n.pairs))
	for _, p := range n.pairs {
		if first, twice := seen[p.key]; twice {
			r.fault(p.line, under(at, p.key), "written twice, first in line %d; keep one", first)
			continue
		}
		seen[p.key] = p.line
		r.lines[under(at, p.key)] = p.line
		kept = append(kept, p)
	}
	return kept
}

// each goes through the entries of a list. Nothing at all is an empty list.
func (r *reader) each(n *node, at, what string, read func(i int, item *node, at string)) {
	if n.kind == nothing {
		return
	}
	if n.kind != list {
		r.wants(n, at, what)
		return
	}
	for i, item := range n.items {
		path := fmt.Sprintf("%s[%d]", at, i)
		r.lines[path] = item.line
		read(i, item, path)
	}
}

// text reads a text. A number stands for its digits.
func (r *reader) text(n *node, at, what string) (string, bool) {
	if n.kind != scalar || n.bare && (n.text == "true" || n.text == "false") {
		r.wants(n, at, what)
		return "", false
	}
	return n.text, true
}

// line is a text of one line, and not an empty one.
func (r *reader) line(n *node, at, what string) (string, bool) {
	s, ok := r.text(n, at, what)
	switch {
	case !ok:
	case strings.TrimSpace(s) == "":
		r.fault(n.line, at, "empty; write %s, or leave the key out", what)
		ok = false
	case len(s) > 1000 || strings.ContainsFunc(s, unicode.IsControl):
		r.fault(n.line, at, "too long for one line, or with control characters; write %s", what)
		ok = false
	}
	return strings.TrimSpace(s), ok
}

// name reads what an author calls something.
func (r *reader) name(line int, at, name string) {
	if problem := problemWith(flow.Settings{Queues: map[string]flow.Queue{name: {}}}, "queues."+name); problem != "" {
		r.fault(line, at, "%s", problem)
	}
}

// language checks a language's tag.
func (r *reader) language(at, tag string) {
	if problem := problemWith(flow.Settings{Defaults: flow.Defaults{Language: tag}}, "settings.language"); problem != "" {
		r.fault(r.lineOf(at), at, "%s", problem)
	}
}

// missing tells of a name that is not among those there are.
func missing[V any](r *reader, at, what, section, name string, among map[string]V) {
	if _, ok := among[name]; ok {
		return
	}
	near := ""
	if r.suggestions > 0 {
		r.suggestions--
		near = flow.Suggest(name, maps.Keys(among))
	}
	if near != "" {
		r.fault(r.lineOf(at), at, "no %s %.64q; did you mean %.64q?", what, name, near)
	} else {
		r.fault(r.lineOf(at), at, "no %s %.64q; add it to %s, or name one that is there", what, name, section)
	}
}

// problemWith is what flow.Check says about one path of settings that were made
// for the question; what is right there is right everywhere.
func problemWith(s flow.Settings, path string) string {
	for _, f := range flow.Check(s, flow.World{}) {
		if f.Path == path {
			return f.Problem
		}
	}
	return ""
}

// unknown tells of a key that is none, and of the one that may be meant.
func (r *reader) unknown(p pair, at string, known []string) {
	path := under(at, p.key)
	near := ""
	if r.suggestions > 0 {
		r.suggestions--
		near = flow.Suggest(p.key, slices.Values(known))
	}
	switch {
	case near != "":
		r.fault(p.line, path, "unknown key %.64q; did you mean %q?", p.key, near)
	case len(known) > 12:
		r.fault(p.line, path, "unknown key %.64q; remove it", p.key)
	default:
		r.fault(p.line, path, "unknown key %.64q; known here are %s", p.key, and(known))
	}
}

// under is the path of a key.
func under(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// lineOf is the line of a path, or of what it is part of.
func (r *reader) lineOf(path string) int {
	for part := range upwards(path) {
		if line, ok := r.lines[part]; ok {
			return line
		}
	}
	return 1
}

// told reports whether the reader has already complained about a path, about
// something in it, or that it could not be read. What follows from that is noise.
func (r *reader) told() func(path string) bool {
	faulty := map[string]bool{}
	for _, f := range r.faults {
		for path := range upwards(f.Path) {
			faulty[path] = true
		}
	}
	return func(path string) bool {
		if faulty[path] {
			return true
		}
		for whole := range upwards(path) {
			if r.unread[whole] {
				return true
			}
		}
		return false
	}
}

// upwards is a path, and then everything that it is part of.
func upwards(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for path != "" && yield(path) {
			path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		}
	}
}
