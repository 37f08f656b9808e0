package extflow_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage/memory"
)

// An engine with a store and a carrier in memory: a caller reaches Ada, who answers
// and hangs up. A product brings its own carrier and runs Engine.Run beside it.
func Example() {
	ctx := context.Background()
	carrier := sim.New(sim.Config{})
	store := memory.New(memory.Config{Now: carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store:    store,
		Carriers: map[string]adapter.Carrier{"sim": carrier},
		Observe:  func(o extflow.Observed) { fmt.Print(o.Turn.Text()) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	carrier.Attach(engine)
	carrier.Drive(engine)
	_, err = extflow.Install(ctx, store, extflow.Setup{
		Account: "acme",
		Agents:  []extension.Agent{{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}},
		Settings: flow.Settings{Flows: map[string]flow.Flow{
			"front desk": {Greeting: flow.Say("Welcome. Please key an extension.")},
		}},
		Numbers: []number.Assignment{{Number: "+12025550100", Entry: "flow front desk"}},
	}, carrier.Now())
	if err != nil {
		fmt.Println(err)
		return
	}

	carrier.Agent("client:ada").Set(sim.Takes, 3*time.Second)
	caller, err := carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(caller.Press(ctx, "1001"), carrier.Wait(ctx, time.Minute), carrier.Agent("client:ada").HangUp(ctx))
	// Output:
	// caller dials +12025550100 from +14155550100
	//     say "Welcome. Please key an extension."
	//     listen for 4 digits, 5s
	// caller presses 1001
	//     look up 1001
	// directory says ada is available
	//     ring client:ada for 20s
	// agent answers
	// agent hangs up
	//     hang up
	//     ada talked
	// caller hangs up
	//     ends answered
	// <nil> <nil> <nil>
}

// Click to call: Ada's telephone rings first, and once she has accepted, the customer
// is called and both are joined. Only numbers that Dialable allows are ever called.
func ExampleEngine_CallOut() {
	ctx := context.Background()
	carrier := sim.New(sim.Config{})
	store := memory.New(memory.Config{Now: carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store:    store,
		Carriers: map[string]adapter.Carrier{"sim": carrier},
		Dialable: written.Dialable,
		NewID:    func() string { return "leg 1" },
		Observe:  func(o extflow.Observed) { fmt.Print(o.Turn.Text()) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	carrier.Attach(engine)
	carrier.Drive(engine)
	_, err = extflow.Install(ctx, store, extflow.Setup{
		Account:   "acme",
		Countries: []string{"US"},
		Agents:    []extension.Agent{{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}},
		Settings:  flow.Settings{Flows: map[string]flow.Flow{"front desk": {}}},
		Numbers:   []number.Assignment{{Number: "+12025550100", Entry: "flow front desk"}},
	}, carrier.Now())
	if err != nil {
		fmt.Println(err)
		return
	}

	carrier.Agent("client:ada").Set(sim.Takes, 3*time.Second)
	carrier.Agent("tel:+14155550100").Set(sim.Takes, 5*time.Second)
	wanted := extflow.CallOut{Account: "acme", Key: "ticket 4711", Agent: "ada", From: "+12025550100", To: "+14155550100"}
	call, err := engine.CallOut(ctx, wanted) // nothing has rung yet
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(carrier.Wait(ctx, time.Minute))
	again, err := engine.CallOut(ctx, wanted) // a retry, say after a time-out
	fmt.Println(again == call, err)
	fmt.Println(carrier.Agent("client:ada").HangUp(ctx))
	premium := extflow.CallOut{Account: "acme", Key: "ticket 4712", Extension: "1001", From: "+12025550100", To: "+19002345678"}
	_, err = engine.CallOut(ctx, premium)
	fmt.Println(errors.Is(err, extflow.ErrNotCallable))

	// Output:
	// the product has ada call +14155550100 from +12025550100
	//     wait for an agent
	// told offered by "leg 1"
	// a call is placed to ada
	//     place call to client:ada for 20s
	// the call to agent is placed
	// agent answers
	//     tell accepted and wait
	// told accepted by "leg 1"
	//     place call to tel:+14155550100 for 30s, showing the number called
	// the other call says yes
	//     say "We are calling 1 4 1 5 5 5 5 0 1 0 0. One moment, please."
	//     hold
	// the call to +14155550100 is placed
	// +14155550100 answers
	//     join
	//     tell reached
	// told reached by 4fbda2f8-58d3-54d6-91b7-35b5b36937fa
	//     join
	// <nil>
	// true <nil>
	// caller hangs up
	//     tell left
	//     ada talked
	//     ends answered
	// told left by "leg 1"
	//     hang up
	// +14155550100 hangs up
	//     ends answered
	// <nil>
	// true
}

// In the middle of a call the product says where its caller goes: by one of the words
// that the account's question lists, each of which leads somewhere.
func ExampleConfig() {
	ctx := context.Background()
	customers := map[number.E164]string{"+14155550100": "gold"}
	carrier := sim.New(sim.Config{})
	store := memory.New(memory.Config{Now: carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store:    store,
		Carriers: map[string]adapter.Carrier{"sim": carrier},
		Observe:  func(o extflow.Observed) { fmt.Print(o.Turn.Text()) },
		Ask: func(_ context.Context, q flow.Asked) (string, error) {
			if tier, ok := customers[q.Info.From]; ok {
				return tier, nil
			}
			return "", errors.New("nobody knows this caller") // leads to otherwise at once
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	carrier.Attach(engine)
	carrier.Drive(engine)
	_, err = extflow.Install(ctx, store, extflow.Setup{
		Account: "acme",
		Settings: flow.Settings{Questions: map[string]flow.Question{"tier": {
			Answers:   map[string]flow.Dest{"gold": *flow.HangUp(flow.Say("Welcome back."))},
			Otherwise: flow.HangUp(flow.Say("Good day.")),
		}}},
		Numbers: []number.Assignment{{Number: "+12025550100", Entry: "ask tier"}},
	}, carrier.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, from := range []string{"+14155550100", "+14155550177"} {
		if _, err := carrier.Dial(ctx, from, "+12025550100", sim.Options{}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// caller dials +12025550100 from +14155550100
	//     hold
	// the product says gold to caller
	//     say "Welcome back."
	//     hang up
	// caller hangs up
	//     ends goodbye
	// caller dials +12025550100 from +14155550177
	//     hold
	// the product has no answer for caller
	//     say "Good day."
	//     hang up
	// caller hangs up
	//     ends goodbye
}
