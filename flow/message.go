package flow

import (
	"cmp"
	"slices"
	"time"
)

// DefaultMessages are the names of the messages that every account has.
func DefaultMessages() []string { return slices.Clone(phraseNames[:]) }

// DefaultMessage is the library's own message of a name in a language, or in
// English where it does not speak that one; empty where there is no such message.
func DefaultMessage(name, language string) Message {
	return phrase(name, cmp.Or(language, English), "")
}

// olderName is a name that a message had before it could be replaced by name: a
// message cannot be called like a destination.
const olderName, newerName = "voicemail", "leave-message"

// message is what to say for a setting to a caller who is spoken to in a language:
// the setting itself, or the message that it names, or the default one. Texts in
// several languages give the one that comes closest.
func (s *Settings) message(m *Message, otherwise, language string) Message {
	out := Message{Name: otherwise}
	if m != nil {
		out = *m
	}
	want := cmp.Or(out.Language, language)
	if out.Name != "" {
		if out.Name == olderName {
			out.Name = newerName
		}
		named, ok := s.Messages[out.Name]
		if !ok {
			named = phrase(out.Name, want, s.language())
		}
		named.Voice = cmp.Or(out.Voice, named.Voice)
		if ok && len(named.In) == 0 {
			named.Language = cmp.Or(out.Language, named.Language)
		}
		out = named
	}
	if len(out.In) > 0 {
		out = out.in(want, s.language())
	}
	out.Language = cmp.Or(out.Language, s.language())
	if out.Voice == "" && out.Say != "" {
		s.cast(&out)
	}
	out.Content = s.Audio[out.Play]
	return out
}

// Message is the account's message of a name, or the library's: what an adapter
// says outside any turn, as in "one moment, please".
func (b *Book) Message(name string) Message {
	return b.settings.message(nil, name, b.settings.language())
}

// English is the language of whatever has none.
const English = "en-US"

// Words are what a message of the settings says to a caller who is spoken to in a
// language, names and texts in several languages resolved; an empty language is the
// account's.
func (s Settings) Words(m *Message, language string) Message {
	return s.message(m, "", cmp.Or(language, s.language()))
}

func (s *Settings) language() string { return cmp.Or(s.Defaults.Language, English) }

// phrase is the library's message of a name in a language, else in the account's,
// else in English.
func phrase(name, want, account string) Message {
	for _, tag := range []string{want, account, English} {
		if words, ok := phrases[primary(tag)]; ok && tag != "" {
			return Message{Say: words[name], Language: cmp.Or(homes[tag], tag)}
		}
	}
	return Message{}
}

// in is the message in the text that comes closest to a language: that very one,
// the language without its region, the language of another region, the account's
// language in the same way, or the text that stands first.
func (m Message) in(want, account string) Message {
	tag := func(i int) string { return m.In[i].Language }
	i := nearest(want, len(m.In), tag)
	if i < 0 {
		want = account
		i = nearest(want, len(m.In), tag)
	}
	i = max(i, 0)
	w := m.In[i]
	if primary(want) == w.Language { // words for every region are said as the caller's own says them
		w.Language = want
	}
	return Message{Say: w.Say, Play: w.Play, Language: w.Language}
}

// cast gives a spoken message the voices that the account has for its language. A
// language without a region takes the region for which there are voices.
func (s *Settings) cast(m *Message) {
	voices, ok := s.Defaults.Voices[m.Language]
	if !ok && primary(m.Language) == m.Language {
		tags := sortedTags(s.Defaults.Voices)
		if i := nearest(m.Language, len(tags), func(i int) string { return tags[i] }); i >= 0 {
			m.Language, voices = tags[i], s.Defaults.Voices[tags[i]]
		}
	}
	m.Voices = voices
}

// VoiceOn is the voice in which a carrier says the message, by the name that its
// calls bear; empty is the carrier's own for the language.
func (m *Message) VoiceOn(carrier string) string { return cmp.Or(m.Voice, m.Voices[carrier]) }

func (d Defaults) zone() string              { return cmp.Or(d.Timezone, "UTC") }
func (d Defaults) extensionLength() int      { return cmp.Or(d.ExtensionLength, 4) }
func (d Defaults) wrapUp() time.Duration     { return max(0, cmp.Or(d.WrapUp, 10*time.Second)) }
func (d Defaults) maxTalk() time.Duration    { return cmp.Or(d.MaxTalk, 2*time.Hour) }
func (d Defaults) maxGuesses() int           { return cmp.Or(d.MaxGuesses, 10) }
func (d Defaults) firstDigit() time.Duration { return cmp.Or(d.FirstDigit, 5*time.Second) }
func (d Defaults) interDigit() time.Duration { return cmp.Or(d.InterDigit, 5*time.Second) }
