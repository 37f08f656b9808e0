package flow

import "time"

// Reach: a call of ours to somebody outside, for an agent who accepts first. A callback
// stands in a queue's line in the place of who asked for it, and is offered to members
// as a caller is; a call that the product asks for has one agent. The agent's leg is a
// call of its own, as for a caller who waits, and holds until the other side answers.
// Nothing of this call is at the carrier but while it is placed, rings and talks.

const (
	reachRing  = 30 * time.Second // how long somebody outside is rung
	reachTries = 2                // of a callback
	reachAgain = 5 * time.Minute  // between two tries
	reachTime  = 96 * time.Hour   // a long weekend, and what is left of the day before it
	untilOpen  = "open"           // what is waited for outside the hours
	closedFor  = time.Hour        // until hours are looked at again that do not say when they open
)

var (
	reachLife = arms{}.with(LifeClock, reachTime)
	notOpen   = arms{by: NoticeClock.Of()}.with(NoticeClock, closedFor)
)

func (b *Book) stepReach(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == Exhausted || w.Kind == Told && w.News == Dropped:
		return n.calledOff(s)
	case s.Phase == InLine:
		return n.due(s, w)
	case s.Phase == Asking && w.Kind == Opened:
		return n.opened(s, w)
	case s.Phase == Later && w.Kind == Woke && w.Clock == LifeClock:
		return n.givenUp(s)
	case s.Phase == Later && w.Kind == Woke && w.Clock == NoticeClock:
		s.Phase = Asking
		return effect{move: n.find}
	case s.Phase == Calling || s.Phase == InTalk || s.Phase == Ending:
		return b.outside(n, s, w)
	}
	return effect{ignored: NotNow}
}

// due is a call for which an agent is looked for, or rung.
func (n *node) due(s *State, w *What) effect {
	switch {
	case w.Kind == Woke && w.Clock == LifeClock:
		return n.givenUp(s)
	case w.Kind != Told:
	case w.News == Offered && s.Legs < MaxLegs:
		s.Legs++
		if n.find == nil {
			return effect{}
		}
		s.Phase = Asking
		return effect{move: n.find}
	case w.News == Missed && s.Legs > 0:
		s.Legs--
		if s.Legs == 0 && n.find == nil { // there is nobody else to ask
			return n.givenUp(s)
		}
		return effect{}
	case w.News == Accepted && s.Legs > 0:
		s.Phase = Calling
		eff := effect{move: n.dial}
		if s.Legs > 1 { // the others are no longer wanted
			s.Legs, eff.tell = 1, Withdrawn
		}
		return eff
	}
	return effect{ignored: NotNow}
}

// opened is whether the number's hours are open, asked before an agent is rung and at
// the time of another try.
func (n *node) opened(s *State, w *What) effect {
	if w.Yes {
		s.Phase = InLine
		return effect{move: n.standing}
	}
	eff := effect{move: n.plain, arm: &notOpen}
	eff.tell = recall(s)
	s.Phase = Later
	return eff
}

// outside is what happens to the leg to the other side.
func (b *Book) outside(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == Placing, w.Kind == Began, w.Kind == NotPlaced && s.Phase == Calling:
		return b.placing(s, w)
	case w.Kind == Woke && w.Clock == NoticeClock:
		return effect{arm: &placeNow, besides: besides{again: s.Phase == Calling && !s.Marks.Has(Placed)}}
	case w.Kind == HungUp, w.Kind == AgentHungUp, w.Kind == Failed, w.Kind == NotPlaced, w.Kind == Woke && w.Report == Gone,
		ringOutcome(w) != NoOutcome && s.Phase != InTalk:
		return n.sideOver(s, w)
	case w.Kind == Woke:
		return n.probedSide(s, w)
	case w.Kind == Answered && s.Phase == Calling:
		s.Phase, s.Result = InTalk, ResultAnswered
		eff := effect{move: n.join}
		eff.tell = Reached
		return eff
	case w.Kind == Told && w.News == Left && s.Phase == Calling && !s.Marks.Has(Placed):
		s.Legs = 0
		return n.unreached(s)
	case w.Kind == Told && w.News == Left && s.Phase != Ending:
		s.Phase, s.Legs = Ending, 0
		return effect{move: n.told}
	}
	return effect{ignored: NotNow}
}

// sideOver is the end of the leg to the other side, talk or no talk.
func (n *node) sideOver(s *State, w *What) effect {
	if w.Kind == Woke {
		s.Marks |= Reconciled
	}
	if s.Result == NoResult {
		return n.unreached(s)
	}
	var eff effect
	if s.Legs > 0 {
		s.Legs, eff.tell = 0, Withdrawn
	}
	return over(s, eff)
}

// unreached is a try that failed: there is another one later, or none.
func (n *node) unreached(s *State) effect {
	var eff effect
	if s.Legs > 0 {
		s.Legs, eff.tell = 0, Missed
	}
	s.Marks &^= Placed
	if s.Try++; s.Try >= n.tries {
		s.Result = ResultMissed
		return over(s, eff)
	}
	s.Phase, eff.move = Later, n.again
	return eff
}

// probedSide is a backup clock that went off: the carrier knows the leg, or nothing of
// it.
func (n *node) probedSide(s *State, w *What) effect {
	switch {
	case w.Report == Unknown && s.Phase != InTalk, w.Report == Unknown && w.Clock == LifeClock:
		return n.sideOver(s, w)
	case s.Phase == Calling: // it rings for longer than it may
		eff := effect{move: n.told}
		s.Phase = Ending
		if s.Legs > 0 {
			s.Legs, eff.tell = 0, Missed
		}
		if w.Clock == LifeClock {
			eff.arm = &lifeAgain
		}
		return eff
	case w.Clock == LifeClock:
		return effect{arm: &lifeAgain}
	case s.Phase == InTalk:
		return effect{arm: &probeAgain}
	}
	return effect{arm: &probeAgain, besides: besides{again: true}}
}

// calledOff is the end by the product, or of a budget: whoever rings or talks is hung
// up.
func (n *node) calledOff(s *State) effect {
	if s.Phase != Calling && s.Phase != InTalk || s.Phase == Calling && !s.Marks.Has(Placed) {
		if s.Phase == Ending && s.Result != NoResult {
			return effect{ignored: Repeated}
		}
		if s.Phase == Ending {
			s.Result = ResultMissed
			return effect{}
		}
		return n.givenUp(s)
	}
	eff := effect{move: n.told}
	eff.tell = recall(s)
	s.Phase = Ending
	if s.Result == NoResult {
		s.Result = ResultMissed
	}
	return eff
}

// givenUp is the end of a call of which nothing is at the carrier.
func (n *node) givenUp(s *State) effect {
	var eff effect
	eff.tell = recall(s)
	s.Result = ResultMissed
	return over(s, eff)
}

func over(s *State, eff effect) effect {
	s.Phase = Ended
	s.Marks = s.Marks | Closed | CallerGone
	return eff
}
