package tables

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/extflow/extflow/storage"
)

// accounts is the store as storage.Accounts.
type accounts Store

const (
	selectAccount  = `SELECT rev, doc FROM extflow_accounts WHERE account = $1`
	selectAccounts = `SELECT account FROM extflow_accounts WHERE account > $1 ORDER BY account LIMIT $2`
	insertAccount  = `INSERT INTO extflow_accounts (account, rev, doc) VALUES ($1, 1, $2) ON CONFLICT (account) DO NOTHING`
	updateAccount  = `UPDATE extflow_accounts SET rev = rev + 1, doc = $2 WHERE account = $1 AND rev = $3`
	insertCursor   = `INSERT INTO extflow_cursors (account, feed) VALUES ($1, 0) ON CONFLICT (account) DO NOTHING`
)

func (s *accounts) Load(ctx context.Context, id string) (a storage.Account, err error) {
	err = s.View(ctx, func(c Conn) error {
		a, err = loadAccount(ctx, c, id, "")
		return err
	})
	return a, err
}

// loadAccount reads an account. The error is storage.ErrNotFound.
func loadAccount(ctx context.Context, c Conn, id, forUpdate string) (a storage.Account, err error) {
	var rev uint64
	var doc string
	ok, err := one(ctx, c, selectAccount+forUpdate, []any{id}, &rev, &doc)
	if err != nil {
		return a, err
	}
	if !ok {
		return a, fmt.Errorf("account %q: %w", id, storage.ErrNotFound)
	}
	err = json.Unmarshal([]byte(doc), &a)
	a.ID, a.Rev = id, rev
	return a, err
}

// exists sees that there is such an account. The error is storage.ErrNotFound.
func (s *Store) exists(ctx context.Context, c Conn, account string) error {
	if _, ok := s.known.Load(account); ok {
		return nil
	}
	if err := accountIs(ctx, c, account); err != nil {
		return err
	}
	s.known.Store(account, true)
	return nil
}

// Put also returns the errors of extension.Range.
func (s *accounts) Put(ctx context.Context, a storage.Account) error {
	if a.ID == "" {
		return errors.New("an account needs an id")
	}
	rev := a.Rev
	a.Rev = 0
	err := s.Update(ctx, func(c Conn) error {
		var n int64
		var was uint64
		var before string
		if _, err := one(ctx, c, selectAccount+s.ForUpdate, []any{a.ID}, &was, &before); err != nil {
			return err
		}
		doc, err := kept(a, before)
		switch {
		case err != nil:
		case rev == 0:
			n, err = c.Exec(ctx, insertAccount, a.ID, doc)
		default:
			n, err = c.Exec(ctx, updateAccount, a.ID, doc, rev)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return storage.ErrConflict
		}
		if err := a.Range.Validate(); err != nil {
			return err
		}
		_, err = c.Exec(ctx, insertCursor, a.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("account %q: %w", a.ID, err)
	}
	return nil
}

// List yields the accounts by id.
func (s *accounts) List(ctx context.Context) iter.Seq2[storage.Account, error] {
	return func(yield func(storage.Account, error) bool) {
		after := ""
		for {
			var ids []string
			err := s.View(ctx, func(c Conn) error {
				ids = nil
				return each(ctx, c, selectAccounts, []any{after, page}, func(scan func(...any) error) error {
					var id string
					err := scan(&id)
					ids = append(ids, id)
					return err
				})
			})
			if err != nil {
				yield(storage.Account{}, err)
				return
			}
			for _, id := range ids {
				after = id
				if a, err := s.Load(ctx, id); !yield(a, err) || err != nil {
					return
				}
			}
			if len(ids) < page {
				return
			}
		}
	}
}
