package adapter

import (
	"maps"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Speech is what a carrier's voices speak. The zero value says nothing about it.
type Speech struct {
	Languages []string                             // as the carrier writes them
	Tag       func(language string) string         // the carrier's own for a BCP 47 tag, or a kin of it; empty where there is none
	Voiced    func(tag, voice string) (known bool) // whether a voice speaks a language, by the carrier's own words for both
	Example   func(tag string) string              // a voice that does
}

// Speaker is a Carrier whose voices are known.
type Speaker interface {
	Speech() Speech
}

// SpeechOf is what a carrier's voices speak; nothing where it does not say.
func SpeechOf(carrier Carrier) Speech {
	if s, ok := carrier.(Speaker); ok {
		return s.Speech()
	}
	return Speech{}
}

// Faults are what of an account's settings a carrier's voices cannot speak, each with
// its path.
func (s Speech) Faults(carrier string, set flow.Settings) flow.Faults {
	if s.Tag == nil {
		return nil
	}
	f := speechFinder{Speech: s, finder: finder{carrier: carrier}}
	f.language("settings.language", set.Defaults.Language)
	for _, tag := range slices.Sorted(maps.Keys(set.Defaults.Voices)) {
		if voice, ok := set.Defaults.Voices[tag][carrier]; ok {
			f.voice("settings.voices."+tag, tag, voice, carrier)
		}
	}
	for path, m := range messages(set) {
		f.message(path, m, set)
	}
	return f.faults
}

type speechFinder struct {
	Speech
	finder
}

// language tells of one that the carrier does not speak.
func (f *speechFinder) language(path, tag string) bool {
	if tag == "" || f.Tag(tag) != "" {
		return true
	}
	f.fault(path, "%s has no voice for %.40q; write another language, or record what is said", f.carrier, tag)
	return false
}

// voice tells of one that does not speak the language.
func (f *speechFinder) voice(path, language, voice, key string) {
	if !f.language(path, language) || f.Voiced(f.Tag(language), voice) {
		return
	}
	if key != "" {
		path += "." + key
	}
	f.fault(path, "%s has no voice %.64q for %s; write one such as %s", f.carrier, voice, language, f.Example(f.Tag(language)))
}

func (f *speechFinder) message(path string, m flow.Message, set flow.Settings) {
	for _, w := range m.In {
		if w.Say != "" {
			f.language(path+".say."+w.Language, w.Language)
		}
	}
	switch words := set.Words(&m, ""); {
	case m.Say == "" && m.Name == "" || words.Say == "" || len(m.In) > 0:
	case m.Voice != "":
		f.voice(path+".voice", words.Language, m.Voice, "")
	case m.Language != "":
		f.language(path+".language", m.Language)
	}
}

// messages are those of an account by their paths, wherever one has a setting of its
// own.
func messages(s flow.Settings) func(yield func(string, flow.Message) bool) {
	return func(yield func(string, flow.Message) bool) {
		all := map[string]flow.Message{}
		for name, m := range s.Messages {
			all["messages."+name] = m
		}
		may := func(path string, m *flow.Message) {
			if m != nil {
				all[path] = *m
			}
		}
		for name, w := range s.Flows {
			may("flows."+name+".greeting", w.Greeting)
		}
		for name, q := range s.Queues {
			may("queues."+name+".hold", q.Hold)
		}
		for name, q := range s.Questions {
			may("questions."+name+".hold", q.Hold)
		}
		for name, d := range s.Directories {
			may("directories."+name+".prompt", d.Prompt)
		}
		for name, b := range s.Mailboxes {
			may("mailboxes."+name+".greeting", b.Greeting)
			for reason, m := range b.Greetings {
				all["mailboxes."+name+".greetings."+string(reason)] = m
			}
		}
		for name, m := range s.Menus {
			all["menus."+name+".prompt"] = m.Prompt
		}
		for _, path := range slices.Sorted(maps.Keys(all)) {
			if !yield(path, all[path]) {
				return
			}
		}
	}
}

// Nearest is the tag among a carrier's languages that comes closest to a language: it,
// its home ("de-CH" is spoken as "de-DE"), or any region's; empty where none does.
func Nearest(language string, among []string) string {
	primary, _, _ := strings.Cut(language, "-")
	home := primary + "-" + primary
	if strings.EqualFold(primary, "en") {
		home = flow.English
	}
	for _, like := range []func(string) bool{
		func(l string) bool { return strings.EqualFold(l, language) },
		func(l string) bool { return strings.EqualFold(l, home) },
		func(l string) bool { return strings.EqualFold(l, primary) },
		func(l string) bool {
			return len(l) > len(primary) && l[len(primary)] == '-' && strings.EqualFold(l[:len(primary)], primary)
		},
	} {
		if i := slices.IndexFunc(among, like); i >= 0 {
			return among[i]
		}
	}
	return ""
}
