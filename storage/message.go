package storage

import (
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Message is a voicemail.
type Message struct {
	Mailbox string        `json:"mailbox"`
	Call    string        `json:"call"` // its id: a call leaves one message at the most
	From    number.E164   `json:"from,omitempty"`
	To      number.E164   `json:"to"`
	At      time.Time     `json:"at"`
	Length  time.Duration `json:"length"`
	Carrier string        `json:"carrier,omitempty"`
	Ref     string        `json:"ref,omitempty"`   // the carrier's reference of the recording
	Kept    bool          `json:"kept,omitempty"`  // the recording was taken from the carrier, and is kept beside the store
	Words   string        `json:"words,omitempty"` // what the caller says, where the carrier put it into words
	State   MessageState  `json:"state"`
	Read    bool          `json:"read"`
}

// MessageState is what became of a message.
type MessageState string

// The states of a message.
const (
	Pending MessageState = "pending"
	Left    MessageState = "left"
	Lost    MessageState = "lost"
)

// Transcribe gives the message its words, and returns what is posted of it; false where
// it has some already, or where they are those of another recording.
func (m *Message) Transcribe(ref, words string) (flow.Post, bool) {
	if m.Words != "" || words == "" || ref != "" && m.Ref != "" && m.Ref != ref {
		return flow.Post{}, false
	}
	m.Words = words
	return flow.Post{Kind: flow.PostMessageTranscribed, Mailbox: m.Mailbox}, true
}

// Deleted is what is posted when the message is deleted: whoever keeps recordings deletes
// this one.
func (m *Message) Deleted() flow.Post {
	return flow.Post{Kind: flow.PostMessageDeleted, Mailbox: m.Mailbox, Ref: m.Ref, Carrier: m.Carrier, Length: m.Length}
}

// DeletedTape is what is posted when a call is erased whose recording was no message;
// false where an entry of the call is of none. Whoever deletes such recordings may not
// have come to this one yet.
func DeletedTape(e *Entry, carrier string) (flow.Post, bool) {
	p := &e.Post
	return flow.Post{Kind: flow.PostMessageDeleted, Mailbox: p.Mailbox, Ref: p.Ref, Carrier: carrier}, p.Kind == flow.PostMessageDropped && p.Ref != ""
}
