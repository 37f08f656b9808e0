package adaptertest

import (
	"fmt"
	"slices"
	"strings"
)

// Ability is something that not every carrier can do.
type Ability string

// The abilities. A carrier that lacks one of them is a carrier all the same.
const (
	Refuse      Ability = "refuse a call before it is taken"
	Together    Ability = "ring several telephones of an agent together"
	RingOn      Ability = "ring others on while an agent at one of them is asked to press 1"
	Forwarded   Ability = "say which number passed a call on"
	Declined    Ability = "tell an agent who declines from one who is busy"
	Refused     Ability = "tell an agent who declines from one who does not answer"
	Star        Ability = "hear * within an entry, before it is over"
	SaysAgain   Ability = "say once more, when a talk is over, that there was one"
	LooksUp     Ability = "look a recording up whose report was lost"
	Trims       Ability = "leave the silence out that ended a recording"
	LimitsJoins Ability = "end a talk of two legs that were joined at the account's own limit"
	Transcribes Ability = "put a message into words, in English"
	NoticesOne  Ability = "notice at once that somebody is alone in a talk"
)

// abilities are all of them, in the order of tables: what lacking it means to a
// caller, and the stories that end otherwise then.
var abilities = []struct {
	ability Ability
	without string
	stories []string
}{
	{Refuse, "the call is taken and ended without a word", nil},
	{Together, "they ring one after the other, in equal shares of the ring time", nil},
	{RingOn, "a telephone at which the agent presses 1 rings after the others, not beside them", []string{
		"while-one-endpoint-is-screened-the-others-ring-on",
	}},
	{Forwarded, "a call that one of our own numbers passed on is not known for a loop", []string{
		"a-call-from-an-endpoint-that-rings-is-a-loop",
	}},
	{Declined, "declined is busy: rule c, not b, and a rest of 30 s", []string{
		"one-endpoint-declined-the-other-rings-on", "overflow-to-a-colleague-at-the-same-telephone", "rule-b-declined-is-no-answer",
		"the-greeting-is-for-the-reason-of-the-last-ring", "queue-member-who-declines-rests-15s", "queue-rings-all-but-five-at-most", "callback-members-decline-or-let-it-ring",
	}},
	{Refused, "declined is unanswered: a rest of 30 s", []string{
		"queue-member-who-declines-rests-15s", "queue-rings-all-but-five-at-most", "callback-members-decline-or-let-it-ring",
	}},
	{Star, "* counts when the entry is over, 5 s after the last key", []string{
		"queue-serves-first-come-first",
	}},
	{SaysAgain, "a call whose report of an answer is slower than its end counts as abandoned", []string{
		"an-event-that-comes-late-changes-nothing",
	}},
	{LooksUp, "a message whose report was lost is lost", []string{
		"voicemail-whose-recording-gets-lost-is-looked-up", "voicemail-of-a-caller-who-says-nothing-is-no-loss",
	}},
	{Trims, "a message has some seconds of silence at its end, and silence may be one", []string{
		"voicemail-limits-are-the-mailboxs", "voicemail-ended-by-silence", "rule-b-a-mobiles-voicemail-is-not-the-agent",
	}},
	{LimitsJoins, "it ends at the carrier's own limit", nil},
	{Transcribes, "the account's mailboxes cannot have transcribe", []string{
		"voicemail-in-words", "voicemail-in-words-comes-twice-or-not-at-all",
	}},
	{NoticesOne, "the engine's clocks find out within minutes", nil},
}

// known are the carriers whose adapters are part of this module, as they come.
var known = []Carrier{
	{Name: "simulated"},
	{Name: "Twilio", Lacks: []Ability{RingOn, Declined, Star}},
	{Name: "Vonage", Lacks: []Ability{Refuse, Together, RingOn, Forwarded, Star, SaysAgain, LooksUp, Trims, LimitsJoins, NoticesOne}},
	{Name: "Telnyx", Lacks: []Ability{Refuse, RingOn, Forwarded, Declined, Star, NoticesOne}},
}

// Lacks is what a carrier of this module cannot do, as it comes.
func Lacks(name string) []Ability {
	for _, c := range known {
		if c.Name == name {
			return slices.Clone(c.Lacks)
		}
	}
	return nil
}

// Known is the table of the carriers of this module.
func Known() string { return Table(known...) }

// differs are the stories that end otherwise for want of abilities, and why.
func differs(lacks []Ability) map[string]string {
	out := map[string]string{}
	for _, a := range abilities {
		if !slices.Contains(lacks, a.ability) {
			continue
		}
		for _, s := range a.stories {
			out[s] = a.without
		}
	}
	return out
}

// Table is what carriers can do, in Markdown.
func Table(carriers ...Carrier) string {
	var b strings.Builder
	b.WriteString("| a carrier can |")
	rule := "|---|"
	for _, c := range carriers {
		fmt.Fprintf(&b, " %s |", c.Name)
		rule += "---|"
	}
	b.WriteString(" where it cannot |\n" + rule + "---|\n")
	for _, a := range abilities {
		fmt.Fprintf(&b, "| %s |", a.ability)
		for _, c := range carriers {
			can := "yes"
			if slices.Contains(c.Lacks, a.ability) {
				can = "no"
			}
			fmt.Fprintf(&b, " %s |", can)
		}
		fmt.Fprintf(&b, " %s |\n", a.without)
	}
	return b.String()
}
