package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// The sample account, with enough people that every call finds somebody free.
const (
	desks     = 256    // people, and calls of a round
	firstDesk = 2001   // the extension of the first
	wrong     = "9999" // nobody's extension
	office    = "+12025550100"
)

func desk(i int) string { return "desk-" + strconv.Itoa(i) }

// newOffice is extflow as a server has it: signatures are verified, the store is in
// memory, the log goes nowhere, and what must happen by itself happens.
func newOffice() (*twilio.Adapter, storage.Store, error) {
	tw, err := twilio.New(twilio.Config{
		AccountSID: "AC00000000000000000000000000000001", AuthTokens: []string{token}, PublicURL: origin + "/twilio",
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, nil, err
	}
	engine, store, err := newExchange("twilio", tw)
	if err == nil {
		tw.Attach(engine)
	}
	return tw, store, err
}

// newExchange is an engine for a carrier, with its store.
func newExchange(name string, carrier adapter.Carrier) (*extflow.Engine, storage.Store, error) {
	store := memory.New(memory.Config{})
	engine, err := extflow.New(extflow.Config{
		Store: store, Carriers: map[string]adapter.Carrier{name: carrier}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, nil, err
	}
	doc, err := account.Parse(account.Sample())
	if err != nil {
		return nil, nil, err
	}
	for i := range desks {
		doc.Agents = append(doc.Agents, extension.Agent{
			ID: desk(i), Extension: strconv.Itoa(firstDesk + i), Presence: extension.Available,
			Endpoints: []extension.Endpoint{{Address: "client:" + desk(i)}},
		})
	}
	if _, err := extflow.Install(context.Background(), store, extflow.Setup(*doc), time.Now()); err != nil {
		return nil, nil, fmt.Errorf("the account: %w", err)
	}
	go func() { _ = engine.Run(context.Background()) }() // until the process ends
	return engine, store, nil
}
