package flow

import "time"

// Book is everything that an account's calls can do, compiled: steps, and for
// each step where every outcome leads. It is immutable and safe for concurrent
// use. Compile makes one.
type Book struct {
	Release string // the id of the release that it was compiled from

	nodes    []node
	entries  map[string]StepID
	boxes    map[string]StepID // the steps that record, by the mailbox's name
	settings Settings
	tongues  []string          // the languages in which callers are spoken to; the account's first
	spoken   map[string]uint8  // those of entries that have one
	legs     map[string]StepID // the steps of legs that we place, by the queue that they are for
	reaches  map[string]StepID // the steps of calls of ours to somebody outside, by the queue that they stand in
	summons  map[string]StepID // the steps of the agents' legs of these
	sorry    StepID            // something failed
	limit    StepID            // too many steps or turns
	moves    map[string]StepID // where a supervisor can lead a waiting caller, beside the entries
	refuse   StepID            // a loop
	talk     arms              // the clocks of a talk
	guesses  uint8
	back     bool // some menu goes back, so trails are kept
	bye      *Move
}

// node is a step, compiled: routes in an array, moves ready made.
type node struct {
	action   action
	name     string
	next     [numOutcomes]StepID
	standing *Move // what the step says when it is entered, and waits on
	find     *Move // what it asks the engine first, or on the way; nil where nothing

	// Collect.
	silent   *Move
	invalid  *Move
	plain    *Move // listens without a word
	keys     keySet
	repeats  uint8
	separate bool
	entries  bool // extensions may be keyed
	trail    bool // worth going back to
	discreet bool // an agent who cannot be rung is a wrong entry; the ring of one keeps the count
	back     byte

	// Spell, which collects too.
	many    *Move // asks for more letters
	choices *Move // says whom which key takes
	pick    *Move // looks up who was chosen

	// Speak.
	tongue uint8

	// Ring.
	fixed   string // the extension that the flow names; empty rings the one found
	handoff bool

	// Record.
	personal  bool              // records for the agent first keyed, whoever that is
	variants  map[StepID]StepID // personal: the same mailbox with another greeting
	greetings [4]*Move          // by reason: none, unavailable, busy, unanswered
	shortest  time.Duration

	// Queue.
	leave    byte
	dial     *Move
	join     *Move
	notice   arms
	deserted arms
	callback *offering // nil where callers cannot ask to be called back

	// Ask.
	question string            // its name
	answers  map[string]StepID // where each answer leads

	// Leg.
	ask  *Move
	told *Move // hangs up; in a queue, the announcement
	gone *Move
	hold *Move // the agent waits until the other side was reached; nil where there is nobody to reach

	// Reach.
	tries uint8
	again *Move // waits for the next try

	noAnswer *Move // in the agent's leg: nobody answered

	// End.
	result Result
}

// action is what a step does. The machine knows them, the engine and the
// adapters do not.
type action uint8

const (
	nothing action = iota
	play
	collect
	ring
	record
	queue
	hours
	end
	leg
	speak
	reach
	ask
	spell
)

// Backup clocks, by what the call waits for. The carrier's own timers decide;
// these ask it when it has been silent for too long.
const (
	firstProbe = 2 * time.Minute
	nextProbe  = 5 * time.Minute
	ringMargin = 15 * time.Second
	callLife   = 6 * time.Hour
	recLife    = 15 * time.Minute
	noMembers  = 30 * time.Second
	screenTime = 8 * time.Second
	screenSaid = 2
)

// maxEntries and maxTurns bound a call: steps entered and turns taken.
const (
	maxEntries = 50
	maxTurns   = 1000
)

var probeAgain = arms{}.with(StepClock, nextProbe)

// effect is what a step asks for besides the next state. Its smaller parts stand
// apart because a struct of up to four fields is kept in registers.
type effect struct {
	move    *Move   // what stands from now on; nil leaves the standing turn
	arm     *arms   // clocks, where the move does not set them
	ignored Ignored // why nothing changed; then nothing else counts
	besides
}

type besides struct {
	entered uint8 // steps entered on the way
	tell    News  // for the peer, or for every leg that is out
	again   bool  // the standing turn is owed once more
}

// step is the machine: where the call is, what happened, where it is then. It is
// total, and depends on nothing but its arguments and the book.
func (b *Book) step(s State, w *What) (next State, eff effect) {
	next = s
	if eff = b.change(&next, w); eff.ignored != 0 {
		next = s
	}
	return next, eff
}

// change is step in place, as are all that it calls: one copy of the state is
// made for an event, and dropped where the event is ignored.
func (b *Book) change(s *State, w *What) effect {
	eff := b.react(s, w)
	if eff.move != nil {
		s.Armed = eff.move.arm.armed(s.Armed)
	}
	if eff.arm != nil {
		s.Armed = eff.arm.armed(s.Armed)
	}
	if s.Marks.Has(Closed) {
		s.Armed = 0
	}
	return eff
}

