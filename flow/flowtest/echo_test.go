package flowtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// echo hears every event twice, as when a carrier repeats each of its requests.
type echo struct {
	Exchange
	t *testing.T
}

func (e echo) Handle(ctx context.Context, ev flow.Event) (flow.Turn, error) {
	first, err := e.Exchange.Handle(ctx, ev)
	if err != nil {
		return first, err
	}
	again, err := e.Exchange.Handle(ctx, ev)
	require.Equal(e.t, first, again, "the answer to the same event twice: %s", ev)
	return again, err
}

func TestStories_areTheSameWhenEveryEventComesTwice(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]Open{
		"core": OpenCore,
		"engine": OpenEngine(func(now func() time.Time) (storage.Store, error) {
			return memory.New(memory.Config{Now: now}), nil
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			RunOn(t, "../testdata/*.call", account.Sample(), func(s Site) (Exchange, error) {
				inner, err := open(s)
				return echo{inner, t}, err
			})
		})
	}
}
