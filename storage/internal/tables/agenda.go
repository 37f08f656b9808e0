package tables

import (
	"context"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// agenda is the store as storage.Agenda. A call is in extflow_due once: at the
// instant at which it needs attention, or at the end of its lease.
type agenda Store

// What is due is looked for across accounts.
const (
	selectNext = `SELECT account, at FROM extflow_due ORDER BY at LIMIT 1`
	selectDue  = `SELECT account, call, wake, fence FROM extflow_due WHERE at <= $1 ORDER BY at LIMIT $2`
	claimDue   = `UPDATE extflow_due SET at = $3, owner = '', fence = fence + 1 WHERE account = $1 AND call = $2`
	selectRev  = `SELECT rev, owed FROM extflow_calls WHERE account = $1 AND call = $2`
	settleDue  = `UPDATE extflow_due SET at = wake WHERE account = $1 AND call = $2 AND fence = $3`
	settleOwed = `UPDATE extflow_due SET at = $4 WHERE account = $1 AND call = $2 AND fence = $3`
	clearOwed  = `UPDATE extflow_calls SET owed = 0 WHERE account = $1 AND call = $2`
)

// Claim writes only where something is due.
func (s *agenda) Claim(ctx context.Context, n int, lease time.Duration) (tickets []storage.Ticket, err error) {
	now, err := s.Now(ctx)
	if err != nil || n <= 0 {
		return nil, err
	}
	next, some, err := s.Next(ctx)
	if err != nil || !some || next.After(now) {
		return nil, err
	}
	err = s.Update(ctx, func(c Conn) (err error) {
		tickets, err = s.claim(ctx, c, n, now.UnixNano(), now.Add(max(lease, 1)).UnixNano())
		return err
	})
	return tickets, err
}

func (s *agenda) claim(ctx context.Context, c Conn, n int, now, until int64) (tickets []storage.Ticket, err error) {
	var wakes []int64
	err = each(ctx, c, selectDue+s.ForUpdate+s.SkipLocked, []any{now, n}, func(scan func(...any) error) error {
		var t storage.Ticket
		var wake int64
		err := scan(&t.Call.Account, &t.Call.ID, &wake, &t.Fence)
		tickets, wakes = append(tickets, t), append(wakes, wake)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range tickets {
		t := &tickets[i]
		var owed int64
		if _, err := one(ctx, c, selectRev, []any{t.Call.Account, t.Call.ID}, &t.Rev, &owed); err != nil {
			return nil, err
		}
		if _, err := c.Exec(ctx, claimDue, t.Call.Account, t.Call.ID, until); err != nil {
			return nil, err
		}
		t.Fence++
		t.Owed = owed != 0 && wakes[i] > now
	}
	return tickets, nil
}

func (s *agenda) Settle(ctx context.Context, tickets ...storage.Ticket) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error {
		for _, t := range tickets {
			if t.Call == (flow.Key{}) {
				continue
			}
			if err := s.settle(ctx, c, t, now.UnixNano()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *agenda) settle(ctx context.Context, c Conn, t storage.Ticket, now int64) error {
	var rev uint32
	var owed, n int64
	ok, err := one(ctx, c, selectRev+s.ForUpdate, []any{t.Call.Account, t.Call.ID}, &rev, &owed)
	if err != nil || !ok || rev != t.Rev {
		return err
	}
	if owed != 0 && !t.Owed {
		_, err = c.Exec(ctx, settleOwed, t.Call.Account, t.Call.ID, t.Fence, now)
		return err
	}
	if n, err = c.Exec(ctx, settleDue, t.Call.Account, t.Call.ID, t.Fence); err != nil || n == 0 || owed == 0 {
		return err
	}
	_, err = c.Exec(ctx, clearOwed, t.Call.Account, t.Call.ID)
	return err
}

func (s *agenda) Next(ctx context.Context) (at time.Time, some bool, err error) {
	err = s.View(ctx, func(c Conn) error {
		var account string
		var ns int64
		ok, err := one(ctx, c, selectNext, nil, &account, &ns)
		some = ok && ns != never
		at = instant(ns)
		return err
	})
	if !some {
		at = time.Time{}
	}
	return at, some, err
}

// Now is the time by the clock of the database.
func (s *agenda) Now(ctx context.Context) (time.Time, error) { return s.DB.Now(ctx) }
