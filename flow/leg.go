package flow

import "time"

// Leg: a call that we place to an agent for a caller who waits. It rings, the
// agent may have to press 1, and then the two calls agree that this one takes
// the caller. They speak by Told and Replied, and commit together.

func (b *Book) stepLeg(n *node, s *State, w *What) effect {
	switch {
	case w.Kind == Placing, w.Kind == NotPlaced, w.Kind == Began:
		return b.placing(s, w)
	case w.Kind == Failed && (s.Phase == Screening || s.Phase == Holding || s.Phase == InTalk), w.Kind == Told && w.News == Dropped:
		return n.dropped(s)
	case w.Kind == HungUp, w.Kind == AgentHungUp, w.Kind == Failed, w.Kind == Woke && w.Report == Gone:
		return b.legOver(s, w)
	case w.Kind == Told && w.News == Withdrawn:
		if s.Phase == Calling && !s.Marks.Has(Placed) { // nobody rings
			return b.withdrawn(s)
		}
		return n.dismiss(s, n.told)
	case ringOutcome(w) != NoOutcome && s.Phase == Calling && w.Yes && s.Try < maxTelephones:
		return n.ringNext(s, ringOutcome(w))
	case ringOutcome(w) != NoOutcome && (s.Phase == Calling || s.Phase == Ending):
		return b.legOver(s, w)
	case w.Kind == Woke:
		return b.probedLeg(n, s, w)
	}
	switch s.Phase {
	case Calling:
		if w.Kind == Answered {
			if w.Yes { // the carrier had the agent accept already, or nobody need
				return n.take(s)
			}
			s.Phase, s.Try, s.Why = Screening, 1, NoOutcome
			return effect{move: n.ask}
		}
	case Screening:
		if w.Kind == Pressed {
			return n.screened(s, w)
		}
	case Telling:
		if w.Kind == Replied {
			if !w.Yes {
				return n.dismiss(s, n.gone)
			}
			if n.hold != nil {
				s.Phase = Holding
				return effect{move: n.hold}
			}
			s.Phase, s.Result = InTalk, ResultAnswered
			return effect{move: n.join}
		}
	case Holding:
		if w.Kind == Told {
			return n.held(s, w.News)
		}
	}
	return effect{ignored: NotNow}
}

// held is an agent who waits for somebody whom we call hearing what became of it.
func (n *node) held(s *State, news News) effect {
	switch news {
	case Reached:
		s.Phase, s.Result = InTalk, ResultAnswered
		return effect{move: n.join}
	case Missed:
		return n.dismiss(s, n.noAnswer)
	}
	return effect{ignored: NotNow}
}

// maxTelephones is how many telephones of one agent are rung one after the other.
const maxTelephones = 10

// placeAgain is when a leg is placed again that could not be before.
const placeAgain = 5 * time.Second

var (
	placeLater = arms{by: NoticeClock.Of()}.with(NoticeClock, placeAgain)
	placeNow   = arms{}.with(NoticeClock, 0)
)

// placing is how far the carrier is with placing the leg. It is told once, whatever
// becomes of that: only one that was not placed for sure is placed again. One that
// begins when it is no longer wanted is hung up.
func (b *Book) placing(s *State, w *What) effect {
	switch placed := s.Marks.Has(Placed); {
	case w.Kind == Placing && s.Phase == Calling && !placed:
		s.Marks |= Placed
		return effect{arm: &placeNow}
	case w.Kind == NotPlaced && s.Phase == Calling && placed:
		s.Marks &^= Placed
		return effect{arm: &placeLater}
	case w.Kind == NotPlaced && s.Phase == Ending && placed:
		return b.legOver(s, w)
	case w.Kind == Began && placed:
		return effect{besides: besides{again: s.Phase == Ending}}
	}
	return effect{ignored: NotNow}
}

// ringNext has the agent's next telephone rung, where the carrier rings them one
// after the other.
func (n *node) ringNext(s *State, o Outcome) effect {
	s.Try++
	s.Why = worse(s.Why, o)
	s.Marks &^= Placed
	return effect{move: n.standing}
}

// worse is the outcome of two telephones together: busy, declined, unanswered,
// unavailable, in this order.
func worse(a, b Outcome) Outcome {
	for _, o := range [...]Outcome{OnBusy, OnDeclined, OnUnanswered} {
		if a == o || b == o {
			return o
		}
	}
	return OnUnavailable
}

// take asks the caller's call whether it is still there to be taken.
func (n *node) take(s *State) effect {
	s.Phase, s.Try, s.Why = Telling, 0, NoOutcome
	return effect{move: n.find}
}

// screened takes the call on 1, and says it once more on anything else.
func (n *node) screened(s *State, w *What) effect {
	if w.Digits.key() == '1' {
		return n.take(s)
	}
	if s.Try < screenSaid {
		s.Try++
		return effect{move: n.ask}
	}
	return n.missed(s)
}

// missed hangs up on an agent who rang for too long, or did not accept.
func (n *node) missed(s *State) effect {
	eff := n.dismiss(s, n.told)
	eff.tell, s.Why = Missed, OnUnanswered
	return eff
}

// dropped hangs up on an agent because the product says so, or because the carrier
// fails while the agent is on the line: the leg is not over before the carrier says
// so. The caller's call hears of it.
func (n *node) dropped(s *State) effect {
	news := Missed
	if s.Phase == InTalk || s.Phase == Holding {
		news = Left
	}
	eff := n.dismiss(s, n.told)
	eff.tell = news
	return eff
}

// dismiss hangs the agent up, with or without a word. The reservation stays until
// the carrier confirms that nothing rings any more.
func (n *node) dismiss(s *State, move *Move) effect {
	if s.Phase == Ending {
		return effect{ignored: Repeated}
	}
	if s.Result == NoResult {
		s.Result = ResultMissed
	}
	s.Phase, s.Try, s.Why = Ending, 0, NoOutcome
	return effect{move: move}
}

// withdrawn is the end of a leg that was never placed.
func (b *Book) withdrawn(s *State) effect {
	s.Phase = Ending // nobody need be told
	return b.legOver(s, &What{})
}

// legOver is the end of the leg; the peer hears of it unless it knows.
func (b *Book) legOver(s *State, w *What) effect {
	var eff effect
	switch s.Phase {
	case InTalk, Holding:
		eff.tell = Left
	case Calling, Screening:
		eff.tell = Missed
	}
	if s.Result == NoResult {
		s.Result = ResultMissed
	}
	if w.Kind == Woke {
		s.Marks |= Reconciled
	}
	s.Phase = Ended
	s.Marks = s.Marks&^Held | Closed | CallerGone
	return eff
}

// probedLeg is a backup clock of a leg that the carrier still knows, or that it
// cannot be asked about.
func (b *Book) probedLeg(n *node, s *State, w *What) effect {
	switch {
	case w.Clock == NoticeClock:
		return effect{arm: &placeNow, besides: besides{again: s.Phase == Calling && !s.Marks.Has(Placed)}}
	case w.Report == Unknown && (w.Clock == LifeClock || s.Phase == Ending || s.Phase == Calling):
		return b.legOver(s, w)
	case s.Phase == Calling: // it rings for longer than it may
		eff := n.missed(s)
		if w.Clock == LifeClock {
			eff.arm = &lifeAgain
		}
		return eff
	case w.Clock == LifeClock:
		return effect{arm: &lifeAgain}
	case s.Phase == InTalk || w.Report == Unknown:
		return effect{arm: &probeAgain}
	}
	return effect{arm: &probeAgain, besides: besides{again: true}}
}
