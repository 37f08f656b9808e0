package flow

import (
	"cmp"
	"time"
)

// Words that ship with the library. An account adds messages, or replaces these
// by name.
var defaultMessages = map[string]string{
	"welcome":     "Welcome. Please enter the extension of the person you would like to reach.",
	"no-input":    "Sorry, I did not hear anything. Please enter an extension.",
	"invalid":     "Sorry, that is not a valid extension. Please try again.",
	"unavailable": "Sorry, that person cannot take your call right now.",
	"voicemail":   "Please leave a message after the tone. Press pound when you are done.",
	"thanks":      "Thank you. Your message has been recorded. Goodbye.",
	"hold":        "Please hold while we find somebody to take your call.",
	"goodbye":     "Goodbye.",
	"sorry":       "Sorry, we cannot complete your call. Please try again later. Goodbye.",
	"moment":      "One moment, please.",
	"position":    "You are number {position} in line.",
	"wait":        "The estimated wait is {minutes} minutes.",
	"screening":   "Call from {caller}. Press 1 to accept.",
	"gone":        "The caller has gone. Goodbye.",
}

// DefaultMessages are the names of the messages that every account has.
func DefaultMessages() []string {
	return []string{"welcome", "no-input", "invalid", "unavailable", "voicemail", "thanks", "hold", "goodbye",
		"sorry", "moment", "position", "wait", "screening", "gone"}
}

// message is what to say for a setting: the setting itself, or the message that
// it names, or the default one.
func (s *Settings) message(m *Message, otherwise string) Message {
	out := Message{Name: otherwise}
	if m != nil {
		out = *m
	}
	if out.Name != "" {
		named, ok := s.Messages[out.Name]
		if !ok {
			named = Message{Say: defaultMessages[out.Name]}
		}
		named.Name = ""
		named.Language = cmp.Or(out.Language, named.Language)
		named.Voice = cmp.Or(out.Voice, named.Voice)
		out = named
	}
	out.Language = cmp.Or(out.Language, s.Defaults.Language, "en-US")
	return out
}

// Message is the account's message of a name, or the library's: what an adapter
// says outside any turn, as in "one moment, please".
func (b *Book) Message(name string) Message { return b.settings.message(nil, name) }

func (d Defaults) zone() string              { return cmp.Or(d.Timezone, "UTC") }
func (d Defaults) extensionLength() int      { return cmp.Or(d.ExtensionLength, 4) }
func (d Defaults) wrapUp() time.Duration     { return cmp.Or(d.WrapUp, 10*time.Second) }
func (d Defaults) maxTalk() time.Duration    { return cmp.Or(d.MaxTalk, 2*time.Hour) }
func (d Defaults) maxGuesses() int           { return cmp.Or(d.MaxGuesses, 10) }
func (d Defaults) firstDigit() time.Duration { return cmp.Or(d.FirstDigit, 5*time.Second) }
func (d Defaults) interDigit() time.Duration { return cmp.Or(d.InterDigit, 5*time.Second) }
