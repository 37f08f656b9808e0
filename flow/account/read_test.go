package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

func parsed(t *testing.T, document string) *account.Document {
	t.Helper()
	doc, err := account.Parse([]byte(document))
	require.NoError(t, err, document)
	return doc
}

// What is on the right is another way of writing what is on the left.
func TestParse_readsTheSameInOtherForms(t *testing.T) {
	t.Parallel()
	const flows, numbers = "flows: {f: {}}\n", "\nnumbers: {\"+12025550100\": {flow: f}}\n"
	for left, right := range map[string]string{
		`settings: {first_digit: 5s}`:                    `settings: {first_digit: 5}`,
		`settings: {max_talk: 90m}`:                      `settings: {max_talk: "1h30m"}`,
		`settings: {quarantine: 36h}`:                    `settings: {quarantine: 1d12h}`,
		`settings: {keep_calls: 90d}`:                    `settings: {keep_calls: 2160h}`,
		`settings: {screening: on}`:                      `settings: {screening: true}`,
		`settings: {screening: "off"}`:                   `settings: {screening: False}`,
		`settings: {default_region: US}`:                 `settings: {default_region: us, countries: [us]}`,
		`settings: {extension_range: [1001, 9999]}`:      `settings: {extension_range: ["1001", "9999"]}`,
		`settings: {terminator: "#"}`:                    `settings: {terminator: '#'}`,
		`messages: {a: {say: "One two."}}`:               "messages:\n  a:\n    say: >-\n      One\n      two.",
		`agents: [{id: ada, extension: "1001"}]`:         `agents: [{id: ada, extension: 1001, presence: available}]`,
		`agents: [{id: ada, endpoints: ["client:ada"]}]`: `agents: [{id: ada, endpoints: [client:ada]}]`,
		`agents: [{id: ada, endpoints: ["sip:a@b.c"]}]`:  `agents: [{id: ada, endpoints: [{address: "sip:a@b.c"}]}]`,
		`menus:`:  `menus: {}`,
		`agents:`: `agents: []`,
		`hours: {h: {open: {mon: ["09:00-17:00"]}}}`:                                           `hours: {h: {open: {mon: [9:00-17:00]}}}`,
		`hours: {h: {open: {mon: ["00:00-24:00"]}, holidays: {"2026-12-25": []}}}`:             `hours: {h: {open: {mon: [00:00 - 24:00]}, holidays: [2026-12-25]}}`,
		`menus: {m: {prompt: welcome, keys: {"1": hangup}, no_input: {repeat: goodbye}}}`:      `menus: {m: {prompt: welcome, keys: {1: hangup}, no_input: goodbye}}`,
		`menus: {m: {prompt: welcome, keys: {"1": {voicemail: ada}}}}` + "\nagents: [id: ada]": "agents:\n- id: ada\nmenus: {m: {prompt: {name: welcome}, keys: {\"1\": {voicemail: {mailbox: ada}}}}}",
		`flows: {g: {busy: voicemail}}`:                                                        `flows: {g: {busy: {voicemail: personal}}}`,
		`flows: {g: {no_input: {say: Hello?}}}`:                                                `flows: {g: {no_input: {repeat: {say: Hello?}}}}`,
		`messages: {a: {say: Hello.}, b: {say: Hello.}}`:                                       `messages: {a: &hello {say: Hello.}, b: *hello}`,
	} {
		want, got := parsed(t, "account: acme\n"+left), parsed(t, "account: acme\n"+right)
		require.Equal(t, want, got, right)
	}
	want := parsed(t, "account: acme\n"+flows+numbers)
	for name, other := range map[string]string{
		"with a byte order mark":  "\ufeffaccount: acme\n" + flows + numbers,
		"with Windows lines":      strings.ReplaceAll("account: acme\n"+flows+numbers, "\n", "\r\n"),
		"with a header":           "%YAML 1.2\n---\naccount: acme\n" + flows + numbers + "...\n",
		"in another order":        numbers + flows + "account: acme\n",
		"as JSON with tabs":       "{\"account\":\t\"acme\",\n\t\"flows\": {\"f\": null},\n\t\"numbers\": {\"+12025550100\": {\"flow\": \"f\"}}}",
		"with another written":    "account: acme\nsettings: {}\n" + flows + `numbers: {"+1 (202) 555-0100": {flow: f}}`,
		"with the number in bare": "account: acme\n" + flows + "numbers:\n  +12025550100: {flow: f}\n",
	} {
		require.Equal(t, want, parsed(t, other), name)
	}
}

