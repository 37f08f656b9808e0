package account_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
)

func TestSample_isTheDocumentOfTheDesign(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../shared/design/semantics.md")
	if err != nil {
		t.Skipf("the design pages are not here: %v", err)
	}
	_, rest, ok := bytes.Cut(page, []byte("```yaml\n"))
	require.True(t, ok)
	block, _, ok := bytes.Cut(rest, []byte("```\n"))
	require.True(t, ok)
	require.Equal(t, string(block), string(account.Sample()))
}

func TestSample_loadsAsItStands(t *testing.T) {
	t.Parallel()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	require.Equal(t, "acme", doc.Account)
	require.Equal(t, extension.Range{Length: 4, First: 1001, Last: 9999}, doc.Range)
	require.Equal(t, "US", doc.Region)
	require.Equal(t, []string{"US"}, doc.Countries)
	require.Equal(t, []extension.Agent{
		{ID: "ada", Name: "Ada Lovelace", Extension: "1001", Presence: extension.Available,
			Endpoints: []extension.Endpoint{{Address: "client:ada"}, {Address: "tel:+12025550111"}}},
		{ID: "grace", Name: "Grace Hopper", Extension: "1002", Presence: extension.Offline,
			Endpoints: []extension.Endpoint{{Address: "sip:grace@pbx.example.com"}}},
		{ID: "linus", Name: "Linus Pauling", Extension: "1003", Presence: extension.Busy,
			Endpoints: []extension.Endpoint{{Address: "tel:+12025550113"}}},
		{ID: "mary", Name: "Mary Shelley", Extension: "1004", Presence: extension.Available, // the next free
			Endpoints: []extension.Endpoint{{Address: "tel:+12025550114"}}},
	}, doc.Agents)
	require.Equal(t, map[string][]string{"support": {"ada", "mary"}}, doc.Members)
	require.Equal(t, []number.Assignment{{
		Number: "+12025550100", Account: "acme", Label: "Main line", Entry: "+12025550100",
		Emergency: number.Emergency{Say: "We cannot take your call right now. Please try again later."},
	}}, doc.Numbers)

	s := doc.Settings
	require.Equal(t, flow.Defaults{
		ExtensionLength: 4, Language: "en-US", Timezone: "America/New_York", DefaultQueue: "support", DefaultMailbox: "team",
	}, s.Defaults)
	two, three := 2, 3
	require.Equal(t, flow.Queue{
		Ring: 15 * time.Second, Hold: flow.Named("hold"), MaxWait: 5 * time.Minute,
		OnMaxWait: flow.ToVoicemail("team"), LeaveKey: "*", OnLeave: flow.ToVoicemail("team"),
	}, s.Queues["support"])
	require.Equal(t, flow.Flow{
		Greeting: flow.Named("welcome"), Ring: flow.Ringing{Time: 20 * time.Second}, Repeats: &three,
		Unavailable: flow.ToVoicemail("team"), NoAnswer: flow.ToQueue("support"), Busy: flow.ToMenu("main"),
		NoInput: flow.Repeat(flow.Named("no-input")), Invalid: flow.Repeat(flow.Named("wrong")),
		AfterRepeats: flow.HangUp(flow.Say("Goodbye.")), Star: flow.ToQueue("support"),
	}, s.Flows["front-desk"])
	require.Equal(t, flow.Menu{
		Prompt:  *flow.Say("For support press 1. To leave a message press 2. To hear this again press 9."),
		Keys:    map[string]flow.Dest{"1": *flow.ToQueue("support"), "2": *flow.ToVoicemail("team"), "9": *flow.Repeat(nil)},
		Repeats: &two, AfterRepeats: flow.HangUp(flow.Say("Goodbye.")),
	}, s.Menus["main"])
	require.Equal(t, flow.Mailbox{Greeting: flow.Say("Please leave a message after the tone."), MaxLength: 2 * time.Minute}, s.Mailboxes["team"])
	require.Equal(t, flow.Message{Play: "https://media.example.com/hold.mp3"}, s.Messages["hold"])
	require.Equal(t, map[string]flow.Entry{"+12025550100": {Dest: *flow.ToFlow("front-desk")}}, s.Entries)
	_, err = flow.Compile(s)
	require.NoError(t, err)
}

func TestSample_isACopyThatMayBeChanged(t *testing.T) {
	t.Parallel()
	account.Sample()[0] = '!'
	require.True(t, bytes.HasPrefix(account.Sample(), []byte("account: acme\n")))
}

// Every fault of a document is told at once, in the order of its lines.
func TestParse_tellsEveryFaultAtOnceInLineOrder(t *testing.T) {
	t.Parallel()
	broken := strings.NewReplacer(
		"account: acme\n", "acount: acme\n",
		"default_queue: support", "default_queue: suport",
		`welcome: {say:`, `welcome: {sya:`,
		`extension: "1002"`, `extension: "1001"`,
		"presence: busy", "presence: bussy",
		"members: [ada, mary]", "members: [ada, maria]",
		"max_length: 2m", "max_length: 2 minutes",
		`"2": {voicemail: team}`, `"12": {voicemail: taem}`,
		"busy: {menu: main}", "busy: {menu: mian}",
		"repeats: 3", "repeats: 33",
		"{flow: front-desk", "{flow: frontdesk",
	).Replace(string(account.Sample()))
	_, err := account.Parse([]byte(broken))
	require.EqualError(t, err, strings.TrimSpace(`
line 1: acount: unknown key "acount"; did you mean "account"?
line 1: account: no account; write whose document this is, as in account: acme
line 2: settings.default_queue: no queue "suport"; did you mean "support"?
line 5: messages.welcome.sya: unknown key "sya"; did you mean "say"?
line 12: agents.grace.extension: 1001 is agent "ada"'s; write another, or leave it out for the next free one
line 13: agents.linus.presence: "bussy" is not known here; did you mean "busy"?
line 17: queues.support.members[1]: no agent "maria"; did you mean "mary"?
line 20: mailboxes.team.max_length: "2 minutes" is no time; write one such as 15s, 5m, 2h or 30d
line 25: menus.main.keys.12: "12" is no key; write one of 0 to 9, * and #
line 25: menus.main.keys.12.voicemail: no mailbox "taem"; did you mean "team"?
line 35: flows.front-desk.busy.menu: no menu "mian"; did you mean "main"?
line 38: flows.front-desk.repeats: 33 is out of range; write 0 to 10
line 43: numbers.+12025550100.flow: no flow "frontdesk"; did you mean "front-desk"?`))
	require.ErrorIs(t, err, flow.ErrSettings)
	var faults account.Faults
	require.True(t, errors.As(err, &faults))
	require.Equal(t, account.Fault{Line: 35, Path: "flows.front-desk.busy.menu", Problem: `no menu "mian"; did you mean "main"?`}, faults[10])
}
