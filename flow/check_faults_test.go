package flow_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// What an author writes in a document is tested in flow/account, with every
// message. Here is what only a program can write, and what depends on the whole.

func TestCheck_refusesWhatNoDestinationHas(t *testing.T) {
	t.Parallel()
	loop := flow.ToExtension("1001", nil)
	loop.Otherwise = loop
	for want, d := range map[string]*flow.Dest{
		`flows.desk.busy: only voicemail, hangup and repeat have a message; remove it`:                                                    {To: flow.TargetQueue, Name: "support", Message: flow.Say("Wait.")},
		`flows.desk.busy: only an extension and a handoff have an otherwise; remove it`:                                                   {To: flow.TargetHangUp, Otherwise: flow.HangUp(nil)},
		`flows.desk.busy: hangup leads nowhere by name; remove the name`:                                                                  {To: flow.TargetHangUp, Name: "support"},
		`flows.desk.busy: "hungup" is not known here; did you mean "hangup"?`:                                                             {To: "hungup"},
		`flows.desk.busy: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory`: {},
		`flows.desk.busy.queue: the name of a queue is missing; write one of queues`:                                                      {To: flow.TargetQueue},
		`flows.desk.busy.voicemail: the name of a mailbox is missing; write one of mailboxes`:                                             {To: flow.TargetVoicemail},
		`flows.desk.busy.extension: "" is no extension; write its digits, as in "1001"`:                                                   {To: flow.TargetExtension},
		`flows.desk.busy.hangup: says nothing; write the name of a message, {say: words} or {play: URL}`:                                  flow.HangUp(&flow.Message{}),
		`flows.desk.busy` + strings.Repeat(".otherwise", 51) +
			`: more than 50 destinations within one another; lead to a menu or a flow instead`: loop,
	} {
		s := rightSettings()
		s.Flows["desk"] = flow.Flow{Busy: d}
		require.Equal(t, []string{want}, said(flow.Check(s, rightWorld())))
		s.Defaults.DefaultMailbox = "" // the search for who was keyed follows the same destinations
		require.Contains(t, said(flow.Check(s, rightWorld())), want)
	}
}