func TestParse_readsJSONAsJSON(t *testing.T) {
	t.Parallel()
	doc := parsed(t, `{"account": "a\/b", "messages": {"m": {"say": "\ud83d\ude00 \u00e9"}}, "queues": {"q": {"max_size": 10, "callback": false}}}`)
	require.Equal(t, "a/b", doc.Account)
	require.Equal(t, "😀 é", doc.Settings.Messages["m"].Say)
	require.Equal(t, flow.Queue{MaxSize: 10}, doc.Settings.Queues["q"])

	_, err := account.Parse([]byte("{\"account\": \"acme\",\n\"menus\": {},\n\"menus\": {},\n \"flows\": [\n1]}"))
	require.EqualError(t, err, "line 3: menus: written twice, first in line 2; keep one\nline 4: flows: a list stands here; write a map of flows by name")
}

func TestParse_assignsExtensionsExplicitOnesFirst(t *testing.T) {
	t.Parallel()
	doc := parsed(t, `
account: acme
settings: {extension_length: 3, extension_range: [109, 119], reserved: [default, "110"]}
agents:
  - {id: one}
  - {id: two, extension: "111"}
  - {id: three}
  - {id: four}
`)
	var got []string
	for _, a := range doc.Agents {
		got = append(got, a.ID+" "+a.Extension)
	}
	require.Equal(t, []string{"one 109", "two 111", "three 113", "four 114"}, got, "110 and 112 are reserved, 111 is taken")
	require.Equal(t, extension.Range{Length: 3, First: 109, Last: 119, Reserved: []string{"default", "110"}}, doc.Range)
}

func TestParse_reservesNothingWhereTheListIsEmpty(t *testing.T) {
	t.Parallel()
	doc := parsed(t, "account: acme\nsettings: {extension_length: 3, extension_range: [000, 999], reserved: []}\nagents: [{id: ada}, {id: grace, extension: 911}]\n")
	require.Equal(t, "000", doc.Agents[0].Extension)
	require.Equal(t, "911", doc.Agents[1].Extension)
}

func TestParse_givesAgentsTheMailboxesThatNameThem(t *testing.T) {
	t.Parallel()
	doc := parsed(t, `
account: acme
agents: [{id: ada}, {id: grace}, {id: linus, mailbox: team}, {id: mary, mailbox: box}]
mailboxes: {ada-box: {owner: ada}, grace: {owner: grace}, team: {}, box: {owner: mary}}
`)
	var got []string
	for _, a := range doc.Agents {
		got = append(got, a.MailboxName())
	}
	require.Equal(t, []string{"ada-box", "grace", "team", "box"}, got)
	require.Empty(t, doc.Agents[1].Mailbox, "the personal mailbox needs no name")
}

func TestParse_writesEmergenciesOutInWords(t *testing.T) {
	t.Parallel()
	doc := parsed(t, `
account: acme
settings: {default_region: US, emergency: {hangup: closed}}
messages: {closed: {say: We are closed.}, music: {play: sorry.mp3}}
numbers:
  "202 555 0100": {hangup: goodbye}
  "202 555 0101": {hangup: goodbye, emergency: {hangup: goodbye}}
  "202 555 0102": {hangup: goodbye, emergency: {hangup: music}}
  "202 555 0103": {hangup: goodbye, emergency: {dial: "tel:(202) 555-0111"}}
`)
	require.Equal(t, number.Emergency{Say: "We are closed."}, doc.Emergency)
	var got []number.Emergency
	for _, n := range doc.Numbers {
		got = append(got, n.Emergency)
	}
	require.Equal(t, []number.Emergency{
		{Say: "We are closed."}, {Say: new(flow.Book).Message("goodbye").Say}, {Play: "sorry.mp3"}, {Dial: "tel:+12025550111"},
	}, got)
	require.NotEmpty(t, got[1].Say, "the library's own words")
}

func TestParse_keepsNoTimeApartFromTheDefault(t *testing.T) {
	t.Parallel()
	doc := parsed(t, "account: acme\nsettings: {wrap_up: 0s}\nmailboxes: {team: {min_length: 0}}\n")
	require.Equal(t, flow.None, doc.Settings.Defaults.WrapUp, "zero is 10 s")
	require.Equal(t, flow.None, doc.Settings.Mailboxes["team"].MinLength)
	written, err := account.Export(doc)
	require.NoError(t, err)
	require.Contains(t, string(written), "wrap_up: 0s")
	require.Contains(t, string(written), "min_length: 0s")
}

