package flow

import "github.com/extflow/extflow/extension"

// Dest is a destination: where a rule, a key or a number leads. Build one with
// ToQueue, ToVoicemail, ToPersonal, ToMenu, ToFlow, ToExtension, ToHandoff,
// ToQuestion, ToDirectory, HangUp or Repeat.
type Dest struct {
	To        Target   `json:"to"`
	Name      string   `json:"name,omitempty"`      // the queue, mailbox, menu, flow, question, directory, extension or address
	Message   *Message `json:"message,omitempty"`   // hang up and repeat: what is said; voicemail: a greeting of its own
	Otherwise *Dest    `json:"otherwise,omitempty"` // extension and handoff: where a failed ring leads
	Language  string   `json:"language,omitempty"`  // BCP 47: in which the caller is spoken to from there on; as before
}

// Target is the kind of a destination, by the word that the account document uses.
type Target string

// The targets.
const (
	TargetQueue     Target = "queue"
	TargetVoicemail Target = "voicemail"
	TargetMenu      Target = "menu"
	TargetHangUp    Target = "hangup"
	TargetFlow      Target = "flow"
	TargetExtension Target = "extension"
	TargetHandoff   Target = "handoff"
	TargetRepeat    Target = "repeat"
	TargetAsk       Target = "ask"
	TargetDirectory Target = "directory"
)

// Personal is the mailbox of the agent whose extension the caller keyed first.
const Personal = "personal"

// ToQueue leads to a queue of the account.
func ToQueue(name string) *Dest { return &Dest{To: TargetQueue, Name: name} }

// ToVoicemail leads to a mailbox of the account.
func ToVoicemail(mailbox string) *Dest { return &Dest{To: TargetVoicemail, Name: mailbox} }

// ToPersonal leads to the mailbox of the agent whose extension was keyed first.
func ToPersonal() *Dest { return &Dest{To: TargetVoicemail, Name: Personal} }

// ToMenu leads to a menu of the account.
func ToMenu(name string) *Dest { return &Dest{To: TargetMenu, Name: name} }

// ToFlow leads to another flow of the account.
func ToFlow(name string) *Dest { return &Dest{To: TargetFlow, Name: name} }

// ToQuestion asks the product a question of the account, which leads on.
func ToQuestion(name string) *Dest { return &Dest{To: TargetAsk, Name: name} }

// ToDirectory has the caller find somebody by name, in a directory of the account.
func ToDirectory(name string) *Dest { return &Dest{To: TargetDirectory, Name: name} }

// ToExtension rings the agent of an extension once; otherwise, or the personal
// mailbox where it is nil, is where unavailable, busy and no answer lead.
func ToExtension(ext string, otherwise *Dest) *Dest {
	return &Dest{To: TargetExtension, Name: ext, Otherwise: otherwise}
}

// ToHandoff gives the call to an address outside; the carrier owns it from then on.
func ToHandoff(to extension.Endpoint, otherwise *Dest) *Dest {
	return &Dest{To: TargetHandoff, Name: to.Address, Otherwise: otherwise}
}

// HangUp says the message, then ends the call; nil says the message "goodbye".
func HangUp(m *Message) *Dest { return &Dest{To: TargetHangUp, Message: m} }

// Repeat says the message and collects again; nil repeats the prompt.
func Repeat(m *Message) *Dest { return &Dest{To: TargetRepeat, Message: m} }

// Say is a message of spoken words.
func Say(words string) *Message { return &Message{Say: words} }

// Play is a message of audio, by an absolute URL or the name of an uploaded file.
func Play(url string) *Message { return &Message{Play: url} }

// Named is one of the account's messages.
func Named(name string) *Message { return &Message{Name: name} }
