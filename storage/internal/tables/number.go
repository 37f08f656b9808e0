package tables

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// numbers is the store as storage.Numbers.
type numbers Store

const (
	selectNumber  = `SELECT account, rev, doc FROM extflow_numbers WHERE number = $1`
	selectNumbers = `SELECT rev, doc FROM extflow_numbers WHERE account = $1 ORDER BY number`
	insertNumber  = `INSERT INTO extflow_numbers (account, number, rev, doc) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING`
	updateNumber  = `UPDATE extflow_numbers SET rev = rev + 1, doc = $3 WHERE account = $1 AND number = $2 AND rev = $4`
	deleteNumber  = `DELETE FROM extflow_numbers WHERE account = $1 AND number = $2`
)

func (s *numbers) Entry(ctx context.Context, n number.E164) (a number.Assignment, err error) {
	err = s.View(ctx, func(c Conn) error {
		var account, doc string
		var rev uint64
		ok, err := one(ctx, c, selectNumber, []any{string(n)}, &account, &rev, &doc)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("number %v: %w", n, storage.ErrNotFound)
		}
		a, err = assignment(doc, rev)
		return err
	})
	return a, err
}

func assignment(doc string, rev uint64) (a number.Assignment, err error) {
	err = json.Unmarshal([]byte(doc), &a)
	a.Rev = rev
	return a, err
}

func (s *numbers) Assign(ctx context.Context, a number.Assignment) error {
	if a.Number == "" {
		return errors.New("an assignment needs a number")
	}
	rev := a.Rev
	a.Rev = 0
	return s.Update(ctx, func(c Conn) error {
		if err := (*Store)(s).exists(ctx, c, a.Account); err != nil {
			return err
		}
		var n int64
		var was uint64
		var account, before string
		if _, err := one(ctx, c, selectNumber+s.ForUpdate, []any{string(a.Number)}, &account, &was, &before); err != nil {
			return err
		}
		if account != a.Account {
			before = ""
		}
		doc, err := kept(a, before)
		switch {
		case err != nil:
		case rev == 0:
			n, err = c.Exec(ctx, insertNumber, a.Account, string(a.Number), doc)
		default:
			n, err = c.Exec(ctx, updateNumber, a.Account, string(a.Number), doc, rev)
		}
		if err != nil || n > 0 {
			return err
		}
		return othersNumber(ctx, c, a)
	})
}

// othersNumber is why a number could not be assigned.
func othersNumber(ctx context.Context, c Conn, a number.Assignment) error {
	var account, doc string
	var rev uint64
	if _, err := one(ctx, c, selectNumber, []any{string(a.Number)}, &account, &rev, &doc); err != nil {
		return err
	}
	if account != "" && account != a.Account {
		return fmt.Errorf("number %v belongs to another account: %w", a.Number, storage.ErrConflict)
	}
	return fmt.Errorf("number %v: %w", a.Number, storage.ErrConflict)
}

func (s *numbers) Unassign(ctx context.Context, account string, n number.E164) error {
	return s.Update(ctx, func(c Conn) error {
		gone, err := c.Exec(ctx, deleteNumber, account, string(n))
		if err == nil && gone == 0 {
			return fmt.Errorf("number %v: %w", n, storage.ErrNotFound)
		}
		return err
	})
}

// List yields the account's numbers in their order.
func (s *numbers) List(ctx context.Context, account string) iter.Seq2[number.Assignment, error] {
	return func(yield func(number.Assignment, error) bool) {
		var own []number.Assignment
		err := s.View(ctx, func(c Conn) error {
			own = nil
			return each(ctx, c, selectNumbers, []any{account}, func(scan func(...any) error) error {
				var doc string
				var rev uint64
				if err := scan(&rev, &doc); err != nil {
					return err
				}
				a, err := assignment(doc, rev)
				own = append(own, a)
				return err
			})
		})
		if err != nil {
			yield(number.Assignment{}, err)
			return
		}
		for _, a := range own {
			if !yield(a, nil) {
				return
			}
		}
	}
}
