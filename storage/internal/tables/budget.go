package tables

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/extflow/extflow/storage/internal/window"
)

// budget is the store as storage.Budget: a sliding window for each key.
type budget Store

const (
	selectPurse = `SELECT spent FROM extflow_budgets WHERE account = $1 AND purse = $2`
	takePurse   = `INSERT INTO extflow_budgets (account, purse, spent, ends) VALUES ($1, $2, '{}', 0)
		ON CONFLICT (account, purse) DO UPDATE SET ends = extflow_budgets.ends RETURNING spent`
	updatePurse = `UPDATE extflow_budgets SET spent = $3, ends = CASE WHEN ends > $4 THEN ends ELSE $4 END WHERE account = $1 AND purse = $2`
)

// Spend takes nothing once nothing is left: who goes on trying is not kept waiting
// for longer by that.
func (s *budget) Spend(ctx context.Context, account, key string, cost, limit int, per time.Duration) (left bool, err error) {
	if cost < 0 {
		return false, errors.New("what is spent cannot be less than nothing")
	}
	at, err := s.Now(ctx)
	if err != nil {
		return false, err
	}
	now := at.UnixNano()
	if cost == 0 {
		err = s.View(ctx, func(c Conn) error {
			w, err := purse(ctx, c, selectPurse, account, key)
			left = w.Left(now, limit, per)
			return err
		})
		return left && err == nil, err
	}
	err = s.Update(ctx, func(c Conn) error {
		w, err := purse(ctx, c, takePurse, account, key)
		if left = w.Left(now, limit, per); err != nil || !left {
			return err
		}
		ends := w.Spend(now, cost, per)
		doc, err := document(w)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, updatePurse, account, key, doc, ends)
		return err
	})
	return left && err == nil, err
}

// purse is what a key has spent. To take a purse is to keep others from it, too.
func purse(ctx context.Context, c Conn, sql, account, key string) (w window.Window, err error) {
	var doc string
	ok, err := one(ctx, c, sql, []any{account, key}, &doc)
	if err != nil || !ok {
		return w, err
	}
	return w, json.Unmarshal([]byte(doc), &w)
}
