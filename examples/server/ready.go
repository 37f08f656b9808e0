package main

import (
	"context"
	"errors"
	"strings"

	"github.com/extflow/extflow/storage"
)

// A store may answer while it takes nothing any more: its disk is full, its file can
// only be read, its database is a standby. Every call would then be asked for a
// moment's patience, so that is no readiness either.

// The note that is put to see whether there is room, and deleted again. A call's step
// is shorter than its body.
const (
	readyKind = "server"
	readyName = "ready"
	readyRoom = 32 << 10
)

// writable returns why nothing can be stored now. Another node may be asking the same:
// whatever it does with the note has been stored, too.
func writable(ctx context.Context, store storage.Store, account string) error {
	notes := store.Notes()
	err := notes.Put(ctx, account, storage.Note{Kind: readyKind, Name: readyName, Body: []byte(strings.Repeat("0", readyRoom))})
	if err != nil && !errors.Is(err, storage.ErrConflict) {
		return err
	}
	if err := notes.Delete(ctx, account, readyKind, readyName); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return nil
}
