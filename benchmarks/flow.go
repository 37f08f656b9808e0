// Package benchmarks measures extflow against other ways of writing the same
// flow: two state machine libraries here, a hand-written switch beside the machine
// itself in package flow. README.md has the command and the figures.
package benchmarks

import (
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// The words of the flow.
const (
	welcome  = "Welcome to Acme. Please enter the extension of the person you would like to reach."
	noInput  = "Sorry, I did not hear anything."
	wrong    = "Sorry, that is not a valid extension."
	prompt   = "For support press 1. To leave a message press 2. To hear this again press 9."
	please   = "Please hold."
	greeting = "Please leave a message after the tone."
	thanks   = "Thank you. Your message has been recorded. Goodbye."
	goodbye  = "Goodbye."
	sorry    = "Sorry, we cannot complete your call. Please try again later. Goodbye."
)

// The times of the flow.
const (
	digit      = 5 * time.Second
	ring       = 20 * time.Second
	offer      = 15 * time.Second
	margin     = 31 * time.Second // beyond a ring, before the carrier is asked
	notice     = time.Minute
	longest    = 5 * time.Minute // in the queue
	length     = 2 * time.Minute // of a message
	shortest   = 2 * time.Second
	firstProbe = 2 * time.Minute
	nextProbe  = 5 * time.Minute
	callLife   = 6 * time.Hour
	lateLife   = 15 * time.Minute
)

// failures are how often the flow and the menu say that an entry was wrong.
const (
	failures     = 3
	menuFailures = 2
)

// Settings are the flow as an account's author writes it: an extension is keyed,
// its agent rings, and there are a queue, a menu and a mailbox for everything else.
// The queue's members are rung as the offering says.
func Settings(how flow.Offering) flow.Settings {
	repeats := menuFailures
	return flow.Settings{
		Defaults:  flow.Defaults{DefaultQueue: "support", DefaultMailbox: "team"},
		Mailboxes: map[string]flow.Mailbox{"team": {Greeting: flow.Say(greeting)}},
		Queues: map[string]flow.Queue{"support": {
			Offer: how, Hold: flow.Say(please), MaxWait: longest, LeaveKey: "*", Announce: flow.Announce{Position: extension.Off},
			OnMaxWait: flow.ToVoicemail("team"), OnLeave: flow.ToVoicemail("team"),
		}},
		Menus: map[string]flow.Menu{"main": {
			Prompt:  *flow.Say(prompt),
			Keys:    map[string]flow.Dest{"1": *flow.ToQueue("support"), "2": *flow.ToVoicemail("team"), "9": *flow.Repeat(nil)},
			NoInput: flow.Repeat(flow.Say(noInput)), Invalid: flow.Repeat(flow.Say(wrong)), Repeats: &repeats,
		}},
		Flows: map[string]flow.Flow{"front-desk": {
			Greeting: flow.Say(welcome), NoInput: flow.Repeat(flow.Say(noInput)), Invalid: flow.Repeat(flow.Say(wrong)),
			Unavailable: flow.ToVoicemail("team"), NoAnswer: flow.ToQueue("support"), Busy: flow.ToMenu("main"), Star: flow.ToQueue("support"),
		}},
		Entries: map[string]flow.Entry{"main line": {Dest: *flow.ToFlow("front-desk")}},
	}
}

// Script is the call that is measured, from ringing in to its end: silence, a wrong
// entry, an agent who does not answer, the queue, a member who does not answer
// either, the longest wait, a message.
func Script() []flow.What {
	info := &flow.Info{
		Key: flow.Key{Account: "acme", ID: "call"}, Carrier: "sim",
		From: "+14155550100", To: "+12025550100", Entry: "main line",
	}
	ada := &extension.Party{Agent: "ada", Mailbox: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	mary := &extension.Party{Agent: "mary", Mailbox: "mary", Endpoints: []extension.Endpoint{{Address: "tel:+12025550114"}}}
	return []flow.What{
		{Kind: flow.Arrived, Start: info},
		{Kind: flow.Pressed},
		{Kind: flow.Pressed, Digits: "9999"},
		{Kind: flow.Found, Class: extension.ClassUnknown},
		{Kind: flow.Pressed, Digits: "1001"},
		{Kind: flow.Found, Class: extension.ClassAvailable, Party: ada},
		{Kind: flow.Unanswered},
		{Kind: flow.Found, Class: extension.ClassAvailable},
		{Kind: flow.Woke, Clock: flow.NoticeClock, Report: flow.Alive, Position: 1},
		{Kind: flow.Told, News: flow.Dialled, Party: mary},
		{Kind: flow.Unanswered},
		{Kind: flow.Woke, Clock: flow.WaitClock, Report: flow.Alive},
		{Kind: flow.Recorded, Ref: "RE1", Length: 20 * time.Second},
		{Kind: flow.HungUp},
	}
}
