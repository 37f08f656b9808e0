package memory

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/extflow/extflow/storage"
)

// feed is the store as storage.Feed. Entries get their cursor under the lock that
// they are written under, so that none appears behind a cursor that was read.
type feed Store

// reader is who follows the feed by a name, and until when a node does it.
type reader struct {
	cursor, fence uint64
	until         time.Time
}

func (c *feed) After(ctx context.Context, id string, cursor uint64, n int) ([]storage.Entry, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	from := sort.Search(len(a.feed), func(i int) bool { return a.feed[i].Cursor > cursor })
	until := min(from+max(n, 0), len(a.feed))
	return slices.Clone(a.feed[from:until]), nil
}

func (c *feed) Take(ctx context.Context, id, name string, lease time.Duration) (storage.Reading, error) {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return storage.Reading{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now, r := s.now(), a.readers[name]
	if now.Before(r.until) {
		return storage.Reading{}, fmt.Errorf("reader %q: %w", name, storage.ErrConflict)
	}
	r.fence++
	r.until = now.Add(lease)
	a.readers[name] = r
	return storage.Reading{Reader: name, Cursor: r.cursor, Fence: r.fence}, nil
}

func (c *feed) Keep(ctx context.Context, id string, hold storage.Reading, lease time.Duration) error {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.readers[hold.Reader]
	if !ok || r.fence != hold.Fence {
		return fmt.Errorf("reader %q: %w", hold.Reader, storage.ErrConflict)
	}
	r.cursor = max(r.cursor, hold.Cursor)
	r.until = s.now().Add(max(lease, 0))
	a.readers[hold.Reader] = r
	return nil
}
