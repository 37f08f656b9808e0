package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Chart is a book's transition table as pictures show it: the numbers, and every
// step that a call can get to, in the order in which it gets there. The same book
// always has the same chart.
type Chart struct {
	Starts []ChartStart
	Steps  []ChartStep
}

// ChartStart is a number, and where its callers begin.
type ChartStart struct {
	Name string
	To   StepID
}

// ChartStep is a step with the ways out of it: one for each step that it leads to.
type ChartStep struct {
	ID     StepID
	Name   string
	Action string   // as in Step
	About  []string // what else there is to say, as in "repeats: 3"
	Ways   []ChartWay
}

// ChartWay leads to a step, on any of the outcomes.
type ChartWay struct {
	On []string
	To StepID
}

// Chart is the book's chart.
func (b *Book) Chart() Chart {
	var c Chart
	seen := map[StepID]bool{}
	var found []StepID
	find := func(id StepID) {
		if !seen[id] {
			seen[id] = true
			found = append(found, id)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.settings.Entries)) {
		c.Starts = append(c.Starts, ChartStart{name, b.entries[name]})
		find(b.entries[name])
	}
	for _, name := range append([]string{""}, b.EntryNames()...) { // what no number leads to is there all the same
		if name != "" {
			find(b.entries[name])
		}
		for len(c.Steps) < len(found) { // a step's ways find those that it leads to
			step := b.charted(found[len(c.Steps)])
			c.Steps = append(c.Steps, step)
			for _, way := range step.Ways {
				find(way.To)
			}
		}
	}
	return c
}

// charted is a step with its ways out.
func (b *Book) charted(id StepID) ChartStep {
	n := &b.nodes[id]
	s := ChartStep{ID: id, Name: n.name, Action: actionNames[n.action]}
	if n.collects() {
		s.About = append(s.About, "repeats: "+strconv.Itoa(int(n.repeats)))
	}
	if n.action == ask {
		s.About = append(s.About, n.limit())
	}
	if n.back != 0 {
		s.About = append(s.About, string(n.back)+": back")
	}
	way := func(to StepID, on string) {
		i := slices.IndexFunc(s.Ways, func(w ChartWay) bool { return w.To == to })
		if i < 0 {
			i = len(s.Ways)
			s.Ways = append(s.Ways, ChartWay{To: to})
		}
		s.Ways[i].On = append(s.Ways[i].On, on)
	}
	for _, word := range slices.Sorted(maps.Keys(n.answers)) {
		way(n.answers[word], word)
	}
	for o, next := range n.next {
		if next != 0 {
			way(next, Outcome(o).String())
		}
	}
	if n.personal {
		b.owners(n, way)
	}
	return s
}

// owners are whose mailbox it can be that is the keyed agent's.
func (b *Book) owners(n *node, way func(StepID, string)) {
	way(n.variant(b.boxes[Personal]), "any agent")
	for _, name := range slices.Sorted(maps.Keys(b.settings.Mailboxes)) {
		if owner := b.settings.Mailboxes[name].Owner; owner != "" {
			way(n.variant(b.boxes[name]), owner)
		}
	}
}

// String is the way's outcomes, as in "busy, unanswered".
func (w ChartWay) String() string { return strings.Join(w.On, ", ") }
