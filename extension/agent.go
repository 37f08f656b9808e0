// Package extension knows who can be reached by keying what: agents, their
// endpoints and presence, the range that extensions are taken from, and the
// Directory that answers a keyed entry.
//
// The package is pure: time comes in as a value and nothing is read or written.
package extension

import (
	"slices"
	"time"
)

// Agent is a person, or a desk, that callers reach by an extension.
type Agent struct {
	ID        string     `json:"id"`
	Name      string     `json:"name,omitempty"`
	Extension string     `json:"extension"`
	Endpoints []Endpoint `json:"endpoints,omitempty"`
	Presence  Presence   `json:"presence"`
	Reason    string     `json:"reason,omitempty"`    // why the presence is what it is: "missed" after three unanswered offers
	Hours     string     `json:"hours,omitempty"`     // a name in the account's hours; empty is always open
	Screening Switch     `json:"screening,omitempty"` // "press 1 to accept" for this agent's endpoints
	Mailbox   string     `json:"mailbox,omitempty"`   // a mailbox's name; empty is the personal one, which bears the agent's id
	Language  string     `json:"language,omitempty"`  // BCP 47
	Successor string     `json:"successor,omitempty"` // the agent who gets the extension's calls after this one is deleted
	Duty      Duty       `json:"duty,omitzero"`       // kept by the store
	Rev       uint64     `json:"rev,omitempty"`       // counts changes by people, for compare-and-swap; Duty does not count
}

// Presence is what an agent, or the product for them, says about being there.
type Presence string

// The presences. Being on a call of ours is no presence: the reservation says so.
const (
	Available Presence = "available"
	Busy      Presence = "busy"
	Away      Presence = "away"
	Offline   Presence = "offline"
)

// Presences lists every presence in the order in which people read them.
func Presences() []Presence { return []Presence{Available, Busy, Away, Offline} }

// Valid reports whether p is one of the four.
func (p Presence) Valid() bool { return slices.Contains(Presences(), p) }

// Switch is a setting that may be left to its default.
type Switch string

// The positions of a Switch.
const (
	Default Switch = ""
	On      Switch = "on"
	Off     Switch = "off"
)

// Duty is what calls leave on an agent: the reservation, rest and wrap-up. It is
// derived when calls are committed and never set by hand.
type Duty struct {
	HeldBy    string    `json:"held_by,omitempty"`   // the id of the call that reserves the agent
	HeldUntil time.Time `json:"held_until,omitzero"` // the lease; a sweeper asks the carrier before it frees
	RestUntil time.Time `json:"rest_until,omitzero"` // no queue offers the agent a call before this (rest after a miss, wrap-up after a talk)
	IdleSince time.Time `json:"idle_since,omitzero"` // when the last talk ended; the longest idle is offered first
	Misses    int       `json:"misses,omitempty"`    // offers missed in a row
}

// Held reports whether a call reserves the agent. A lease that has run out still
// holds: only the sweeper, which asks the carrier, may free it.
func (d Duty) Held() bool { return d.HeldBy != "" }

// Party is an agent as a call carries it: copied when the agent was found, so
// that later changes touch later attempts only. It is immutable and shared.
type Party struct {
	Agent     string     `json:"agent"`
	Name      string     `json:"name,omitempty"`
	Extension string     `json:"extension,omitempty"`
	Endpoints []Endpoint `json:"endpoints,omitempty"`
	Screening Switch     `json:"screening,omitempty"`
	Mailbox   string     `json:"mailbox,omitempty"` // never empty: the personal mailbox bears the agent's id
	Language  string     `json:"language,omitempty"`
}

// Party copies what a call needs of the agent.
func (a Agent) Party() *Party {
	return &Party{
		Agent: a.ID, Name: a.Name, Extension: a.Extension,
		Endpoints: slices.Clone(a.Endpoints), Screening: a.Screening,
		Mailbox: a.MailboxName(), Language: a.Language,
	}
}

// MailboxName is the mailbox that voicemail for the agent goes to.
func (a Agent) MailboxName() string {
	if a.Mailbox != "" {
		return a.Mailbox
	}
	return a.ID
}
