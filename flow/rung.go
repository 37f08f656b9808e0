package flow

import (
	"maps"
	"slices"
)

// Rung is a way in which an account rings its agents.
type Rung struct {
	Path  string  // of the setting that says for how long, as in flows.front-desk.ring.time
	Queue string  // whose members are rung; empty where any agent may be
	Do    Command // as carriers get it, but for whom to ring
}

// Rings are the ways in which flows and queues ring agents, in a fixed order, at a carrier
// that places legs or at one that does not.
func (b *Book) Rings(places bool) []Rung {
	var all []Rung
	for _, name := range slices.Sorted(maps.Keys(b.settings.Flows)) {
		collects := &b.nodes[b.entries["flow "+name]]
		all = append(all, Rung{"flows." + name + ".ring.time", "", b.nodes[collects.next[OnEntered]].standing.Do})
	}
	for _, name := range slices.Sorted(maps.Keys(b.settings.Queues)) {
		r := Rung{"queues." + name + ".ring", name, b.nodes[b.legs[name]].standing.Do}
		if !places || b.settings.Queues[name].Offer == Dial {
			r.Do = b.nodes[b.entries["queue "+name]].dial.Do
		}
		all = append(all, r)
	}
	return all
}
