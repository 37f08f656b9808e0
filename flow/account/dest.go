package account

import (
	"slices"

	"github.com/extflow/extflow/flow"
)

// A DEST is a map with one key that says where to, or one of three bare words.

// dest is a DEST that may be left to its default.
type dest struct{ into **flow.Dest }

func (v dest) read(r *reader, n *node, at string) { *v.into = r.dest(n, at) }
func (v dest) schema() schema                     { return reference("destination") }

func (v dest) write() *node {
	if *v.into == nil {
		return nil
	}
	return writeDest(*v.into)
}

// answer is what a rule about silence or a wrong entry takes: a MESSAGE, which is
// said before collecting again, or a DEST.
type answer struct{ into **flow.Dest }

func (v answer) read(r *reader, n *node, at string) {
	if n.kind == scalar && bareWord(n.text) == nil || n.kind == mapping && isMessage(n) {
		if m, ok := r.message(n, at); ok {
			*v.into = flow.Repeat(&m)
		}
		return
	}
	*v.into = r.dest(n, at)
}

func isMessage(n *node) bool {
	return !slices.ContainsFunc(n.pairs, func(p pair) bool { return p.key == "language" }) && slices.ContainsFunc(n.pairs, isMessageKey) ||
		slices.ContainsFunc(n.pairs, func(p pair) bool { return p.key == "say" || p.key == "play" || p.key == "name" })
}

func isMessageKey(p pair) bool {
	_, ok := messageKeys(new(flow.Message)).find(p.key)
	return ok
}

func (v answer) write() *node {
	d := *v.into
	if d != nil && d.To == flow.TargetRepeat && d.Message != nil && bareWord(d.Message.Name) == nil {
		return writeMessage(d.Message)
	}
	return dest(v).write()
}

func (v answer) schema() schema {
	return schema{"anyOf": []schema{reference("message"), reference("destination")}}
}

// keyed is a map of keys and where they lead.
type keyed struct{ into *map[string]flow.Dest }

func (v keyed) read(r *reader, n *node, at string) {
	for _, p := range r.open(n, at, `keys, as in {"1": {queue: support}}`) {
		if *v.into == nil {
			*v.into = map[string]flow.Dest{}
		}
		(*v.into)[p.key] = *r.dest(p.value, under(at, p.key))
	}
}

func (v keyed) write() *node {
	return writeMap(*v.into, writeDest)
}

func (v keyed) schema() schema {
	return schema{"type": []string{"object", "null"}, "propertyNames": reference("key"), "additionalProperties": reference("destination")}
}

// worded is a map of the product's answers and where they lead.
type worded struct{ into *map[string]flow.Dest }

func (v worded) read(r *reader, n *node, at string) {
	for _, p := range r.open(n, at, "answers, as in {vip: {queue: support}}") {
		r.name(p.line, under(at, p.key), p.key)
		if *v.into == nil {
			*v.into = map[string]flow.Dest{}
		}
		(*v.into)[p.key] = *r.dest(p.value, under(at, p.key))
	}
}

func (v worded) write() *node { return writeMap(*v.into, writeDest) }

func (v worded) schema() schema {
	return schema{"type": "object", "minProperties": 1, "propertyNames": reference("name"), "additionalProperties": reference("destination")}
}

// bareWord is the destination that a word stands for by itself, or nil.
func bareWord(s string) *flow.Dest {
	switch flow.Target(s) {
	case flow.TargetVoicemail:
		return flow.ToPersonal()
	case flow.TargetHangUp:
		return flow.HangUp(nil)
	case flow.TargetRepeat:
		return flow.Repeat(nil)
	}
	return nil
}

// destKeys are the keys of a DEST.
func destKeys(d *flow.Dest) block {
	return append(targetKeys(d), key{"language", line{&d.Language, "a language such as es-MX"}, "BCP 47: the language in which the caller is spoken to from there on; by itself, the prompt again in it"})
}

