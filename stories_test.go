package extflow_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Every story that the pure machine is told with is played again here, on the
// engine with a store and the simulated carrier: the answers must be the same.
func TestStories_areTheSameOnTheEngine(t *testing.T) {
	t.Setenv(flowtest.Update, "") // only the pure machine rewrites them
	flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), onMemory)
}

// staged is an engine behind a story's telephones.
type staged struct {
	*extflow.Engine
	account string
	store   storage.Store
}

func onMemory(s flowtest.Site) (flowtest.Exchange, error) {
	return stage(s, memory.New(memory.Config{Now: s.Now}))
}

func stage(s flowtest.Site, store storage.Store) (flowtest.Exchange, error) {
	legs := 0
	engine, err := extflow.New(extflow.Config{
		Store:    store,
		Carriers: map[string]adapter.Carrier{s.Name: s.Carrier},
		NewID:    func() string { legs++; return "leg " + strconv.Itoa(legs) },
	})
	if err != nil {
		return nil, err
	}
	_, err = extflow.Install(context.Background(), store, extflow.Setup(*s.Document), s.Now())
	return staged{engine, s.Document.Account, store}, err
}

func (s staged) Calls(ctx context.Context) (calls []flow.Call, err error) {
	for c, err := range s.store.Calls().List(ctx, s.account, storage.Query{}) {
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func (s staged) Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	return s.store.Calls().Turns(ctx, k, after)
}

func (s staged) Agents(ctx context.Context) (agents []extension.Agent, err error) {
	for a, err := range s.store.Directory().Agents(ctx, s.account) {
		if err != nil {
			return nil, err
		}
		agents = append(agents, a)
	}
	return agents, nil
}
