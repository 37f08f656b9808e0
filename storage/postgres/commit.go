package postgres

import (
	"context"
	"errors"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// calls is the store as storage.Calls, and as storage.Recaller.
type calls struct {
	storage.Calls
	s *Store
}

// Recall is the call as this node last saw it.
func (c calls) Recall(ctx context.Context, k flow.Key) (flow.Call, bool) {
	return c.s.memory.recall(k)
}

func (c calls) Load(ctx context.Context, k flow.Key) (flow.Call, error) {
	call, err := c.Calls.Load(ctx, k)
	if err == nil {
		c.s.memory.saw(call)
	}
	return call, err
}

// Commit stores a Txn in one round trip, together with those of others who commit
// at the same time. A Txn of a kind that is rare and takes more than the one
// statement can say is stored in a transaction of its own.
func (c calls) Commit(ctx context.Context, t *storage.Txn) error {
	if err := ctx.Err(); err != nil || len(t.Changes) == 0 {
		return err
	}
	w, err := tables.Derive(t, c.s.clock.now().UnixNano())
	if err != nil {
		return err
	}
	if p, plain := planned(w); plain {
		err = c.s.gather.commit(ctx, p)
	} else {
		err = c.s.alone(ctx, w)
	}
	c.s.stored(t, w, err)
	return err
}

// stored notes what became of a commit.
func (s *Store) stored(t *storage.Txn, w *tables.Write, err error) {
	var taken *storage.TakenError
	switch {
	case errors.As(err, &taken):
	case err != nil: // stale, or nobody knows
		for i := range t.Changes {
			s.memory.forget(t.Changes[i].Now.Key)
		}
	default:
		for i := range t.Changes {
			s.memory.saw(t.Changes[i].Now)
		}
		for i := range w.Calls {
			s.timers.set(flow.Key{Account: w.Account, ID: w.Calls[i].ID}, w.Calls[i].At)
		}
	}
}

// alone stores what a Txn writes in a transaction of its own.
func (s *Store) alone(ctx context.Context, w *tables.Write) error {
	cutBefore := false
	for try := 1; ; try++ {
		err := database{s}.Update(ctx, func(c tables.Conn) error { return w.Store(ctx, c, dialect) })
		if cutBefore && refused(err) && s.isStored(ctx, w) {
			return nil
		}
		if try == tries || !cut(err) || ctx.Err() != nil {
			return err
		}
		cutBefore = true
	}
}

// refused reports whether a commit was refused for what is stored already, which
// may be the commit itself.
func refused(err error) bool {
	return errors.Is(err, storage.ErrConflict) || errors.Is(err, storage.ErrSeen)
}

// isStored reports whether a commit whose connection was cut has been stored all
// the same: its first turn is there, to the letter.
func (s *Store) isStored(ctx context.Context, w *tables.Write) bool {
	if len(w.Turns) == 0 {
		return false
	}
	first := w.Turns[0]
	var doc string
	err := again(ctx, func() error {
		return s.pool.QueryRow(ctx, s.names.in(`SELECT doc FROM extflow_turns WHERE account = $1 AND call = $2 AND seq = $3`),
			w.Account, first.Call, int64(first.Seq)).Scan(&doc)
	})
	return err == nil && doc == first.Doc
}
