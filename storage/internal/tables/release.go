package tables

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// releases is the store as storage.Releases.
type releases Store

const (
	selectRelease = `SELECT doc FROM extflow_releases WHERE account = $1 AND release = $2`
	selectCurrent = `SELECT release FROM extflow_releases WHERE account = $1 ORDER BY version DESC LIMIT 1`
	selectBefore  = `SELECT version, doc FROM extflow_releases WHERE account = $1 AND version < $2 ORDER BY version DESC LIMIT 1`
	selectLatest  = `SELECT COALESCE(MAX(version), 0) FROM extflow_releases WHERE account = $1`
	insertRelease = `INSERT INTO extflow_releases (account, release, version, doc) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
)

func (s *releases) Load(ctx context.Context, account, id string) (r flow.Release, err error) {
	err = s.View(ctx, func(c Conn) error {
		var doc string
		ok, err := one(ctx, c, selectRelease, []any{account, id}, &doc)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("release %q: %w", id, storage.ErrNotFound)
		}
		r, err = released(id, doc)
		return err
	})
	return r, err
}

func released(id, doc string) (r flow.Release, err error) {
	if err := json.Unmarshal([]byte(doc), &r); err != nil {
		return flow.Release{}, fmt.Errorf("release %q: %w", id, err)
	}
	return r, nil
}

func (s *releases) Current(ctx context.Context, account string) (id string, err error) {
	err = s.View(ctx, func(c Conn) error {
		ok, err := one(ctx, c, selectCurrent, []any{account}, &id)
		if err != nil || ok {
			return err
		}
		if err := (*Store)(s).exists(ctx, c, account); err != nil {
			return err
		}
		return fmt.Errorf("account %q has published nothing yet: %w", account, storage.ErrNotFound)
	})
	return id, err
}

func (s *releases) Latest(ctx context.Context, account string) (flow.Release, error) {
	id, err := s.Current(ctx, account)
	if err != nil {
		return flow.Release{}, err
	}
	return s.Load(ctx, account, id)
}

// Publish also refuses, with ErrConflict, an id that is in use.
func (s *releases) Publish(ctx context.Context, r flow.Release) error {
	doc, err := document(r)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error {
		if err := (*Store)(s).exists(ctx, c, r.Account); err != nil {
			return err
		}
		var latest uint32
		if _, err := one(ctx, c, selectLatest, []any{r.Account}, &latest); err != nil {
			return err
		}
		if r.Version != latest+1 {
			return fmt.Errorf("version %d follows upon %d: %w", r.Version, latest, storage.ErrConflict)
		}
		n, err := c.Exec(ctx, insertRelease, r.Account, r.ID, r.Version, doc)
		if err == nil && n == 0 {
			return fmt.Errorf("there is a release %q, or somebody published meanwhile: %w", r.ID, storage.ErrConflict)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Settings.Audio)) {
			if err == nil {
				_, err = c.Exec(ctx, insertPlayed, r.Account, r.Settings.Audio[name], r.ID)
			}
		}
		return err
	})
}

// List yields the account's releases, the newest first.
func (s *releases) List(ctx context.Context, account string) iter.Seq2[flow.Release, error] {
	return func(yield func(flow.Release, error) bool) {
		for before := int64(never); ; {
			var r flow.Release
			var found bool
			err := s.View(ctx, func(c Conn) (err error) {
				var doc string
				if found, err = one(ctx, c, selectBefore, []any{account, before}, &before, &doc); err != nil || !found {
					return err
				}
				r, err = released(fmt.Sprint("version ", before), doc)
				return err
			})
			if err == nil && !found || !yield(r, err) || err != nil {
				return
			}
		}
	}
}
