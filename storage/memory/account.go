package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// account is everything of one account but its calls and numbers. Its lock comes
// after those of parts: who holds it takes no part's.
type account struct {
	mu       sync.RWMutex
	settings storage.Account
	dir      *extension.Directory
	releases []release // the oldest first
	lines    map[string]*line
	boxes    boxes
	notes    map[noteKey]storage.Note

	calls []*record // in the order in which they began; nil for those forgotten
	first uint64    // the serial of the first of calls
	live  map[uint64]*record
	over  []ended   // in the order in which they closed
	past  []memento // in that order, too

	feed   []storage.Entry
	cursor uint64 // of the last entry that the feed got

	readers map[string]reader
	audio   sounds
}

// ended is a call that is over, and since when, in nanoseconds since 1970.
type ended struct {
	*record
	closed int64
}

func newAccount(dir *extension.Directory) *account {
	return &account{
		dir:   dir,
		lines: map[string]*line{},
		notes: map[noteKey]storage.Note{},
		boxes: boxes{byCall: map[string]*storage.Message{}, byName: map[string]map[string]*storage.Message{}, unread: map[string]int{}},
		live:  map[uint64]*record{},

		readers: map[string]reader{},
		audio:   sounds{files: map[string]storage.File{}, contents: map[string]*sound{}, played: map[string]bool{}},
	}
}

// accounts is the store as storage.Accounts.
type accounts Store

func (c *accounts) Load(ctx context.Context, id string) (storage.Account, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.Account{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return copied(a.settings), nil
}

// reach is the account with the id, unless ctx is done.
func (s *Store) reach(ctx context.Context, id string) (*account, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.account(id)
}

// Put also returns the errors of extension.Range.
func (c *accounts) Put(ctx context.Context, settings storage.Account) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if settings.ID == "" {
		return errors.New("an account needs an id")
	}
	if err := (*Store)(c).put(settings); err != nil {
		return fmt.Errorf("account %q: %w", settings.ID, err)
	}
	return nil
}

func (s *Store) put(settings storage.Account) error {
	if a, err := s.account(settings.ID); err == nil {
		return a.put(settings)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.byID[settings.ID]
	if a != nil {
		return a.put(settings)
	}
	dir, err := extension.New(extension.Config{})
	if err != nil {
		return err
	}
	a = newAccount(dir)
	if err := a.put(settings); err != nil {
		return err
	}
	s.byID[settings.ID] = a
	return nil
}

func (a *account) put(settings storage.Account) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if settings.Rev != a.settings.Rev {
		return storage.ErrConflict
	}
	settings = copied(settings)
	settings.Rev++
	if err := a.dir.Configure(extension.Config{Range: settings.Range, Quarantine: settings.Quarantine}); err != nil {
		return err
	}
	a.settings = settings
	return nil
}

// copied shares nothing with the account that it is a copy of.
func copied(a storage.Account) storage.Account {
	a.Countries = slices.Clone(a.Countries)
	a.Range.Reserved = slices.Clone(a.Range.Reserved)
	return a
}

// List yields the accounts by id.
func (c *accounts) List(ctx context.Context) iter.Seq2[storage.Account, error] {
	return func(yield func(storage.Account, error) bool) {
		s := (*Store)(c)
		s.mu.RLock()
		ids := slices.Sorted(maps.Keys(s.byID))
		s.mu.RUnlock()
		for _, id := range ids {
			a, err := c.Load(ctx, id)
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}
