package api

import (
	"context"
	"errors"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/storage"
)

// The account document as it stands in the store, to be read and changed by parts.

func (a *API) open(ctx context.Context) (*setup.Draft, error) {
	return setup.OpenDraft(ctx, a.cfg.Store, a.cfg.Account)
}

func found[T ~map[string]any](d *setup.Draft, all, name string) (*thing[T], error) {
	v, err := d.Find(all, name)
	if err != nil {
		return nil, err
	}
	return &thing[T]{ETag: tag(v), Body: T(v)}, nil
}

// unchanged holds a condition against a thing as it stands.
func unchanged(d *setup.Draft, all, name, ifMatch string) error {
	if ifMatch == "" {
		return nil
	}
	v, err := d.Find(all, name)
	if errors.Is(err, storage.ErrNotFound) {
		return matches(ifMatch+"x", "")
	}
	if err != nil {
		return err
	}
	return matches(ifMatch, tag(v))
}

// edit changes the account document and stores what has changed.
func (a *API) edit(ctx context.Context, note string, change func(*setup.Draft) error) (*setup.Draft, error) {
	d, err := setup.Edit(ctx, a.cfg.Store, a.cfg.Account, note, change)
	if err == nil {
		a.settled(ctx)
	}
	return d, err
}
