package flow

import (
	"strconv"
	"strings"
)

// Script writes down what happens in calls, in the one notation of stories, logs
// and timelines: an event is a line at the margin, what answers it are lines
// beneath. The zero value writes numbers and digits in full.
//
// It is total: anything can be written down, the same way every time. What is
// not a plain word is quoted, so that a line is always one line.
type Script struct {
	Caller string // who calls; "caller"
	Agent  string // who is rung or talks, where the event does not say; "agent"
	Masked bool   // hide telephone numbers and what was keyed, as for logs
}

// Text is the turn in full: the event at the margin, what answers it indented.
func (t Turn) Text() string { return Script{}.Turn(t) }

// String is the turn in one line, numbers and digits masked.
func (t Turn) String() string {
	s := Script{Masked: true}.of(t)
	return strings.Join(append([]string{s.Event(t.Event)}, s.answer(t)...), "; ")
}

// Text is the event in full: "caller presses 1001".
func (e Event) Text() string { return Script{}.Event(e) }

// String is the event with numbers and digits masked.
func (e Event) String() string { return Script{Masked: true}.Event(e) }

// Text is the move in full, a line for each thing.
func (m Move) Text() string { return strings.Join(Script{}.Move(m), "\n") }

// String is the move in one line, numbers and digits masked.
func (m Move) String() string { return strings.Join(Script{Masked: true}.Move(m), "; ") }

// String is the post in words, as in "voicemail left to team, 12s".
func (p Post) String() string { return Script{}.Post(p) }

// indent is what stands before a line beneath an event.
const indent = "    "

// Turn is the event at the margin, and indented beneath it what is said, what is
// waited for, and what is posted. Lines end in a newline.
func (s Script) Turn(t Turn) string {
	s = s.of(t)
	var b strings.Builder
	b.WriteString(s.Event(t.Event))
	b.WriteByte('\n')
	for _, line := range s.answer(t) {
		b.WriteString(indent)
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// of has whoever is on the telephone bear the number, where it is we who call.
func (s Script) of(t Turn) Script {
	if t.Info.outward() {
		s.Caller, s.Agent = s.number(t.Info.From), s.number(t.Info.From)
	}
	return s
}

func (s Script) answer(t Turn) []string {
	lines := s.Move(t.Move)
	for _, p := range t.Posts {
		lines = append(lines, s.Post(p))
	}
	return lines
}

// Move is a line for each message, one for what is waited for, and one for what
// other calls are told.
func (s Script) Move(m Move) []string {
	lines := make([]string, 0, len(m.Say)+1)
	for _, message := range m.Say {
		lines = append(lines, s.message(message))
	}
	if m.Do.Kind != 0 {
		lines = append(lines, s.Command(m.Do))
	}
	if m.Tell != 0 {
		lines = append(lines, "tell "+word(newsWords, uint8(m.Tell), "news"))
	}
	if m.Ignored != 0 {
		lines = append(lines, "ignored, "+word(ignoredWords, uint8(m.Ignored), "reason"))
	}
	return lines
}

// message is `say "words"` or `play URL`, and what is not the library's own
// language or the carrier's own voice.
func (s Script) message(m Message) string {
	line := "say " + strconv.Quote(s.hide(m.Say))
	switch {
	case m.Play != "":
		line = "play " + plain(m.Play)
	case m.Name != "":
		line = "say the message " + plain(m.Name)
	}
	if m.Language != "" && m.Language != "en-US" {
		line += " in " + plain(m.Language)
	}
	if m.Voice != "" {
		line += " by " + plain(m.Voice)
	}
	return line
}
