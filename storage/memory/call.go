package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// calls is the store as storage.Calls. Commit is in commit.go.
type calls Store

func (c *calls) Load(ctx context.Context, k flow.Key) (flow.Call, error) {
	if err := ctx.Err(); err != nil {
		return flow.Call{}, err
	}
	p := (*Store)(c).part(k)
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.calls[k]; r != nil {
		return r.call, nil
	}
	return flow.Call{}, fmt.Errorf("call %s: %w", k.ID, storage.ErrNotFound)
}

func (c *calls) Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := (*Store)(c).part(k)
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.calls[k]
	if r == nil {
		return nil, nil
	}
	return r.turns.after(after, &r.call), nil
}

// List reads the account's calls a few at a time, so that a reader who takes its
// time keeps nobody waiting. Calls that begin meanwhile are not among them.
func (c *calls) List(ctx context.Context, id string, q storage.Query) iter.Seq2[flow.Call, error] {
	return func(yield func(flow.Call, error) bool) {
		s := (*Store)(c)
		a, err := s.account(id)
		if err != nil {
			return
		}
		left := q.Limit
		for r := range a.newest(q.Live || q.Agent != "") {
			if err := ctx.Err(); err != nil {
				yield(flow.Call{}, err)
				return
			}
			if q.Result != flow.NoResult && flow.Result(r.result.Load()) != q.Result {
				continue // without a lock for each of the many that ended otherwise
			}
			p := s.part(*r.key)
			p.mu.Lock()
			call := r.call
			p.mu.Unlock()
			if !q.Selects(call) {
				continue
			}
			if left--; !yield(call, nil) || left == 0 {
				return
			}
		}
	}
}

// newest yields the account's calls, the newest first; live leaves those out that
// were closed when it began. It holds no lock while it yields.
func (a *account) newest(live bool) iter.Seq[*record] {
	if live {
		return a.newestLive()
	}
	return func(yield func(*record) bool) {
		var some [64]*record
		for before, n := uint64(never), 0; ; {
			before, n = a.older(before, some[:])
			for _, r := range some[:n] {
				if !yield(r) {
					return
				}
			}
			if n == 0 {
				return
			}
		}
	}
}

// older fills some with the calls before a serial, the newest first. It returns
// how many there were, and the serial of the last.
func (a *account) older(before uint64, some []*record) (last uint64, n int) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for at := min(before, a.first+uint64(len(a.calls))); at > a.first && n < len(some); {
		at--
		if r := a.calls[at-a.first]; r != nil {
			some[n] = r
			n++
		}
		last = at
	}
	return last, n
}

func (a *account) newestLive() iter.Seq[*record] {
	a.mu.RLock()
	live := slices.SortedFunc(maps.Values(a.live), func(x, y *record) int { return cmp.Compare(y.serial, x.serial) })
	a.mu.RUnlock()
	return slices.Values(live)
}
