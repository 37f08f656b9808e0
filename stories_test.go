package extflow_test

import (
	"testing"
	"time"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Every story that the pure machine is told with is played again here, on the
// engine with a store and the simulated carrier: the answers must be the same.
func TestStories_areTheSameOnTheEngine(t *testing.T) {
	t.Setenv(flowtest.Update, "") // only the pure machine rewrites them
	flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), flowtest.OpenEngine(inMemory))
}

func inMemory(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}
