package extension

import (
	"cmp"
	"slices"
	"strings"
)

// spelling is one way to key the name of an agent who is listed.
type spelling struct{ keys, agent string }

func (s spelling) compare(other spelling) int {
	return cmp.Or(strings.Compare(s.keys, other.keys), strings.Compare(s.agent, other.agent))
}

// Spelled lists the agents whom callers may find by name and one of whose Spellings
// begins with the keys: each once and n at most, by the first such spelling and then by
// id, so that whose name is spelled to its end comes first. Keys that are not 2 to 9,
// and no keys, find nobody.
//
// It costs as much more as it finds, and grows with the logarithm of the agents listed.
func (d *Directory) Spelled(keys string, n int) (found []Listing) {
	if !IsSpelling(keys) {
		return nil
	}
	at, _ := slices.BinarySearchFunc(d.spelled, spelling{keys: keys}, spelling.compare)
	for _, s := range d.spelled[at:] {
		if len(found) >= n || !strings.HasPrefix(s.keys, keys) {
			break
		}
		if !slices.ContainsFunc(found, func(l Listing) bool { return l.Agent == s.agent }) {
			found = append(found, d.agents[s.agent].agent.Listing())
		}
	}
	return found
}

// respell makes what callers find by name that of the agents as they will be. The slice
// is made anew, for a Clone shares it.
func (d *Directory) respell(agents ...Agent) {
	type change struct {
		spelling
		in bool
	}
	var changes []change
	for _, a := range agents {
		var was []string
		if e := d.agents[a.ID]; e != nil {
			if e.agent.Listed == a.Listed && e.agent.Name == a.Name {
				continue
			}
			was = e.agent.Spellings()
		}
		for _, keys := range was {
			changes = append(changes, change{spelling{keys, a.ID}, false})
		}
		for _, keys := range a.Spellings() {
			changes = append(changes, change{spelling{keys, a.ID}, true})
		}
	}
	if len(changes) == 0 {
		return
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.compare(b.spelling) }) // out, then in
	next := make([]spelling, 0, len(d.spelled)+len(changes))
	rest := d.spelled
	for _, c := range changes {
		at, _ := slices.BinarySearchFunc(rest, c.spelling, spelling.compare)
		next, rest = append(next, rest[:at]...), rest[at:]
		if c.in {
			next = append(next, c.spelling)
		} else {
			rest = rest[1:]
		}
	}
	d.spelled = append(next, rest...)
}
