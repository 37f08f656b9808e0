package flow

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// Accounts made by chance: every setting that an author can write, in any
// combination that Compile takes, the same ones for the same seed.

// generated is a book of settings made by chance.
func generated(seed uint64) (*Book, Settings) {
	for try := uint64(0); ; try++ { // most of those that are refused go round in circles
		m := &maker{Rand: rand.New(rand.NewPCG(seed, try))}
		s := m.settings()
		if b, err := Compile(s); err == nil {
			return b, s
		}
	}
}

type maker struct {
	*rand.Rand
	flows, menus, queues, boxes, asks, directories []string

	personal bool // the account has a default mailbox, so that personal always means one
}

func (m *maker) settings() Settings {
	m.flows, m.menus = m.names("flow", 1, 2), m.names("menu", 0, 3)
	m.queues, m.boxes = m.names("queue", 0, 2), m.names("box", 0, 2)
	m.asks = m.names("question", 0, 1)
	if m.seldom() {
		m.directories = m.names("directory", 1, 1)
	}
	s := Settings{
		Messages: map[string]Message{"ours": {Say: "Ours."}, "sound": {Play: "https://media.example.com/a.mp3"}},
		Hours:    map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}},
		Queues:   map[string]Queue{}, Mailboxes: map[string]Mailbox{}, Menus: map[string]Menu{}, Flows: map[string]Flow{}, Questions: map[string]Question{}, Directories: map[string]Directory{}, Entries: map[string]Entry{},
	}
	s.Defaults.MaxGuesses = m.IntN(4) * 3
	if len(m.boxes) > 0 && m.often() {
		m.personal = true
		s.Defaults.DefaultMailbox = m.one(m.boxes)
	}
	if len(m.queues) > 0 && m.even() {
		s.Defaults.DefaultQueue = m.one(m.queues)
	}
	for i, name := range m.boxes {
		s.Mailboxes[name] = m.mailbox(i)
	}
	for _, name := range m.queues {
		s.Queues[name] = m.queue()
	}
	for _, name := range m.asks {
		s.Questions[name] = m.question()
	}
	for _, name := range m.directories {
		s.Directories[name] = m.directory()
	}
	for _, name := range m.menus {
		s.Menus[name] = m.menu()
	}
	for _, name := range m.flows {
		s.Flows[name] = m.flow()
	}
	for i := range 1 + m.IntN(2) {
		e := Entry{Dest: *m.dest(false)}
		if m.seldom() {
			e.Hours, e.Closed = "office", m.perhaps(false)
		}
		if m.seldom() {
			e.Language = "es-MX"
		}
		s.Entries["+1202555010"+strconv.Itoa(i)] = e
	}
	return s
}

func (m *maker) flow() Flow {
	f := Flow{
		Greeting: m.message(), Repeats: m.repeats(), Counters: m.counters(),
		Unavailable: m.rule(), NoAnswer: m.rule(), Busy: m.rule(), Star: m.rule(),
		NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.perhaps(false),
	}
	f.Ring.Time = time.Duration(10+m.IntN(50)) * time.Second
	if m.seldom() {
		f.Screening = extension.On
	}
	if m.seldom() {
		f.Discreet, f.Unavailable = true, nil
	}
	return f
}

func (m *maker) menu() Menu {
	menu := Menu{
		Prompt: Message{Say: "Press a key."}, Keys: map[string]Dest{}, Repeats: m.repeats(), Counters: m.counters(),
		NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.perhaps(false), Extensions: m.seldom(),
	}
	for range 1 + m.IntN(4) {
		d := m.dest(true)
		if m.seldom() {
			d = Repeat(m.message())
		}
		menu.Keys[m.key()] = *d
	}
	menu.Discreet = menu.Extensions && m.seldom()
	if _, taken := menu.Keys["8"]; !taken && m.even() {
		menu.Back = "8"
	}
	if m.seldom() {
		menu.Hours, menu.Closed = "office", m.perhaps(false)
	}
	return menu
}

func (m *maker) directory() Directory {
	d := Directory{
		Prompt: m.message(), Keys: map[string]Dest{}, Repeats: m.repeats(), Counters: m.counters(),
		NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.perhaps(false),
	}
	if m.even() {
		d.Flow = m.one(m.flows)
	}
	if m.even() {
		d.Keys["0"] = *m.dest(false)
	}
	if m.seldom() {
		d.Keys["*"] = *Repeat(m.message())
	}
	if m.seldom() {
		d.Back = "1"
	}
	return d
}

