package memory

import (
	"context"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// agenda is the store as storage.Agenda. A call is in its part's timeline once: at
// the instant at which it needs attention, or at the end of its lease.
type agenda Store

func (a *agenda) Now(ctx context.Context) (time.Time, error) {
	return (*Store)(a).now(), ctx.Err()
}

// attention is when a call needs attention: at once where its standing turn is
// owed, when its next clock goes off, and never once it is closed.
func (s *Store) attention(c *flow.Call) int64 {
	at := int64(never)
	if c.Has(flow.Closed) {
		return at
	}
	if wake, _, ok := c.Wake(); ok {
		at = wake.UnixNano()
	}
	if c.Owed {
		at = min(at, c.Last, s.now().UnixNano())
	}
	return at
}

// Claim takes the calls that have waited the longest. Of a call whose clock went
// off while its standing turn was owed, the clock is claimed: it may make another
// turn stand, and only that one is worth delivering.
func (a *agenda) Claim(ctx context.Context, n int, lease time.Duration) ([]storage.Ticket, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := (*Store)(a)
	now := s.now()
	var tickets []storage.Ticket
	for len(tickets) < n {
		p := s.earliest()
		if p.next.Load() > now.UnixNano() {
			break
		}
		if t, ok := p.claim(now, now.Add(max(lease, 1))); ok {
			tickets = append(tickets, t)
		}
	}
	return tickets, nil
}

// earliest is the part whose first call comes due before those of the others.
func (s *Store) earliest() *part {
	first := &s.parts[0]
	for i := range s.parts {
		if s.parts[i].next.Load() < first.next.Load() {
			first = &s.parts[i]
		}
	}
	return first
}

// claim takes the first of the part's calls that are due, if any is.
func (p *part) claim(now, until time.Time) (storage.Ticket, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.due.first()
	if !ok || r.at > now.UnixNano() {
		return storage.Ticket{}, false
	}
	r.fence++
	p.schedule(r, until.UnixNano())
	wake, _, armed := r.call.Wake()
	clock := armed && !wake.After(now)
	return storage.Ticket{Call: *r.key, Rev: r.call.Rev, Owed: r.call.Owed && !clock, Fence: uint64(r.fence)}, true
}

func (a *agenda) Settle(ctx context.Context, tickets ...storage.Ticket) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := (*Store)(a)
	for _, t := range tickets {
		s.part(t.Call).settle(s, t)
	}
	return nil
}

func (p *part) settle(s *Store, t storage.Ticket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.calls[t.Call]
	if r == nil || uint64(r.fence) != t.Fence || r.call.Rev != t.Rev {
		return
	}
	if t.Owed {
		r.call.Owed = false
	}
	p.schedule(r, s.attention(&r.call))
}

func (a *agenda) Next(ctx context.Context) (time.Time, bool, error) {
	next := (*Store)(a).earliest().next.Load()
	if next == never {
		return time.Time{}, false, ctx.Err()
	}
	return time.Unix(0, next).UTC(), true, ctx.Err()
}
