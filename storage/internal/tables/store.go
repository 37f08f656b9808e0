package tables

import (
	"encoding/json"
	"sync"

	"github.com/extflow/extflow/storage"
)

// Store is a storage.Store in the tables of a DB. It starts nothing and keeps
// nothing but which accounts there are.
type Store struct {
	DB
	Dialect
	known sync.Map // accounts that exist: none ever ends
}

// New is the Store of a database whose schema is up to date.
func New(db DB, d Dialect) *Store { return &Store{DB: db, Dialect: d} }

// The things that are kept, each seen through its contract.

func (s *Store) Calls() storage.Calls         { return (*calls)(s) }
func (s *Store) Agenda() storage.Agenda       { return (*agenda)(s) }
func (s *Store) Accounts() storage.Accounts   { return (*accounts)(s) }
func (s *Store) Directory() storage.Directory { return (*directory)(s) }
func (s *Store) Numbers() storage.Numbers     { return (*numbers)(s) }
func (s *Store) Releases() storage.Releases   { return (*releases)(s) }
func (s *Store) Queues() storage.Queues       { return (*queues)(s) }
func (s *Store) Mailboxes() storage.Mailboxes { return (*mailboxes)(s) }
func (s *Store) Feed() storage.Feed           { return (*feed)(s) }
func (s *Store) Budget() storage.Budget       { return (*budget)(s) }
func (s *Store) Notes() storage.Notes         { return (*notes)(s) }
func (s *Store) Audio() storage.Audio         { return (*audio)(s) }
func (s *Store) Subjects() storage.Subjects   { return (*subjects)(s) }

// page is how many rows of a list are read at once: who takes time over a list
// keeps no connection meanwhile.
const page = 128

// document is a value in JSON, for a column.
func document(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}
