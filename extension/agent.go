// Package extension knows who can be reached by keying what: agents, their
// endpoints and presence, the range that extensions are taken from, and the
// Directory that answers a keyed entry.
//
// The package is pure: time comes in as a value and nothing is read or written.
package extension

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
	Listed    bool       `json:"listed,omitempty"`    // callers may find the agent by spelling its name, and hear the name
	Duty      Duty       `json:"duty,omitzero"`       // kept by the store
	Rev       uint64     `json:"rev,omitempty"`       // counts changes by people, for compare-and-swap; Duty does not count
}

// Switch is a setting that may be left to its default.
type Switch string

// The positions of a Switch.
const (
	Default Switch = ""
	On      Switch = "on"
	Off     Switch = "off"
)

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
func (a Agent) Party() *Party { return a.PartyVia("") }

// PartyVia copies what a call of the carrier named needs of the agent: endpoints
// that the carrier does not reach are left out. The empty carrier leaves all in.
func (a Agent) PartyVia(carrier string) *Party {
	p := &Party{
		Agent: a.ID, Name: a.Name, Extension: a.Extension, Screening: a.Screening,
		Mailbox: a.MailboxName(), Language: a.Language,
	}
	for _, e := range a.Endpoints {
		if e.Reachable(carrier) {
			p.Endpoints = append(p.Endpoints, e)
		}
	}
	return p
}

// MailboxName is the mailbox that voicemail for the agent goes to.
func (a Agent) MailboxName() string {
	if a.Mailbox != "" {
		return a.Mailbox
	}
	return a.ID
}
