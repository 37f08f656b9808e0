package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Export writes a document as YAML. Parse reads it back as it was: what Parse
// returned, Export keeps. Defaults are left out, keys stand in a fixed order, and
// names in that of the alphabet. The error is ErrTooLarge.
func Export(d *Document) ([]byte, error) {
	var w yamlWriter
	w.root(d.node())
	return readable(w.Bytes())
}

// ExportJSON writes a document as JSON, otherwise like Export. The error is
// ErrTooLarge.
func ExportJSON(d *Document) ([]byte, error) {
	var w bytes.Buffer
	writeJSON(&w, d.node())
	var out bytes.Buffer
	_ = json.Indent(&out, w.Bytes(), "", "  ") // it is JSON, so there is nothing to go wrong
	out.WriteByte('\n')
	if out.Len() > maxSize {
		out = w
	}
	return readable(out.Bytes())
}

func (d *Document) node() *node {
	if n := fromDocument(d).keys().write(); n != nil {
		return n
	}
	return pairs()
}

// ErrTooLarge is returned for a document that Parse would refuse for its size.
var ErrTooLarge = errors.New("the account is larger than the 1 MiB that a document may have; leave agents or numbers out")

func readable(document []byte) ([]byte, error) {
	if len(document) > maxSize {
		return nil, ErrTooLarge
	}
	return document, nil
}

// fromDocument is the draft that would be read as the document.
func fromDocument(doc *Document) *draft {
	s := doc.Settings
	d := &draft{
		account: doc.Account, messages: s.Messages, mailboxes: s.Mailboxes,
		menus: s.Menus, hours: s.Hours, flows: s.Flows, questions: s.Questions, directory: s.Directories, queues: map[string]queue{},
		settings: settings{
			Defaults: s.Defaults, reserved: doc.Range.Reserved, quarantine: doc.Quarantine,
			region: doc.Region, countries: doc.Countries, keepCalls: doc.KeepCalls, emergency: unresolved(doc.Emergency),
		},
	}
	if doc.Region != "" && slices.Equal(doc.Countries, []string{doc.Region}) {
		d.settings.countries = nil
	}
	if r := doc.Range; r.First != 0 || r.Last != 0 {
		d.settings.first, d.settings.last = ends(r.Length, r.First, r.Last)
	}
	for name, q := range s.Queues {
		d.queues[name] = queue{Queue: q, members: doc.Members[name]}
	}
	for _, a := range doc.Agents {
		d.agents = append(d.agents, agent{Agent: a})
	}
	for _, a := range doc.Numbers {
		d.numbers = append(d.numbers, fromAssignment(a, s, doc.Emergency))
	}
	return d
}

func fromAssignment(a number.Assignment, s flow.Settings, usual number.Emergency) assigned {
	out := assigned{Assignment: a, begin: s.Entries[a.Entry]}
	if a.Emergency != usual {
		out.emergency = unresolved(a.Emergency)
	}
	return out
}

// ends are the lowest and the highest extension, with all their digits.
func ends(length, first, last int) (string, string) {
	if length == 0 {
		length = 4
	}
	pad := func(n int) string {
		s := strconv.Itoa(n)
		return strings.Repeat("0", max(0, length-len(s))) + s
	}
	if last == 0 {
		return pad(first), strings.Repeat("9", length)
	}
	return pad(first), pad(last)
}

// JSON is a document, or a part of one, in YAML or JSON as JSON. It is read and not
// checked: what is missing in it, or unknown, stays so. The error is of type Faults.
func JSON(data []byte) ([]byte, error) {
	root, faults := load(data)
	if len(faults) > 0 {
		return nil, faults.told()
	}
	if root.kind != mapping {
		return nil, Faults{{Line: root.line, Problem: "a document is a map, as in “flows: …”; this is " + root.kind.String()}}
	}
	var w bytes.Buffer
	writeJSON(&w, root)
	return w.Bytes(), nil
}

// writeJSON writes a node without any blanks.
func writeJSON(w *bytes.Buffer, n *node) {
	switch {
	case n.kind == scalar && n.bare && json.Valid([]byte(n.text)):
		w.WriteString(n.text)
	case n.kind == scalar:
		w.WriteString(quoted(n.text))
	case n.kind == list:
		w.WriteByte('[')
		for i, item := range n.items {
			comma(w, i)
			writeJSON(w, item)
		}
		w.WriteByte(']')
	default:
		w.WriteByte('{')
		for i, p := range n.pairs {
			comma(w, i)
			w.WriteString(quoted(p.key))
			w.WriteByte(':')
			writeJSON(w, p.value)
		}
		w.WriteByte('}')
	}
}

func comma(w *bytes.Buffer, i int) {
	if i > 0 {
		w.WriteByte(',')
	}
}

// quoted is a text in double quotes, as both notations read it.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string and a buffer: there is nothing to go wrong
	return strings.TrimSuffix(b.String(), "\n")
}
