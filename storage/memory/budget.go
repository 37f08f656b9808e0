package memory

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/extflow/extflow/storage/internal/window"
)

// budget is the store as storage.Budget: a sliding window for each key.
type budget Store

// purse is what a key has spent; it is forgotten with the last of it.
type purse struct {
	key   spender
	spent window.Window
	end   int64 // when all of it is forgotten
	index int32
}

type spender struct{ account, key string }

func (p *purse) due() int64    { return p.end }
func (p *purse) place() *int32 { return &p.index }

// purses are those that hold something, over several locks.
type purses [16]struct {
	mu    sync.Mutex
	byKey map[spender]*purse
	ends  timeline[*purse]
}

func (p *purses) init() {
	for i := range p {
		p[i].byKey = map[spender]*purse{}
	}
}

// Spend takes nothing once nothing is left: who goes on trying is not kept waiting
// for longer by that.
func (b *budget) Spend(ctx context.Context, account, key string, cost, limit int, per time.Duration) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if cost < 0 {
		return false, errors.New("what is spent cannot be less than nothing")
	}
	s := (*Store)(b)
	now := s.now().UnixNano()
	who := spender{account, key}
	part := &s.purses[maphash.Comparable(s.seed, who)%uint64(len(s.purses))]
	part.mu.Lock()
	defer part.mu.Unlock()
	for range 2 { // one comes in, two go: no more are kept than are needed
		if gone, ok := part.ends.first(); ok && gone.end <= now {
			part.ends.remove(gone)
			delete(part.byKey, gone.key)
		}
	}
	p := part.byKey[who]
	if p == nil {
		p = &purse{key: who}
	}
	if !p.spent.Left(now, limit, per) {
		return false, nil
	}
	if cost > 0 {
		p.end = max(p.end, p.spent.Spend(now, cost, per))
		part.byKey[who] = p
		part.ends.put(p)
	}
	return true, nil
}