func TestCheck_refusesWordsThatOnlyAProgramCanWrite(t *testing.T) {
	t.Parallel()
	minus := -1
	s := rightSettings()
	s.Defaults = flow.Defaults{ExtensionLength: -4, WrapUp: -2, MaxGuesses: 201, CallerID: "me", Screening: "maybe", DefaultMailbox: "Personal"}
	s.Queues["support"] = flow.Queue{LeaveKey: "ä", Strategy: "x", Offer: "y", Announce: flow.Announce{Position: "z"}}
	s.Mailboxes["team"] = flow.Mailbox{Greetings: map[flow.Reason]flow.Message{"bussy": {}}, Keys: map[string]flow.Dest{"": *flow.HangUp(nil)}, Notify: "a\x00"}
	s.Menus["main"] = flow.Menu{Prompt: flow.Message{Say: "\xff", Voice: "\x01"}, Keys: map[string]flow.Dest{"": *flow.HangUp(nil)}, Repeats: &minus, Counters: "none"}
	s.Flows["desk"] = flow.Flow{Collect: flow.Collecting{Terminator: "0"}, Repeats: &minus}
	s.Hours["office"] = flow.Hours{Open: map[string][]flow.Span{"mon": {{0, 1441}, {1441, 10}}, "Mon": nil, "": nil}, Holidays: map[string][]flow.Span{"0001-01-01": nil}}
	s.Entries = map[string]flow.Entry{"": {Dest: *flow.HangUp(nil)}, "a:b": {Dest: *flow.HangUp(nil)}}
	require.Equal(t, []string{
		`settings.extension_length: -4 is out of range; write 2 to 8`,
		`settings.default_mailbox: no mailbox "Personal"; add it to mailboxes, or name one that is there`,
		`settings.caller_id: "me" is not known here; write caller or number`,
		`settings.wrap_up: -2ns is out of range; write 0s to 1h`,
		`settings.max_guesses: 201 is out of range; write 1 to 200`,
		`settings.screening: "maybe" is not known here; write on or off`,
		`hours.office.open.: "" is no day; write mon, tue, wed, thu, fri, sat or sun`,
		`hours.office.open.Mon: "Mon" is no day; write mon, tue, wed, thu, fri, sat or sun`,
		`hours.office.open.mon: 00:00-24:01 goes beyond 24:00, the end of the day; write the rest on the next day`,
		`hours.office.open.mon: 24:01-00:10 goes beyond 24:00, the end of the day; write the rest on the next day`,
		`hours.office.holidays.0001-01-01: "0001-01-01" is no date; write year, month and day, as in "2026-12-25"`,
		`queues.support.strategy: "x" is not known here; write longest-idle, in-order or ring-all`,
		`queues.support.offer: "y" is not known here; write place or dial`,
		`queues.support.announce.position: "z" is not known here; write on or off`,
		`queues.support.leave_key: "ä" is no key; write one of 0 to 9, * and #`,
		`mailboxes.team.greetings.bussy: "bussy" is not known here; did you mean "busy"?`,
		`mailboxes.team.greetings.bussy: says nothing; write the name of a message, {say: words} or {play: URL}`,
		`mailboxes.team.keys: no key; write one of 0 to 9, * and #`,
		`mailboxes.team.notify: an address has no blanks; write one, as in team@example.com`,
		`menus.main.prompt.say: words with control characters, which no carrier can say; remove them`,
		`menus.main.prompt.voice: no carrier has such a voice; write the carrier's name for it`,
		`menus.main.keys.: no key; write one of 0 to 9, * and #`,
		`menus.main.repeats: -1 is out of range; write 0 to 10`,
		`menus.main.counters: "none" is not known here; write shared or separate`,
		`flows.desk.collect.terminator: "0" ends no entry; write "#" or none`,
		`flows.desk.repeats: -1 is out of range; write 0 to 10`,
		`numbers.: has no name; write one`,
		`numbers.a:b: a name with quotes, commas, colons, brackets, #, \ or blanks around it; write it without`,
	}, said(flow.Check(s, rightWorld())))
}

