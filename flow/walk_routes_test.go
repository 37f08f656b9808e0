package flow

import "slices"

// The proof that every rule an author writes can be followed.

// untaken are the routes that no event takes from any state that was reached,
// though a reached step has them: "flow front-desk: busy".
func (w *walk) untaken() []string {
	var out []string
	b := w.b
	at := make([][]State, len(b.nodes)) // the states at each step
	for _, s := range w.at {
		at[s.At] = append(at[s.At], s.State)
	}
	passed := make([]bool, len(b.nodes)) // steps that are gone through without a stop
	for id := range b.nodes {
		passed[id] = b.nodes[id].action == play || b.nodes[id].action == speak || b.nodes[id].personal
	}
	for id := 1; id < len(b.nodes); id++ {
		n := &b.nodes[id]
		marked, mark := b.marked(StepID(id))
		taken, left := map[Outcome]bool{}, n.routes()
		try := func(states []State) {
			for i := 0; i < len(states) && len(taken) < left; i++ {
				for e := range w.events {
					if next, eff := marked.step(states[i], &w.events[e]); eff.ignored == 0 && next.At >= mark {
						taken[Outcome(next.At-mark)] = true
					}
				}
			}
		}
		try(at[id])
		if passed[id] {
			try(at[0])
			for before := range b.nodes {
				if slices.Contains(b.nodes[before].next[:], StepID(id)) {
					try(at[before])
				}
			}
		} else if len(at[id]) == 0 {
			continue
		}
		for o, to := range n.next {
			if to != 0 && !taken[Outcome(o)] && !n.never(Outcome(o)) && !(passed[id] && len(taken) == 0) {
				out = append(out, n.name+": "+Outcome(o).String())
			}
		}
	}
	return out
}

// routes counts the outcomes that can lead out of a step.
func (n *node) routes() int {
	count := 0
	for o, to := range n.next {
		if to != 0 && !n.never(Outcome(o)) {
			count++
		}
	}
	return count
}

// marked is the book with every route out of a step leading to a step of its own:
// mark and the outcome.
func (b *Book) marked(id StepID) (*Book, StepID) {
	marked, mark := *b, StepID(len(b.nodes))
	marked.nodes = slices.Clone(b.nodes)
	for o := range numOutcomes {
		marked.nodes = append(marked.nodes, node{action: end, standing: b.bye, result: ResultGoodbye})
		if to := b.nodes[id].next[o]; to != 0 {
			marked.nodes[id].next[o] = mark + StepID(o)
		}
	}
	return &marked, mark
}

// never reports whether the settings themselves keep an outcome from coming
// about: without repeats every failure is one too many, and where both failures
// lead out none is ever counted.
func (n *node) never(o Outcome) bool {
	if n.action == ring && n.discreet {
		return o == OnUnavailable // not by this route: back in the visit that it left
	}
	if !n.collects() {
		return false
	}
	switch o {
	case OnSilent, OnInvalid:
		return n.repeats == 0
	case OnLimit:
		return n.repeats > 0 && n.next[OnSilent] != 0 && n.next[OnInvalid] != 0 && !n.entries
	}
	return false
}
