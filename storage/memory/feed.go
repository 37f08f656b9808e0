package memory

import (
	"context"
	"slices"
	"sort"

	"github.com/extflow/extflow/storage"
)

// feed is the store as storage.Feed. Entries get their cursor under the lock that
// they are written under, so that none appears behind a cursor that was read.
type feed Store

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
