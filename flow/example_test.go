package flow_test

import (
	"fmt"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// A caller arrives, keys Ada's extension, and her phone rings.
func ExampleBook_Advance() {
	book, err := flow.Compile(flow.Settings{
		Flows: map[string]flow.Flow{"front desk": {Greeting: flow.Say("Whom would you like to reach?")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ada := &extension.Party{Agent: "ada", Mailbox: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	start := &flow.Info{Key: flow.Key{Account: "acme", ID: "1"}, Entry: "flow front desk", From: "+14155550100", To: "+12025550100"}

	var call flow.Call
	for _, what := range []flow.What{
		{Kind: flow.Arrived, Start: start},
		{Kind: flow.Pressed, Digits: "1001"},
		{Kind: flow.Found, Class: extension.ClassAvailable, Party: ada}, // whoever runs the machine looked it up
		{Kind: flow.Unanswered},
	} {
		event := flow.Event{At: time.Unix(0, 0), Re: call.Standing, Reply: true, What: what}
		next, move := book.Advance(call, event)
		fmt.Print(flow.Turn{Seq: next.Rev, Event: event, Move: move}.Text())
		call = next
	}
	// Output:
	// caller dials +12025550100 from +14155550100
	//     say "Whom would you like to reach?"
	//     listen for 4 digits, 5s
	// caller presses 1001
	//     look up 1001
	// directory says ada is available
	//     ring client:ada for 20s
	// agent does not answer
	//     say "Please leave a message after the tone. Press pound when you are done."
	//     record to ada, 2m0s
}

func ExampleCompile_faults() {
	_, err := flow.Compile(flow.Settings{
		Menus:  map[string]flow.Menu{"main": {Prompt: *flow.Say("Press 1."), Keys: map[string]flow.Dest{"1": *flow.ToQueue("suport")}}},
		Queues: map[string]flow.Queue{"support": {Ring: time.Second}},
	})
	fmt.Println(err)
	// Output:
	// queues.support.ring: 1s is out of range; write 5s to 2m
	// menus.main.keys.1.queue: no queue "suport"; did you mean "support"?
}
