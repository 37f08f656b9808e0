package extflow_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// stale is a store whose node remembers calls badly: as they were some time ago, as
// they are, or not at all, in turns.
type stale struct {
	storage.Store
	calls *staleCalls
}

func newStale(s storage.Store) stale {
	return stale{s, &staleCalls{Calls: s.Calls(), known: map[flow.Key][]flow.Call{}}}
}

func (s stale) Calls() storage.Calls { return s.calls }

type staleCalls struct {
	storage.Calls
	mu    sync.Mutex
	known map[flow.Key][]flow.Call
	asked int
	wrong int // how often something was remembered that is not so any more
}

func (s *staleCalls) Recall(_ context.Context, k flow.Key) (flow.Call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := s.known[k]
	s.asked++
	if which := s.asked % (len(versions) + 1); which < len(versions) {
		if which < len(versions)-1 {
			s.wrong++
		}
		return versions[which], true
	}
	return flow.Call{}, false
}

func (s *staleCalls) Commit(ctx context.Context, t *storage.Txn) error {
	err := s.Calls.Commit(ctx, t)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range t.Changes {
		if err == nil {
			s.known[c.Now.Key] = append(s.known[c.Now.Key], c.Now)
		}
	}
	return err
}

func TestStories_areTheSameWhereANodeRemembersWhatIsNotSoAnyMore(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	var mu sync.Mutex
	var all []*staleCalls
	open := flowtest.OpenEngine(func(now func() time.Time) (storage.Store, error) {
		s := newStale(memory.New(memory.Config{Now: now}))
		mu.Lock()
		defer mu.Unlock()
		all = append(all, s.calls)
		return s, nil
	})
	t.Run("stories", func(t *testing.T) { flowtest.RunOn(t, "flow/testdata/*.call", account.Sample(), open) })
	wrong := 0
	for _, s := range all {
		wrong += s.wrong
	}
	require.Greater(t, wrong, len(all)/2, "it was wrong often enough to matter")
}
