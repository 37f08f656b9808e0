// Package memory keeps everything in the memory of one process: for tests, for
// trying things out, and for a server whose calls need not outlive it.
//
// It keeps every promise of package storage but one: what it keeps is gone when
// the process is. Calls are spread over many locks. Storing a turn of one call
// takes the lock of its part, and the account's own where the turn reserves or
// frees an agent, posts something, or begins or closes the call. There is no lock
// that all commits take.
package memory

import (
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Config is what a Store works with. The zero value is ready for use.
type Config struct {
	Now func() time.Time // the clock of every deadline; nil is time.Now
}

// Store is a storage.Store in memory. It is safe for concurrent use, starts no
// goroutine and need not be closed.
type Store struct {
	clock func() time.Time
	seed  maphash.Seed
	parts [numParts]part

	mu   sync.RWMutex
	byID map[string]*account

	plan   plan
	purses purses
}

// New makes an empty Store.
func New(c Config) *Store {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Store{clock: c.Now, seed: maphash.MakeSeed(), byID: map[string]*account{}}
	for i := range s.parts {
		s.parts[i].init()
	}
	s.plan.all = map[number.E164]number.Assignment{}
	s.purses.init()
	return s
}

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

// now is the time by the store's clock: a wall clock's reading, so that it can be
// compared with times that were written down.
func (s *Store) now() time.Time { return s.clock().Round(0).UTC() }

// account is the account with the id. The error is storage.ErrNotFound.
func (s *Store) account(id string) (*account, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if a := s.byID[id]; a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("account %q: %w", id, storage.ErrNotFound)
}
