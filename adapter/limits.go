package adapter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/extflow/extflow/flow"
)

// Span is the least and the most of something.
type Span struct{ Least, Most time.Duration }

// Limits are what a carrier allows of what an account may ask for. The zero value of
// each is no limit.
type Limits struct {
	Digits  int           // the longest entry
	Keys    Span          // the time for the first key, and between two
	Finish  string        // the keys that can end an entry
	Silence Span          // how much of it can end a recording
	Record  Span          // the longest of a recording
	Ring    Span          // the time of a ring
	Talk    time.Duration // the longest talk
	Text    int           // characters of a message that is spoken
}

// Limited is a Carrier with limits that accounts have to keep to.
type Limited interface {
	Limits() Limits
}

// LimitsOf are a carrier's limits; none where it says nothing.
func LimitsOf(carrier Carrier) Limits {
	if l, ok := carrier.(Limited); ok {
		return l.Limits()
	}
	return Limits{}
}

// Faults are what of an account's settings a carrier with these limits cannot do, each
// with its path. What is left to its default is within every carrier's limits.
func (l Limits) Faults(carrier string, s flow.Settings) flow.Faults {
	f := finder{carrier: carrier}
	d := s.Defaults
	f.digits("settings.extension_length", d.ExtensionLength, l.Digits)
	f.span("settings.first_digit", d.FirstDigit, l.Keys)
	f.span("settings.inter_digit", d.InterDigit, l.Keys)
	f.finish("settings.terminator", d.Terminator, l.Finish)
	f.span("settings.max_talk", d.MaxTalk, Span{Most: l.Talk})
	for _, name := range slices.Sorted(maps.Keys(s.Messages)) {
		f.text("messages."+name, s.Messages[name], l.Text)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Flows)) {
		at, w := "flows."+name, s.Flows[name]
		f.digits(at+".collect.digits", w.Collect.Digits, l.Digits)
		f.span(at+".collect.first_digit", w.Collect.FirstDigit, l.Keys)
		f.span(at+".collect.inter_digit", w.Collect.InterDigit, l.Keys)
		f.finish(at+".collect.terminator", w.Collect.Terminator, l.Finish)
		f.span(at+".ring.time", w.Ring.Time, l.Ring)
		if w.Greeting != nil {
			f.text(at+".greeting", *w.Greeting, l.Text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Queues)) {
		f.span("queues."+name+".ring", s.Queues[name].Ring, l.Ring)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		at, m := "mailboxes."+name, s.Mailboxes[name]
		f.span(at+".max_length", m.MaxLength, l.Record)
		f.span(at+".silence", m.Silence, l.Silence)
		if m.Greeting != nil {
			f.text(at+".greeting", *m.Greeting, l.Text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Menus)) {
		f.text("menus."+name+".prompt", s.Menus[name].Prompt, l.Text)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Questions)) {
		if hold := s.Questions[name].Hold; hold != nil {
			f.text("questions."+name+".hold", *hold, l.Text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Directories)) {
		if prompt := s.Directories[name].Prompt; prompt != nil {
			f.text("directories."+name+".prompt", *prompt, l.Text)
		}
	}
	return f.faults
}

// finder collects faults.
type finder struct {
	carrier string
	faults  flow.Faults
}

func (f *finder) fault(path, format string, args ...any) {
	f.faults = append(f.faults, flow.Fault{Path: path, Problem: fmt.Sprintf(format, args...) + "; or take " + f.carrier + " off the account's numbers"})
}

func (f *finder) digits(path string, n, most int) {
	if most > 0 && n > most {
		f.fault(path, "%s collects %d digits at most; write fewer than %d", f.carrier, most, n)
	}
}

func (f *finder) span(path string, d time.Duration, s Span) {
	switch {
	case d == 0:
	case s.Least > 0 && d < s.Least:
		f.fault(path, "%s can do no less than %s; write more than %s", f.carrier, s.Least, d)
	case s.Most > 0 && d > s.Most:
		f.fault(path, "%s can do no more than %s; write less than %s", f.carrier, s.Most, d)
	}
}

func (f *finder) finish(path, key, keys string) {
	if keys != "" && key != "" && key != "none" && !strings.Contains(keys, key) {
		f.fault(path, "with %s only %s ends an entry; write that, or none", f.carrier, keys)
	}
}

func (f *finder) text(path string, m flow.Message, most int) {
	if n := utf8.RuneCountInString(m.Say); most > 0 && n > most {
		f.fault(path, "%s says %d characters at once at most, and this has %d; shorten it, or record it", f.carrier, most, n)
	}
}
