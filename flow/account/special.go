package account

import (
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Values of the table that occur once.

// digits is an extension.
type digits struct{ into *string }

func (v digits) read(r *reader, n *node, at string) {
	if s, ok := r.line(n, at, `an extension's digits, as in "1001"`); ok {
		*v.into = s
	}
}

func (v digits) write() *node { return line{into: v.into}.write() }

func (v digits) schema() schema {
	return schema{"type": []string{"string", "integer"}, "pattern": "^[0-9]{2,8}$"}
}

// press is a key of the telephone.
type press struct{ into *string }

func (v press) read(r *reader, n *node, at string) {
	line{v.into, "one of 0 to 9, * and #"}.read(r, n, at)
}

func (v press) write() *node { return line{into: v.into}.write() }

func (v press) schema() schema {
	return schema{"anyOf": []schema{reference("key"), {"type": "integer", "minimum": 0, "maximum": 9}}}
}

// span is the lowest and the highest extension.
type span struct{ first, last *string }

func (v span) read(r *reader, n *node, at string) {
	const what = "the lowest and the highest extension, as in [1001, 9999]"
	if n.kind != list || len(n.items) != 2 {
		r.wants(n, at, what)
		return
	}
	r.each(n, at, what, func(i int, item *node, at string) {
		s, ok := r.line(item, at, "an extension's digits")
		if ok && (len(s) > extension.MaxLength || strings.Trim(s, "0123456789") != "") {
			r.fault(item.line, at, "%.64q is no extension; write its digits", s)
			return
		}
		*[]*string{v.first, v.last}[i] = s
	})
}

func (v span) write() *node {
	if *v.first == "" || *v.last == "" {
		return nil
	}
	n := &node{kind: list}
	for _, end := range []string{*v.first, *v.last} {
		if strings.HasPrefix(end, "0") {
			n.items = append(n.items, text(end))
		} else {
			n.items = append(n.items, bare(end))
		}
	}
	return n
}

func (v span) schema() schema {
	return schema{"type": "array", "items": digits{}.schema(), "minItems": 2, "maxItems": 2}
}

// reserved is a list that may be empty: then nothing is reserved.
type reserved struct{ into *[]string }

func (v reserved) read(r *reader, n *node, at string) {
	lines{v.into, `an extension, as in "1100"`}.read(r, n, at)
	if n.kind == list && *v.into == nil {
		*v.into = []string{}
	}
}

func (v reserved) write() *node {
	if *v.into != nil && len(*v.into) == 0 {
		return &node{kind: list}
	}
	return lines{into: v.into}.write()
}

func (v reserved) schema() schema { return lines{}.schema() }

// greetings are a mailbox's, by reason.
type greetings struct {
	into *map[flow.Reason]flow.Message
}

func (v greetings) keys(m map[flow.Reason]*flow.Message) block {
	var b block
	for _, reason := range []flow.Reason{flow.ForUnavailable, flow.ForBusy, flow.ForNoAnswer} {
		said := m[reason]
		b = append(b, key{string(reason), maySay{&said}, "the mailbox's greeting"})
	}
	return b
}

func (v greetings) read(r *reader, n *node, at string) {
	known := v.keys(nil)
	for _, p := range r.open(n, at, "greetings by reason") {
		if _, ok := known.find(p.key); !ok {
			r.unknown(p, at, known.names())
			continue
		}
		if m, ok := r.message(p.value, under(at, p.key)); ok {
			if *v.into == nil {
				*v.into = map[flow.Reason]flow.Message{}
			}
			(*v.into)[flow.Reason(p.key)] = m
		}
	}
}

func (v greetings) write() *node   { return writeMap(*v.into, writeMessage) }
func (v greetings) schema() schema { return v.keys(nil).schema() }

// inAnEmergency is what callers get when nothing else works.
type inAnEmergency struct{ into *emergency }

func (e *emergency) keys() block {
	return block{
		{"dial", address{&e.dial}, "an address that is rung: tel or sip"},
		{"hangup", maySay{&e.said}, "said before the line drops"},
	}
}

func (v inAnEmergency) read(r *reader, n *node, at string) {
	const what = `{hangup: MESSAGE} or {dial: "tel:+12025550111"}`
	if n.kind != mapping {
		r.wants(n, at, what)
		return
	}
	v.into.keys().read(r, n, at)
	switch {
	case len(n.pairs) == 0:
		r.wants(&node{line: n.line}, at, what)
	case v.into.dial != "" && v.into.said != nil:
		r.fault(n.line, at, "both dial and hangup; keep one")
	case strings.HasPrefix(v.into.dial, "client:"):
		r.fault(n.line, under(at, "dial"), "%.64q is no address that every carrier reaches; write a tel or sip address", v.into.dial)
	}
}

func (v inAnEmergency) write() *node {
	return v.into.keys().write()
}

func (v inAnEmergency) schema() schema {
	s := new(emergency).keys().schema()
	s["type"], s["minProperties"], s["maxProperties"] = "object", 1, 1
	return s
}
