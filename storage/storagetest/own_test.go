package storagetest_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/storagetest"
)

// Store is a store of one's own: another one, which it saves from being read.
type Store struct {
	storage.Store
	mu    sync.Mutex
	known map[flow.Key]flow.Call
}

// New is a Store before another.
func New(behind storage.Store) *Store {
	return &Store{Store: behind, known: map[flow.Key]flow.Call{}}
}

// Calls keeps calls, and remembers them: it is a storage.Recaller too.
func (s *Store) Calls() storage.Calls { return calls{s.Store.Calls(), s} }

type calls struct {
	storage.Calls
	store *Store
}

// Commit remembers what was stored. After any error nothing is sure any more.
func (c calls) Commit(ctx context.Context, t *storage.Txn) error {
	err := c.Calls.Commit(ctx, t)
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	for _, change := range t.Changes {
		switch was, ok := c.store.known[change.Now.Key]; {
		case err != nil, change.Now.Has(flow.Closed):
			delete(c.store.known, change.Now.Key)
		case !ok || was.Rev < change.Now.Rev: // those of two commits may come in either order
			c.store.known[change.Now.Key] = change.Now
		}
	}
	return err
}

// Recall is a call as this node last saw it.
func (c calls) Recall(_ context.Context, k flow.Key) (flow.Call, bool) {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	call, ok := c.store.known[k]
	return call, ok
}

// Subjects forgets what it erases.
func (s *Store) Subjects() storage.Subjects { return subjects{s.Store.Subjects(), s} }

type subjects struct {
	storage.Subjects
	store *Store
}

func (s subjects) Erase(ctx context.Context, account string, n number.E164) (storage.Erased, error) {
	s.store.mu.Lock()
	clear(s.store.known)
	s.store.mu.Unlock()
	return s.Subjects.Erase(ctx, account, n)
}

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storagetest.Harness {
		var now atomic.Int64
		now.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
		behind := memory.New(memory.Config{Now: func() time.Time { return time.Unix(0, now.Load()) }})
		return storagetest.Harness{Store: New(behind), Pass: func(d time.Duration) { now.Add(int64(d)) }}
	})
}
