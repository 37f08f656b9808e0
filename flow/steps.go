package flow

import (
	"maps"
	"slices"
)

// Step is a step of a book as people see it: its name, what it does, and where
// each outcome leads.
type Step struct {
	ID     StepID
	Name   string
	Action string // play, collect, ring, record, queue, hours, end, leg, speak, reach, ask, spell
	Routes []Route
}

// Route is where an outcome leads.
type Route struct {
	On     Outcome
	Answer string // the product's, which is no outcome; On is OnOtherwise for all others
	To     StepID
}

var actionNames = [...]string{"nothing", "play", "collect", "ring", "record", "queue", "hours", "end", "leg", "speak", "reach", "ask", "spell"}

// Steps are the book's steps in their order: its transition table.
func (b *Book) Steps() []Step {
	steps := make([]Step, 0, len(b.nodes))
	for id := 1; id < len(b.nodes); id++ {
		n := &b.nodes[id]
		s := Step{ID: StepID(id), Name: n.name, Action: actionNames[n.action]}
		for o, to := range n.next {
			if to != 0 {
				s.Routes = append(s.Routes, Route{On: Outcome(o), To: to})
			}
		}
		for _, word := range slices.Sorted(maps.Keys(n.answers)) {
			s.Routes = append(s.Routes, Route{Answer: word, To: n.answers[word]})
		}
		steps = append(steps, s)
	}
	return steps
}

// StepNames are the names of the steps in their order, for Compile.
func (b *Book) StepNames() []string {
	names := make([]string, 0, len(b.nodes))
	for _, n := range b.nodes[1:] {
		names = append(names, n.name)
	}
	return names
}

// StepName is the name of the step where a call stands.
func (b *Book) StepName(s State) string { return b.node(s).name }

// Entry reports whether calls can begin at an entry, and the step that it is.
// Entries are those of the settings, and "flow F", "menu M", "queue Q" and
// "voicemail B" for everything that the account names.
func (b *Book) Entry(name string) (StepID, bool) {
	id, ok := b.entries[name]
	return id, ok
}

// EntryNames are the names that Entry knows, in order.
func (b *Book) EntryNames() []string { return slices.Sorted(maps.Keys(b.entries)) }

// Settings are what the book was compiled from. They are shared: change a copy.
func (b *Book) Settings() Settings { return b.settings }
