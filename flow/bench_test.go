package flow

import (
	"testing"
	"time"

	"github.com/extflow/extflow/extension"
)

// What the machine costs, next to the same flow written by hand. The figures mean
// something only as ratios within one run: benchmarks/README.md says how to take
// them.

// benchSettings are the sample account's: a flow, a menu, a queue whose members
// are rung directly, a mailbox.
func benchSettings() Settings {
	two := 2
	return Settings{
		Defaults:  Defaults{DefaultQueue: "support", DefaultMailbox: "team"},
		Mailboxes: map[string]Mailbox{"team": {Greeting: Say(handTexts[handGreeting])}},
		Queues: map[string]Queue{"support": {
			Offer: Dial, Hold: Say(handTexts[handPlease]), MaxWait: handWait, LeaveKey: "*",
			Announce: Announce{Position: extension.Off}, OnMaxWait: ToVoicemail("team"), OnLeave: ToVoicemail("team"),
		}},
		Menus: map[string]Menu{"main": {
			Prompt:  *Say(handTexts[handMenu]),
			Keys:    map[string]Dest{"1": *ToQueue("support"), "2": *ToVoicemail("team"), "9": *Repeat(nil)},
			NoInput: Repeat(Say(handTexts[handNoInput])), Invalid: Repeat(Say(handTexts[handWrong])), Repeats: &two,
		}},
		Flows: map[string]Flow{"front-desk": {
			Greeting: Say(handTexts[handWelcome]), Unavailable: ToVoicemail("team"), NoAnswer: ToQueue("support"), Busy: ToMenu("main"),
			NoInput: Repeat(Say(handTexts[handNoInput])), Invalid: Repeat(Say(handTexts[handWrong])), Star: ToQueue("support"),
		}},
		Entries: map[string]Entry{"main line": {Dest: *ToFlow("front-desk")}},
	}
}

func benchBook(tb testing.TB) *Book {
	tb.Helper()
	b, err := Compile(benchSettings())
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

var benchInfo = &Info{Key: Key{Account: "acme", ID: "call"}, Carrier: "sim", From: "+14155550100", To: "+12025550100", Entry: "main line"}

// script is the call that is measured, from ringing in to its end: silence, a
// wrong entry, an agent who does not answer, the queue, a member who does not
// answer either, the longest wait, a message. Each event answers the turn that
// stands and comes when its clock is due.
func script() []Event {
	ada := &extension.Party{Agent: "ada", Mailbox: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	mary := &extension.Party{Agent: "mary", Mailbox: "mary", Endpoints: []extension.Endpoint{{Address: "tel:+12025550114"}}}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var events []Event
	happens := func(after time.Duration, re uint32, w What) {
		at = at.Add(after)
		events = append(events, Event{Call: benchInfo.Key, Re: re, Reply: true, At: at, What: w})
	}
	happens(0, 0, What{Kind: Arrived, Start: benchInfo})
	happens(9*time.Second, 1, What{Kind: Pressed})
	happens(9*time.Second, 2, What{Kind: Pressed, Digits: "9999"})
	happens(0, 3, What{Kind: Found, Class: extension.ClassUnknown})
	happens(9*time.Second, 4, What{Kind: Pressed, Digits: "1001"})
	happens(0, 5, What{Kind: Found, Class: extension.ClassAvailable, Party: ada})
	happens(20*time.Second, 6, What{Kind: Unanswered})
	happens(0, 7, What{Kind: Found, Class: extension.ClassAvailable})
	happens(time.Minute, 0, What{Kind: Woke, Clock: NoticeClock, Report: Alive, Position: 1})
	happens(time.Minute, 0, What{Kind: Told, News: Dialled, Party: mary})
	happens(15*time.Second, 10, What{Kind: Unanswered})
	happens(3*time.Minute, 0, What{Kind: Woke, Clock: WaitClock, Report: Alive})
	happens(30*time.Second, 12, What{Kind: Recorded, Ref: "RE1", Length: 20 * time.Second})
	happens(2*time.Second, 0, What{Kind: HungUp})
	return events
}

func whats(events []Event) []What {
	out := make([]What, len(events))
	for i := range events {
		out[i] = events[i].What
	}
	return out
}

func BenchmarkYardstick(b *testing.B) {
	events := whats(script())
	var s handState
	var eff handEffects
	var ok bool
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i == len(events) {
			i, s = 0, handState{}
		}
		s, eff, ok = handStep(s, &events[i])
		if !ok || eff[3].do == handSay {
			b.Fatal("the event was ignored")
		}
	}
}

func BenchmarkStep(b *testing.B) {
	book, events := benchBook(b), whats(script())
	var s State
	var eff effect
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i == len(events) {
			i, s = 0, State{}
		}
		s, eff = book.step(s, &events[i])
		if eff.ignored != 0 {
			b.Fatal("the event was ignored")
		}
	}
}

func BenchmarkAdvance(b *testing.B) {
	book, events := benchBook(b), script()
	var c Call
	var m Move
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i == len(events) {
			i, c = 0, Call{}
		}
		c, m = book.Advance(c, events[i])
		if m.Ignored != 0 {
			b.Fatal("the event was ignored")
		}
	}
}

// One operation is a whole call: a new Info, fourteen events, closed.
func BenchmarkWholeCall(b *testing.B) {
	book, events := benchBook(b), script()
	b.ReportAllocs()
	for b.Loop() {
		info := *benchInfo
		events[0].Start = &info
		var c Call
		for i := range events {
			c, _ = book.Advance(c, events[i])
		}
		if !c.Has(Closed) {
			b.Fatal("the call did not end")
		}
	}
}

func TestScript_movesTheCallWithEveryEvent(t *testing.T) {
	t.Parallel()
	book := benchBook(t)
	var c Call
	for i, e := range script() {
		var m Move
		if c, m = book.Advance(c, e); m.Ignored != 0 {
			t.Fatalf("event %d (%v) was ignored: %v", i+1, e.Kind, m.Ignored)
		}
	}
	if !c.Has(Closed) || c.State.Result != ResultVoicemail {
		t.Fatalf("the call ends as %+v", c.State)
	}
}

func TestMachine_allocatesNothing(t *testing.T) {
	book, events := benchBook(t), script()
	steps := testing.AllocsPerRun(10, func() {
		var s State
		for i := range events {
			s, _ = book.step(s, &events[i].What)
		}
	})
	advances := testing.AllocsPerRun(10, func() {
		var c Call
		for i := range events {
			c, _ = book.Advance(c, events[i])
		}
	})
	if steps != 0 || advances != 0 {
		t.Fatalf("a call allocates %v times in step and %v times in Advance", steps, advances)
	}
}