func (m *maker) queue() Queue {
	q := Queue{
		Hold: m.message(), Ring: time.Duration(5+m.IntN(30)) * time.Second,
		Strategy: []Strategy{"", LongestIdle, InOrder, RingAll}[m.IntN(4)], Offer: []Offering{"", Place, Dial}[m.IntN(3)],
		OnMaxWait: m.perhaps(false), OnMaxSize: m.perhaps(false), OnNoMembers: m.perhaps(false),
	}
	q.Announce.Position, q.Announce.Wait = m.onOff(), m.onOff()
	if m.even() {
		q.LeaveKey, q.OnLeave = m.key(), m.perhaps(false)
	}
	if q.Callback = m.seldom(); q.Callback && q.LeaveKey == "1" {
		q.CallbackKey = "2"
	}
	return q
}

func (m *maker) question() Question {
	q := Question{Hold: m.message(), Answers: map[string]Dest{}, Otherwise: m.dest(false)}
	for i := range 1 + m.IntN(3) {
		q.Answers["word "+strconv.Itoa(i)] = *m.dest(false)
	}
	return q
}

func (m *maker) mailbox(i int) Mailbox {
	box := Mailbox{Greeting: m.message(), Keys: map[string]Dest{}}
	if m.even() {
		box.Owner = "agent " + strconv.Itoa(i)
	}
	if m.even() {
		box.Greetings = map[Reason]Message{ForBusy: {Say: "Busy."}, ForNoAnswer: {Name: "ours"}}
	}
	if m.seldom() {
		box.MaxMessages, box.OnFull = 10, m.perhaps(false)
	}
	for range m.IntN(3) {
		box.Keys[m.key()] = *m.dest(false)
	}
	return box
}

// rule is where a rule of a flow leads; nil is its default.
func (m *maker) rule() *Dest {
	if m.seldom() {
		return Repeat(m.message())
	}
	return m.perhaps(true)
}

// answer is what a flow or a menu does about silence and wrong entries.
func (m *maker) answer() *Dest {
	if m.even() {
		return Repeat(m.message())
	}
	return m.perhaps(false)
}

func (m *maker) perhaps(keyed bool) *Dest {
	if m.seldom() {
		return nil
	}
	return m.dest(keyed)
}

// dest is a destination of any kind. Those that end the call are the most frequent,
// so that few accounts go round in circles.
func (m *maker) dest(keyed bool) *Dest {
	d := m.onward(keyed)
	if m.IntN(24) == 0 {
		d.Language = "es"
	}
	return d
}

func (m *maker) onward(keyed bool) *Dest {
	switch n := m.IntN(16); {
	case n < 3 && len(m.boxes) > 0:
		d := ToVoicemail(m.one(m.boxes))
		if m.seldom() {
			d.Message = Say("Leave a message.")
		}
		return d
	case n < 5 && (keyed || m.personal):
		d := ToPersonal()
		if m.seldom() {
			d.Message = Say("We are all out.")
		}
		return d
	case n < 7 && len(m.queues) > 0:
		return ToQueue(m.one(m.queues))
	case n < 9 && len(m.menus) > 0:
		return ToMenu(m.one(m.menus))
	case n < 10 && len(m.asks) > 0 && m.even():
		return ToQuestion(m.one(m.asks))
	case n < 10 && len(m.directories) > 0 && m.even():
		return ToDirectory(m.one(m.directories))
	case n < 10:
		return ToFlow(m.one(m.flows))
	case n < 12:
		return ToExtension("100"+strconv.Itoa(m.IntN(3)), m.perhaps(true))
	case n < 13:
		return ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, m.perhaps(keyed))
	}
	return HangUp(m.message())
}

func (m *maker) message() *Message {
	return []*Message{nil, nil, Say("Something."), Named("ours"), Named("sound"), Play("b.mp3")}[m.IntN(6)]
}

func (m *maker) repeats() *int {
	n := m.IntN(12)
	if n == 11 {
		return nil
	}
	return &n
}

func (m *maker) counters() Counters { return []Counters{"", Shared, Separate}[m.IntN(3)] }

func (m *maker) onOff() extension.Switch {
	return []extension.Switch{"", extension.On, extension.Off}[m.IntN(3)]
}

func (m *maker) key() string { return string("0123456789*"[m.IntN(11)]) }

func (m *maker) names(what string, low, high int) []string {
	names := make([]string, low+m.IntN(high-low+1))
	for i := range names {
		names[i] = what + strconv.Itoa(i)
	}
	return names
}

func (m *maker) one(names []string) string { return names[m.IntN(len(names))] }
func (m *maker) even() bool                { return m.IntN(2) == 0 }
func (m *maker) often() bool               { return m.IntN(4) != 0 }
func (m *maker) seldom() bool              { return m.IntN(4) == 0 }

func TestGenerated_isTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		a, settings := generated(seed)
		b, same := generated(seed)
		require.Equal(t, settings, same)
		require.Equal(t, a.Steps(), b.Steps())
	}
}

func inWords(s Settings) string {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
