package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// After it was erased a number is in no copy of the database that is made from then on.
func TestErase_leavesNothingOfANumberInADump(t *testing.T) {
	t.Parallel()
	url := database(t)
	n := nodes(t, 1, url)[0]
	turn := n.then(t, n.arrives(t, "CA1"), pressed("9999"))
	turn = n.then(t, turn, pressed("1001"))
	record := n.then(t, turn, flow.What{Kind: flow.FoundBusy})
	require.Equal(t, flow.Record, record.Move.Do.Kind)
	n.then(t, record, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 5 * time.Second})
	require.NoError(t, n.engine.Signal(t.Context(), flow.Event{Call: turn.Call, What: flow.What{Kind: flow.HungUp}}))
	other := n.call(t, n.arrives(t, "CA2").Call).From
	caller := n.call(t, turn.Call).From
	require.Contains(t, postgrestest.Dump(t, url), string(caller[1:]))
	gone, err := n.store.Subjects().Erase(t.Context(), "acme", caller)
	require.NoError(t, err)
	require.Equal(t, storage.Erased{Calls: 1, Messages: 1, Keys: 1}, gone)
	dump := postgrestest.Dump(t, url)
	require.NotContains(t, dump, string(caller[1:]))
	require.Contains(t, dump, string(other[1:]))
}
