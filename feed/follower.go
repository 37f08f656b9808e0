// Package feed passes what happened on: a Follower reads an account's feed from
// where it left off, on one node at a time, and a Webhook posts it to a product,
// signed and at least once.
//
// Each receiver has a follower of its own, so that one which hangs, or answers 500
// for a day, holds up nobody else. Where a follower stands is kept in the store
// (storage.Notes): another node, or the next start, goes on from there.
package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/extflow/extflow/storage"
)

// Follower reads an account's feed. Store, Account, Name and Take are required.
type Follower struct {
	Store   storage.Store
	Account string
	Name    string // of the receiver, unique in the account: what is left is kept by it
	Node    string // of this process, unique among those that share the store; empty where there is one

	// Take takes an entry. An error has it given again, later and later; those
	// behind it wait meanwhile. An entry may come twice: after a crash, or where Take
	// took it and failed all the same. An error with a method Later() time.Duration is no
	// failure: the entry is given again after that time, and nobody is told.
	Take func(ctx context.Context, e storage.Entry) error

	Lease  time.Duration // how long the feed is this node's alone; a Take has half of that at least. 1 min
	GiveUp time.Duration // after which an entry that nobody takes is passed over; 3 days
	Logger *slog.Logger  // nil logs nothing
}

// kind is what the notes about followers are.
const kind = "feed"

// mark is where a follower stands.
type mark struct {
	Cursor uint64    `json:"cursor"`
	Node   string    `json:"node,omitempty"`   // whose turn it is
	Until  time.Time `json:"until,omitzero"`   // and until when
	Failed int       `json:"failed,omitempty"` // times in a row
	Since  time.Time `json:"since,omitzero"`   // since when
	Again  time.Time `json:"again,omitzero"`   // not before this
	Fault  string    `json:"fault,omitempty"`  // why
	Lost   int       `json:"lost,omitempty"`   // entries that were passed over, ever
}

// The pause after the first failure, which doubles until the longest.
const (
	firstPause = time.Second
	longPause  = 10 * time.Minute
	batch      = 100
	poll       = time.Second
)

// Run follows the feed until ctx ends, and returns ctx's error.
func (f *Follower) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		took, err := f.Pass(ctx)
		if err != nil && ctx.Err() == nil {
			f.log().LogAttrs(ctx, slog.LevelWarn, "feed", slog.String("account", f.Account), slog.String("receiver", f.Name), slog.Any("error", err))
		}
		pause := poll
		if took == batch {
			pause = 0
		}
		timer.Reset(pause)
	}
}

// Pass takes what is new, at most a hundred entries, and returns how many were
// taken: a receiver that is slow gets the rest in the next pass. It does nothing where
// another node follows, or before a failure is to be tried again. The error is Take's,
// or the store's.
func (f *Follower) Pass(ctx context.Context) (took int, err error) {
	now, err := f.Store.Agenda().Now(ctx)
	if err != nil {
		return 0, err
	}
	note, m, err := f.load(ctx)
	if err != nil || m.Node != f.Node && now.Before(m.Until) || now.Before(m.Again) {
		return 0, err
	}
	entries, err := f.Store.Feed().After(ctx, f.Account, m.Cursor, batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	lease := f.Lease
	if lease <= 0 {
		lease = time.Minute
	}
	m.Node, m.Until = f.Node, now.Add(lease)
	if note, err = f.save(ctx, note, m); err != nil {
		return 0, nonConflict(err)
	}
	ctx, cancel := context.WithTimeout(ctx, lease)
	defer cancel()
	began := time.Now()
	for _, e := range entries {
		if time.Since(began) > lease/2 {
			break
		}
		if err = f.Take(ctx, e); err != nil {
			if wait, ok := later(err); ok {
				m.Again, err = now.Add(wait), nil
				break
			}
			f.failed(ctx, &m, e, now, err)
			break
		}
		m = mark{Cursor: e.Cursor, Node: m.Node, Until: m.Until, Lost: m.Lost}
		took++
	}
	m.Until = time.Time{}
	_, saved := f.save(context.WithoutCancel(ctx), note, m)
	return took, errors.Join(err, nonConflict(saved))
}

// failed notes when an entry is to be tried again, or passes it over in the end.
func (f *Follower) failed(ctx context.Context, m *mark, e storage.Entry, now time.Time, err error) {
	if m.Failed == 0 {
		m.Since = now
	}
	m.Failed++
	m.Fault = shortened(err.Error())
	m.Again = now.Add(min(firstPause<<min(m.Failed-1, 16), longPause))
	giveUp := f.GiveUp
	if giveUp <= 0 {
		giveUp = 3 * 24 * time.Hour
	}
	if now.Sub(m.Since) < giveUp {
		return
	}
	f.log().LogAttrs(ctx, slog.LevelError, "an entry of the feed was given up", slog.String("account", f.Account),
		slog.String("receiver", f.Name), slog.Uint64("cursor", e.Cursor), slog.Any("error", err))
	*m = mark{Cursor: e.Cursor, Node: m.Node, Lost: m.Lost + 1}
}

// later is when an entry is to be given again that its receiver is not ready for.
func later(err error) (time.Duration, bool) {
	var l interface{ Later() time.Duration }
	if !errors.As(err, &l) {
		return 0, false
	}
	return l.Later(), true
}

func (f *Follower) load(ctx context.Context) (storage.Note, mark, error) {
	var m mark
	note, err := f.Store.Notes().Load(ctx, f.Account, kind, f.Name)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Note{Kind: kind, Name: f.Name}, m, nil
	}
	if err == nil {
		err = json.Unmarshal(note.Body, &m)
	}
	if err != nil {
		return note, m, fmt.Errorf("where the receiver %s stands: %w", f.Name, err)
	}
	return note, m, nil
}

// save keeps where the follower stands. ErrConflict of storage: another node was
// faster.
func (f *Follower) save(ctx context.Context, note storage.Note, m mark) (storage.Note, error) {
	var err error
	if note.Body, err = json.Marshal(m); err != nil {
		return note, err
	}
	if err := f.Store.Notes().Put(ctx, f.Account, note); err != nil {
		return note, err
	}
	note.Rev++
	return note, nil
}

// nonConflict is an error that is not about another node being faster.
func nonConflict(err error) error {
	if errors.Is(err, storage.ErrConflict) {
		return nil
	}
	return err
}

func (f *Follower) log() *slog.Logger {
	if f.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return f.Logger
}
