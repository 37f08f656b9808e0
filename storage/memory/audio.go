package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// audio is the store as storage.Audio.
type audio Store

// sounds are an account's files and contents, and which contents a release has.
type sounds struct {
	files    map[string]storage.File // by name
	contents map[string]*sound
	played   map[string]bool
}

type sound struct {
	body  []byte // never changes
	kind  string
	at    time.Time
	until time.Time // it stays until then, whether anything has it or not
}

func (c *audio) Put(ctx context.Context, id, name string, from io.Reader) (storage.File, error) {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return storage.File{}, err
	}
	if err := storage.CheckFileName(name); err != nil {
		return storage.File{}, err
	}
	var body []byte
	f, err := storage.Upload(id, from, 64<<10, func(_ int, part []byte) error {
		body = append(body, part...)
		return ctx.Err()
	})
	if err != nil {
		return storage.File{}, err
	}
	f.Name, f.At = name, s.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.audio.contents[f.Content] == nil {
		a.audio.contents[f.Content] = &sound{body: body, kind: f.Type, at: f.At}
	}
	a.audio.unbind(name, f.At)
	a.audio.files[name] = f
	a.audio.contents[f.Content].until = f.At.Add(storage.Unplayed)
	a.audio.forget(f.At)
	return f, nil
}

// unbind has the content that a file has now stay for a while without it.
func (s *sounds) unbind(name string, now time.Time) {
	if f, ok := s.files[name]; ok {
		s.contents[f.Content].until = now.Add(storage.Unplayed)
		delete(s.files, name)
	}
}

// forget removes contents that nothing has any more, and returns how many.
func (s *sounds) forget(now time.Time) (gone int) {
	named := map[string]bool{}
	for _, f := range s.files {
		named[f.Content] = true
	}
	for content, is := range s.contents {
		if !named[content] && !s.played[content] && !now.Before(is.until) {
			delete(s.contents, content)
			gone++
		}
	}
	return gone
}

func (c *audio) Open(ctx context.Context, id, content string) (storage.Sound, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.Sound{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	is := a.audio.contents[content]
	if is == nil {
		return storage.Sound{}, fmt.Errorf("audio %.64q: %w", content, storage.ErrNotFound)
	}
	return storage.Sound{ReadSeekCloser: opened{bytes.NewReader(is.body)}, Type: is.kind, Size: int64(len(is.body)), At: is.at}, nil
}

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

func (c *audio) File(ctx context.Context, id, name string) (storage.File, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.File{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	f, ok := a.audio.files[name]
	if !ok {
		return storage.File{}, fmt.Errorf("file %q: %w", name, storage.ErrNotFound)
	}
	return f, nil
}

func (c *audio) Files(ctx context.Context, id string) iter.Seq2[storage.File, error] {
	return func(yield func(storage.File, error) bool) {
		a, err := (*Store)(c).account(id)
		if err != nil {
			return
		}
		if err := ctx.Err(); err != nil {
			yield(storage.File{}, err)
			return
		}
		var all []storage.File
		a.mu.RLock()
		for _, f := range a.audio.files {
			all = append(all, f)
		}
		a.mu.RUnlock()
		slices.SortFunc(all, func(x, y storage.File) int { return cmp.Compare(x.Name, y.Name) })
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (c *audio) Delete(ctx context.Context, id, name string) error {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return err
	}
	pinned := s.pinned(id)
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.audio.files[name]; !ok {
		return fmt.Errorf("file %q: %w", name, storage.ErrNotFound)
	}
	var inUse []flow.Release
	for i, r := range a.releases {
		if i == len(a.releases)-1 || pinned[r.id] {
			read, err := r.read()
			if err != nil {
				return err
			}
			inUse = append(inUse, read)
		}
	}
	if err := storage.Played(name, inUse); err != nil {
		return err
	}
	a.audio.unbind(name, s.now())
	return nil
}

// pinned are the releases that an account's numbers are pinned to.
func (s *Store) pinned(account string) map[string]bool {
	s.plan.mu.RLock()
	defer s.plan.mu.RUnlock()
	releases := map[string]bool{}
	for _, n := range s.plan.all {
		if n.Account == account && n.Release != "" {
			releases[n.Release] = true
		}
	}
	return releases
}
