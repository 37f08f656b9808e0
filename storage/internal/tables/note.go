package tables

import (
	"context"
	"fmt"
	"iter"

	"github.com/extflow/extflow/storage"
)

// notes is the store as storage.Notes.
type notes Store

const (
	selectNote  = `SELECT name, rev, at, body FROM extflow_notes WHERE account = $1 AND kind = $2 AND name = $3`
	selectNotes = `SELECT name, rev, at, body FROM extflow_notes WHERE account = $1 AND kind = $2 AND name > $3 ORDER BY name LIMIT 1`
	insertNote  = `INSERT INTO extflow_notes (account, kind, name, rev, at, body) VALUES ($1, $2, $3, 1, $4, $5)
		ON CONFLICT (account, kind, name) DO NOTHING`
	updateNote = `UPDATE extflow_notes SET rev = rev + 1, at = $4, body = $5 WHERE account = $1 AND kind = $2 AND name = $3 AND rev = $6`
	deleteNote = `DELETE FROM extflow_notes WHERE account = $1 AND kind = $2 AND name = $3`
)

func (s *notes) Load(ctx context.Context, account, kind, name string) (n storage.Note, err error) {
	err = s.View(ctx, func(c Conn) error {
		var ok bool
		if n, ok, err = note(ctx, c, selectNote, account, kind, name); err == nil && !ok {
			return fmt.Errorf("%s %q: %w", kind, name, storage.ErrNotFound)
		}
		return err
	})
	return n, err
}

func note(ctx context.Context, c Conn, sql, account, kind, name string) (n storage.Note, ok bool, err error) {
	var at int64
	n.Kind = kind
	ok, err = one(ctx, c, sql, []any{account, kind, name}, &n.Name, &n.Rev, &at, &n.Body)
	n.At = instant(at)
	return n, ok, err
}

func (s *notes) Put(ctx context.Context, account string, n storage.Note) error {
	if err := n.Check(); err != nil {
		return err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	body := append([]byte{}, n.Body...) // nil would be no body at all
	return s.Update(ctx, func(c Conn) error {
		if err := (*Store)(s).exists(ctx, c, account); err != nil {
			return err
		}
		var put int64
		if n.Rev == 0 {
			put, err = c.Exec(ctx, insertNote, account, n.Kind, n.Name, now.UnixNano(), body)
		} else {
			put, err = c.Exec(ctx, updateNote, account, n.Kind, n.Name, now.UnixNano(), body, n.Rev)
		}
		if err == nil && put == 0 {
			return fmt.Errorf("%s %q: %w", n.Kind, n.Name, storage.ErrConflict)
		}
		return err
	})
}

func (s *notes) Delete(ctx context.Context, account, kind, name string) error {
	return s.Update(ctx, func(c Conn) error {
		n, err := c.Exec(ctx, deleteNote, account, kind, name)
		if err == nil && n == 0 {
			return fmt.Errorf("%s %q: %w", kind, name, storage.ErrNotFound)
		}
		return err
	})
}

func (s *notes) List(ctx context.Context, account, kind string) iter.Seq2[storage.Note, error] {
	return func(yield func(storage.Note, error) bool) {
		for after := ""; ; {
			var n storage.Note
			var some bool
			err := s.View(ctx, func(c Conn) (err error) {
				n, some, err = note(ctx, c, selectNotes, account, kind, after)
				return err
			})
			if err == nil && !some || !yield(n, err) || err != nil {
				return
			}
			after = n.Name
		}
	}
}
