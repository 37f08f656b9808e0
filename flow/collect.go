package flow

import (
	"slices"

	"github.com/extflow/extflow/extension"
)

// Collect: say a prompt, read an entry. Flows read extensions, menus read single
// keys, and a menu may do both. Rounds of silence and wrong entries stay inside
// the step until its repeats are used up.

// keySet is a set of single keys, by outcome.
type keySet uint32

func (k keySet) has(o Outcome) bool { return k&(1<<o) != 0 }

func (b *Book) stepCollect(n *node, s *State, w *What) effect {
	switch {
	case s.Phase == Listening && w.Kind == Pressed:
		return b.read(n, s, w)
	case s.Phase == Finding:
		return b.lookedUp(n, s, w)
	}
	return effect{ignored: NotNow}
}

// lookedUp is what was found out about an extension.
func (b *Book) lookedUp(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == Found && (w.Class == 0 || n.wrong(w.Class)):
		return b.fail(n, s, OnInvalid, w)
	case w.Kind == Found:
		b.address(s, w, true)
		return b.leave(n, s, OnEntered, w)
	case w.Kind == Exhausted && w.Budget == Guesses:
		return b.leave(n, s, OnLimit, w)
	}
	return effect{ignored: NotNow}
}

// read decides what an entry is.
func (b *Book) read(n *node, s *State, w *What) effect {
	o := n.entry(string(w.Digits))
	switch o {
	case OnSilent, OnInvalid:
		return b.fail(n, s, o, w)
	case OnEntered:
		s.Phase = Finding
		return effect{move: n.find}
	case OnBack:
		return b.goBack(n, s, w)
	}
	if n.next[o] == s.At { // the key that says the prompt again
		s.Phase = Listening
		return effect{move: n.standing}
	}
	return b.leave(n, s, o, w)
}

// entry is the outcome of an entry, before anybody is looked up. Only ASCII 0 to
// 9, * and # count; a trailing # is stripped, unless it is all that was keyed and
// a key of the menu.
func (n *node) entry(e string) Outcome {
	if key := Digits(e).key(); key != 0 {
		if key == n.back {
			return OnBack
		}
		if o := keyOutcome(key); o != NoOutcome && n.keys.has(o) {
			return o
		}
	}
	if e != "" && e[len(e)-1] == '#' {
		e = e[:len(e)-1]
	}
	if e == "" {
		return OnSilent
	}
	out := OnEntered
	for i := range len(e) {
		switch {
		case e[i] == '*':
			if n.next[OnStar] != 0 {
				return OnStar
			}
			out = OnInvalid
		case (e[i] < '0' || e[i] > '9') && e[i] != hidden:
			out = OnInvalid
		}
	}
	if out == OnEntered && !n.entries {
		return OnInvalid
	}
	return out
}

// fail counts a failure: the step's own answer while repeats are left, then
// wherever they lead.
func (b *Book) fail(n *node, s *State, o Outcome, w *What) effect {
	if n.next[o] != 0 && s.Tries[n.counter(o)] < n.repeats {
		return b.leave(n, s, o, w)
	}
	if o == OnInvalid {
		return b.sayAgain(n, s, o, n.invalid, w)
	}
	return b.sayAgain(n, s, o, n.silent, w)
}

// sayAgain counts a failure that is answered inside the step while repeats are left.
func (b *Book) sayAgain(n *node, s *State, o Outcome, move *Move, w *What) effect {
	counter := n.counter(o)
	if s.Tries[counter] >= n.repeats {
		return b.leave(n, s, OnLimit, w)
	}
	s.Tries[counter]++
	s.Phase, s.Try = Listening, 0
	return effect{move: move}
}

// counter is which count a failure goes to.
func (n *node) counter(o Outcome) int {
	if n.separate && o == OnInvalid {
		return 1
	}
	return 0
}

// address remembers the personal mailbox of the agent first keyed.
func (b *Book) address(s *State, w *What, keyed bool) {
	if w.Party == nil || s.Marks.Has(BoxKeyed) || s.Box != 0 && !keyed {
		return
	}
	s.Box = b.boxOf(w.Party)
	if keyed {
		s.Marks |= BoxKeyed
	}
}

// boxOf is the step that records for a party: its mailbox's, or the one with the
// library's greeting.
func (b *Book) boxOf(p *extension.Party) StepID {
	if id, ok := b.boxes[p.Mailbox]; ok {
		return id
	}
	return b.boxes[Personal]
}

// blaze keeps the trail of menus and flows on the way from the step that is left
// to the one that is entered. Steps in between, such as hours, leave it alone.
func (b *Book) blaze(s *State, to StepID) {
	if b.nodes[to].action == play {
		to = b.nodes[to].next[OnDone]
	}
	if i := slices.Index(s.Trail[:], to); i >= 0 { // back where it was: forget what came after
		n := copy(s.Trail[:], s.Trail[i+1:])
		clear(s.Trail[n:])
		return
	}
	if b.nodes[to].action == end {
		s.Trail = [3]StepID{}
		return
	}
	if from := s.At; from != to && int(from) < len(b.nodes) && b.nodes[from].trail {
		copy(s.Trail[1:], s.Trail[:])
		s.Trail[0] = from
	}
}

// goBack returns to where the caller came from; without a trail it says the
// prompt again.
func (b *Book) goBack(n *node, s *State, w *What) effect {
	to := s.Trail[0]
	if to == 0 {
		s.Phase = Listening
		return effect{move: n.standing}
	}
	return b.enter(s, to, w)
}

// openPlay says a message and goes on at once to the step that follows, which
// listens: the two are one move.
func (b *Book) openPlay(n *node, s *State) effect {
	s.At, s.Phase = n.next[OnDone], Listening
	return effect{move: n.standing}
}
