package tables

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// calls is the store as storage.Calls.
type calls Store

const (
	selectCall  = `SELECT state, owed FROM extflow_calls WHERE account = $1 AND call = $2`
	selectTurns = `SELECT doc FROM extflow_turns WHERE account = $1 AND call = $2 AND seq > $3 ORDER BY seq`
	selectCalls = `SELECT call, begun, state, owed FROM extflow_calls WHERE account = $1 AND (begun, call) < ($2, $3)`
	newestFirst = ` ORDER BY begun DESC, call DESC LIMIT `
	selectHeld  = `SELECT held_by FROM extflow_duties WHERE account = $1 AND agent = $2 AND held_by <> ''`
)

func (s *calls) Load(ctx context.Context, k flow.Key) (c flow.Call, err error) {
	err = s.View(ctx, func(conn Conn) error {
		c, err = LoadCall(ctx, conn, k)
		return err
	})
	return c, err
}

// LoadCall reads a call. The error is storage.ErrNotFound.
func LoadCall(ctx context.Context, c Conn, k flow.Key) (flow.Call, error) {
	var state string
	var owed int64
	ok, err := one(ctx, c, selectCall, []any{k.Account, k.ID}, &state, &owed)
	if err != nil {
		return flow.Call{}, err
	}
	if !ok {
		return flow.Call{}, fmt.Errorf("call %s: %w", k.ID, storage.ErrNotFound)
	}
	return CallOf(state, owed != 0)
}

// CallOf is the call of a row.
func CallOf(state string, owed bool) (flow.Call, error) {
	var c flow.Call
	if err := json.Unmarshal([]byte(state), &c); err != nil {
		return flow.Call{}, err
	}
	c.Owed = owed
	return c, nil
}

func (s *calls) Commit(ctx context.Context, t *storage.Txn) error {
	if err := ctx.Err(); err != nil || len(t.Changes) == 0 {
		return err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	w, err := Derive(t, now.UnixNano())
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error { return w.Store(ctx, c, s.Dialect) })
}

func (s *calls) Turns(ctx context.Context, k flow.Key, after uint32) (turns []flow.Turn, err error) {
	err = s.View(ctx, func(c Conn) error {
		turns = nil
		return each(ctx, c, selectTurns, []any{k.Account, k.ID, after}, func(scan func(...any) error) error {
			var doc string
			if err := scan(&doc); err != nil {
				return err
			}
			var t flow.Turn
			if err := json.Unmarshal([]byte(doc), &t); err != nil {
				return err
			}
			turns = append(turns, t)
			return nil
		})
	})
	return turns, err
}

// List reads the account's calls a page at a time. Calls that begin meanwhile are
// not among them.
func (s *calls) List(ctx context.Context, account string, q storage.Query) iter.Seq2[flow.Call, error] {
	if q.Agent != "" {
		return s.heldBy(ctx, account, q)
	}
	return func(yield func(flow.Call, error) bool) {
		before, id, left := int64(never), "", q.Limit
		for {
			some, err := s.page(ctx, account, q, &before, &id)
			if err != nil {
				yield(flow.Call{}, err)
				return
			}
			for _, c := range some {
				if left--; !yield(c, nil) || left == 0 {
					return
				}
			}
			if len(some) < page {
				return
			}
		}
	}
}

// page reads the calls before a place in the list, and moves the place on.
func (s *calls) page(ctx context.Context, account string, q storage.Query, before *int64, id *string) (some []flow.Call, err error) {
	var sql strings.Builder
	args := []any{account, *before, *id}
	sql.WriteString(selectCalls)
	if q.Live {
		sql.WriteString(` AND closed = 0`)
	}
	where := func(column string, is string) {
		if is != "" {
			args = append(args, is)
			sql.WriteString(` AND ` + column + ` = $` + strconv.Itoa(len(args)))
		}
	}
	where("caller", string(q.From))
	where("called", string(q.To))
	if where("result", q.Result.String()); q.Result != flow.NoResult {
		sql.WriteString(` AND result <> ''`) // as its index says
	}
	if where("taken_by", q.TakenBy); q.TakenBy != "" {
		sql.WriteString(` AND taken_by <> ''`)
	}
	sql.WriteString(newestFirst + strconv.Itoa(page))
	err = s.View(ctx, func(c Conn) error {
		some = nil
		return each(ctx, c, sql.String(), args, func(scan func(...any) error) error {
			var state string
			var owed int64
			if err := scan(id, before, &state, &owed); err != nil {
				return err
			}
			call, err := CallOf(state, owed != 0)
			some = append(some, call)
			return err
		})
	})
	return some, err
}

// heldBy yields the call that reserves an agent, if the query selects it.
func (s *calls) heldBy(ctx context.Context, account string, q storage.Query) iter.Seq2[flow.Call, error] {
	return func(yield func(flow.Call, error) bool) {
		var call flow.Call
		held := false
		err := s.View(ctx, func(c Conn) (err error) {
			var id string
			held, err = one(ctx, c, selectHeld, []any{account, q.Agent}, &id)
			if err != nil || !held {
				return err
			}
			call, err = LoadCall(ctx, c, flow.Key{Account: account, ID: id})
			return err
		})
		switch {
		case errors.Is(err, storage.ErrNotFound):
		case err != nil:
			yield(flow.Call{}, err)
		case held && q.Selects(call):
			yield(call, nil)
		}
	}
}
