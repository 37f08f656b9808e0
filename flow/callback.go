package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Callback: a caller who waits in a queue asks to be called back. The number is read
// out and confirmed by a key; then a call of ours (reach.go) stands in the line in the
// caller's place. Until it does the caller keeps the place, and is taken as soon as a
// member is free.

// offering is what a queue says to callers who ask to be called back.
type offering struct {
	key     byte
	vet     *Move // may this caller be called back?
	confirm *Move // the number, and the key that confirms it
	standIn *Move
	open    *Move // there is a callback for this number already
	refused *Move
}

// confirms is the key that confirms a callback.
const confirms = '1'

// askedBack is a key pressed where callers can ask to be called back: the one that
// asks for it, or the answer to whether the number is right.
func (b *Book) askedBack(n *node, s *State, w *What) effect {
	switch confirming := s.Marks.Has(Confirming); {
	case confirming && w.Digits.key() == confirms:
		s.Phase = Asking
		return effect{move: n.callback.standIn}
	case confirming:
		return b.waitsOn(n, s, n.plain, w)
	}
	s.Phase = Asking
	return effect{move: n.callback.vet}
}

// Joined is when a caller who waits in a line joined it: the place that a call of ours
// takes over. The zero time for a call that does not wait.
func (b *Book) Joined(c Call) time.Time {
	n := b.node(c.State)
	if n.action != queue || b.line(c) == "" {
		return time.Time{}
	}
	end, long := c.Last, n.standing.arm.in[WaitClock-1]
	if c.Armed.Has(WaitClock) {
		end = c.Clocks[WaitClock-1]
	}
	if c.Has(Overdue | Confirming) {
		long += stillAsked
	}
	return time.Unix(0, end-int64(long)).UTC()
}

// stillAsked is how long a caller may be asked beyond the longest wait: longer than it
// ever takes, since the carrier ends it. The clock runs on from when it was to go off, so
// that it still tells when the caller joined.
const stillAsked = time.Hour

var asksOn = arms{after: WaitClock.Of()}.with(WaitClock, stillAsked)

// asks reports whether a key is about being called back.
func (n *node) asks(s *State, w *What) bool {
	return n.callback != nil && w.Kind == Pressed && (s.Marks.Has(Confirming) || w.Digits.key() == n.callback.key)
}

// vetted is the answer to whether the caller may be called back, and to whether a call
// of ours stands in the line.
func (b *Book) vetted(n *node, s *State, w *What) effect {
	switch {
	case n.callback == nil || w.Kind != Found && w.Kind != Exhausted:
		return effect{ignored: NotNow}
	case w.Kind == Found && w.Class == extension.ClassAvailable && s.Marks.Has(Confirming):
		return b.leaveLine(n, s, OnCallback, w)
	case w.Kind == Found && w.Class == extension.ClassAvailable:
		s.Phase = InLine
		s.Marks |= Confirming
		return effect{move: n.callback.confirm}
	case w.Kind == Found && w.Class == extension.ClassBusy:
		return b.waitsOn(n, s, n.callback.open, w)
	}
	return b.waitsOn(n, s, n.callback.refused, w)
}

// waitsOn has the caller wait on, unless the longest wait is over by now.
func (b *Book) waitsOn(n *node, s *State, move *Move, w *What) effect {
	s.Phase = InLine
	s.Marks &^= Confirming
	if s.Marks.Has(Overdue) {
		return b.leaveLine(n, s, OnUnanswered, w)
	}
	return effect{move: move}
}

// confirming is a clock of the line that goes off while the caller is asked: the
// question is not cut off.
func (b *Book) confirming(n *node, s *State, w *What) effect {
	switch {
	case w.Clock == WaitClock && s.Marks.Has(Overdue):
		return b.leaveLine(n, s, OnUnanswered, w)
	case w.Clock == WaitClock:
		s.Marks |= Overdue
		return effect{arm: &asksOn}
	case s.Marks.Has(Alone):
		return effect{arm: &n.deserted}
	}
	return effect{arm: &n.notice}
}
