package storage

import (
	"context"
	"iter"
	"time"
)

// Note is a small document that a product keeps beside its calls: a draft, a saved
// test, somebody who may sign in. The store never looks into it.
type Note struct {
	Kind string    `json:"kind"` // what it is, as in "draft"
	Name string    `json:"name"` // which one of its kind
	Body []byte    `json:"body"` // text, at most MaxNote bytes
	At   time.Time `json:"at"`   // when it was put, by the store's clock
	Rev  uint64    `json:"rev"`  // counts the times that it was put
}

// MaxNote is the length in bytes that a note may have: 2 MiB, room for an account
// document and what it was before.
const MaxNote = 2 << 20

// Notes keeps notes, apart by account, kind and name.
type Notes interface {
	Load(ctx context.Context, account, kind, name string) (Note, error) // ErrNotFound

	// Put adds or replaces a note; its At is the store's. ErrConflict: n.Rev is not
	// the stored one (0 for a new note). ErrNotFound: there is no such account.
	// ErrNote: it has no kind or no name, or is too long.
	Put(ctx context.Context, account string, n Note) error

	Delete(ctx context.Context, account, kind, name string) error // ErrNotFound

	// List yields the notes of a kind by name.
	List(ctx context.Context, account, kind string) iter.Seq2[Note, error]
}

// Check is what a store refuses a note for: ErrNote, or nil.
func (n Note) Check() error {
	if n.Kind == "" || n.Name == "" || len(n.Body) > MaxNote {
		return ErrNote
	}
	return nil
}
