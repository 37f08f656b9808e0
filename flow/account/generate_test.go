package account_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

// maker makes documents that Parse could have returned: right, and with what Parse
// fills in. Destinations lead to things made later, so that there are no rounds.
type maker struct {
	*rapid.T
	doc                                 *account.Document
	messages, hours, agents, mailboxes  []string
	queues, menus, flows                []string
	laterQueues, laterMenus, laterFlows []string
	laterMailboxes                      []string
	questions, laterQuestions           []string
	directories, laterDirectories       []string
}

func makeDocument(t *rapid.T) *account.Document {
	m := &maker{T: t, doc: &account.Document{Account: oneOf(t, "acme", "Acme & Söhne", "1001", "true")}}
	m.messages, m.hours = m.names(3, "voicemail", "hangup", "repeat"), m.names(2)
	m.agents = m.names(4, "personal")
	m.mailboxes = m.names(3, append(slices.Clone(m.agents), "personal")...)
	m.queues, m.menus, m.flows = m.names(3), m.names(3), m.names(3)
	m.questions, m.directories = m.names(2), m.names(2)
	m.laterQueues, m.laterMenus, m.laterFlows, m.laterMailboxes, m.laterQuestions, m.laterDirectories = m.queues, m.menus, m.flows, m.mailboxes, m.questions, m.directories
	m.settings()
	s := &m.doc.Settings
	s.Messages = things(m.messages, func(string) flow.Message { return m.ownMessage() })
	s.Hours = things(m.hours, func(string) flow.Hours { return m.opening() })
	s.Flows = things(m.flows, func(name string) flow.Flow {
		m.laterFlows = after(m.flows, name)
		return m.flow()
	})
	m.laterFlows = nil
	s.Menus = things(m.menus, func(name string) flow.Menu {
		m.laterMenus = after(m.menus, name)
		return m.menu()
	})
	m.laterMenus = nil
	s.Queues = things(m.queues, func(name string) flow.Queue {
		m.laterQueues = after(m.queues, name)
		if in := m.some(m.agents); len(in) > 0 {
			if m.doc.Members == nil {
				m.doc.Members = map[string][]string{}
			}
			m.doc.Members[name] = in
		}
		return m.queue()
	})
	m.laterQueues = nil
	s.Mailboxes = things(m.mailboxes, func(name string) flow.Mailbox {
		m.laterMailboxes = after(m.mailboxes, name)
		return m.mailbox()
	})
	m.laterMailboxes = nil
	s.Questions = things(m.questions, func(name string) flow.Question {
		m.laterQuestions = after(m.questions, name)
		return m.question()
	})
	m.laterQuestions = nil
	s.Directories = things(m.directories, func(name string) flow.Directory {
		m.laterDirectories = after(m.directories, name)
		return m.directory()
	})
	m.people()
	m.laterFlows, m.laterMenus, m.laterQueues, m.laterMailboxes = m.flows, m.menus, m.queues, m.mailboxes
	m.laterQuestions, m.laterDirectories = m.questions, m.directories
	m.numbers()
	return m.doc
}

func oneOf[V any](t *rapid.T, values ...V) V { return rapid.SampledFrom(values).Draw(t, "one of") }

func (m *maker) maybe() bool { return rapid.Bool().Draw(m.T, "maybe") }

func things[V any](names []string, make func(name string) V) map[string]V {
	if len(names) == 0 {
		return nil
	}
	out := map[string]V{}
	for _, name := range names {
		out[name] = make(name)
	}
	return out
}

func after(names []string, name string) []string { return names[slices.Index(names, name)+1:] }

// names are some that differ, awkward ones among them.
func (m *maker) names(most int, but ...string) []string {
	one := rapid.OneOf(
		rapid.StringMatching(`[a-z]{1,6}(-[a-z0-9]{1,4})?`),
		rapid.StringMatching(`[A-Za-zäß0-9&'()][A-Za-z0-9ä_.&'()@+=~<>!?*%|/ -]{0,12}[a-z0-9!)]`),
		rapid.SampledFrom([]string{"on", "yes", "null", "true", "1001", "0x1F", "1e3", "~", "-", "- a", "<<", "=", "2026-12-25", ".inf", "!x", "&x", "*x", "a - b", "?", "...", "---", "x.y"}),
	).Filter(func(s string) bool { return !slices.Contains(but, s) })
	return rapid.SliceOfNDistinct(one, 0, most, rapid.ID[string]).Draw(m.T, "names")
}

func (m *maker) some(from []string) []string {
	var out []string
	for _, s := range from {
		if m.maybe() {
			out = append(out, s)
		}
	}
	return out
}

// pick is a name, or none.
func (m *maker) pick(from []string) string {
	if len(from) == 0 || m.maybe() {
		return ""
	}
	return oneOf(m.T, from...)
}

// words are anything that can be said.
func (m *maker) words() string {
	runes := rapid.RuneFrom([]rune(" \n\t\"'\\:#,{}[]&*!|>%@`-?"), unicode.Letter, unicode.Number, unicode.Punct, unicode.Symbol)
	return rapid.StringOfN(runes, 1, 40, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" }).Draw(m.T, "words")
}

// line is a text of one line.
func (m *maker) line() string {
	if m.maybe() {
		return ""
	}
	s := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, m.words())
	return strings.TrimSpace(s)
}

