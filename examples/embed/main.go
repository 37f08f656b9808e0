// Command embed is the smallest program that takes calls: an account with one
// agent, a store in memory, and a carrier in memory that calls it. A product
// brings its own carrier and mounts its handler; the rest stays as it is here.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage/memory"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	carrier := sim.New(sim.Config{})
	store := memory.New(memory.Config{Now: carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store:    store,
		Carriers: map[string]adapter.Carrier{"sim": carrier},
		Observe:  func(o extflow.Observed) { fmt.Print(o.Turn.Text()) },
	})
	if err != nil {
		return err
	}
	carrier.Attach(engine)
	carrier.Drive(engine)

	ada := extension.Agent{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	if _, err := extflow.Install(ctx, store, extflow.Setup{
		Account:  "acme",
		Agents:   []extension.Agent{ada},
		Settings: flow.Settings{Flows: map[string]flow.Flow{"front desk": {Greeting: flow.Say("Welcome. Please key an extension.")}}},
		Numbers:  []number.Assignment{{Number: "+12025550100", Entry: "flow front desk"}},
	}, carrier.Now()); err != nil {
		return err
	}

	caller, err := carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
	if err != nil {
		return err
	}
	if err := caller.Press(ctx, "1001"); err != nil { // Ada's phone rings
		return err
	}
	return carrier.Wait(ctx, 20*time.Second) // and she does not answer
}
