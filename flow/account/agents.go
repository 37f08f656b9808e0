package account

import (
	"fmt"
	"slices"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// agents is the list of agents. Their paths bear their ids: agents.ada.extension.
type agents struct{ into *[]agent }

func (v agents) read(r *reader, n *node, at string) {
	met := map[string]int{}
	r.each(n, at, "a list of agents, as in [{id: ada, name: Ada Lovelace}]", func(_ int, item *node, at string) {
		if item.kind != mapping {
			r.wants(item, at, "an agent, as in {id: ada, name: Ada Lovelace}")
			return
		}
		a := agent{line: item.line, path: agentPath(item, at)}
		r.lines[a.path] = item.line
		before := len(r.faults)
		agentKeys(&a.Agent).read(r, item, a.path)
		id := under(a.path, "id")
		switch first, twice := met[a.ID]; {
		case twice:
			r.fault(item.line, a.path, "a second agent of that id, first in line %d; give one of them another", first)
			return
		case a.ID == "":
			if !slices.ContainsFunc(r.faults[before:], func(f Fault) bool { return f.Path == id }) {
				r.fault(item.line, id, "no id; write one, as in ada")
			}
			return
		case a.ID == flow.Personal:
			r.fault(r.lineOf(id), id, "personal means the mailbox of whichever agent was keyed; give the agent another id")
		default:
			r.name(r.lineOf(id), id, a.ID)
		}
		met[a.ID] = item.line
		*v.into = append(*v.into, a)
	})
}

// agentPath is the path of an agent by id, or by place while there is none.
func agentPath(n *node, at string) string {
	for _, p := range n.pairs {
		if p.key == "id" && p.value.kind == scalar && p.value.text != "" && len(p.value.text) <= 64 {
			return under("agents", p.value.text)
		}
	}
	return at
}

func (v agents) write() *node {
	n := &node{kind: list}
	for i := range *v.into {
		n.items = append(n.items, agentKeys(&(*v.into)[i].Agent).write())
	}
	if len(n.items) == 0 {
		return nil
	}
	return n
}

func (v agents) schema() schema {
	one := agentKeys(new(extension.Agent)).schema()
	one["type"], one["required"] = "object", []string{"id"}
	return schema{"type": []string{"array", "null"}, "items": one}
}

// endpoints is the list of an agent's: an address each, or {address, via}.
type endpoints struct{ into *[]extension.Endpoint }

func endpointKeys(e *extension.Endpoint) block {
	return block{
		{"address", address{&e.Address}, "the address: tel, sip or client"},
		{"via", line{&e.Via, "a carrier's name"}, "the only carrier that reaches it"},
	}
}

func (v endpoints) read(r *reader, n *node, at string) {
	r.each(n, at, `a list, as in ["tel:+12025550111"]`, func(_ int, item *node, at string) {
		var e extension.Endpoint
		if item.kind == mapping {
			endpointKeys(&e).read(r, item, at)
			if _, ok := r.lines[under(at, "address")]; !ok {
				r.fault(item.line, under(at, "address"), "no address; write one, as in tel:+12025550111")
			}
		} else {
			address{&e.Address}.read(r, item, at)
		}
		if slices.ContainsFunc(*v.into, func(other extension.Endpoint) bool { return other.Address == e.Address && e.Address != "" }) {
			r.fault(item.line, at, "the same endpoint twice; keep one")
		}
		*v.into = append(*v.into, e)
	})
}

func (v endpoints) write() *node {
	n := &node{kind: list}
	for _, e := range *v.into {
		if e.Via == "" {
			n.items = append(n.items, text(e.Address))
		} else {
			n.items = append(n.items, endpointKeys(&e).write())
		}
	}
	if len(n.items) == 0 {
		return nil
	}
	return n
}

func (v endpoints) schema() schema {
	forms := endpointKeys(new(extension.Endpoint)).schema()
	forms["type"], forms["required"] = "object", []string{"address"}
	return schema{"type": []string{"array", "null"}, "items": schema{"oneOf": []schema{address{}.schema(), forms}}}
}

// assignExtensions checks the extensions that were written, then gives the next
// free one to the agents without.
func (r *reader) assignExtensions(rules extension.Range, all []agent) {
	held := map[string]string{}
	for _, a := range all {
		if a.Extension == "" {
			continue
		}
		path := under(a.path, "extension")
		if err := rules.Check(a.Extension); err != nil {
			r.fault(r.lineOf(path), path, "%v; write another, or leave it out for the next free one", err)
		} else if holder, taken := held[a.Extension]; taken {
			r.fault(r.lineOf(path), path, "%s is agent %.64q's; write another, or leave it out for the next free one", a.Extension, holder)
		} else {
			held[a.Extension] = a.ID
		}
	}
	next, ok := rules.After("")
	for i := range all {
		if all[i].Extension != "" {
			continue
		}
		for ok && held[next] != "" {
			next, ok = rules.After(next)
		}
		if !ok {
			r.fault(all[i].line, all[i].path, "no extension is left for this agent: the range is full; widen settings.extension_range")
			return
		}
		all[i].Extension, held[next] = next, all[i].ID
	}
}

// checkAgents checks what agents refer to.
func (r *reader) checkAgents(d *draft, ours map[number.E164]int) {
	ids := map[string]bool{}
	for _, a := range d.agents {
		ids[a.ID] = true
	}
	for _, a := range d.agents {
		if a.Hours != "" {
			missing(r, under(a.path, "hours"), "hours", "hours", a.Hours, d.hours)
		}
		if a.Mailbox != "" && !ids[a.Mailbox] {
			missing(r, under(a.path, "mailbox"), "mailbox", "mailboxes", a.Mailbox, d.mailboxes)
		}
		if a.Successor == a.ID {
			r.fault(r.lineOf(under(a.path, "successor")), under(a.path, "successor"), "an agent cannot be the successor; write another's id")
		} else if a.Successor != "" {
			missing(r, under(a.path, "successor"), "agent", "agents", a.Successor, ids)
		}
		r.language(under(a.path, "language"), a.Language)
		if err := a.CheckListed(); err != nil {
			r.fault(r.lineOf(under(a.path, "listed")), under(a.path, "listed"), "%v", err)
		}
		for i, e := range a.Endpoints {
			r.notOurs(fmt.Sprintf("%s[%d]", under(a.path, "endpoints"), i), e.Address, ours)
		}
	}
}

// notOurs checks that an address is none of the account's own numbers: the call
// would come back.
func (r *reader) notOurs(path, address string, ours map[number.E164]int) {
	n, tel := extension.Endpoint{Address: address}.Number()
	if line, own := ours[n]; tel && own {
		r.fault(r.lineOf(path), path, "%s is a number of this account (line %d), so the call would come back; write a telephone's own number", string(n), line)
	}
}
