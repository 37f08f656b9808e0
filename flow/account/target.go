package account

import (
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number/written"
)

// What stands behind each key of a DEST.

// target is a destination that is a name.
type target struct {
	into *flow.Dest
	to   flow.Target
	what string
}

func (v target) read(r *reader, n *node, at string) {
	if s, ok := r.line(n, at, v.what); ok {
		v.into.To, v.into.Name = v.to, s
	}
}

func (v target) write() *node {
	if v.into.To != v.to {
		return nil
	}
	return text(v.into.Name)
}

func (v target) schema() schema { return line{}.schema() }

// parting is a destination that says something: hangup and repeat.
type parting struct {
	into *flow.Dest
	to   flow.Target
}

func (v parting) read(r *reader, n *node, at string) {
	if m, ok := r.message(n, at); ok {
		v.into.To, v.into.Message = v.to, &m
	}
}

func (v parting) write() *node {
	if v.into.To != v.to || v.into.Message == nil {
		return nil
	}
	return writeMessage(v.into.Message)
}

func (v parting) schema() schema { return reference("message") }

// mailboxOf is voicemail: a mailbox's name, or {mailbox: …, greeting: MESSAGE}.
type mailboxOf struct{ into *flow.Dest }

func mailboxKeysOf(d *flow.Dest) block {
	return block{
		{"mailbox", line{&d.Name, "a mailbox's name, or personal"}, "the mailbox, or personal"},
		{"greeting", maySay{&d.Message}, "said instead of the mailbox's own greeting"},
	}
}

func (v mailboxOf) read(r *reader, n *node, at string) {
	if n.kind != mapping {
		target{v.into, flow.TargetVoicemail, "a mailbox's name, or personal"}.read(r, n, at)
		return
	}
	v.into.To = flow.TargetVoicemail
	mailboxKeysOf(v.into).read(r, n, at)
	if _, ok := r.lines[under(at, "mailbox")]; !ok {
		r.fault(n.line, under(at, "mailbox"), "no mailbox; write its name, or personal")
	}
}

func (v mailboxOf) write() *node {
	if v.into.To == flow.TargetVoicemail && v.into.Message != nil {
		return mailboxKeysOf(v.into).write()
	}
	return target{v.into, flow.TargetVoicemail, ""}.write()
}

func (v mailboxOf) schema() schema {
	forms := mailboxKeysOf(new(flow.Dest)).schema()
	forms["required"] = []string{"mailbox"}
	return schema{"oneOf": []schema{line{}.schema(), forms}}
}

// away is a handoff: {to: address, otherwise: DEST}.
type away struct{ into *flow.Dest }

func handoffKeys(d *flow.Dest) block {
	return block{
		{"to", address{&d.Name}, "the address: tel, sip or client"},
		{"otherwise", dest{&d.Otherwise}, "where a failed ring leads; hangup"},
	}
}

func (v away) read(r *reader, n *node, at string) {
	if n.kind != mapping {
		r.wants(n, at, `an address, as in {to: "tel:+12025550111"}`)
		return
	}
	v.into.To = flow.TargetHandoff
	handoffKeys(v.into).read(r, n, at)
	if _, ok := r.lines[under(at, "to")]; !ok {
		r.fault(n.line, under(at, "to"), `no address; write one, as in {to: "tel:+12025550111"}`)
	}
}

func (v away) write() *node {
	if v.into.To != flow.TargetHandoff {
		return nil
	}
	return handoffKeys(v.into).write()
}

func (v away) schema() schema {
	forms := handoffKeys(new(flow.Dest)).schema()
	forms["required"] = []string{"to"}
	return forms
}

// fallback is where the failed ring of an extension leads. A handoff has its own,
// inside.
type fallback struct{ into *flow.Dest }

func (v fallback) read(r *reader, n *node, at string) { dest{&v.into.Otherwise}.read(r, n, at) }
func (v fallback) schema() schema                     { return dest{}.schema() }

func (v fallback) write() *node {
	if v.into.To == flow.TargetHandoff {
		return nil
	}
	return dest{&v.into.Otherwise}.write()
}

// address is a tel, sip or client address. A telephone's number may be in any
// written form, and has to be one that may be dialled.
type address struct{ into *string }

func (v address) read(r *reader, n *node, at string) {
	s, ok := r.line(n, at, "an address such as tel:+12025550111, sip:ada@pbx.example.com or client:ada")
	if !ok {
		return
	}
	if number, tel := strings.CutPrefix(s, "tel:"); tel {
		e164, err := written.Parse(number, r.region)
		if err != nil {
			r.fault(n.line, at, "%v", err)
			return
		}
		if r.telephone == 0 {
			r.telephone = n.line
		}
		if err := written.Dialable(e164, r.countries); err != nil {
			r.fault(n.line, at, "%v", err)
			return
		}
		s = "tel:" + string(e164)
	}
	if _, err := extension.ParseEndpoint(s); err != nil {
		r.fault(n.line, at, "%v", err)
		return
	}
	*v.into = s
}

func (v address) write() *node   { return line{into: v.into}.write() }
func (v address) schema() schema { return schema{"type": "string", "pattern": "^(tel|sips?|client):"} }

// or joins choices as people read them.
func or(choices []string) string { return series(choices, " or ") }

func and(all []string) string { return series(all, " and ") }

func series(all []string, word string) string {
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + word + all[last]
}
