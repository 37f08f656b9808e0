package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// rightSettings use everything once, and have no fault in rightWorld.
func rightSettings() flow.Settings {
	two := 2
	return flow.Settings{
		Defaults: flow.Defaults{
			ExtensionLength: 4, Language: "en-US", Timezone: "America/New_York", DefaultQueue: "support", DefaultMailbox: "team",
			FirstDigit: 3 * time.Second, InterDigit: 2 * time.Second, Terminator: "#", CallerID: flow.ShowNumber,
			WrapUp: time.Second, MaxTalk: time.Hour, MaxGuesses: 5, Screening: extension.Off, KeepEntries: true,
		},
		Messages: map[string]flow.Message{
			"wrong": {Say: "Wrong.\nTry again.", Language: "zh-Hant-TW", Voice: "Polly.Joanna"},
			"music": {Play: "https://media.example.com/hold.mp3?v=1"},
			"file":  {Play: "hold music.mp3"},
		},
		Hours: map[string]flow.Hours{"office": {
			Timezone: "Europe/Berlin",
			Open:     map[string][]flow.Span{"mon": {{540, 720}, {720, 1440}}, "sun": nil},
			Holidays: map[string][]flow.Span{"2028-02-29": nil},
		}},
		Queues: map[string]flow.Queue{"support": {
			Strategy: flow.RingAll, Ring: 5 * time.Second, Offer: flow.Dial, Hold: flow.Named("music"),
			Announce: flow.Announce{Every: 15 * time.Second, Position: extension.Off, Wait: extension.On},
			MaxWait:  24 * time.Hour, MaxSize: 1, LeaveKey: "*",
			OnMaxWait: flow.ToMenu("main"), OnMaxSize: flow.ToPersonal(), OnNoMembers: flow.ToVoicemail("ada"), OnLeave: flow.HangUp(nil),
		}},
		Mailboxes: map[string]flow.Mailbox{
			"team": {
				Greeting: flow.Named("file"), Greetings: map[flow.Reason]flow.Message{flow.ForBusy: *flow.Named("voicemail")},
				MinLength: flow.None, MaxLength: time.Hour, Silence: time.Second, MaxMessages: 10_000,
				Keys: map[string]flow.Dest{"0": *flow.ToQueue("support")}, OnFull: flow.HangUp(flow.Named("sorry")), Notify: "team@example.com",
			},
			"grace": {Owner: "grace"},
		},
		Menus: map[string]flow.Menu{"main": {
			Prompt: *flow.Say("Press 1."), Keys: map[string]flow.Dest{"1": *flow.Repeat(nil), "#": *flow.ToFlow("desk")},
			NoInput: flow.Repeat(flow.Named("no-input")), Invalid: flow.HangUp(nil), Repeats: new(int), AfterRepeats: flow.HangUp(nil),
			Counters: flow.Separate, Hours: "office", Closed: flow.ToVoicemail("team"), Back: "*",
		}},
		Flows: map[string]flow.Flow{"desk": {
			Greeting: flow.Say("Extension, please."), Collect: flow.Collecting{Digits: 5, FirstDigit: time.Minute, InterDigit: time.Second, Terminator: "none"},
			Ring: flow.Ringing{Time: 10 * time.Second}, Screening: extension.On, CallerID: flow.ShowCaller, Counters: flow.Shared, Repeats: &two,
			Unavailable: flow.ToExtension("1001", flow.ToPersonal()), NoAnswer: flow.Repeat(nil), Busy: flow.ToPersonal(),
			NoInput: flow.Repeat(flow.Named("wrong")), Invalid: flow.Repeat(nil), AfterRepeats: flow.HangUp(flow.Say("Goodbye.")),
			Star: flow.ToHandoff(extension.Endpoint{Address: "tel:+12025550111"}, flow.HangUp(nil)),
		}},
		Entries: map[string]flow.Entry{
			"+12025550100": {Dest: *flow.ToFlow("desk"), Hours: "office", Closed: flow.HangUp(nil)},
			"main line":    {Dest: flow.Dest{To: flow.TargetVoicemail, Name: "team", Message: flow.Say("Hello.")}},
		},
	}
}

