package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// releases is the store as storage.Releases.
type releases Store

// release is what an account published, as a document: settings are full of maps,
// and nobody who changes those that they were given may change the release.
type release struct {
	id      string
	version uint32
	text    []byte
}

func (r release) read() (flow.Release, error) {
	var out flow.Release
	if err := json.Unmarshal(r.text, &out); err != nil {
		return flow.Release{}, fmt.Errorf("release %q: %w", r.id, err)
	}
	return out, nil
}

func (c *releases) Load(ctx context.Context, account, id string) (flow.Release, error) {
	all, err := c.all(ctx, account)
	if err != nil {
		return flow.Release{}, err
	}
	for _, r := range all {
		if r.id == id {
			return r.read()
		}
	}
	return flow.Release{}, fmt.Errorf("release %q: %w", id, storage.ErrNotFound)
}

func (c *releases) Current(ctx context.Context, account string) (string, error) {
	all, err := c.all(ctx, account)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fmt.Errorf("account %q has published nothing yet: %w", account, storage.ErrNotFound)
	}
	return all[len(all)-1].id, nil
}

func (c *releases) Latest(ctx context.Context, account string) (flow.Release, error) {
	id, err := c.Current(ctx, account)
	if err != nil {
		return flow.Release{}, err
	}
	return c.Load(ctx, account, id)
}

// all is what the account published, the oldest first. The slice is shared and
// never changes.
func (c *releases) all(ctx context.Context, account string) ([]release, error) {
	a, err := (*Store)(c).reach(ctx, account)
	if err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.releases, nil
}

// Publish also refuses, with ErrConflict, an id that is in use.
func (c *releases) Publish(ctx context.Context, r flow.Release) error {
	a, err := (*Store)(c).reach(ctx, r.Account)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	latest := uint32(0)
	if n := len(a.releases); n > 0 {
		latest = a.releases[n-1].version
	}
	if r.Version != latest+1 {
		return fmt.Errorf("version %d follows upon %d: %w", r.Version, latest, storage.ErrConflict)
	}
	if slices.ContainsFunc(a.releases, func(other release) bool { return other.id == r.ID }) {
		return fmt.Errorf("there is a release %q: %w", r.ID, storage.ErrConflict)
	}
	a.releases = append(slices.Clip(a.releases), release{id: r.ID, version: r.Version, text: text})
	for _, content := range r.Settings.Audio {
		a.audio.played[content] = true
	}
	return nil
}

// List yields the account's releases, the newest first.
func (c *releases) List(ctx context.Context, account string) iter.Seq2[flow.Release, error] {
	return func(yield func(flow.Release, error) bool) {
		all, _ := c.all(ctx, account)
		if err := ctx.Err(); err != nil {
			yield(flow.Release{}, err)
			return
		}
		for _, r := range slices.Backward(all) {
			if out, err := r.read(); !yield(out, err) || err != nil {
				return
			}
		}
	}
}
