package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/extflow/extflow/storage"
)

// notes is the store as storage.Notes.
type notes Store

type noteKey struct{ kind, name string }

func (c *notes) Load(ctx context.Context, id, kind, name string) (storage.Note, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.Note{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	n, ok := a.notes[noteKey{kind, name}]
	if !ok {
		return storage.Note{}, fmt.Errorf("%s %q: %w", kind, name, storage.ErrNotFound)
	}
	n.Body = slices.Clone(n.Body)
	return n, nil
}

func (c *notes) Put(ctx context.Context, id string, n storage.Note) error {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return err
	}
	if err := n.Check(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := noteKey{n.Kind, n.Name}
	if a.notes[key].Rev != n.Rev {
		return fmt.Errorf("%s %q: %w", n.Kind, n.Name, storage.ErrConflict)
	}
	n.Rev++
	n.At, n.Body = (*Store)(c).now(), slices.Clone(n.Body)
	a.notes[key] = n
	return nil
}

func (c *notes) Delete(ctx context.Context, id, kind, name string) error {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := noteKey{kind, name}
	if _, ok := a.notes[key]; !ok {
		return fmt.Errorf("%s %q: %w", kind, name, storage.ErrNotFound)
	}
	delete(a.notes, key)
	return nil
}

func (c *notes) List(ctx context.Context, id, kind string) iter.Seq2[storage.Note, error] {
	return func(yield func(storage.Note, error) bool) {
		a, err := (*Store)(c).account(id)
		if err != nil {
			return
		}
		if err := ctx.Err(); err != nil {
			yield(storage.Note{}, err)
			return
		}
		var all []storage.Note
		a.mu.RLock()
		for key, n := range a.notes {
			if key.kind == kind {
				n.Body = slices.Clone(n.Body)
				all = append(all, n)
			}
		}
		a.mu.RUnlock()
		slices.SortFunc(all, func(x, y storage.Note) int { return cmp.Compare(x.Name, y.Name) })
		for _, n := range all {
			if !yield(n, nil) {
				return
			}
		}
	}
}
