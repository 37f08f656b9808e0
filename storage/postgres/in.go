package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// In is the store in a transaction of the host's own: what the host writes there
// and what becomes of calls is committed together, or not at all. A conflict leaves
// the transaction as it was; the host may go on with it.
//
// The view is for one goroutine, like the transaction, and for no longer than it.
// Clocks that are set and turns that are owed in it are seen to once it has been
// committed, within a second, by any node. Whoever commits an agent's reservation
// keeps others from it until the transaction ends: keep it short.
func (s *Store) In(tx pgx.Tx) storage.Store {
	return tables.New(within{s, tx}, dialect)
}