func TestCheck_holdsOneSettingAgainstAnother(t *testing.T) {
	t.Parallel()
	set := func(change func(s *flow.Settings)) flow.Settings {
		s := rightSettings()
		change(&s)
		return s
	}
	queue := func(q flow.Queue) flow.Settings {
		return set(func(s *flow.Settings) { s.Queues["support"] = q })
	}
	menu := func(m flow.Menu) flow.Settings {
		m.Prompt = *flow.Say("Press 1.")
		return set(func(s *flow.Settings) { s.Menus["main"] = m })
	}
	keys := map[string]flow.Dest{"1": *flow.HangUp(nil)}
	for want, s := range map[string]flow.Settings{
		`settings.default_mailbox: personal is what it stands in for; name a mailbox`:                                                      set(func(s *flow.Settings) { s.Defaults.DefaultMailbox = flow.Personal }),
		`flows.f.collect.digits: 3 digits are fewer than an extension has; write 4, or leave it out`:                                       set(func(s *flow.Settings) { s.Flows["f"] = flow.Flow{Collect: flow.Collecting{Digits: 3}} }),
		`queues.support.leave_key: # ends an entry in this account; pick another key, or write settings.terminator: none`:                  queue(flow.Queue{LeaveKey: "#"}),
		`queues.support.on_leave: no key leads here; add a leave_key, or remove it`:                                                        queue(flow.Queue{OnLeave: flow.HangUp(nil)}),
		`queues.support.on_max_wait.repeat: there is nothing to repeat here; repeat belongs to the rules of a flow and the keys of a menu`: queue(flow.Queue{OnMaxWait: flow.Repeat(nil)}),
		`queues.support.on_max_wait.voicemail: the mailbox of agent "ada" is "box"; write that`: set(func(s *flow.Settings) {
			s.Mailboxes["box"] = flow.Mailbox{Owner: "ada"}
			s.Queues["support"] = flow.Queue{OnMaxWait: flow.ToVoicemail("ada")}
		}),
		`menus.main.keys.#: # ends an extension here; pick another key, or write settings.terminator: none`:  menu(flow.Menu{Keys: map[string]flow.Dest{"#": *flow.HangUp(nil)}, Extensions: true}),
		`menus.main.back: # ends an extension here; pick another key, or write settings.terminator: none`:    menu(flow.Menu{Back: "#", Extensions: true}),
		`menus.main.back: key 1 already leads elsewhere in this menu; pick another`:                          menu(flow.Menu{Keys: keys, Back: "1"}),
		`menus.main.discreet: no extension can be keyed here; write extensions: on, or remove it`:            menu(flow.Menu{Keys: keys, Discreet: true}),
		`menus.main.closed: it is never closed; add hours, or remove it`:                                     menu(flow.Menu{Keys: keys, Closed: flow.HangUp(nil)}),
		`menus.main.after_repeats.repeat: the repeats are used up here; lead somewhere else, as with hangup`: menu(flow.Menu{Keys: keys, AfterRepeats: flow.Repeat(nil)}),
		`menus.main.no_input: no message "wrogn"; did you mean "wrong"?`:                                     menu(flow.Menu{Keys: keys, NoInput: flow.Repeat(flow.Named("wrogn"))}),
		`menus.main.invalid: no message "weclome"; did you mean "welcome"?`:                                  menu(flow.Menu{Keys: keys, Invalid: flow.Repeat(flow.Named("weclome"))}),
		`flows.f.star.handoff.to: not an endpoint: "tel" has no scheme; write tel:+12025550111, sip:ada@pbx.example.com or client:ada`: set(func(s *flow.Settings) {
			s.Flows["f"] = flow.Flow{Star: flow.ToHandoff(extension.Endpoint{Address: "tel"}, nil)}
		}),
		`flows.f.unavailable: nobody is led here, because a discreet flow answers whoever is unavailable by rule e; remove it, or discreet`: set(func(s *flow.Settings) {
			s.Flows["f"] = flow.Flow{Discreet: true, Unavailable: flow.HangUp(nil)}
		}),
		`flows.f.star.extension: "12a" is no extension; write its digits, as in "1001"`: set(func(s *flow.Settings) { s.Flows["f"] = flow.Flow{Star: flow.ToExtension("12a", nil)} }),
		`hours.office.open.Monday: "Monday" is no day; did you mean "mon"?`:             set(func(s *flow.Settings) { s.Hours["office"].Open["Monday"] = nil }),
		`hours.office.open.tue: 09:00-17:00 and 16:00-18:00 overlap; make them one`: set(func(s *flow.Settings) {
			s.Hours["office"].Open["tue"] = []flow.Span{{540, 1020}, {1080, 1200}, {960, 1080}}
		}),
		`hours.office.open.tue: 18:00-02:00 ends before it begins; write 18:00-24:00 here and 00:00-02:00 on the next day`: set(func(s *flow.Settings) {
			s.Hours["office"].Open["tue"] = []flow.Span{{1080, 120}}
		}),
		`hours.office.open.tue: 09:00-09:00 is no time at all; write when it ends`: set(func(s *flow.Settings) { s.Hours["office"].Open["tue"] = []flow.Span{{540, 540}} }),
		`mailboxes.box.min_length: 10s is not shorter than max_length, so no message would be kept; write less`: set(func(s *flow.Settings) {
			s.Mailboxes["box"] = flow.Mailbox{MinLength: 10 * time.Second, MaxLength: 10 * time.Second}
		}),
		`mailboxes.ada.owner: agent "ada" has the mailbox of that name; write owner: ada, or pick another name`: set(func(s *flow.Settings) { s.Mailboxes["ada"] = flow.Mailbox{} }),
		`mailboxes.grace2.owner: agent "grace" already owns the mailbox "grace"; an agent has one, so leave the owner out`: set(func(s *flow.Settings) {
			s.Mailboxes["grace2"] = flow.Mailbox{Owner: "grace"}
		}),
		`messages.repeat: repeat is a destination wherever one may stand; pick another name`: set(func(s *flow.Settings) { s.Messages["repeat"] = *flow.Say(".") }),
		`messages.m: a message says something itself; write {say: words} or {play: URL}`:     set(func(s *flow.Settings) { s.Messages["m"] = *flow.Named("wrong") }),
		`messages.m: says more than one thing; keep one of a name, say and play`:             set(func(s *flow.Settings) { s.Messages["m"] = flow.Message{Say: ".", Play: "a.mp3"} }),
		`messages.m.say: only blanks; write the words to say`:                                set(func(s *flow.Settings) { s.Messages["m"] = *flow.Say(" \n") }),
	} {
		require.Equal(t, []string{want}, said(flow.Check(s, rightWorld())))
	}
}