func rightWorld() flow.World {
	return flow.World{
		Extensions: map[string]bool{"1001": true},
		Agents:     map[string]bool{"ada": true, "grace": true},
		Numbers:    map[number.E164]bool{"+12025550100": true},
		Personal:   map[string]bool{},
	}
}

func TestCheck_findsNothingWrongWithRightSettings(t *testing.T) {
	t.Parallel()
	require.Empty(t, flow.Check(rightSettings(), rightWorld()))
	require.Empty(t, flow.Check(flow.Settings{}, flow.World{}), "defaults are right")
}

func TestCheck_leavesToOthersWhatTheWorldDoesNotSay(t *testing.T) {
	t.Parallel()
	s := rightSettings()
	s.Flows["desk"] = flow.Flow{
		Busy:     flow.ToExtension("7777", flow.ToVoicemail("nobody")),
		NoAnswer: flow.ToHandoff(extension.Endpoint{Address: "tel:+12025550100"}, nil),
	}
	s.Mailboxes["box"] = flow.Mailbox{Owner: "nobody"}
	require.Empty(t, flow.Check(s, flow.World{}))
	require.Equal(t, []string{
		`mailboxes.box.owner: no agent "nobody"; add it to agents, or name one that is there`,
		`flows.desk.no_answer.handoff.to: +12025550100 is a number of this account, so the call would come back; lead to what answers it`,
		`flows.desk.busy.extension: no agent has the extension 7777; write one that an agent has`,
		`flows.desk.busy.otherwise.voicemail: no mailbox "nobody"; add it to mailboxes, or name one that is there`,
	}, said(flow.Check(s, rightWorld())))
}

func said(faults flow.Faults) []string {
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.Error()
	}
	return lines
}

func TestCheck_tellsEveryFaultAtOnceInTheSameOrderEveryTime(t *testing.T) {
	t.Parallel()
	s := flow.Settings{
		Defaults:  flow.Defaults{ExtensionLength: 9, DefaultQueue: "q", Terminator: "*", Language: "x"},
		Messages:  map[string]flow.Message{"hangup": {Say: "a"}, "b": {}},
		Hours:     map[string]flow.Hours{"h": {}},
		Queues:    map[string]flow.Queue{"b": {Ring: 1}, "a": {MaxSize: -1}},
		Mailboxes: map[string]flow.Mailbox{"personal": {}},
		Menus:     map[string]flow.Menu{"m": {}},
		Flows:     map[string]flow.Flow{"f": {Busy: &flow.Dest{}}},
		Entries:   map[string]flow.Entry{"n": {}},
	}
	want := strings.TrimSpace(`
settings.extension_length: 9 is out of range; write 2 to 8
settings.language: "x" is no language; write a tag such as en-US or de
settings.default_queue: no queue "q"; add it to queues, or name one that is there
settings.terminator: "*" ends no entry; write "#" or none
messages.b: says nothing; write the name of a message, {say: words} or {play: URL}
messages.hangup: hangup is a destination wherever one may stand; pick another name
hours.h.open: never open; write the days, as in {mon: ["09:00-17:00"]}
queues.a.max_size: -1 is out of range; write 1 to 10000
queues.b.ring: 1ns is out of range; write 5s to 2m
mailboxes.personal: personal means the mailbox of the agent who was keyed; pick another name
menus.m.prompt: says nothing; write the name of a message, {say: words} or {play: URL}
menus.m.keys: a menu needs a key; write one, as in {"1": {queue: support}}
flows.f.busy: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory
numbers.n: leads nowhere; write one of queue, voicemail, menu, hangup, flow, extension, handoff, repeat, ask or directory`)
	for range 20 {
		err := flow.Check(s, flow.World{}).Err()
		require.EqualError(t, err, want)
		require.True(t, errors.Is(err, flow.ErrSettings))
	}
}
