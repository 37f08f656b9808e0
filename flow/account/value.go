package account

import (
	"slices"
	"strconv"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// The simple values of the table: texts, words, numbers, times, switches, lists.

// line is a text of one line: a name, a label, a word.
type line struct {
	into *string
	what string // for whom must write it: "a queue's name"
}

func (v line) read(r *reader, n *node, at string) {
	if s, ok := r.line(n, at, v.what); ok {
		*v.into = s
	}
}

func (v line) write() *node {
	if *v.into == "" {
		return nil
	}
	return text(*v.into)
}

func (v line) schema() schema { return schema{"type": []string{"string", "number"}} }

// passage is a text of any length: what is said.
type passage struct{ into *string }

func (v passage) read(r *reader, n *node, at string) {
	s, ok := r.text(n, at, "the words to say")
	if ok && s == "" {
		r.fault(n.line, at, "only blanks; write the words to say")
	}
	*v.into = s
}

func (v passage) write() *node   { return line{into: v.into}.write() }
func (v passage) schema() schema { return schema{"type": []string{"string", "number"}, "minLength": 1} }

// word is one of a few words.
func word[S ~string](into *S, choices ...S) value { return words[S]{into, choices} }

type words[S ~string] struct {
	into    *S
	choices []S
}

func (v words[S]) read(r *reader, n *node, at string) {
	known := make([]string, len(v.choices))
	for i, c := range v.choices {
		known[i] = string(c)
	}
	s, ok := r.line(n, at, or(known))
	switch near := flow.Suggest(s, slices.Values(known)); {
	case !ok:
	case slices.Contains(known, s):
		*v.into = S(s)
	case near != "":
		r.fault(n.line, at, "%.64q is not known here; did you mean %q?", s, near)
	default:
		r.fault(n.line, at, "%.64q is not known here; write %s", s, or(known))
	}
}

func (v words[S]) write() *node {
	s := string(*v.into)
	return line{into: &s}.write()
}

func (v words[S]) schema() schema { return schema{"enum": v.choices} }

// switched is on or off, or left to its default.
type switched struct{ into *extension.Switch }

func (v switched) read(r *reader, n *node, at string) {
	on, ok := r.onOff(n, at)
	switch {
	case ok && on:
		*v.into = extension.On
	case ok:
		*v.into = extension.Off
	}
}

func (r *reader) onOff(n *node, at string) (on, ok bool) {
	if n.kind == scalar {
		switch strings.ToLower(n.text) {
		case "on", "true":
			return true, true
		case "off", "false":
			return false, true
		}
		r.fault(n.line, at, "%.64q is neither on nor off; write one of them", n.text)
		return false, false
	}
	r.wants(n, at, "on or off")
	return false, false
}

func (v switched) write() *node {
	s := string(*v.into)
	return line{into: &s}.write()
}

func (v switched) schema() schema { return schema{"enum": []any{"on", "off", true, false}} }

// flag is a switch with a fixed default: turned says which position is not it.
type flag struct {
	into   *bool
	turned string // "on" or "off"
}

func (v flag) read(r *reader, n *node, at string) {
	if on, ok := r.onOff(n, at); ok {
		*v.into = on == (v.turned == "on")
	}
}

func (v flag) write() *node {
	if !*v.into {
		return nil
	}
	return text(v.turned)
}

func (v flag) schema() schema { return switched{}.schema() }

// count is a whole number of things, at least one.
type count struct{ into *int }

func (v count) read(r *reader, n *node, at string) {
	i, ok := r.count(n, at)
	if ok && i == 0 {
		r.fault(n.line, at, "0 is too few; write 1 or more, or leave the key out for the default")
	}
	*v.into = i
}

func (r *reader) count(n *node, at string) (int, bool) {
	if n.kind != scalar {
		r.wants(n, at, "a whole number")
		return 0, false
	}
	i, err := strconv.Atoi(n.text)
	if err != nil {
		r.fault(n.line, at, "%.64q is no whole number; write one in digits", n.text)
	}
	return i, err == nil
}

func (v count) write() *node {
	if *v.into == 0 {
		return nil
	}
	return bare(strconv.Itoa(*v.into))
}

func (v count) schema() schema { return schema{"type": "integer", "minimum": 1} }

// tally is a number that may be none at all.
type tally struct{ into **int }

func (v tally) read(r *reader, n *node, at string) {
	if i, ok := r.count(n, at); ok {
		*v.into = &i
	}
}

func (v tally) write() *node {
	if *v.into == nil {
		return nil
	}
	return bare(strconv.Itoa(**v.into))
}

func (v tally) schema() schema { return schema{"type": "integer", "minimum": 0} }

// lines is a list of texts.
type lines struct {
	into *[]string
	what string // of one: "an agent's id"
}

func (v lines) read(r *reader, n *node, at string) {
	seen := map[string]bool{}
	r.each(n, at, "a list, as in [one, two]", func(_ int, item *node, at string) {
		s, ok := r.line(item, at, v.what)
		if ok && seen[s] {
			r.fault(item.line, at, "%.64q is in the list twice; keep one", s)
		}
		seen[s] = true
		*v.into = append(*v.into, s) // whatever is wrong with it: paths count places
	})
}

func (v lines) write() *node {
	if len(*v.into) == 0 {
		return nil
	}
	n := &node{kind: list}
	for _, s := range *v.into {
		n.items = append(n.items, text(s))
	}
	return n
}

func (v lines) schema() schema {
	return schema{"type": []string{"array", "null"}, "items": line{}.schema(), "uniqueItems": true}
}
