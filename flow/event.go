package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

// Key names a call: the account it belongs to and our id for it. The carrier's
// own reference is Info.Ref.
type Key struct {
	Account string `json:"account"`
	ID      string `json:"id"`
}

// Event is something that happened to a call.
type Event struct {
	Call  Key       `json:"call,omitzero"`
	Re    uint32    `json:"re,omitempty"`    // the turn that it answers; 0 is a fact, a signal or a clock
	Reply bool      `json:"reply,omitempty"` // the carrier waits and will carry out what comes back
	ID    string    `json:"id,omitempty"`    // facts and signals only: the same id is the same event
	At    time.Time `json:"at"`              // stamped by the engine from the store's clock, never going back
	Try   uint8     `json:"try,omitempty"`   // how many safe turns the carrier was answered before this; not part of the call
	What
}

// What happened, flat and without a reference to the call. Kind says which of
// the other fields mean something.
type What struct {
	Kind     Kind             `json:"what"`
	Class    extension.Class  `json:"class,omitempty"`    // Found; Woke by Notice in a queue
	News     News             `json:"news,omitempty"`     // Told
	Budget   Budget           `json:"budget,omitempty"`   // Exhausted
	Clock    Clock            `json:"clock,omitempty"`    // Woke
	Report   Report           `json:"report,omitempty"`   // Woke by Step or Life: what the carrier says of the call
	Yes      bool             `json:"yes,omitempty"`      // Opened: open; Replied: the peer took it; a leg's ring ended: at one of its telephones, and others are still to ring
	Position uint16           `json:"position,omitempty"` // Woke by Notice: the place in the line, from 1
	Digits   Digits           `json:"digits,omitempty"`   // Pressed; empty is silence. Told that it is moved: the extension
	Entry    string           `json:"entry,omitempty"`    // Told that it is moved: to where, as Book.MovedTo names it; Told that it is advised: the product's answer, empty where it has none. Transcribed: the words
	Party    *extension.Party `json:"party,omitempty"`    // Found, Told, Arrived as a leg
	Named    *People          `json:"named,omitempty"`    // Found by name: who it can be
	Start    *Info            `json:"start,omitempty"`    // Arrived; else who calls whom as the carrier repeats it, for safe turns alone
	Leg      string           `json:"leg,omitempty"`      // Told: the id of the call that speaks, or that is offered
	Ref      string           `json:"ref,omitempty"`      // Recorded, Transcribed: the carrier's reference of the recording; Began, Answered: of the leg
	Length   time.Duration    `json:"length,omitempty"`   // Recorded; Woke by Notice: the estimated wait; Opened: until it opens; NotPlaced: until it can be placed
	Cause    string           `json:"cause,omitempty"`    // the carrier's own word, for people who read the turn
}

// Kind is what kind of thing happened. The zero Kind is nothing: a carrier that
// only asks what stands.
type Kind uint8

// The kinds, in the past tense.
const (
	Arrived     Kind = iota + 1 // a call came in, or a leg is to be placed
	Pressed                     // the caller keyed an entry, or let the time for it pass
	Found                       // the directory answered
	Answered                    // the agent took the call
	FoundBusy                   // the ring ended: busy
	Unanswered                  // the ring ended: nobody took it in time, or screening was not accepted
	Declined                    // the ring ended: the agent refused
	Unreachable                 // the ring ended: the carrier reached no endpoint
	AgentHungUp                 // the talk ended at the agent's side
	Recorded                    // a recording is done
	HungUp                      // the caller of this call, or the leg itself, is gone
	Woke                        // a clock went off
	Told                        // another call says something
	Replied                     // the answer to what this call told another
	Opened                      // the answer to whether hours are open
	Failed                      // the carrier could not carry out the standing turn
	Exhausted                   // a budget ran out
	Placing                     // a leg: the carrier is told to place it now; from here on it may ring
	NotPlaced                   // a leg: it was not, for sure, and may be tried again
	Began                       // a leg: the carrier has begun to place it
	Beeped                      // the greeting is over, and the recording begins: told where a recording cannot be looked up afterwards
	Transcribed                 // what a recording says, in words: of a message, and moves no call
)

