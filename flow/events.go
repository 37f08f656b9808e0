package flow

import (
	"maps"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
)

// Events are the events that can happen in a state, one of each class that the
// machine tells apart: what a proof has to try there. Kinds that the state never
// waits for are left out; trying those as well (AllEvents) must change nothing.
func (b *Book) Events(s State) []What {
	var out []What
	for _, w := range b.AllEvents() {
		if _, eff := b.step(s, &w); eff.ignored == 0 {
			out = append(out, w)
		}
	}
	return out
}

// AllEvents are one of each class of events that the book tells apart, whatever
// the state.
func (b *Book) AllEvents() []What {
	out := []What{
		{Kind: Answered}, {Kind: Answered, Yes: true},
		{Kind: FoundBusy}, {Kind: Unanswered}, {Kind: Declined}, {Kind: Unreachable},
		{Kind: FoundBusy, Yes: true}, {Kind: Unanswered, Yes: true}, {Kind: Declined, Yes: true}, {Kind: Unreachable, Yes: true},
		{Kind: Placing}, {Kind: NotPlaced}, {Kind: Began, Ref: "leg"},
		{Kind: AgentHungUp}, {Kind: HungUp}, {Kind: Failed},
		{Kind: Recorded, Ref: "recording", Length: time.Hour}, {Kind: Recorded, Ref: "recording"}, {Kind: Recorded}, {Kind: Beeped},
		{Kind: Opened}, {Kind: Opened, Yes: true}, {Kind: Replied}, {Kind: Replied, Yes: true},
	}
	for _, entry := range b.EntryNames() {
		out = append(out, What{Kind: Arrived, Start: &Info{Entry: entry}})
	}
	out = append(out,
		What{Kind: Arrived, Start: &Info{Entry: "nowhere"}},
		What{Kind: Arrived, Start: &Info{Loop: true}},
		What{Kind: Arrived, Start: &Info{Peer: "caller"}},
		What{Kind: Arrived, Start: &Info{Outbound: true}},
		What{Kind: Arrived, Start: &Info{Peer: "ours", Outbound: true}})
	for _, queue := range slices.Sorted(maps.Keys(b.reaches)) {
		out = append(out, What{Kind: Arrived, Start: &Info{Outbound: true, Queue: queue}},
			What{Kind: Arrived, Start: &Info{Peer: "ours", Outbound: true, Queue: queue}})
	}
	for _, queue := range slices.Sorted(maps.Keys(b.legs)) {
		out = append(out, What{Kind: Arrived, Start: &Info{Peer: "caller", Queue: queue}})
	}
	for _, entry := range []Digits{"", "1001", "10", "01", "1001#", "12*4", "1a"} {
		out = append(out, What{Kind: Pressed, Digits: entry})
	}
	for _, key := range "0123456789*#" {
		out = append(out, What{Kind: Pressed, Digits: Digits(key)})
	}
	for _, class := range extension.Classes() {
		out = append(out, What{Kind: Found, Class: class})
		for _, box := range slices.Sorted(maps.Keys(b.boxes)) {
			out = append(out, What{Kind: Found, Class: class, Party: &extension.Party{Agent: "agent", Mailbox: box}})
		}
	}
	for _, n := range []int{1, MaxChoices} {
		out = append(out, What{Kind: Found, Class: extension.ClassAvailable, Named: new(make(People, n))})
	}
	for _, to := range slices.Concat(b.EntryNames(), slices.Sorted(maps.Keys(b.moves))) {
		out = append(out, What{Kind: Told, News: Moved, Entry: to, Digits: "1001"})
	}
	words := map[string]bool{}
	for _, n := range b.nodes {
		for word := range n.answers {
			words[word] = true
		}
	}
	for _, word := range append(slices.Sorted(maps.Keys(words)), "", "a word of nobody's") {
		out = append(out, What{Kind: Told, News: Advised, Entry: word})
	}
	for news := Offered; news <= Reached; news++ {
		out = append(out, What{Kind: Told, News: news, Leg: "leg", Party: &extension.Party{Agent: "agent", Mailbox: Personal}})
	}
	for clock := StepClock; clock <= LifeClock; clock++ {
		for report := Unknown; report <= Gone; report++ {
			out = append(out, What{Kind: Woke, Clock: clock, Report: report, Class: extension.ClassAvailable},
				What{Kind: Woke, Clock: clock, Report: report, Class: extension.ClassAway})
		}
	}
	for budget := Guesses; budget <= Outlay; budget++ {
		out = append(out, What{Kind: Exhausted, Budget: budget})
	}
	return out
}
