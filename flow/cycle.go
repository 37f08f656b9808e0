package flow

import (
	"maps"
	"slices"
	"strings"
)

// CheckSteps finds what is wrong with the steps that settings come to, whatever else may
// be wrong with them: steps that lead in a circle without the caller doing anything, or
// more of them than an account can have.
func CheckSteps(s Settings) Faults {
	pressed := func(keys map[string]Dest) map[string]Dest { // what has no name is no key
		keys = maps.Clone(keys)
		delete(keys, "")
		return keys
	}
	s.Menus, s.Mailboxes, s.Directories = maps.Clone(s.Menus), maps.Clone(s.Mailboxes), maps.Clone(s.Directories)
	for name, m := range s.Menus {
		m.Keys = pressed(m.Keys)
		s.Menus[name] = m
	}
	for name, m := range s.Mailboxes {
		m.Keys = pressed(m.Keys)
		s.Mailboxes[name] = m
	}
	for name, d := range s.Directories {
		d.Keys = pressed(d.Keys)
		s.Directories[name] = d
	}
	return compile(s, nil, s.tongues(), 0).faults()
}

// A book whose steps lead in a circle without the caller doing anything would
// keep a caller for ever. cycles finds each such circle once: max wait, the
// outcomes of rings, recordings and silence are no caller input.
func (b *Book) cycles() Faults {
	var faults Faults
	state := make([]uint8, len(b.nodes)) // 0 new, 1 on the path, 2 done
	var path []StepID
	var walk func(id StepID)
	walk = func(id StepID) {
		switch state[id] {
		case 1:
			from := slices.Index(path, id)
			faults = append(faults, b.circle(append(slices.Clone(path[from:]), id)))
			return
		case 2:
			return
		}
		state[id] = 1
		path = append(path, id)
		for _, to := range b.onward(id) {
			walk(to)
		}
		path = path[:len(path)-1]
		state[id] = 2
	}
	for id := range b.nodes {
		if id > 0 {
			walk(StepID(id))
		}
	}
	return faults
}

// onward are the steps that a step leads to without the caller. Voicemail for the
// agent keyed may be for any mailbox that an agent owns.
func (b *Book) onward(id StepID) []StepID {
	n := &b.nodes[id]
	if n.action == queue && !b.has(n) {
		return nil
	}
	var to []StepID
	for o, next := range n.next {
		if next != 0 && n.alone(Outcome(o)) && !slices.Contains(to, next) {
			to = append(to, next)
		}
	}
	for _, word := range slices.Sorted(maps.Keys(n.answers)) {
		if next := n.answers[word]; !slices.Contains(to, next) {
			to = append(to, next)
		}
	}
	if !n.personal {
		return to
	}
	for _, name := range slices.Sorted(maps.Keys(b.settings.Mailboxes)) {
		if b.settings.Mailboxes[name].Owner != "" {
			to = append(to, n.variant(b.boxes[name]))
		}
	}
	return to
}

// has reports whether a queue is one of the account's: one that is not there leads
// nowhere.
func (b *Book) has(n *node) bool {
	_, ok := b.settings.Queues[strings.TrimPrefix(n.name, "queue ")]
	return ok
}

// alone reports whether an outcome comes about without the caller.
func (n *node) alone(o Outcome) bool {
	switch n.action {
	case collect, spell:
		return o == OnSilent || o == OnLimit
	case queue:
		return o != OnLeave
	case record:
		return o < OnKey0
	}
	return true
}

func (b *Book) circle(path []StepID) Fault {
	names := make([]string, len(path))
	for i, id := range path {
		names[i] = b.nodes[id].name
	}
	where := names[0]
	for _, id := range path {
		if own := b.nodes[id].setting(); own != "" {
			where = own
			break
		}
	}
	return Fault{
		Path:    where,
		Problem: "leads back to itself without the caller keying anything: " + strings.Join(names, " → ") + "; let one of these end the call, or ask for a key",
	}
}

// setting is the path of what an author wrote a step for; empty where that is
// part of something else.
func (n *node) setting() string {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(n.name, "hours of "), " ")
	switch {
	case kind == "flow", kind == "menu", kind == "queue":
		return kind + "s." + strings.TrimSuffix(rest, ": ring")
	case kind == "ask":
		return "questions." + rest
	case kind == "directory":
		return "directories." + strings.TrimSuffix(rest, ": ring")
	case n.action == record && !n.personal:
		return "mailboxes." + n.standing.Do.Mailbox
	}
	return ""
}
