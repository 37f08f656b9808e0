package flow

// State is all that decides: where a call is and what it has counted. It is
// comparable, small and bounded by construction, so that every state of a book
// can be visited. It holds no time, text or pointer.
type State struct {
	At     StepID    `json:"at,omitempty"`
	Box    StepID    `json:"box,omitempty"`    // the step that records for the agent first keyed
	Trail  [3]StepID `json:"trail,omitzero"`   // the menus and flows to go back to, newest first
	Tries  [2]uint8  `json:"tries,omitzero"`   // failures of this visit: silence (or both), wrong entries
	Phase  Phase     `json:"phase,omitempty"`  // what the step waits for
	Try    uint8     `json:"try,omitempty"`    // a leg: telephones that did not take it; then the times that its screening was said; a call of ours: tries that failed; a directory: how many people the caller chooses from
	Tongue uint8     `json:"tongue,omitempty"` // the language in which the call is spoken to, by its place in the book; 0 is the account's
	Legs   uint8     `json:"legs,omitempty"`   // offers out for a waiting caller, at most MaxLegs; the agent's leg of a call that we place
	Why    Outcome   `json:"why,omitempty"`    // how the last ring failed, for the mailbox's greeting; a leg: the worst of its telephones
	Result Result    `json:"result,omitempty"`
	Armed  ClockSet  `json:"armed,omitempty"`
	Marks  Marks     `json:"marks,omitempty"`
}

// StepID is a step's place in its book. A release keeps the places of its steps.
type StepID uint16

// MaxLegs is the most offers that a waiting caller can have out at once.
const MaxLegs = 5

// Phase is what a step is waiting for.
type Phase uint8

// The phases. Begun, finding, asking and telling last only until the engine has
// answered, inside one commit.
const (
	Unbegun    Phase = iota
	Listening        // for an entry
	Finding          // for the directory's answer
	Asking           // for whether hours are open
	InRing           // for a direct ring's outcome
	InTalk           // for either side to hang up
	InLine           // in a queue
	Recording        // for the recording to end
	Ending           // for the carrier to confirm that the call is over
	Calling          // a leg: for its outcome
	Screening        // a leg: for the agent to press 1
	Telling          // a leg: for the caller's call to take it
	Pending          // after the call: for a recording that is still to come
	Ended            // nothing outstanding
	Holding          // a leg: the agent waits while the other side is called
	Later            // a call of ours to somebody: for the time of its next try
	Consulting       // for the product to answer
	Choosing         // for which of the people named is meant
)

// Marks are things that are so or not.
type Marks uint16

// The marks.
const (
	Held       Marks = 1 << iota // the call reserves its party
	CallerGone                   // the caller, or the leg, is gone
	Closed                       // nothing is outstanding
	Reconciled                   // the end was found by asking, not told
	BoxKeyed                     // Box is of an agent whose extension was keyed, not named by the flow
	Alone                        // no member was at work when last looked
	Overdue                      // the longest wait passed while a member rang, or while the caller was asked something
	Kept                         // a message was left
	Dialling                     // the ring was offered by a queue
	Placed                       // a leg: the carrier was told to place it
	Confirming                   // the caller was asked whether to be called back
	Taping                       // the carrier told that the recording has begun
)

// Has reports whether every mark of x is set.
func (m Marks) Has(x Marks) bool { return m&x == x }

// Has reports whether every mark of m is set.
func (s State) Has(m Marks) bool { return s.Marks.Has(m) }

// ClockSet is a set of clocks.
type ClockSet uint8

const numClocks = 4

// Of is the set that holds just the clock.
func (c Clock) Of() ClockSet { return 1 << (c - 1) }

// Has reports whether the clock is in the set.
func (s ClockSet) Has(c Clock) bool { return s&c.Of() != 0 }

// Result is how a call ended, or will have ended if it ends now.
type Result uint8

// The results. The zero value is a call that has not got anywhere yet, which
// counts as abandoned if the caller leaves.
const (
	NoResult Result = iota
	ResultAnswered
	ResultVoicemail
	ResultAbandoned
	ResultGoodbye
	ResultHandedOff
	ResultCallback
	ResultRejected
	ResultLimit
	ResultFailed
	ResultMissed // a leg that ended without a talk
)

// Outcome is how a step ended: the name of a route out of it.
type Outcome uint8

// The outcomes. OnKey0 to OnKeyHash are single keys.
const (
	NoOutcome     Outcome = iota
	OnDone                // the step did what it is for
	OnEntered             // an extension was keyed
	OnSilent              // nothing was keyed
	OnInvalid             // what was keyed is wrong
	OnStar                // * was keyed
	OnBusy                // the agent is busy; the queue is full
	OnUnanswered          // nobody took the ring; the longest wait is over
	OnDeclined            // the agent refused
	OnUnavailable         // the agent cannot be rung; no member is at work
	OnOpen
	OnClosed
	OnLimit     // the repeats are used up
	OnOtherwise // any other way
	OnLeave     // the leave key
	OnBack      // the back key
	OnCallback  // the caller is to be called back
	OnKey0
	OnKeyStar   = OnKey0 + 10
	OnKeyHash   = OnKey0 + 11
	numOutcomes = int(OnKeyHash) + 1
)

var outcomeNames = [numOutcomes]string{
	"", "done", "entered", "silent", "invalid", "star", "busy", "unanswered", "declined", "unavailable",
	"open", "closed", "limit", "otherwise", "leave", "back", "callback", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#",
}

// String is the outcome in a word, as in "busy"; a key is itself.
func (o Outcome) String() string {
	if int(o) < numOutcomes {
		return outcomeNames[o]
	}
	return ""
}

// keyOutcome is the outcome of a single key.
func keyOutcome(key byte) Outcome {
	switch {
	case key >= '0' && key <= '9':
		return OnKey0 + Outcome(key-'0')
	case key == '*':
		return OnKeyStar
	case key == '#':
		return OnKeyHash
	}
	return NoOutcome
}