func TestCheck_looksUpTheFirstHundredMissingNamesOnly(t *testing.T) {
	t.Parallel()
	s := flow.Settings{Menus: map[string]flow.Menu{}}
	for i := range 300 {
		n := strconv.Itoa(1000 + i)
		s.Menus["menu-"+n] = flow.Menu{Prompt: *flow.Say("."), Keys: map[string]flow.Dest{"1": *flow.ToMenu("mneu-" + n)}}
	}
	faults := flow.Check(s, flow.World{})
	require.Len(t, faults, 300)
	for i, f := range faults {
		require.Equal(t, i < 100, strings.Contains(f.Problem, "did you mean"), f.Error())
	}
}

func TestCheck_readsLanguagesZonesNamesAndAudioAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	check := func(path string, right bool, s flow.Settings) {
		t.Helper()
		want := []string(nil)
		if !right {
			want = []string{path}
		}
		var got []string
		for _, f := range flow.Check(s, flow.World{}) {
			got = append(got, f.Path)
		}
		require.Equal(t, want, got, "%+v", s)
	}
	for tag, right := range map[string]bool{
		"en": true, "en-US": true, "de-CH-1996": true, "zh-Hant-TW": true, "sr-Latn": true, "EN-us": true, "cmn": true, "es-419": true,
		"e": false, "e1": false, "12": false, "en-": false, "-en": false, "en--US": false, "en_US": false, "english language": false, "abcdefghi": false, "en-abcdefghi": false,
	} {
		check("settings.language", right, flow.Settings{Defaults: flow.Defaults{Language: tag}})
	}
	for zone, right := range map[string]bool{
		"UTC": true, "Europe/Berlin": true, "Etc/GMT+5": true, "America/Port-au-Prince": true, "America/North_Dakota/Center": true,
		"Local": false, "../etc/passwd": false, "New York": false, "Zürich": false, strings.Repeat("a", 65): false,
	} {
		check("settings.timezone", right, flow.Settings{Defaults: flow.Defaults{Timezone: zone}})
	}
	for name, right := range map[string]bool{
		"front-desk": true, "Front desk (US)": true, "Vertrieb & Büro": true, "+1 202-555-0100": true, "a.b/c@d": true, strings.Repeat("ß", 64): true,
		" a": false, "a ": false, "a\"b": false, "a\nb": false, "a\x00b": false, "\xff": false, "{a}": false, "a#": false, strings.Repeat("a", 65): false,
	} {
		check("messages."+name, right, flow.Settings{Messages: map[string]flow.Message{name: {Say: "."}}})
	}
	for play, right := range map[string]bool{
		"https://media.example.com/hold.mp3": true, "http://10.0.0.1:8080": true, "hold.mp3": true, "hold music.mp3": true,
		"https://": false, "https:///x": false, "https://?x": false, "https://a b/": false, "https://me@example.com/": false, "HTTPS://example.com/x": false,
		"file:///etc/passwd": false, "/etc/passwd": false, "a\\b": false, ".hidden": false, "hold.mp3 ": false, "a\x01": false,
		strings.Repeat("a", 256): false, "https://" + strings.Repeat("a", 2000): false,
	} {
		check("messages.m.play", right, flow.Settings{Messages: map[string]flow.Message{"m": {Play: play}}})
	}
}
