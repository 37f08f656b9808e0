package memory

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"
)

// budget is the store as storage.Budget: a sliding window for each key.
type budget Store

// purse is what a key has spent, the oldest first. What was spent within a
// sixtieth of the window is kept as one, so that a purse holds few entries
// whatever the limit; it is forgotten with the last of it.
type purse struct {
	key   spender
	spent []spent
	used  int
	end   int64 // when all of it is forgotten
	index int
}

type spender struct{ account, key string }

type spent struct {
	began, last int64 // in nanoseconds since 1970
	cost        int
}

func (p *purse) due() int64  { return p.end }
func (p *purse) place() *int { return &p.index }

const grain = 60

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
	p.forget(now - int64(per))
	if p.used >= limit {
		return false, nil
	}
	if cost > 0 {
		p.spend(now, cost, per)
		part.byKey[who] = p
		part.ends.put(p)
	}
	return true, nil
}

// forget drops what was spent up to an instant.
func (p *purse) forget(until int64) {
	n := 0
	for n < len(p.spent) && p.spent[n].last <= until {
		p.used -= p.spent[n].cost
		n++
	}
	p.spent = p.spent[n:]
}

func (p *purse) spend(now int64, cost int, per time.Duration) {
	if n := len(p.spent); n > 0 && now-p.spent[n-1].began < int64(per)/grain {
		p.spent[n-1].last = now
		p.spent[n-1].cost += cost
	} else {
		p.spent = append(p.spent, spent{began: now, last: now, cost: cost})
	}
	p.used += cost
	p.end = max(p.end, now+int64(per))
}
