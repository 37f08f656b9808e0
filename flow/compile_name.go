package flow

import (
	"strconv"
	"strings"
)

// Steps that an author did not name get names that say what they are: a release
// keeps them, and pictures show them. The same destination always has the same
// name, and another one another.

// label is a destination in words, as in: ring 1002, else voicemail team.
func (d *Dest) label() string {
	if d.Language != "" {
		in := *d
		in.Language = ""
		return "in " + d.Language + ", " + in.label()
	}
	switch d.To {
	case TargetHangUp:
		return "hang up" + d.Message.label()
	case TargetRepeat:
		return "repeat" + d.Message.label()
	case TargetVoicemail:
		return "voicemail " + d.Name + d.Message.label()
	case TargetExtension:
		return "ring " + d.Name + d.Otherwise.otherwise()
	case TargetHandoff:
		return "hand off to " + d.Name + d.Otherwise.otherwise()
	}
	return string(d.To) + " " + d.Name
}

func (d *Dest) otherwise() string {
	if d == nil {
		return ""
	}
	return ", else " + d.label()
}

// label is a message of a destination's own, with all that tells it from another.
func (m *Message) label() string {
	if m == nil {
		return ""
	}
	var parts []string
	for _, p := range []struct{ what, value string }{
		{"", m.Name}, {"", quoted(m.Say)}, {"play ", m.Play}, {"in ", m.Language}, {"by ", m.Voice},
	} {
		if p.value != "" {
			parts = append(parts, p.what+p.value)
		}
	}
	for _, w := range m.In {
		parts = append(parts, strings.TrimPrefix((&Message{Say: w.Say, Play: w.Play, Language: w.Language}).label(), ": "))
	}
	return ": " + strings.Join(parts, " ")
}

func quoted(words string) string {
	if words == "" {
		return ""
	}
	return strconv.Quote(words)
}

// repeats reports whether a destination leads back to the step that collects.
func (d *Dest) repeats() bool {
	return d != nil && (d.To == TargetRepeat || d.Otherwise.repeats())
}

// label is what tells a destination in one place from the same one in another: how
// long agents ring, and where "repeat" leads, if it is used.
func (c *compiler) label(d *Dest, in scope) string {
	name := d.label()
	if in.ring.Time != defaultRing || in.ring.CallerID != ShowCaller || in.ring.Screen.Policy != "" {
		name += " (rings " + in.ring.Time.String() + ", shows " + string(in.ring.CallerID)
		if in.ring.Screen.Policy != "" {
			name += ", screening " + string(in.ring.Screen.Policy)
		}
		name += ")"
	}
	if d.repeats() && in.again != 0 {
		name += " in " + c.b.nodes[in.again].name
	}
	return name
}
