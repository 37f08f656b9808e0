package extflow

import (
	"context"
	"fmt"
	"time"

	"github.com/extflow/extflow/flow"
)

// book is a release, compiled once on this node and kept: releases never change.
func (e *Engine) book(ctx context.Context, account, release string) (*flow.Book, error) {
	k := flow.Key{Account: account, ID: release}
	if b, ok := e.shared.books.Load(k); ok {
		return b.(*flow.Book), nil
	}
	r, err := e.Store.Releases().Load(ctx, account, release)
	if err != nil {
		return nil, fmt.Errorf("release %s of %s: %w", release, account, err)
	}
	b, err := r.Book()
	if err != nil {
		return nil, fmt.Errorf("release %s of %s: %w", release, account, err)
	}
	e.shared.books.Store(k, b)
	e.shared.languages.Store(account, b.Languages()[0])
	return b, nil
}

// open reports whether hours of the book are open now. Hours that the book does
// not have are always open.
func (e *Engine) open(b *flow.Book, name string, now time.Time) (bool, error) {
	h, ok := b.Hours(name)
	if !ok {
		return true, nil
	}
	zone, err := e.zone(h.Timezone)
	if err != nil {
		return false, fmt.Errorf("hours %q: %w", name, err)
	}
	return h.OpenAt(now.In(zone)), nil
}

// opened is the answer to whether hours are open, those of the number called where
// they have no name.
func (e *Engine) opened(b *flow.Book, c flow.Call, name string, now time.Time) (flow.What, error) {
	if name == "" {
		name = b.EntryHours(c.Entry)
	}
	what := flow.What{Kind: flow.Opened, Yes: true}
	h, ok := b.Hours(name)
	if !ok {
		return what, nil
	}
	zone, err := e.zone(h.Timezone)
	if err != nil {
		return what, fmt.Errorf("hours %q: %w", name, err)
	}
	if what.Yes = h.OpenAt(now.In(zone)); !what.Yes && c.IsOutbound() {
		what.Length = h.Opens(now.In(zone))
	}
	return what, nil
}

// opener is open for those who ask by name alone. Hours whose zone this machine
// does not know count as open: an agent is rung rather than lost.
func (e *Engine) opener(b *flow.Book, now time.Time) func(string) bool {
	return func(name string) bool {
		open, err := e.open(b, name, now)
		return open || err != nil
	}
}

func (e *Engine) zone(name string) (*time.Location, error) {
	if z, ok := e.shared.zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	e.shared.zones.Store(name, z)
	return z, nil
}