// targetKeys are the keys of a DEST that say where to, and the otherwise of one.
func targetKeys(d *flow.Dest) block {
	return block{
		{"queue", target{d, flow.TargetQueue, "a queue's name"}, "wait in a queue"},
		{"voicemail", mailboxOf{d}, "leave a message in a mailbox; personal is the mailbox of the agent keyed first"},
		{"menu", target{d, flow.TargetMenu, "a menu's name"}, "hear a menu"},
		{"hangup", parting{d, flow.TargetHangUp}, "hear a message, and the call ends"},
		{"flow", target{d, flow.TargetFlow, "a flow's name"}, "enter an agent extension flow"},
		{"extension", target{d, flow.TargetExtension, "an extension's digits"}, "ring the agent of an extension once"},
		{"handoff", away{d}, "the carrier rings an address outside and owns the call from then on"},
		{"repeat", parting{d, flow.TargetRepeat}, "hear a message, and be asked again"},
		{"ask", target{d, flow.TargetAsk, "a question's name"}, "the product is asked, and its answer leads on"},
		{"directory", target{d, flow.TargetDirectory, "a directory's name"}, "find somebody by name"},
		{"otherwise", fallback{d}, "where a failed ring of the extension leads; voicemail"},
	}
}

// dest reads a DEST. Where there is none, which is told, it is one that leads nowhere: what
// the default would lead to is not blamed on it.
func (r *reader) dest(n *node, at string) *flow.Dest {
	const aDest = "a destination, as in {queue: support}"
	switch n.kind {
	case scalar:
		if d := bareWord(n.text); d != nil {
			return d
		}
		if to, ok := r.sections[n.text]; ok {
			r.fault(n.line, at, "%.64q does not say where to; write {%s: %s}", n.text, to, n.text)
		} else {
			r.fault(n.line, at, "%.64q is no destination; write one, as in {queue: support}, or voicemail, hangup or repeat", n.text)
		}
		return flow.HangUp(nil)
	case mapping:
		var d flow.Dest
		if !r.destPairs(n.line, &d, destKeys(&d), r.open(n, at, aDest), at) {
			return flow.HangUp(nil)
		}
		return &d
	}
	r.wants(n, at, aDest)
	return flow.HangUp(nil)
}

// destPairs reads a block, from keys that were opened before, whose keys are those
// of a DEST and perhaps more. It reports whether there is a DEST in it.
func (r *reader) destPairs(line int, d *flow.Dest, keys block, pairs []pair, at string) bool {
	kept := make([]pair, 0, len(pairs))
	to, otherwise, strange, speaks := "", 0, false, false
	for _, p := range pairs {
		if _, ok := keys.find(p.key); !ok {
			strange = true
		}
		switch {
		case p.key == "otherwise":
			otherwise = p.line
		case p.key == "language":
			speaks = true
		case !slices.Contains(targets(), p.key):
		case to != "":
			r.fault(p.line, under(at, p.key), "a second destination beside %s; keep one", to)
			continue
		default:
			to = p.key
		}
		kept = append(kept, p)
	}
	keys.readPairs(r, kept, at)
	if to == "" && d.Language != "" { // the same once more, in that language
		d.To, to = flow.TargetRepeat, string(flow.TargetRepeat)
	}
	if otherwise > 0 && to != string(flow.TargetExtension) {
		r.fault(otherwise, under(at, "otherwise"), "only an extension has an otherwise beside it; remove it, or write it inside the handoff")
	}
	if to == "" && !strange && !(speaks && r.told()(under(at, "language"))) {
		r.fault(line, at, "leads nowhere; write one of %s", or(targets()))
	}
	return d.To != ""
}

// targets are the keys that say where to.
func targets() []string {
	names := targetKeys(new(flow.Dest)).names()
	return names[:len(names)-1]
}

func writeDest(d *flow.Dest) *node {
	for _, word := range []flow.Target{flow.TargetVoicemail, flow.TargetHangUp, flow.TargetRepeat} {
		if bare := bareWord(string(word)); *d == *bare {
			return text(string(word))
		}
	}
	n := destKeys(d).write()
	if n == nil {
		n = pairs()
	}
	return inFull(*d, n)
}

func destSchema() schema {
	forms := destKeys(new(flow.Dest)).schema()
	forms["type"] = "object"
	forms["oneOf"] = append(exactlyOneTarget(), justALanguage())
	forms["dependentRequired"] = otherwiseNeedsExtension()
	return schema{
		"description": "a destination: a map with one key, or a bare word",
		"oneOf":       []schema{{"enum": []string{"voicemail", "hangup", "repeat"}}, forms},
	}
}

func exactlyOneTarget() []schema {
	var one []schema
	for _, to := range targets() {
		one = append(one, schema{"required": []string{to}})
	}
	return one
}

func justALanguage() schema {
	return schema{"required": []string{"language"}, "maxProperties": 1}
}

func otherwiseNeedsExtension() schema {
	return schema{"otherwise": []string{string(flow.TargetExtension)}}
}
