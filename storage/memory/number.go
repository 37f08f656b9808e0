package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// numbers is the store as storage.Numbers.
type numbers Store

// plan is what answers which number, across accounts.
type plan struct {
	mu  sync.RWMutex
	all map[number.E164]number.Assignment
}

func (n *numbers) Entry(ctx context.Context, e number.E164) (number.Assignment, error) {
	if err := ctx.Err(); err != nil {
		return number.Assignment{}, err
	}
	n.plan.mu.RLock()
	defer n.plan.mu.RUnlock()
	if a, ok := n.plan.all[e]; ok {
		return detached(a), nil
	}
	return number.Assignment{}, fmt.Errorf("number %v: %w", e, storage.ErrNotFound)
}

func (n *numbers) Assign(ctx context.Context, a number.Assignment) error {
	if a.Number == "" {
		return errors.New("an assignment needs a number")
	}
	if _, err := (*Store)(n).reach(ctx, a.Account); err != nil {
		return err
	}
	n.plan.mu.Lock()
	defer n.plan.mu.Unlock()
	is, ok := n.plan.all[a.Number]
	if ok && is.Account != a.Account {
		return fmt.Errorf("number %v belongs to another account: %w", a.Number, storage.ErrConflict)
	}
	if is.Rev != a.Rev {
		return fmt.Errorf("number %v: %w", a.Number, storage.ErrConflict)
	}
	a = detached(a)
	a.Rev++
	n.plan.all[a.Number] = a
	return nil
}

func (n *numbers) Unassign(ctx context.Context, account string, e number.E164) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n.plan.mu.Lock()
	defer n.plan.mu.Unlock()
	if a, ok := n.plan.all[e]; !ok || a.Account != account {
		return fmt.Errorf("number %v: %w", e, storage.ErrNotFound)
	}
	delete(n.plan.all, e)
	return nil
}

// List yields the account's numbers in their order.
func (n *numbers) List(ctx context.Context, account string) iter.Seq2[number.Assignment, error] {
	return func(yield func(number.Assignment, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(number.Assignment{}, err)
			return
		}
		var own []number.Assignment
		n.plan.mu.RLock()
		for _, a := range n.plan.all {
			if a.Account == account {
				own = append(own, detached(a))
			}
		}
		n.plan.mu.RUnlock()
		slices.SortFunc(own, func(a, b number.Assignment) int { return cmp.Compare(a.Number, b.Number) })
		for _, a := range own {
			if !yield(a, nil) {
				return
			}
		}
	}
}

// detached shares nothing with the assignment that it is a copy of.
func detached(a number.Assignment) number.Assignment {
	a.Carriers = slices.Clone(a.Carriers)
	return a
}
