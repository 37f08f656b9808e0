package tables

import (
	"context"
	"fmt"
	"slices"

	"github.com/extflow/extflow/storage"
)

// The statements of a commit, in the order in which they run.
const (
	selectHolder = `SELECT held_by FROM extflow_duties WHERE account = $1 AND agent = $2`

	freeAgent = `UPDATE extflow_duties SET held_by = '', held_until = 0 WHERE account = $1 AND agent = $2 AND held_by = $3`
	freePlace = `UPDATE extflow_places SET call = '' WHERE account = $1 AND place = $2 AND call = $3`
	takeAgent = `INSERT INTO extflow_duties (account, agent, held_by, held_until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, agent) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
		WHERE extflow_duties.held_by = '' OR extflow_duties.held_by = excluded.held_by`
	takePlace = `INSERT INTO extflow_places (account, place, call) VALUES ($1, $2, $3)
		ON CONFLICT (account, place) DO UPDATE SET call = excluded.call
		WHERE extflow_places.call = '' OR extflow_places.call = excluded.call`

	insertCall = `INSERT INTO extflow_calls (account, call, rev, owed, begun, closed, caller, called, state, result, taken_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (account, call) DO NOTHING`
	updateCall = `UPDATE extflow_calls SET rev = $3, owed = $4, closed = CASE WHEN closed > 0 THEN closed ELSE $5 END, state = $6, result = $7, taken_by = $8
		WHERE account = $1 AND call = $2 AND rev = $9`
	insertEvent = `INSERT INTO extflow_events (account, call, event) VALUES ($1, $2, $3) ON CONFLICT (account, call, event) DO NOTHING`
	findEvent   = `SELECT 1 FROM extflow_events WHERE account = $1 AND call = $2 AND event = $3`
	findAccount = `SELECT 1 FROM extflow_accounts WHERE account = $1`
	findPast    = `SELECT (SELECT COUNT(*) FROM extflow_past p WHERE p.account = a.account AND p.call = $2) FROM extflow_accounts a WHERE a.account = $1`
	insertTurn  = `INSERT INTO extflow_turns (account, call, seq, doc) VALUES ($1, $2, $3, $4)`
	upsertDue   = `INSERT INTO extflow_due (account, call, at, wake) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, call) DO UPDATE SET at = excluded.at, wake = excluded.wake, owner = ''`
	deleteDue = `DELETE FROM extflow_due WHERE account = $1 AND call = $2`

	setOffers = `UPDATE extflow_lines SET offers = $3 WHERE account = $1 AND call = $2`
)

