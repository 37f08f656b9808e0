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
)

// The sample account, with enough people that every call finds somebody free.
const (
	desks     = 256    // people, and calls of a round
	firstDesk = 2001   // the extension of the first
	wrong     = "9999" // nobody's extension
	office    = "+12025550100"
)

func desk(i int) string { return "desk-" + strconv.Itoa(i) }

// newOffice is extflow as a server has it: signatures are verified, the log goes
// nowhere, and what must happen by itself happens until ctx ends.
func newOffice(ctx context.Context, store storage.Store) (*twilio.Adapter, error) {
	tw, err := twilio.New(twilio.Config{
		AccountSID: "AC00000000000000000000000000000001", AuthTokens: []string{token}, PublicURL: origin + "/twilio",
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	engine, err := newExchange(ctx, "twilio", tw, store)
	if err == nil {
		tw.Attach(engine)
	}
	return tw, err
}

// newExchange is an engine for a carrier, with the account in its store.
func newExchange(ctx context.Context, name string, carrier adapter.Carrier, store storage.Store) (*extflow.Engine, error) {
	engine, err := extflow.New(extflow.Config{
		Store: store, Carriers: map[string]adapter.Carrier{name: carrier}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	doc, err := account.Parse(account.Sample())
	if err != nil {
		return nil, err
	}
	for i := range desks {
		doc.Agents = append(doc.Agents, extension.Agent{
			ID: desk(i), Extension: strconv.Itoa(firstDesk + i), Presence: extension.Available,
			Endpoints: []extension.Endpoint{{Address: "client:" + desk(i)}},
		})
	}
	if _, err := extflow.Install(ctx, store, extflow.Setup(*doc), time.Now()); err != nil {
		return nil, fmt.Errorf("the account: %w", err)
	}
	go func() { _ = engine.Run(ctx) }()
	return engine, nil
}
