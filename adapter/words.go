package adapter

import (
	"cmp"
	"maps"
	"slices"

	"github.com/extflow/extflow/flow"
)

// Scribe is a Carrier that puts what callers record into words, where a turn's
// Command.Transcribe asks for it. They come as flow.Transcribed, by the call's key, once
// the recording is over: much later, twice, or never, where nothing was understood.
type Scribe interface {
	Transcribes(language string) bool // BCP 47
}

// Transcribes reports whether a carrier puts recordings in a language into words.
func Transcribes(carrier Carrier, language string) bool {
	s, ok := carrier.(Scribe)
	return ok && s.Transcribes(language)
}

// ScribeFaults are the mailboxes of an account whose messages a carrier cannot put into
// words, in the account's language, each with its path.
func ScribeFaults(name string, carrier Carrier, s flow.Settings) flow.Faults {
	f := finder{carrier: name}
	language := cmp.Or(s.Defaults.Language, flow.English)
	for _, box := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		if s.Mailboxes[box].Transcribe && !Transcribes(carrier, language) {
			f.fault("mailboxes."+box+".transcribe", "%s puts no recordings in %s into words; leave it off", name, language)
		}
	}
	return f.faults
}
