package console

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/extflow/extflow/flow"
)

// How many calls each agent answered and missed today, as the feed tells: read once from
// where the day begins, and from there on only what is new.

// tally is what was counted so far. Its zero value has counted nothing.
type tally struct {
	mu     sync.Mutex
	day    time.Time // when it began, by the account's time zone
	cursor uint64    // how far the feed was read
	of     map[string]count
}

// count is an agent's day.
type count struct{ Answered, Missed int }

// How much of the feed is read for one page: what is left is read for the next.
const (
	tallyTime = 80 * time.Millisecond
	tallyPage = 1000
)

// today is every agent's day so far.
func (c *Console) today(ctx context.Context) (map[string]count, error) {
	now, err := c.cfg.Store.Agenda().Now(ctx)
	if err != nil {
		return nil, err
	}
	now = now.In(c.zone(ctx))
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	t := &c.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.day.Equal(day) {
		if t.day.IsZero() {
			if t.cursor, err = c.before(ctx, day); err != nil {
				return nil, err
			}
		}
		t.day, t.of = day, map[string]count{}
	}
	for end := time.Now().Add(tallyTime); time.Now().Before(end); {
		some, err := c.cfg.Store.Feed().After(ctx, c.cfg.Account, t.cursor, tallyPage)
		if err != nil {
			return nil, err
		}
		for _, e := range some {
			t.cursor = e.Cursor
			t.add(e.At, e.Post)
		}
		if len(some) < tallyPage {
			break
		}
	}
	return maps.Clone(t.of), nil
}

func (t *tally) add(at time.Time, p flow.Post) {
	n := t.of[p.Agent]
	switch {
	case p.Agent == "" || at.Before(t.day):
		return
	case p.Kind == flow.PostTalked:
		n.Answered++
	case p.Kind == flow.PostMissed:
		n.Missed++
	default:
		return
	}
	t.of[p.Agent] = n
}

// before is a place in the feed before everything that happened since an instant, and not
// far before it: entries are in the order in which they happened, or nearly.
func (c *Console) before(ctx context.Context, at time.Time) (uint64, error) {
	early := func(cursor uint64) (bool, error) {
		next, err := c.cfg.Store.Feed().After(ctx, c.cfg.Account, cursor, 1)
		return len(next) > 0 && next[0].At.Before(at), err
	}
	low, high := uint64(0), uint64(1)
	for {
		is, err := early(high)
		if err != nil {
			return 0, err
		}
		if !is {
			break
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		is, err := early(middle)
		if err != nil {
			return 0, err
		}
		if is {
			low = middle
		} else {
			high = middle
		}
	}
	return low - min(low, tallyPage), nil
}
