package flow

import (
	"slices"
	"strings"
)

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
		for o := range numOutcomes {
			if to := b.nodes[id].next[o]; to != 0 && b.nodes[id].alone(Outcome(o)) {
				walk(to)
			}
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

// alone reports whether an outcome comes about without the caller.
func (n *node) alone(o Outcome) bool {
	switch n.action {
	case collect:
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
	for _, name := range names {
		if kind, rest, ok := strings.Cut(name, " "); ok && (kind == "flow" || kind == "menu" || kind == "queue") {
			where = kind + "s." + strings.TrimSuffix(rest, ": ring")
			break
		}
	}
	return Fault{
		Path:    where,
		Problem: "leads back to itself without the caller keying anything: " + strings.Join(names, " → ") + "; let one of these end the call, or ask for a key",
	}
}