func TestParse_readsEveryKeyOfTheSpecification(t *testing.T) {
	t.Parallel()
	doc := parsed(t, `
account: acme
settings:
  {extension_length: 4, extension_range: [1001, 9999], reserved: ["1100"], quarantine: 30d, default_region: US, language: en-US,
   timezone: UTC, default_queue: q, default_mailbox: m, first_digit: 5s, inter_digit: 5s, terminator: none, countries: [US], caller_id: number,
   wrap_up: 10s, max_talk: 2h, max_guesses: 10, screening: on, keep_entries: on, keep_calls: 90d, emergency: {hangup: sorry}}
messages: {a: {say: A., language: en, voice: x}}
agents: [{id: ada, name: Ada, extension: "1001", endpoints: ["client:ada"], presence: away, hours: h, screening: off, mailbox: m, language: de, listed: on, successor: bob}, {id: bob}]
queues:
  q: {members: [ada], strategy: in-order, ring: 15s, offer: dial, hold: a, announce: {every: 60s, position: on, wait: on}, max_wait: 10m, on_max_wait: hangup,
      max_size: 100, on_max_size: hangup, on_no_members: hangup, leave_key: "*", on_leave: hangup, callback: off}
mailboxes:
  m: {greeting: a, greetings: {unavailable: a, busy: a, no_answer: a}, min_length: 2s, max_length: 2m, silence: 5s, keys: {"0": {queue: q}}, max_messages: 5, on_full: hangup, notify: a@b.c, transcribe: on}
  o: {owner: bob}
menus:
  n: {prompt: a, keys: {"1": repeat, "2": {extension: "1001", otherwise: {handoff: {to: "client:x", otherwise: hangup}}}}, no_input: a, invalid: {flow: f}, repeats: 1,
      after_repeats: hangup, counters: separate, hours: h, closed: hangup, back: "#", extensions: on, discreet: on}
hours: {h: {timezone: Europe/Berlin, open: {mon: ["09:00-17:00"]}, holidays: {"2026-12-25": ["10:00-12:00"]}}}
flows:
  f: {greeting: a, collect: {digits: 4, first_digit: 5s, inter_digit: 5s, terminator: "#", barge_in: off}, ring: {time: 20s}, screening: on, caller_id: caller, counters: shared,
      unavailable: voicemail, no_answer: {voicemail: {mailbox: personal, greeting: a}}, busy: {menu: n}, no_input: a, invalid: repeat, repeats: 0, after_repeats: hangup, star: {queue: q}}
  g: {discreet: on}
numbers:
  "+12025550100": {flow: f, label: Main, hours: h, closed: {hangup: a}, emergency: {dial: "sip:a@b.c"}, carriers: [twilio], release: r1, language: en}
`)
	require.Equal(t, flow.Queue{
		Strategy: flow.InOrder, Ring: 15 * time.Second, Offer: flow.Dial, Hold: flow.Named("a"),
		Announce: flow.Announce{Every: time.Minute, Position: extension.On, Wait: extension.On}, MaxWait: 10 * time.Minute, MaxSize: 100,
		LeaveKey: "*", OnMaxWait: flow.HangUp(nil), OnMaxSize: flow.HangUp(nil), OnNoMembers: flow.HangUp(nil), OnLeave: flow.HangUp(nil),
	}, doc.Settings.Queues["q"])
	require.Equal(t, flow.Collecting{Digits: 4, FirstDigit: 5 * time.Second, InterDigit: 5 * time.Second, Terminator: "#", NoBargeIn: true}, doc.Settings.Flows["f"].Collect)
	require.Equal(t, flow.Dest{
		To: flow.TargetExtension, Name: "1001", Otherwise: flow.ToHandoff(extension.Endpoint{Address: "client:x"}, flow.HangUp(nil)),
	}, doc.Settings.Menus["n"].Keys["2"])
	require.Equal(t, []flow.Span{{From: 600, To: 720}}, doc.Settings.Hours["h"].Holidays["2026-12-25"])
	require.Equal(t, number.Assignment{
		Number: "+12025550100", Account: "acme", Label: "Main", Entry: "+12025550100", Release: "r1", Carriers: []string{"twilio"}, Language: "en",
		Emergency: number.Emergency{Dial: "sip:a@b.c"},
	}, doc.Numbers[0])
	require.Equal(t, extension.Agent{
		ID: "ada", Name: "Ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}, Presence: extension.Away,
		Hours: "h", Screening: extension.Off, Mailbox: "m", Language: "de", Listed: true, Successor: "bob",
	}, doc.Agents[0])
	require.Equal(t, 30*24*time.Hour, doc.Quarantine)
}
