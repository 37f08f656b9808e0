package flowtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func TestWander_whateverHappensWhatMustHoldHolds(t *testing.T) {
	t.Parallel()
	Wander(t, account.Sample(), 100)
	Wander(t, Everything(), 100)
}

// Agents serve one queue each and nothing runs out, so that of two callers at one
// instant it does not matter who comes first.
func TestWander_theEngineAnswersAsTheCoreDoes(t *testing.T) {
	t.Parallel()
	s, err := prepare(Everything(), `
mailboxes:
  team: {max_messages: null, on_full: null}
queues:
  support: {members: [ada]}
  everybody: {members: [grace, linus, zoe], max_size: null}
  direct: {members: [mary]}
`)
	require.NoError(t, err)
	s.wander(t, 100, OpenEngine(func(now func() time.Time) (storage.Store, error) {
		return memory.New(memory.Config{Now: now}), nil
	}))
}

func TestWander_isTheSameEveryTime(t *testing.T) {
	t.Parallel()
	s, err := prepare(Everything(), "")
	require.NoError(t, err)
	require.Equal(t, wander(s.doc, 7, true), wander(s.doc, 7, true))
	require.NotEqual(t, wander(s.doc, 7, true), wander(s.doc, 8, true))
}