// react sends the event to the step that the call is in, after the few that mean
// the same everywhere.
func (b *Book) react(s *State, w *What) effect {
	n := &b.nodes[0]
	if int(s.At) < len(b.nodes) {
		n = &b.nodes[s.At]
	}
	switch {
	case s.Phase == Unbegun:
		if w.Kind != Arrived || w.Start == nil {
			return effect{ignored: NotNow}
		}
		return b.begin(s, w)
	case s.Marks.Has(Closed):
		return effect{ignored: Over}
	case w.Kind == Arrived:
		return effect{ignored: Repeated}
	case w.Kind == Woke && !s.Armed.Has(w.Clock):
		return effect{ignored: NotDue}
	case s.Marks.Has(CallerGone):
		return b.aftermath(n, s, w)
	case n.action == leg:
		return b.stepLeg(n, s, w)
	case n.action == reach:
		return b.stepReach(n, s, w)
	case w.Kind == HungUp, w.Kind == Woke && w.Report == Gone:
		return b.callerGone(s, w)
	case n.action == nothing: // a step of some other book
		return b.divert(s, b.sorry, w)
	case w.Kind == Failed, w.Kind == Exhausted && w.Budget != Guesses && w.Budget != Outlay:
		return b.giveUp(s, w)
	case w.Kind == Told && w.News == Dropped:
		return b.dropped(s)
	case w.Kind == Woke && (w.Clock == LifeClock || w.Clock == StepClock && s.Phase != InRing):
		return b.probed(s, w)
	}
	switch n.action {
	case collect:
		return b.stepCollect(n, s, w)
	case ring:
		return b.stepRing(n, s, w)
	case queue:
		return b.stepQueue(n, s, w)
	case record:
		return b.stepRecord(n, s, w)
	case hours:
		return b.stepHours(n, s, w)
	case ask:
		return b.stepQuestion(n, s, w)
	case spell:
		return b.stepDirectory(n, s, w)
	}
	return effect{ignored: NotNow}
}

// begin enters the step that the call starts with.
func (b *Book) begin(s *State, w *What) effect {
	id, life := b.entries[w.Start.Entry], &lifeAgain
	switch {
	case w.Start.leg() && w.Start.Outbound:
		id = of(b.summons, w.Start.Queue)
	case w.Start.leg():
		id = of(b.legs, w.Start.Queue)
	case w.Start.Outbound:
		id, life = of(b.reaches, w.Start.Queue), &reachLife
	case w.Start.Loop:
		id = b.refuse
	}
	s.Tongue = b.begun(w)
	eff := b.enter(s, id, w)
	eff.arm = life
	return eff
}

// of is the step for a queue; the queue without a name has one too.
func of(steps map[string]StepID, queue string) StepID {
	if id, ok := steps[queue]; ok {
		return id
	}
	return steps[""]
}

// enter goes to a step, and on through those that wait for nothing.
func (b *Book) enter(s *State, id StepID, w *What) effect {
	if id == 0 || int(id) >= len(b.nodes) {
		id = b.sorry
	}
	n := &b.nodes[id]
	if b.back {
		b.blaze(s, id)
	}
	if !n.goesOn(s.At) {
		s.Tries = [2]uint8{}
	}
	s.At, s.Try, s.Phase = id, 0, Unbegun
	s.Marks &^= Held | Alone | Overdue | Dialling | Confirming | Taping
	eff := b.open(n, s, w)
	eff.entered++
	return eff
}

// open begins a step.
func (b *Book) open(n *node, s *State, w *What) effect {
	switch n.action {
	case play:
		return b.openPlay(n, s)
	case collect, spell:
		s.Phase, s.Why = Listening, NoOutcome // another try: how the last one failed is over
		return effect{move: n.standing}
	case ring:
		return b.openRing(n, s, w)
	case queue:
		s.Phase = Finding
		return effect{move: n.find}
	case record:
		return b.openRecord(n, s, w)
	case hours:
		s.Phase = Asking
		return effect{move: n.find}
	case end:
		return b.openEnd(n, s)
	case ask:
		return b.openQuestion(n, s)
	case speak:
		s.Tongue = n.tongue
		return b.leave(n, s, OnDone, w)
	case leg:
		s.Phase, s.Marks = Calling, s.Marks|Held
		return effect{move: n.standing}
	case reach:
		s.Phase = InLine
		return effect{move: n.standing}
	}
	return b.enter(s, b.sorry, w)
}

// leave follows the route of an outcome out of the step.
func (b *Book) leave(n *node, s *State, o Outcome, w *What) effect {
	return b.enter(s, n.next[o], w)
}
