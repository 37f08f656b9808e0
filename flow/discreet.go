package flow

import "github.com/extflow/extflow/extension"

// Discreet: a caller who keys an extension cannot tell an agent who is unavailable from
// nobody at all. Both are rule e, or a menu's invalid: the same words, the same count of
// repeats, the same guesses, and no mailbox of the agent's. That the carrier cannot reach
// any of the agent's telephones shows only when they are rung; then the count goes on
// where it stood.

// wrong reports whether the directory's answer makes what was keyed a wrong entry.
func (n *node) wrong(class extension.Class) bool {
	switch class {
	case extension.ClassUnknown, extension.ClassPartial:
		return true
	case extension.ClassAway:
		return n.discreet
	}
	return false
}

// Guessed reports whether an event makes what the caller keyed a wrong entry, for the
// call as it was before: one more of those that a caller has, in a call and across calls.
func (b *Book) Guessed(was Call, w *What) bool { return b.guessed(&was, w) }

// GuessedAt is the name of the step where a wrong entry was keyed; empty where an event
// is none, as Guessed says.
func (b *Book) GuessedAt(was Call, w *What) string {
	n := b.node(was.State)
	switch {
	case !b.guessed(&was, w):
		return ""
	case n.action == ring:
		return b.nodes[n.next[OnUnavailable]].name
	}
	return n.name
}

func (b *Book) guessed(c *Call, w *What) bool {
	n := b.node(c.State)
	switch n.action {
	case collect, spell:
		return w.Kind == Found && c.Phase == Finding && n.wrong(w.Class)
	case ring:
		return n.discreet && ringFailed(&c.State, w) == OnUnavailable
	}
	return false
}

// unsaid is the end of a discreet ring that reached nobody: back at the step where the
// extension was keyed, as if it were wrong. Whoever was keyed is forgotten, and so is the
// mailbox.
func (b *Book) unsaid(n *node, s *State, w *What) effect {
	to := n.next[OnUnavailable]
	if b.back {
		b.blaze(s, to)
	}
	s.At, s.Try, s.Box, s.Result = to, 0, 0, NoResult
	s.Marks &^= Held | BoxKeyed
	if w.Kind == Exhausted {
		return b.leave(&b.nodes[to], s, OnLimit, w)
	}
	return b.fail(&b.nodes[to], s, OnInvalid, w)
}

// tooMany reports whether a ring that reached nobody was one wrong entry too many.
func (n *node) tooMany(s *State, w *What) bool {
	return w.Kind == Exhausted && w.Budget == Guesses && (s.Phase == InRing || s.Phase == InTalk)
}

// goesOn reports whether a step that is entered goes on with the count of the one that
// is left.
func (n *node) goesOn(from StepID) bool {
	return n.discreet && n.action == ring && n.next[OnUnavailable] == from
}

// discreet makes the ring of what a step collects keep its counsel.
func (c *compiler) discreet(r *node, from StepID) {
	r.discreet, r.repeats = true, c.b.nodes[from].repeats
	r.next[OnUnavailable] = from
}
