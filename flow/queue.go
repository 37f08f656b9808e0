package flow

import "github.com/extflow/extflow/extension"

// Queue: wait in a line with music until a member takes the call. Members are
// offered the caller by legs that we place, which are calls of their own and
// speak to this one; or, with offer: dial, by a direct ring.

func (b *Book) stepQueue(n *node, s *State, w *What) effect {
	switch s.Phase {
	case Finding:
		return b.joinLine(n, s, w)
	case InLine:
		return b.waiting(n, s, w)
	case Asking:
		return b.vetted(n, s, w)
	case InRing:
		return b.ringMember(n, s, w)
	case InTalk:
		if s.Marks.Has(Dialling) {
			return b.ringMember(n, s, w)
		}
		if w.Kind == Told && w.News == Left {
			s.Legs = 0
			return b.endCall(s)
		}
		return b.talkStep(n, s, w)
	}
	return effect{ignored: NotNow}
}

// joinLine takes a place at the tail, if there is one and somebody is at work.
func (b *Book) joinLine(n *node, s *State, w *What) effect {
	if w.Kind != Found {
		return effect{ignored: NotNow}
	}
	switch w.Class {
	case extension.ClassAvailable:
		s.Phase = InLine
		return effect{move: n.standing}
	case extension.ClassBusy:
		return b.leave(n, s, OnBusy, w)
	}
	return b.leave(n, s, OnUnavailable, w)
}

func (b *Book) waiting(n *node, s *State, w *What) effect {
	switch {
	case n.asks(s, w):
		return b.askedBack(n, s, w)
	case s.Marks.Has(Confirming) && w.Kind == Woke:
		return b.confirming(n, s, w)
	case w.Kind == Pressed:
		if key := w.Digits.key(); key != 0 && key == n.leave {
			return b.leaveLine(n, s, OnLeave, w)
		}
		return effect{ignored: Meaningless}
	case w.Kind == Woke && w.Clock == WaitClock:
		return b.leaveLine(n, s, OnUnanswered, w)
	case w.Kind == Woke && w.Clock == NoticeClock:
		return b.notice(n, s, w)
	case w.Kind == Told && w.News == Moved:
		return b.moved(s, w)
	case w.Kind == Told && w.News == Deserted && !s.Marks.Has(Alone):
		s.Marks |= Alone
		return effect{arm: &n.deserted}
	case w.Kind == Told && w.News == Dialled && w.Party != nil && s.Legs == 0:
		eff := effect{move: n.dial}
		if s.Marks.Has(Overdue) { // while the caller was asked
			eff.arm = &waitOver
		}
		s.Phase = InRing
		s.Marks = s.Marks&^Confirming | Held | Dialling
		return eff
	case w.Kind == Told && w.News == Accepted && s.Legs > 0:
		s.Phase, s.Result = InTalk, ResultAnswered
		s.Marks &^= Confirming
		eff := effect{move: n.join}
		if s.Legs > 1 { // the others are no longer wanted
			s.Legs, eff.tell = 1, Withdrawn
		}
		return eff
	}
	return offers(s, w)
}

// offers keeps count of the legs that are out.
func offers(s *State, w *What) effect {
	switch {
	case w.Kind != Told:
	case w.News == Offered && s.Legs < MaxLegs:
		s.Legs++
		return effect{}
	case w.News == Missed && s.Legs > 0:
		s.Legs--
		return effect{}
	}
	return effect{ignored: NotNow}
}

// leaveLine gives the place up.
func (b *Book) leaveLine(n *node, s *State, o Outcome, w *What) effect {
	return b.divert(s, n.next[o], w)
}

// notice is the time to say where the caller stands, and to see that somebody is
// still at work: found alone twice, 30 s apart, the caller is led on.
func (b *Book) notice(n *node, s *State, w *What) effect {
	switch {
	case w.Class == extension.ClassAway && s.Marks.Has(Alone):
		return b.leaveLine(n, s, OnUnavailable, w)
	case w.Class == extension.ClassAway:
		s.Marks |= Alone
		return effect{arm: &n.deserted}
	case s.Marks.Has(Alone): // somebody came back
		s.Marks &^= Alone
		return effect{arm: &n.notice}
	case n.told == nil:
		return effect{arm: &n.notice}
	}
	return effect{move: n.told}
}

// ringMember is a member's direct ring; without a talk the caller keeps the place,
// also where a fact had claimed one, so the longest wait runs on meanwhile.
func (b *Book) ringMember(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == Woke && w.Clock == WaitClock:
		s.Marks |= Overdue
		return effect{arm: &waitOver}
	case w.Kind == Woke && w.Clock == NoticeClock:
		return effect{arm: &n.notice}
	case ringFailed(s, w) == NoOutcome:
		eff := b.talkStep(n, s, w)
		if eff.arm == &b.talk {
			eff.arm = &talkMaybe
		}
		return eff
	}
	s.Result = NoResult
	if s.Marks.Has(Overdue) {
		return b.leave(n, s, OnUnanswered, w)
	}
	s.Phase = InLine
	s.Marks &^= Held | Dialling
	return effect{move: n.plain}
}

var (
	waitOver  = arms{}.with(WaitClock, 0)
	talkMaybe = arms{}.with(StepClock, nextProbe).with(NoticeClock, 0)
)