// News is what one call tells another.
type News uint8

// The news.
const (
	Offered   News = iota + 1 // a leg is being placed for the waiting caller
	Missed                    // the leg ended without a talk
	Accepted                  // the agent at the leg takes the caller
	Withdrawn                 // the caller is served or gone; the leg is no longer wanted
	Left                      // the other side of the talk hung up
	Dialled                   // offer: dial; the caller is to ring the member directly
	Deserted                  // no member is at work any more
	Dropped                   // the product ends the call
	Moved                     // a supervisor leads the waiting caller elsewhere
	Reached                   // the other side, which was called for the agent, has answered
	Advised                   // the product answers what it was asked
)

// Budget is what ran out.
type Budget uint8

// The budgets.
const (
	Guesses Budget = iota + 1 // wrong entries, of this call or of its caller across calls
	Entries                   // steps entered
	Turns                     // turns taken
	Outlay                    // calls of ours to somebody outside, of a number, an agent or an account
)

// Clock is one of the four that a call can have armed.
type Clock uint8

// The clocks. Step and Life ask the carrier before they act; Wait and Notice are
// ours and fire on time.
const (
	StepClock   Clock = iota + 1 // the carrier has been silent for longer than the step allows
	WaitClock                    // the longest wait in a queue, or for the product's answer
	NoticeClock                  // the next announcement in a queue
	LifeClock                    // the longest that a call, or what it left behind, may stay open
)

// Report is what a carrier says of a call that a clock asked about.
type Report uint8

// The reports. Unknown is also the answer of a carrier that cannot be asked.
const (
	Unknown Report = iota
	Alive          // the caller is on the line; a ring, if one stands, was not answered
	Talking        // the caller is on the line and joined to the agent
	Gone           // the carrier no longer knows the call
)

// Digits are what a caller keyed: 0 to 9, * and #. They print masked.
type Digits string

// String hides the digits and keeps their count.
func (d Digits) String() string { return "****"[:min(len(d), 4)] }

// GoString hides the digits under %#v too.
func (d Digits) GoString() string { return "flow.Digits(" + d.String() + ")" }

// Info is what never changes about a call, but for the reference of a leg, which is
// known only once the carrier has begun it. It is shared by versions of the call.
type Info struct {
	Key
	Carrier       string      `json:"carrier,omitempty"` // the adapter's name, as the engine's configuration gives it
	Ref           string      `json:"ref,omitempty"`     // the carrier's reference of the call; of a leg that we place, once it has told it
	Region        string      `json:"region,omitempty"`  // the carrier's region, where it has any
	From          number.E164 `json:"from,omitempty"`    // empty where withheld
	To            number.E164 `json:"to"`
	ForwardedFrom number.E164 `json:"forwarded_from,omitempty"`
	Release       string      `json:"release,omitempty"`  // pinned for the call's life
	Entry         string      `json:"entry,omitempty"`    // where in the book it began
	Language      string      `json:"language,omitempty"` // the number's; empty is the account's
	Peer          string      `json:"peer,omitempty"`     // a leg that we place: the id of the caller's call
	Queue         string      `json:"queue,omitempty"`    // a leg that we place: the queue that it is offered for
	Loop          bool        `json:"loop,omitempty"`     // the caller is one of our own numbers, or an endpoint being rung

	// Outbound is a call of ours: From is somebody outside whom we call, showing To, once
	// an agent has accepted. With a Peer it is that agent's leg.
	Outbound bool      `json:"outbound,omitempty"`
	After    string    `json:"after,omitempty"` // a callback: the id of the call in whose place it stands
	Since    time.Time `json:"since,omitzero"`  // a callback: when that call joined the line
}
