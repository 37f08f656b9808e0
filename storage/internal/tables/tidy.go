package tables

import (
	"context"
	"time"

	"github.com/extflow/extflow/storage"
)

// What was kept for as long as its account says is removed in small steps: nobody who
// takes calls waits for that.

const (
	selectOver = `SELECT call, closed FROM extflow_calls WHERE account = $1 AND closed > 0 AND closed < $2 ORDER BY closed LIMIT $3`
	forgetCall = `DELETE FROM extflow_calls WHERE account = $1 AND call = $2 AND closed > 0`
	forgetDue  = `DELETE FROM extflow_due WHERE account = $1 AND call = $2`
	forgetPast = `DELETE FROM extflow_turns WHERE account = $1 AND call = $2`
	forgetSeen = `DELETE FROM extflow_events WHERE account = $1 AND call = $2`

	rememberCall = `INSERT INTO extflow_past (account, call, until) VALUES ($1, $2, $3) ON CONFLICT (account, call) DO NOTHING`
	forgetPasts  = `DELETE FROM extflow_past WHERE account = $1 AND until <= $2`

	selectOldest = `SELECT cursor, at FROM extflow_feed WHERE account = $1 ORDER BY cursor LIMIT $2`
	forgetFeed   = `DELETE FROM extflow_feed WHERE account = $1 AND cursor <= $2`
	forgetClaims = `DELETE FROM extflow_claims WHERE account = $1 AND until > 0 AND until <= $2`
	forgetPurses = `DELETE FROM extflow_budgets WHERE account = $1 AND ends > 0 AND ends <= $2`
)

// Tidy is part of storage.Tidier. Of each account it removes at most n calls and n
// entries of the feed.
func (s *Store) Tidy(ctx context.Context, n int) (removed int, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.Update(ctx, func(c Conn) error { // what all accounts share
		_, err := c.Exec(ctx, forgetPurses, "", now.UnixNano())
		return err
	}); err != nil {
		return 0, err
	}
	for a, err := range s.Accounts().List(ctx) {
		if err != nil {
			return removed, err
		}
		var gone int
		if err := s.Update(ctx, func(c Conn) (err error) {
			gone, err = tidy(ctx, c, a, now, n)
			return err
		}); err != nil {
			return removed, err
		}
		removed += gone
	}
	return removed, nil
}

func tidy(ctx context.Context, c Conn, a storage.Account, now time.Time, n int) (gone int, err error) {
	until := now.Add(-a.Kept()).UnixNano()
	calls, err := tidyCalls(ctx, c, a.ID, until, now, n)
	if err != nil {
		return 0, err
	}
	entries, err := tidyFeed(ctx, c, a.ID, until, n)
	if err != nil {
		return 0, err
	}
	for _, sql := range []string{forgetClaims, forgetPurses, forgetPasts} {
		if _, err := c.Exec(ctx, sql, a.ID, now.UnixNano()); err != nil {
			return 0, err
		}
	}
	sounds, err := tidyAudio(ctx, c, a.ID, now, n)
	return calls + entries + sounds, err
}

// tidyCalls removes calls that closed before an instant. Their ids are remembered for
// as long as somebody may speak of them again.
func tidyCalls(ctx context.Context, c Conn, account string, until int64, now time.Time, n int) (gone int, err error) {
	var calls []string
	var closed []int64
	err = each(ctx, c, selectOver, []any{account, until, n}, func(scan func(...any) error) error {
		var call string
		var at int64
		err := scan(&call, &at)
		calls, closed = append(calls, call), append(closed, at)
		return err
	})
	for i, call := range calls {
		if err == nil {
			err = forget(ctx, c, account, call)
		}
		if known := closed[i] + int64(storage.Remembered); err == nil && known > now.UnixNano() {
			_, err = c.Exec(ctx, rememberCall, account, call, known)
		}
	}
	return len(calls), err
}

// forget removes a call that is over, with its turns. A message that it left stays.
func forget(ctx context.Context, c Conn, account, call string) error {
	for _, sql := range []string{forgetCall, forgetDue, forgetPast, forgetSeen} {
		if _, err := c.Exec(ctx, sql, account, call); err != nil {
			return err
		}
	}
	return nil
}

// tidyFeed removes the oldest entries, as far as they are all from before an instant.
func tidyFeed(ctx context.Context, c Conn, account string, until int64, n int) (gone int, err error) {
	var last int64
	young := false
	err = each(ctx, c, selectOldest, []any{account, n}, func(scan func(...any) error) error {
		var cursor, at int64
		err := scan(&cursor, &at)
		if young = young || at >= until; !young {
			last = cursor
			gone++
		}
		return err
	})
	if err != nil || gone == 0 {
		return 0, err
	}
	_, err = c.Exec(ctx, forgetFeed, account, last)
	return gone, err
}
