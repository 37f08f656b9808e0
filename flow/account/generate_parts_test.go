package account_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// The parts of a made document.

const days = 24 * time.Hour

func (m *maker) settings() {
	ends := oneOf(m.T, [2]int{}, [2]int{0, 98}, [2]int{5, 99}, [2]int{10, 98})
	m.doc.Range = extension.Range{
		Length: 2, First: ends[0], Last: ends[1],
		Reserved: oneOf(m.T, nil, []string{}, []string{"11", "0*", "default"}, []string{"98*"}),
	}
	m.doc.Quarantine, m.doc.KeepCalls = m.lasting(time.Hour, 3650*days), m.lasting(days, 3650*days)
	m.doc.Emergency = m.emergency()
	m.doc.Region = oneOf(m.T, "", "US", "DE")
	m.doc.Countries = oneOf(m.T, []string{"US", "DE"}, []string{"DE", "US"})
	if m.doc.Region == "US" && m.maybe() {
		m.doc.Countries = []string{"US"}
	}
	m.doc.Settings.Defaults = flow.Defaults{
		ExtensionLength: 2, Language: m.language(), Timezone: oneOf(m.T, "", "UTC", "America/New_York"),
		DefaultQueue: m.pick(m.queues), DefaultMailbox: oneOf(m.T, append(m.mailboxes, "ada")...),
		FirstDigit: m.lasting(time.Second, time.Minute), InterDigit: m.lasting(time.Second, time.Minute),
		Terminator: oneOf(m.T, "", "#", "none"), CallerID: oneOf(m.T, "", flow.ShowCaller, flow.ShowNumber),
		WrapUp: oneOf(m.T, flow.None, m.lasting(2, time.Hour)), MaxTalk: m.lasting(time.Minute, days), MaxGuesses: oneOf(m.T, 0, 1, 200), Screening: m.onOff(), KeepEntries: m.maybe(),
	}
	m.doc.Emergency = m.spoken(m.doc.Emergency)
	if m.maybe() {
		m.doc.Settings.Defaults.Voices = map[string]map[string]string{"es-MX": {"twilio": "Polly.Mia", "vonage": "0"}}
	}
}

func (m *maker) opening() flow.Hours {
	some := func(string) []flow.Span {
		return oneOf(m.T, nil, spans(0, 1440), spans(540, 720, 780, 1020), spans(1, 2))
	}
	h := flow.Hours{Timezone: oneOf(m.T, "", "Europe/Berlin"), Open: things(m.some([]string{"mon", "tue", "sun"}), some)}
	if h.Open == nil {
		h.Open = map[string][]flow.Span{}
	}
	h.Open["fri"] = spans(540, 1020)
	h.Holidays = things(m.some([]string{"2026-12-25", "2028-02-29"}), some)
	return h
}

// spans are times of day, each from one minute to another.
func spans(minutes ...uint16) []flow.Span {
	var out []flow.Span
	for i := 0; i < len(minutes); i += 2 {
		out = append(out, flow.Span{From: minutes[i], To: minutes[i+1]})
	}
	return out
}

func (m *maker) flow() flow.Flow {
	f := flow.Flow{
		Greeting: m.maySay(), Ring: flow.Ringing{Time: m.lasting(10*time.Second, 2*time.Minute)},
		Collect: flow.Collecting{
			Digits: oneOf(m.T, 0, 2, 8), FirstDigit: m.lasting(time.Second, time.Minute), InterDigit: m.lasting(time.Second, time.Minute),
			Terminator: oneOf(m.T, "", "#", "none"), NoBargeIn: m.maybe(),
		},
		Screening: m.onOff(), CallerID: oneOf(m.T, "", flow.ShowCaller, flow.ShowNumber), Counters: oneOf(m.T, "", flow.Shared, flow.Separate),
		Unavailable: m.dest(), NoAnswer: m.answer(), Busy: m.dest(), NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.dest(), Star: m.answer(),
	}
	f.Repeats = oneOf(m.T, nil, new(int), &[]int{10}[0])
	if m.maybe() {
		f.Discreet, f.Unavailable = true, nil
	}
	return f
}

func (m *maker) menu() flow.Menu {
	out := flow.Menu{
		Prompt: *m.message(), Keys: m.keys(1), NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.dest(),
		Repeats: oneOf(m.T, nil, new(int), &[]int{10}[0]), Counters: oneOf(m.T, "", flow.Shared, flow.Separate),
		Hours: m.pick(m.hours), Extensions: m.maybe(),
	}
	if out.Hours != "" {
		out.Closed = m.dest()
	}
	out.Discreet = out.Extensions && m.maybe()
	if _, taken := out.Keys["*"]; !taken && m.maybe() {
		out.Back = "*"
	}
	return out
}

func (m *maker) queue() flow.Queue {
	q := flow.Queue{
		Strategy: oneOf(m.T, "", flow.LongestIdle, flow.InOrder, flow.RingAll), Ring: m.lasting(5*time.Second, 2*time.Minute),
		Offer: oneOf(m.T, "", flow.Place, flow.Dial), Hold: m.maySay(),
		Announce: flow.Announce{Every: m.lasting(15*time.Second, time.Hour), Position: m.onOff(), Wait: m.onOff()},
		MaxWait:  m.lasting(10*time.Second, days), MaxSize: oneOf(m.T, 0, 1, 10_000),
		OnMaxWait: m.dest(), OnMaxSize: m.dest(), OnNoMembers: m.dest(),
	}
	if m.maybe() {
		q.LeaveKey, q.OnLeave = oneOf(m.T, "*", "0", "9"), m.dest()
	}
	return q
}

