package tables

import (
	"context"
	"encoding/json"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// feed is the store as storage.Feed. Whoever writes to the feed changes the
// account's row of extflow_cursors first, and keeps others from it until the commit:
// no entry appears behind a cursor that was read.
type feed Store

const selectFeed = `SELECT cursor, call, seq, at, post FROM extflow_feed WHERE account = $1 AND cursor > $2 ORDER BY cursor LIMIT $3`

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