// Store writes all of it. It must run in a transaction, or behind a savepoint, that
// is undone when it returns an error: what refuses a commit is found on the way.
// The errors are those of storage.Calls.Commit. Agents come first: who wants one that
// is taken, again and again, costs no more than it takes to see that.
func (w *Write) Store(ctx context.Context, c Conn, d Dialect) error {
	for _, step := range []func(context.Context, Conn) error{w.storeHolds, w.storeCalls, w.storeEvents, w.storeTurns, w.storeDue} {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	return w.storePosts(ctx, c, d)
}

// storeHolds frees what the calls no longer reserve, then takes what they now do.
// The error names every agent that another call reserves; where that can be seen
// before anything is written, nothing is.
func (w *Write) storeHolds(ctx context.Context, c Conn) error {
	var taken []string
	for _, h := range w.Takes {
		var by string
		if _, err := one(ctx, c, selectHolder, []any{w.Account, h.Agent}, &by); err != nil {
			return err
		}
		if by != "" && by != h.Call && !w.frees(h.Agent, by) {
			taken = append(taken, h.Agent)
		}
	}
	if len(taken) > 0 {
		return &storage.TakenError{Agents: taken}
	}
	for _, h := range w.Frees {
		if _, err := c.Exec(ctx, freeAgent, w.Account, h.Agent, h.Call); err != nil {
			return err
		}
		for _, place := range h.Places {
			if _, err := c.Exec(ctx, freePlace, w.Account, place, h.Call); err != nil {
				return err
			}
		}
	}
	for _, h := range w.Takes {
		free, err := w.take(ctx, c, h)
		if err != nil {
			return err
		}
		if !free {
			taken = append(taken, h.Agent)
		}
	}
	if len(taken) > 0 {
		return &storage.TakenError{Agents: taken}
	}
	return nil
}

// frees reports whether the call lets go of the agent in the same commit.
func (w *Write) frees(agent, call string) bool {
	return slices.ContainsFunc(w.Frees, func(h Hold) bool { return h.Agent == agent && h.Call == call })
}

// take reserves an agent, and every place where the call rings it.
func (w *Write) take(ctx context.Context, c Conn, h Hold) (bool, error) {
	n, err := c.Exec(ctx, takeAgent, w.Account, h.Agent, h.Call, h.Until)
	for _, place := range h.Places {
		if err != nil || n == 0 {
			break
		}
		n, err = c.Exec(ctx, takePlace, w.Account, place, h.Call)
	}
	return n > 0, err
}

func (w *Write) storeCalls(ctx context.Context, c Conn) error {
	stale := false
	for i := range w.Calls {
		r := &w.Calls[i]
		var n int64
		var err error
		if r.Was == 0 {
			n, err = c.Exec(ctx, insertCall, w.Account, r.ID, r.Rev, bit(r.Owed), r.Begun, r.Closed, r.Caller, r.Called, r.State, r.Result, r.Taker)
		} else {
			n, err = c.Exec(ctx, updateCall, w.Account, r.ID, r.Rev, bit(r.Owed), r.Closed, r.State, r.Result, r.Taker, r.Was)
		}
		if err != nil {
			return err
		}
		stale = stale || n == 0
	}
	if stale {
		return w.refused(ctx, c)
	}
	for i := range w.Calls {
		if w.Calls[i].Was > 0 {
			continue
		}
		if err := w.begins(ctx, c, w.Calls[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// refused is why a call is not at the revision that the commit goes by.
func (w *Write) refused(ctx context.Context, c Conn) error {
	for _, e := range w.Events {
		var found int64
		if ok, err := one(ctx, c, findEvent, []any{w.Account, e.Call, e.ID}, &found); err != nil {
			return err
		} else if ok {
			return storage.ErrSeen
		}
	}
	return storage.ErrConflict
}

// begins sees that there is an account for a new call, which is none that was removed
// not long ago.
func (w *Write) begins(ctx context.Context, c Conn, call string) error {
	var past int64
	ok, err := one(ctx, c, findPast, []any{w.Account, call}, &past)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("account %q: %w", w.Account, storage.ErrNotFound)
	case past > 0:
		return storage.ErrSeen
	}
	return nil
}

// accountIs sees that there is such an account. The error is storage.ErrNotFound.
func accountIs(ctx context.Context, c Conn, account string) error {
	var found int64
	ok, err := one(ctx, c, findAccount, []any{account}, &found)
	if err == nil && !ok {
		return fmt.Errorf("account %q: %w", account, storage.ErrNotFound)
	}
	return err
}

func (w *Write) storeEvents(ctx context.Context, c Conn) error {
	for _, e := range w.Events {
		n, err := c.Exec(ctx, insertEvent, w.Account, e.Call, e.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return storage.ErrSeen
		}
	}
	return nil
}

func (w *Write) storeTurns(ctx context.Context, c Conn) error {
	for _, t := range w.Turns {
		if _, err := c.Exec(ctx, insertTurn, w.Account, t.Call, t.Seq, t.Doc); err != nil {
			return err
		}
	}
	return nil
}

func (w *Write) storeDue(ctx context.Context, c Conn) (err error) {
	for i := range w.Calls {
		r := &w.Calls[i]
		switch {
		case r.At != Never:
			_, err = c.Exec(ctx, upsertDue, w.Account, r.ID, r.At, r.Wake)
		case r.Was != 0:
			_, err = c.Exec(ctx, deleteDue, w.Account, r.ID)
		}
		if err != nil {
			return err
		}
		if r.Moved {
			if _, err := c.Exec(ctx, setOffers, w.Account, r.ID, r.Offers); err != nil {
				return err
			}
		}
	}
	return nil
}