// lasting is a time within limits, or none.
func (m *maker) lasting(low, high time.Duration) time.Duration {
	if m.maybe() {
		return 0
	}
	unit := oneOf(m.T, time.Nanosecond, time.Millisecond, time.Second, time.Minute, time.Hour, 24*time.Hour)
	d := time.Duration(rapid.Int64Range(int64(low), int64(high)).Draw(m.T, "time")) / unit * unit
	return min(max(d, low), high)
}

func (m *maker) language() string { return oneOf(m.T, "", "en-US", "de", "zh-Hant-TW") }

func (m *maker) onOff() extension.Switch {
	return oneOf(m.T, extension.Default, extension.On, extension.Off)
}

func (m *maker) ownMessage() flow.Message {
	if m.maybe() && m.maybe() {
		in := flow.Message{In: []flow.Wording{{Language: "es-MX", Say: m.words()}, {Language: "en", Say: m.words()}}}
		return oneOf(m.T, in, flow.Message{In: append(in.In, flow.Wording{Language: "fr", Play: "fr.mp3"})})
	}
	out := flow.Message{Language: m.language(), Voice: oneOf(m.T, "", "Polly.Joanna", "anna: 2")}
	if m.maybe() {
		out.Say = m.words()
	} else {
		out.Play = oneOf(m.T, "https://media.example.com/a.mp3?v=1&w=%20", "hold music.mp3", "http://10.0.0.1")
	}
	return out
}

func (m *maker) message() *flow.Message {
	switch {
	case m.maybe():
		out := m.ownMessage()
		return &out
	case len(m.messages) > 0 && m.maybe():
		return &flow.Message{Name: oneOf(m.T, m.messages...), Language: m.language()}
	}
	return flow.Named(oneOf(m.T, flow.DefaultMessages()...))
}

func (m *maker) maySay() *flow.Message {
	if m.maybe() {
		return nil
	}
	return m.message()
}

// dest is a destination that leads onwards, perhaps in another language, or the
// default.
func (m *maker) dest() *flow.Dest {
	d := m.onward()
	if d != nil && m.maybe() {
		d.Language = m.language()
	}
	if d != nil && d.Language != "" && d.To == flow.TargetHangUp && d.Message == nil {
		d.Message = flow.Named("goodbye") // as it is written where there is a language beside it
	}
	return d
}

func (m *maker) onward() *flow.Dest {
	for {
		switch rapid.IntRange(0, 11).Draw(m.T, "destination") {
		case 0:
			return nil
		case 1:
			return flow.HangUp(m.maySay())
		case 2:
			return flow.ToPersonal()
		case 3:
			return &flow.Dest{To: flow.TargetVoicemail, Name: flow.Personal, Message: m.maySay()}
		case 4:
			if name := m.pick(m.laterMailboxes); name != "" {
				return &flow.Dest{To: flow.TargetVoicemail, Name: name, Message: m.maySay()}
			}
		case 5:
			if name := m.pick(m.laterQueues); name != "" {
				return flow.ToQueue(name)
			}
		case 6:
			if name := m.pick(m.laterMenus); name != "" {
				return flow.ToMenu(name)
			}
		case 7:
			if name := m.pick(m.laterFlows); name != "" {
				return flow.ToFlow(name)
			}
		case 8:
			if name := m.pick(m.laterQuestions); name != "" {
				return flow.ToQuestion(name)
			}
		case 9:
			if name := m.pick(m.laterDirectories); name != "" {
				return flow.ToDirectory(name)
			}
		case 10:
			if len(m.agents) > 0 {
				return flow.ToExtension(extensionOf(rapid.IntRange(0, len(m.agents)-1).Draw(m.T, "agent")), m.dest())
			}
		default:
			to := oneOf(m.T, "tel:+12025550198", "sip:a@b.example:5060", "client:x#y", "sips:ada@pbx.example.com")
			return flow.ToHandoff(extension.Endpoint{Address: to}, m.dest())
		}
	}
}

func extensionOf(agent int) string { return fmt.Sprint(10 + 3*agent) }

// answer is what a rule about silence or a wrong entry takes.
func (m *maker) answer() *flow.Dest {
	if m.maybe() {
		return flow.Repeat(m.maySay())
	}
	return m.dest()
}

func (m *maker) keys(least int) map[string]flow.Dest {
	all := rapid.SliceOfNDistinct(rapid.SampledFrom(strings.Split("0123456789*", "")), least, 4, rapid.ID[string]).Draw(m.T, "keys")
	return things(all, func(string) flow.Dest {
		if d := m.dest(); d != nil {
			return *d
		}
		return *flow.HangUp(nil)
	})
}

func (m *maker) emergency() number.Emergency {
	return oneOf(m.T, number.Emergency{}, number.Emergency{Dial: "sip:door@pbx.example.com"}, number.Emergency{Say: "Sorry: call later."}, number.Emergency{Say: "Lo sentimos.", Language: "es-ES"}, number.Emergency{Play: "sorry.mp3"})
}

// spoken is an emergency as a document says it: in the account's language.
func (m *maker) spoken(e number.Emergency) number.Emergency {
	if language := m.doc.Settings.Defaults.Language; e.Say != "" && e.Language == "" && language != flow.English {
		e.Language = language
	}
	return e
}
