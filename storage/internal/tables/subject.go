package tables

import (
	"cmp"
	"context"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// subjects is the store as storage.Subjects.
type subjects Store

const (
	selectConcerned = `SELECT c.call, c.state, c.owed FROM (
		SELECT call FROM extflow_calls WHERE account = $1 AND caller = $2 UNION SELECT call FROM extflow_forwards WHERE account = $1 AND number = $2
		) AS n CROSS JOIN extflow_calls c WHERE c.account = $1 AND c.call = n.call AND n.call > $3 ORDER BY n.call LIMIT $4`
	selectLeft    = messageColumns + ` WHERE account = $1 AND caller = $2 ORDER BY call`
	selectEntries = `SELECT cursor, call, seq, at, post FROM extflow_feed WHERE account = $1 AND call = $2`
	eraseEntries  = `DELETE FROM extflow_feed WHERE account = $1 AND call = $2`
	selectPurses  = `SELECT purse FROM extflow_budgets WHERE account = $1 AND purse LIKE $2 ORDER BY purse`
	erasePurse    = `DELETE FROM extflow_budgets WHERE account = $1 AND purse = $2`
)

// concerned is every call of a number, by id.
func (s *subjects) concerned(ctx context.Context, account string, n number.E164, f func(flow.Call) error) error {
	for after := ""; ; {
		var some []flow.Call
		err := s.View(ctx, func(c Conn) error {
			some = nil
			return each(ctx, c, selectConcerned, []any{account, string(n), after, page}, func(scan func(...any) error) error {
				var state string
				var owed int64
				if err := scan(&after, &state, &owed); err != nil {
					return err
				}
				call, err := CallOf(state, owed != 0)
				some = append(some, call)
				return err
			})
		})
		if err != nil {
			return err
		}
		for _, c := range some {
			if err := f(c); err != nil {
				return err
			}
		}
		if len(some) < page {
			return nil
		}
	}
}

// left are the messages of a number's calls, and those of which the call is gone.
func (s *subjects) left(ctx context.Context, account string, n number.E164, calls []flow.Call) (all []storage.Message, err error) {
	err = s.View(ctx, func(c Conn) error {
		if all, err = messages(ctx, c, selectLeft, account, string(n)); err != nil {
			return err
		}
		for _, call := range calls {
			if call.From == n {
				continue
			}
			more, err := messages(ctx, c, selectLeftBy, account, call.ID)
			if err != nil {
				return err
			}
			all = append(all, more...)
		}
		return nil
	})
	return all, err
}

func (s *subjects) Export(ctx context.Context, account string, n number.E164) (storage.Subject, error) {
	now, err := s.Now(ctx)
	out := storage.Subject{Number: n, At: now, Calls: []storage.SubjectCall{}, Messages: []storage.Message{}, Keys: []string{}}
	if err != nil || n == "" {
		return out, err
	}
	var calls []flow.Call
	err = s.concerned(ctx, account, n, func(call flow.Call) error {
		calls = append(calls, call)
		turns, err := (*Store)(s).Calls().Turns(ctx, call.Key, 0)
		if err != nil {
			return err
		}
		var entries []storage.Entry
		err = s.View(ctx, func(c Conn) error {
			entries, err = entriesOf(ctx, c, account, selectEntries, account, call.ID)
			return err
		})
		slices.SortFunc(entries, func(a, b storage.Entry) int { return cmp.Compare(a.Cursor, b.Cursor) }) // in SQL, SQLite reads the whole feed for that
		out.Calls = append(out.Calls, storage.SubjectCall{Call: call, Turns: turns, Entries: entries})
		return err
	})
	if err != nil {
		return out, err
	}
	left, err := s.left(ctx, account, n, calls)
	if err != nil {
		return out, err
	}
	out.Messages = append(out.Messages, left...)
	return out, s.View(ctx, func(c Conn) error {
		keys, err := purses(ctx, c, account, n)
		out.Keys = append(out.Keys[:0], keys...)
		return err
	})
}

// purses are the keys that name a number.
func purses(ctx context.Context, c Conn, account string, n number.E164) (keys []string, err error) {
	err = each(ctx, c, selectPurses, []any{account, "%" + string(n) + "%"}, func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		if storage.Names(key, n) {
			keys = append(keys, key)
		}
		return err
	})
	return keys, err
}

// Erase takes each call in a step of its own: nobody who takes calls waits for all.
func (s *subjects) Erase(ctx context.Context, account string, n number.E164) (gone storage.Erased, err error) {
	if n == "" {
		return gone, ctx.Err()
	}
	now, err := s.Now(ctx)
	if err != nil {
		return gone, err
	}
	var calls []flow.Call
	var live storage.LiveError
	err = s.concerned(ctx, account, n, func(call flow.Call) error {
		calls = append(calls, call)
		if !call.Has(flow.Closed) {
			live.Calls = append(live.Calls, call.ID)
		}
		return nil
	})
	if err != nil {
		return gone, err
	}
	if len(live.Calls) > 0 {
		return gone, &live
	}
	for _, call := range calls {
		if err := s.erase(ctx, flow.Key{Account: account, ID: call.ID}, call.Carrier, now.UnixNano(), &gone); err != nil {
			return gone, err
		}
		gone.Calls++
	}
	left, err := s.left(ctx, account, n, nil)
	if err != nil {
		return gone, err
	}
	for _, m := range left { // whose calls are gone
		if err := s.erase(ctx, flow.Key{Account: account, ID: m.Call}, m.Carrier, now.UnixNano(), &gone); err != nil {
			return gone, err
		}
	}
	err = s.Update(ctx, func(c Conn) error {
		keys, err := purses(ctx, c, account, n)
		for _, key := range keys {
			if _, err := c.Exec(ctx, erasePurse, account, key); err != nil {
				return err
			}
		}
		gone.Keys = len(keys)
		return err
	})
	return gone, err
}

// erase removes a call, what the feed says of it, and its message. Of every recording
// that it made the feed says that it is deleted, also of one that was no message:
// whoever deletes those may not have come to it yet.
func (s *subjects) erase(ctx context.Context, k flow.Key, carrier string, now int64, gone *storage.Erased) error {
	found := 0
	err := s.Update(ctx, func(c Conn) error {
		deleted, err := recordings(ctx, c, k, carrier)
		if err != nil {
			return err
		}
		left, err := messages(ctx, c, selectLeftBy, k.Account, k.ID)
		if err != nil {
			return err
		}
		found = len(left)
		for _, m := range left {
			deleted = append(deleted, m.Deleted())
		}
		if err := forget(ctx, c, k.Account, k.ID); err != nil {
			return err
		}
		for _, sql := range []string{eraseEntries, dropMessage} {
			if _, err := c.Exec(ctx, sql, k.Account, k.ID); err != nil {
				return err
			}
		}
		for _, post := range deleted {
			if err := publish(ctx, c, k.Account, k.ID, post, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		gone.Messages += found
	}
	return err
}

// recordings are those that a call made and that are no messages, as deleted ones.
func recordings(ctx context.Context, c Conn, k flow.Key, carrier string) (deleted []flow.Post, err error) {
	entries, err := entriesOf(ctx, c, k.Account, selectEntries, k.Account, k.ID)
	for _, e := range entries {
		if post, is := storage.DeletedTape(&e, carrier); is {
			deleted = append(deleted, post)
		}
	}
	return deleted, err
}
