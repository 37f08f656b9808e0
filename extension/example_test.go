package extension_test

import (
	"fmt"
	"time"

	"github.com/extflow/extflow/extension"
)

// An account's directory: the second agent takes what is free, and what callers
// key is answered with a class and the agent.
func Example() {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	d, err := extension.New(extension.Config{Range: extension.Range{First: 1001, Last: 9999}})
	if err != nil {
		fmt.Println(err)
		return
	}
	agents, err := d.Put(now,
		extension.Agent{ID: "ada", Name: "Ada Lovelace", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}},
		extension.Agent{ID: "mary", Name: "Mary Shelley", Endpoints: []extension.Endpoint{{Address: "tel:+12025550114"}}},
	)
	fmt.Println(agents[1].Extension, err)

	if err := d.Hold("mary", "call-1", now.Add(time.Minute)); err != nil {
		fmt.Println(err)
	}
	for _, digits := range []string{"1001", "1002", "1003", "100"} {
		class, party := d.Find(digits, extension.Inquiry{Call: "call-2", Caller: "+14155550100", Carrier: "twilio", Now: now})
		if party != nil {
			fmt.Println(digits, class, party.Name)
			continue
		}
		fmt.Println(digits, class)
	}
	// Output:
	// 1002 <nil>
	// 1001 available Ada Lovelace
	// 1002 busy Mary Shelley
	// 1003 unknown
	// 100 partial
}

func ExampleRange_Check() {
	r := extension.Range{Length: 3, Reserved: []string{"default", "42*"}}
	for _, ext := range []string{"120", "911", "421", "1001", "12a"} {
		fmt.Println(ext, r.Check(ext))
	}
	// Output:
	// 120 <nil>
	// 911 extension reserved: 911 is kept free (911)
	// 421 extension reserved: 421 is kept free (42*)
	// 1001 extension has the wrong length: 1001 has 4 digits; extensions here have 3, as in 100
	// 12a extension is not digits: "12a"; use 0 to 9 only, as in 100
}

func ExampleDirectory_Put() {
	d, err := extension.New(extension.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	_, err = d.Put(now, extension.Agent{ID: "grace", Name: "Grace Hopper", Extension: "1002"})
	fmt.Println(err)
	_, err = d.Put(now, extension.Agent{ID: "ada", Extension: "1002"})
	fmt.Println(err)
	// Output:
	// <nil>
	// agent ada: extension taken: 1002 is held by Grace Hopper; the next free one is 1000
}

func ExampleParseEndpoint() {
	e, err := extension.ParseEndpoint("tel:+12025550111")
	fmt.Println(e.Scheme(), e.Screened(extension.Default), err)
	_, err = extension.ParseEndpoint("ada@pbx.example.com")
	fmt.Println(err)
	// Output:
	// tel true <nil>
	// not an endpoint: "ada@pbx.example.com" has no scheme; write tel:+12025550111, sip:ada@pbx.example.com or client:ada
}

func ExampleAgent_Missed() {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ada := extension.Agent{ID: "ada", Presence: extension.Available}
	for range extension.MaxMisses {
		var away bool
		ada, away = ada.Missed(extension.Unanswered, now)
		fmt.Println(ada.Presence, ada.Duty.Resting(now.Add(29*time.Second)), away)
		now = now.Add(time.Minute)
	}
	// Output:
	// available true false
	// available true false
	// away true true
}

// A caller spells a name on the keypad: whoever is listed is found, whichever of the
// names comes first, and with letters that the keypad does not have.
func ExampleDirectory_Spelled() {
	d, err := extension.New(extension.Config{Range: extension.Range{First: 1001, Last: 9999}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = d.Put(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
		extension.Agent{ID: "jm", Name: "Jörg Müller", Listed: true},
		extension.Agent{ID: "ob", Name: "Nuala O'Brien", Listed: true},
		extension.Agent{ID: "om", Name: "Otto Muller"}, // nobody is found who does not wish it
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, keys := range []string{"6855", "6835537", "5674", "627436", "68"} { // mull, mueller, jorg, obrien, mu or nu
		for _, l := range d.Spelled(keys, 8) {
			fmt.Println(keys, l.Name, l.Extension)
		}
	}
	// Output:
	// 6855 Jörg Müller 1001
	// 6835537 Jörg Müller 1001
	// 5674 Jörg Müller 1001
	// 627436 Nuala O'Brien 1002
	// 68 Nuala O'Brien 1002
	// 68 Jörg Müller 1001
}
