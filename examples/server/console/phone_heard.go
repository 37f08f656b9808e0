package console

import (
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// What is heard on a telephone: words, and files that the page plays.

type said struct {
	At    time.Time
	Text  string
	Nth   int
	Sound string // the content of an uploaded file; empty is none
	Round bool   // it begins anew when it ends
}

// Sounds are the files that are heard, each once.
func (t telephone) Sounds() []said {
	var out []said
	all := t.Heard
	if t.Music != nil {
		all = append([]said{*t.Music}, all...)
	}
	for _, s := range all {
		if s.Sound != "" && !slices.ContainsFunc(out, func(o said) bool { return o.Sound == s.Sound }) {
			out = append(out, s)
		}
	}
	return out
}

// spoken is what a telephone heard, as words where they are words.
func spoken(m flow.Message) string {
	switch {
	case m.Say != "":
		return m.Say
	case m.Play != "":
		return "♪ " + m.Play
	}
	return "the message " + m.Name
}
