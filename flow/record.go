package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Record: greet, then record a message for a mailbox. The message is pending from
// the moment recording starts; its recording completes it exactly once, however
// late it comes.

func (b *Book) openRecord(n *node, s *State, w *What) effect {
	if n.personal {
		id := n.variant(s.Box)
		if id == 0 || int(id) >= len(b.nodes) {
			return b.leave(n, s, OnOtherwise, w)
		}
		s.At, n = id, &b.nodes[id]
	}
	if n.find != nil {
		s.Phase = Finding
		return effect{move: n.find}
	}
	return n.greet(s)
}

// variant is the step that records for a mailbox with the greeting of n.
func (n *node) variant(box StepID) StepID {
	if v, ok := n.variants[box]; ok {
		return v
	}
	return box
}

// greet says the mailbox's greeting, the one for the reason where it has one.
func (n *node) greet(s *State) effect {
	s.Phase = Recording
	move := n.standing
	if m := n.greetings[reason(s.Why)]; m != nil {
		move = m
	}
	return effect{move: move}
}

// reason is the place among a mailbox's greetings of how the last ring failed; 0
// where no ring did.
func reason(why Outcome) int {
	switch why {
	case OnUnavailable:
		return 1
	case OnBusy:
		return 2
	case OnUnanswered:
		return 3
	}
	return 0
}

func (b *Book) stepRecord(n *node, s *State, w *What) effect {
	switch {
	case s.Phase == Finding && w.Kind == Found:
		if w.Class == extension.ClassBusy {
			return b.leave(n, s, OnBusy, w)
		}
		return n.greet(s)
	case s.Phase != Recording:
	case w.Kind == Recorded:
		n.keep(s, w)
		if s.Marks.Has(Kept) {
			return b.leave(n, s, OnDone, w)
		}
		return b.leave(n, s, OnOtherwise, w)
	case w.Kind == Beeped && s.Marks.Has(Taping):
		return effect{ignored: Repeated}
	case w.Kind == Beeped:
		s.Marks |= Taping
		return effect{}
	case w.Kind == Pressed:
		if o := keyOutcome(w.Digits.key()); o != NoOutcome && n.keys.has(o) {
			return b.leave(n, s, o, w)
		}
		return effect{ignored: Meaningless}
	}
	return effect{ignored: NotNow}
}

// tooShort reports whether a recording is no message, while the caller is still
// there: told by the way, that moves nothing. The caller may be about to hang up.
func (b *Book) tooShort(c *Call, w *What) bool {
	n := b.node(c.State)
	return c.Phase == Recording && n.action == record && !n.keeps(w)
}

// keeps reports whether a recording is a message: shorter ones are discarded.
func (n *node) keeps(w *What) bool { return w.Ref != "" && w.Length >= n.shortest }

// keep makes a recording a message, if it is one.
func (n *node) keep(s *State, w *What) {
	if n.keeps(w) {
		s.Marks |= Kept
		s.Result = ResultVoicemail
	}
}

// shortest is the default of a mailbox's shortest message.
const shortest = 2 * time.Second
