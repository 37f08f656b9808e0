package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Ring: join the caller to an agent by a direct ring, which the carrier owns. A
// step that names an extension looks it up first; the others ring whom the entry
// found. A hand-off rings an address outside and reserves nobody.

// LeastShare is for how long each of an agent's telephones rings at least where a carrier
// rings them one after the other, in equal shares of the ring time.
const LeastShare = 10 * time.Second

// inTurn is how much longer a ring may last than one of a single telephone, at a carrier
// that rings them one after the other: each has its share, and each that is screened asks
// the agent by itself.
func (c Command) inTurn(p *extension.Party) time.Duration {
	c.Party = p
	asked := 0
	for _, e := range p.Endpoints {
		if c.Screens(e) {
			asked++
		}
	}
	shares := time.Duration(len(p.Endpoints)) * LeastShare
	return max(shares-c.Time, 0) + time.Duration(max(asked-1, 0))*screenSaid*screenTime
}

func (b *Book) openRing(n *node, s *State, w *What) effect {
	if n.handoff {
		s.Phase = InRing
		return effect{move: n.standing}
	}
	if n.find != nil {
		s.Phase = Finding
		return effect{move: n.find}
	}
	return b.ringFound(n, s, w)
}

// ringFound rings the agent found, or takes the rule for why not.
func (b *Book) ringFound(n *node, s *State, w *What) effect {
	switch w.Class {
	case extension.ClassAvailable:
		s.Phase = InRing
		s.Marks |= Held
		return effect{move: n.standing}
	case extension.ClassBusy:
		return b.ringOver(n, s, OnBusy, w)
	}
	return b.ringOver(n, s, OnUnavailable, w)
}

// ringOver follows the rule for a ring that did not become a talk, also where a
// fact had claimed one.
func (b *Book) ringOver(n *node, s *State, o Outcome, w *What) effect {
	s.Result = NoResult
	s.Why = o
	if o == OnDeclined {
		s.Why = OnUnanswered
	}
	return b.leave(n, s, o, w)
}

func (b *Book) stepRing(n *node, s *State, w *What) effect {
	if s.Phase == Finding {
		if w.Kind != Found {
			return effect{ignored: NotNow}
		}
		b.address(s, w, false)
		return b.ringFound(n, s, w)
	}
	o := ringFailed(s, w)
	if n.discreet && (o == OnUnavailable || n.tooMany(s, w)) {
		return b.unsaid(n, s, w)
	}
	if o != NoOutcome {
		return b.ringOver(n, s, o, w)
	}
	return b.talkStep(n, s, w)
}

// ringFailed is how a direct ring ended without a talk. A control request may
// still say so after a fact claimed an answer: a mobile's voicemail, or an agent
// who did not press 1.
func ringFailed(s *State, w *What) Outcome {
	if s.Phase != InRing && s.Phase != InTalk {
		return NoOutcome
	}
	if w.Kind == Woke && w.Clock == StepClock && w.Report != Talking {
		return OnUnanswered // the backup clock, and the carrier knows of no answer
	}
	return ringOutcome(w)
}

// ringOutcome is the outcome of a ring that an event tells; none for the others.
func ringOutcome(w *What) Outcome {
	switch w.Kind {
	case FoundBusy:
		return OnBusy
	case Unanswered:
		return OnUnanswered
	case Declined:
		return OnDeclined
	case Unreachable:
		return OnUnavailable
	}
	return NoOutcome
}

// talkStep is what can happen once an agent may have answered: the talk begins,
// or is over.
func (b *Book) talkStep(n *node, s *State, w *What) effect {
	result := ResultAnswered
	if n.handoff {
		result = ResultHandedOff
	}
	switch {
	case s.Phase != InRing && s.Phase != InTalk:
	case w.Kind == AgentHungUp:
		s.Result = result
		return b.endCall(s)
	case s.Phase == InTalk:
	case w.Kind == Answered, w.Kind == Woke && w.Report == Talking:
		s.Phase, s.Result = InTalk, result
		return effect{arm: &b.talk}
	}
	return effect{ignored: NotNow}
}
