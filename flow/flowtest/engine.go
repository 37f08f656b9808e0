package flowtest

import (
	"context"
	"strconv"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	e164 "github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// engined are engines on one store behind a story's telephones.
type engined struct {
	*extflow.Engine // the first
	nodes           []*extflow.Engine
	account         string
	store           storage.Store
}

// OpenEngine opens an engine for each story, with a store of its own that keeps
// the story's time: for RunOn, with the store that a product brings.
func OpenEngine(store func(now func() time.Time) (storage.Store, error)) Open {
	return OpenNodes(func(now func() time.Time) ([]storage.Store, error) {
		kept, err := store(now)
		return []storage.Store{kept}, err
	})
}

// OpenNodes opens several engines for each story, one for each of the stores, which are
// one database or the same store: whatever happens comes to another of them than what
// happened before, as from a load balancer.
func OpenNodes(stores func(now func() time.Time) ([]storage.Store, error)) Open {
	return func(s Site) (Exchange, error) {
		kept, err := stores(s.Now)
		if err != nil {
			return nil, err
		}
		legs := 0
		e := &engined{account: s.Document.Account, store: kept[0]}
		for _, store := range kept {
			engine, err := extflow.New(extflow.Config{
				Store:    store,
				Carriers: map[string]adapter.Carrier{s.Name: s.Carrier},
				NewID:    func() string { legs++; return "leg " + strconv.Itoa(legs) },
				Deadline: time.Minute,
				Dialable: e164.Dialable,
			})
			if err != nil {
				return nil, err
			}
			e.nodes = append(e.nodes, engine)
		}
		e.Engine = e.nodes[0]
		_, err = extflow.Install(context.Background(), e.store, extflow.Setup(*s.Document), s.Now())
		if len(e.nodes) == 1 {
			return e, err
		}
		return &cluster{engined: e}, err
	}
}

func (e *engined) Calls(ctx context.Context) (calls []flow.Call, err error) {
	for c, err := range e.store.Calls().List(ctx, e.account, storage.Query{}) {
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func (e *engined) Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	return e.store.Calls().Turns(ctx, k, after)
}

func (e *engined) Agents(ctx context.Context) (agents []extension.Agent, err error) {
	for a, err := range e.store.Directory().Agents(ctx, e.account) {
		if err != nil {
			return nil, err
		}
		agents = append(agents, a)
	}
	return agents, nil
}
