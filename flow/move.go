package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Move is the book's answer to an event: say these, then wait on this one thing.
// It is read-only once made, and shared.
type Move struct {
	Say     []Message `json:"say,omitempty"`
	Do      Command   `json:"do,omitzero"`
	Tell    News      `json:"tell,omitempty"`    // what the peer, or every other leg that is out, is told in the same commit
	Ignored Ignored   `json:"ignored,omitempty"` // why the event changed nothing; the standing turn stays
	Choices *People   `json:"choices,omitempty"` // whom the caller may choose

	in    []*Move // the same in the book's other languages
	fills bool    // the words have gaps that the call fills
	arm   *arms   // nil leaves the clocks as they are
}

// Command is the one thing that a turn waits on. Kind says which of the other
// fields mean something.
type Command struct {
	Kind    CommandKind `json:"do"`
	Digits  uint8       `json:"digits,omitempty"`   // Listen: the longest entry
	NoBarge bool        `json:"no_barge,omitempty"` // Listen: a key does not stop the prompt
	Star    bool        `json:"star,omitempty"`     // Listen: * leads somewhere at once
	Cause   Cause       `json:"cause,omitempty"`    // Hangup
	News    News        `json:"news,omitempty"`     // Tell: what; its peer answers
	Retry   uint8       `json:"retry,omitempty"`    // Again: how many safe turns this makes

	// Listen, and Hold, Record for their keys.
	First  time.Duration `json:"first,omitempty"`  // from the end of the prompt, or the first key
	Inter  time.Duration `json:"inter,omitempty"`  // between keys
	Finish string        `json:"finish,omitempty"` // the key that ends the entry or the recording; empty is none
	Keys   string        `json:"keys,omitempty"`   // keys that mean something on their own

	CallerID CallerID         `json:"callerid,omitempty"` // Connect, Originate
	Time     time.Duration    `json:"time,omitempty"`     // Connect, Originate: the ring; Record: the longest; Await: until the next try
	Silence  time.Duration    `json:"silence,omitempty"`  // Record: this much of it ends the recording
	Limit    time.Duration    `json:"limit,omitempty"`    // Connect, Join: the carrier's limit of the talk
	Screen   *Screen          `json:"screen,omitempty"`   // Connect, Originate: what the agent hears before being joined
	Party    *extension.Party `json:"party,omitempty"`    // Connect, Originate: whom
	Tried    uint8            `json:"tried,omitempty"`    // Originate: how many of the party's telephones were rung already, of those that the carrier rings one by one
	Lost     uint8            `json:"lost,omitempty"`     // Originate: how many of these could not be reached
	Mailbox  string           `json:"mailbox,omitempty"`  // Record

	// Transcribe is the language in which what is recorded is to be put into words, as
	// flow.Transcribed; BCP 47. Empty is not.
	Transcribe string `json:"transcribe,omitempty"`

	Room  string   `json:"room,omitempty"`  // Join: the id of the caller's call, which names the talk
	Music *Message `json:"music,omitempty"` // Hold

	Entry Digits `json:"entry,omitempty"` // Find: what was keyed, or the extension that the flow names; Spell: the letters
	Name  string `json:"name,omitempty"`  // Find: a queue; Hours: which, those of the number called where it is empty; Await: open, until it is
}

// CommandKind is what kind of command it is.
type CommandKind uint8

// The commands. No carrier ever sees Await, nor those from Find on: they are the
// engine's, answered before the commit.
const (
	Listen    CommandKind = iota + 1 // collect an entry
	Connect                          // ring the party and join the caller to it
	Hold                             // keep the caller waiting with music
	Record                           // record a message
	Hangup                           // end the call; refuse it where it was not yet taken
	Originate                        // place a leg to the party
	Join                             // join this leg to the talk
	Again                            // come back with the same request: the store was out of reach
	Await                            // nothing is to be done; what turns up of the call is hung up
	Find                             // look an entry, or a queue, up
	AskHours                         // are these hours open?
	Tell                             // tell the peer and wait for its reply
	Vet                              // may the caller be called back? available; busy where a callback is open; else away
	StandIn                          // have a call of ours stand in the line in this one's place; answered as Vet
	Spell                            // who is listed whose name begins with these letters? answered by Spelled
)

// Engine reports whether the command is answered by the engine.
func (k CommandKind) Engine() bool { return k >= Find }

// Cause is why a call is ended by us. A carrier that can refuse a call before
// taking it does so for the causes other than Normal.
type Cause uint8

// The causes.
const (
	Normal     Cause = iota
	LineBusy         // the caller is one of our own: a loop
	Unassigned       // the number is not in service
)

// Screen is what an agent hears before being joined: the message, said Times
// times, each time with Time to press 1.
type Screen struct {
	Policy  extension.Switch `json:"policy,omitempty"`
	Message Message          `json:"message"`
	Time    time.Duration    `json:"time"`
	Times   uint8            `json:"times"`
}

// Screens reports whether an agent must accept at an endpoint before the call is
// joined: as the agent's own setting says, else the flow's.
func (c Command) Screens(e extension.Endpoint) bool {
	if c.Screen == nil {
		return false
	}
	policy := c.Screen.Policy
	if c.Party != nil && c.Party.Screening != extension.Default {
		policy = c.Party.Screening
	}
	return e.Screened(policy)
}

// Ignored is why an event changed nothing.
type Ignored uint8

// The reasons. The zero value is an event that did change the call.
const (
	Late        Ignored = iota + 1 // it answers a turn that no longer stands
	Repeated                       // it was known already
	NotNow                         // it means nothing where the call stands
	JustAFact                      // only a control request or a clock may move the call there
	Over                           // the call is closed
	NotDue                         // a clock that was moved since
	Meaningless                    // a key that leads nowhere
)

// SafeSeq is the number of a safe turn, which is not stored: "one moment, please",
// and the same request again, or at the third time the number's emergency, which
// needs no further request.
const SafeSeq = ^uint32(0)

// Turn is an event and the move that answered it, numbered: the atom of storage,
// tests and logs.
type Turn struct {
	Call  Key    `json:"call"`
	Seq   uint32 `json:"seq"` // from 1; the call's Rev after it
	Event Event  `json:"event"`
	Move  Move   `json:"move,omitzero"` // zero where the standing turn stays
	Posts []Post `json:"posts,omitempty"`

	Info *Info `json:"-"` // the call's, for carriers; not stored with the turn
}

// arms says which clocks a phase sets and stops.
type arms struct {
	set   ClockSet // those that it touches
	on    ClockSet // those of them that run from then on
	by    ClockSet // those of them whose time the event tells, if it does (Length)
	after ClockSet // those of them that run from when they were to go off, and not from now
	in    [numClocks]time.Duration
}

// armed is the set of armed clocks after a.
func (a *arms) armed(was ClockSet) ClockSet {
	if a == nil {
		return was
	}
	return was&^a.set | a.on
}

// with is a with one clock more: set to go off after d, or stopped where d is 0.
func (a arms) with(k Clock, d time.Duration) arms {
	a.set |= k.Of()
	a.on &^= k.Of()
	if d > 0 {
		a.on |= k.Of()
	}
	a.in[k-1] = d
	return a
}

// only is the clock alone: every other one is stopped.
func only(k Clock, d time.Duration) arms {
	return arms{set: 1<<numClocks - 1}.with(k, d)
}
