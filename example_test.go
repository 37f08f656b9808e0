package extflow_test

import (
	"context"
	"fmt"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
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
