package flow

// End: say something and hang up; and the ends that can come anywhere: the caller
// is gone, the carrier no longer knows the call, a budget ran out.

func (b *Book) openEnd(n *node, s *State) effect {
	s.Phase = Ending
	if s.Result == NoResult || n.result >= ResultRejected {
		s.Result = n.result
	}
	return effect{move: n.standing}
}

// endCall hangs up without a word.
func (b *Book) endCall(s *State) effect {
	if s.Phase == Ending {
		return effect{ignored: Repeated}
	}
	eff := effect{move: b.bye}
	eff.tell = recall(s)
	s.Phase = Ending
	s.Marks &^= Held | Confirming
	if s.Result == NoResult {
		s.Result = ResultGoodbye
	}
	return eff
}

// dropped is the product ending the call. An agent who rings or talks meanwhile is
// reserved until the carrier has hung up: nobody else is to ring there before.
func (b *Book) dropped(s *State) effect {
	held := s.Marks & Held
	eff := b.endCall(s)
	if eff.ignored == 0 {
		s.Marks |= held
	}
	return eff
}

// recall withdraws the offers that are out, if any.
func recall(s *State) News {
	if s.Legs == 0 {
		return 0
	}
	s.Legs = 0
	return Withdrawn
}

// callerGone ends the call with what it had reached. Only a recording can still
// be missing then.
func (b *Book) callerGone(s *State, w *What) effect {
	var eff effect
	eff.tell = recall(s)
	s.Marks |= CallerGone
	s.Marks &^= Held | Confirming
	if w.Kind == Woke {
		s.Marks |= Reconciled
	}
	if s.Result == NoResult {
		s.Result = ResultAbandoned
	}
	if s.Phase == Recording {
		s.Phase, eff.arm = Pending, &pending
		return eff
	}
	s.Phase = Ended
	s.Marks |= Closed
	return eff
}

var pending = only(LifeClock, recLife)

// aftermath is what can still happen once the caller is gone: a recording comes,
// or never will.
func (b *Book) aftermath(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == HungUp:
		return effect{ignored: Repeated}
	case w.Kind == Recorded:
		n.keep(s, w)
	case w.Kind == Woke && w.Clock == LifeClock:
		s.Marks |= Reconciled
	default:
		return effect{ignored: Over}
	}
	s.Phase = Ended
	s.Marks |= Closed
	return effect{}
}

// probed is what a backup clock found out by asking the carrier.
func (b *Book) probed(s *State, w *What) effect {
	silent := w.Report == Unknown
	switch {
	case silent && (w.Clock == LifeClock || s.Phase == Ending):
		return b.callerGone(s, w)
	case w.Clock == LifeClock:
		return effect{arm: &lifeAgain}
	case silent || s.Phase == InTalk:
		return effect{arm: &probeAgain}
	}
	return effect{arm: &probeAgain, besides: besides{again: true}}
}

var lifeAgain = arms{}.with(LifeClock, callLife)

// giveUp apologises and hangs up: a budget ran out, or the carrier could not do
// as it was told.
func (b *Book) giveUp(s *State, w *What) effect {
	switch {
	case s.Phase == Ending:
		return effect{ignored: NotNow}
	case w.Kind == Exhausted:
		return b.divert(s, b.limit, w)
	}
	return b.divert(s, b.sorry, w)
}

// divert enters a step from wherever the call is, offers withdrawn.
func (b *Book) divert(s *State, id StepID, w *What) effect {
	tell := recall(s)
	eff := b.enter(s, id, w)
	eff.tell = tell
	return eff
}
