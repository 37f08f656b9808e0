package tables

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// feed is the store as storage.Feed. Whoever writes to the feed changes the
// account's row of extflow_cursors first, and keeps others from it until the commit:
// no entry appears behind a cursor that was read.
type feed Store

const (
	selectFeed = `SELECT cursor, call, seq, at, post FROM extflow_feed WHERE account = $1 AND cursor > $2 ORDER BY cursor LIMIT $3`

	insertReader = `INSERT INTO extflow_readers (account, reader, cursor, until, fence) VALUES ($1, $2, 0, 0, 0)
		ON CONFLICT (account, reader) DO NOTHING`
	takeReader = `UPDATE extflow_readers SET until = $4, fence = fence + 1 WHERE account = $1 AND reader = $2 AND until <= $3
		RETURNING cursor, fence`
	keepReader = `UPDATE extflow_readers SET cursor = CASE WHEN cursor > $3 THEN cursor ELSE $3 END, until = $4
		WHERE account = $1 AND reader = $2 AND fence = $5`
)

func (s *feed) After(ctx context.Context, account string, cursor uint64, n int) (entries []storage.Entry, err error) {
	if n <= 0 || cursor > uint64(never) {
		return nil, ctx.Err()
	}
	err = s.View(ctx, func(c Conn) error {
		entries, err = entriesOf(ctx, c, account, selectFeed, account, int64(cursor), n)
		return err
	})
	return entries, err
}

func (s *feed) Take(ctx context.Context, account, reader string, lease time.Duration) (r storage.Reading, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return r, err
	}
	r.Reader = reader
	err = s.Update(ctx, func(c Conn) error {
		if err := (*Store)(s).exists(ctx, c, account); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, insertReader, account, reader); err != nil {
			return err
		}
		ok, err := one(ctx, c, takeReader, []any{account, reader, now.UnixNano(), now.Add(lease).UnixNano()}, &r.Cursor, &r.Fence)
		if err == nil && !ok {
			return heldReader(reader)
		}
		return err
	})
	return r, err
}

func heldReader(reader string) error {
	return fmt.Errorf("reader %q: %w", reader, storage.ErrConflict)
}

func (s *feed) Keep(ctx context.Context, account string, r storage.Reading, lease time.Duration) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	until := now.Add(max(lease, 0)).UnixNano()
	return s.Update(ctx, func(c Conn) error {
		n, err := c.Exec(ctx, keepReader, account, r.Reader, int64(r.Cursor), until, int64(r.Fence))
		if err == nil && n == 0 {
			return heldReader(r.Reader)
		}
		return err
	})
}

func entriesOf(ctx context.Context, c Conn, account, sql string, args ...any) (entries []storage.Entry, err error) {
	err = each(ctx, c, sql, args, func(scan func(...any) error) error {
		e := storage.Entry{Call: flow.Key{Account: account}}
		var at int64
		var post string
		if err := scan(&e.Cursor, &e.Call.ID, &e.Seq, &at, &post); err != nil {
			return err
		}
		e.At = instant(at)
		entries = append(entries, e)
		return json.Unmarshal([]byte(post), &entries[len(entries)-1].Post)
	})
	return entries, err
}