func (m *maker) question() flow.Question {
	q := flow.Question{
		Limit: m.lasting(time.Second, 10*time.Second), Hold: m.maySay(),
		Answers: map[string]flow.Dest{"other": *flow.HangUp(nil)}, Otherwise: flow.HangUp(m.maySay()),
	}
	for _, word := range m.names(3) {
		if d := m.dest(); d != nil {
			q.Answers[word] = *d
		}
	}
	return q
}

func (m *maker) directory() flow.Directory {
	d := flow.Directory{
		Prompt: m.maySay(), Flow: m.pick(m.flows), NoInput: m.answer(), Invalid: m.answer(), AfterRepeats: m.dest(),
		Repeats: oneOf(m.T, nil, new(int), &[]int{10}[0]), Counters: oneOf(m.T, "", flow.Shared, flow.Separate),
	}
	for _, key := range []string{"0", "*"} {
		if to := m.dest(); to != nil {
			if d.Keys == nil {
				d.Keys = map[string]flow.Dest{}
			}
			d.Keys[key] = *to
		}
	}
	if m.maybe() {
		d.Back = "1"
	}
	return d
}

func (m *maker) mailbox() flow.Mailbox {
	b := flow.Mailbox{
		Greeting: m.maySay(), MinLength: oneOf(m.T, flow.None, m.lasting(2, 4*time.Second)), MaxLength: m.lasting(5*time.Second, time.Hour), Silence: m.lasting(time.Second, 10*time.Second),
		Keys: m.keys(0), MaxMessages: oneOf(m.T, 0, 1, 10_000), OnFull: oneOf(m.T, nil, flow.HangUp(flow.Say("Full."))), Notify: oneOf(m.T, "", "team@example.com", "https://example.com/?a=b#c"),
	}
	for _, reason := range []flow.Reason{flow.ForUnavailable, flow.ForBusy, flow.ForNoAnswer} {
		if m.maybe() {
			if b.Greetings == nil {
				b.Greetings = map[flow.Reason]flow.Message{}
			}
			b.Greetings[reason] = *m.message()
		}
	}
	return b
}

// people are the agents; ada is always there, and owns a mailbox now and then.
func (m *maker) people() {
	if !slices.Contains(m.agents, "ada") {
		m.agents = append(m.agents, "ada")
	}
	for i, id := range m.agents {
		a := extension.Agent{
			ID: id, Name: m.line(), Extension: extensionOf(i), Presence: oneOf(m.T, extension.Presences()...),
			Hours: m.pick(m.hours), Screening: m.onOff(), Mailbox: m.pick(m.mailboxes), Language: m.language(),
			Successor: m.pick(after(m.agents, id)),
		}
		a.Listed = len(a.Spellings()) > 0 && m.maybe()
		for j, address := range m.some([]string{fmt.Sprintf("tel:+120255501%d", 50+i), "sip:a@b.example", "client:" + fmt.Sprint(i), "tel:+4930901820"}) {
			e := extension.Endpoint{Address: address}
			if strings.HasPrefix(address, "tel:+49") && len(m.doc.Countries) == 1 {
				continue // only the United States are allowed
			}
			if j == 1 && m.maybe() {
				e.Via = "twilio"
			}
			a.Endpoints = append(a.Endpoints, e)
		}
		if id == "ada" && len(m.mailboxes) > 0 && m.maybe() {
			a.Mailbox = m.mailboxes[0]
			box := m.doc.Settings.Mailboxes[a.Mailbox]
			box.Owner = "ada"
			m.doc.Settings.Mailboxes[a.Mailbox] = box
			m.doc.Settings.Defaults.DefaultMailbox = a.Mailbox
		}
		m.doc.Agents = append(m.doc.Agents, a)
	}
}

func (m *maker) numbers() {
	for i := range rapid.IntRange(0, 3).Draw(m.T, "numbers") {
		n := number.E164(fmt.Sprintf("+120255501%02d", 30-i))
		e := flow.Entry{Hours: m.pick(m.hours)}
		if e.Hours != "" {
			e.Closed = m.dest()
		}
		to := m.onward() // the number's own language is all there is
		if to == nil || *to == *flow.HangUp(nil) {
			to = flow.HangUp(flow.Named("goodbye")) // as a number writes it
		}
		e.Dest = *to
		if m.doc.Settings.Entries == nil {
			m.doc.Settings.Entries = map[string]flow.Entry{}
		}
		a := number.Assignment{
			Number: n, Account: m.doc.Account, Entry: string(n), Label: m.line(), Release: oneOf(m.T, "", "r1"), Language: m.language(),
			Carriers: oneOf(m.T, nil, []string{"twilio"}, []string{"vonage", "twilio"}), Emergency: m.spoken(m.emergency()),
		}
		if a.Emergency == (number.Emergency{}) {
			a.Emergency = m.doc.Emergency
		}
		e.Language = a.Language
		m.doc.Settings.Entries[string(n)] = e
		m.doc.Numbers = append(m.doc.Numbers, a)
	}
}
