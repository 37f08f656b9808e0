package extflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// work is one event on its way to the store: the call that it happened to, and
// those that are told something because of it. They are stored together.
type work struct {
	e       *Engine
	ctx     context.Context
	account string
	now     time.Time
	taken   []string // agents found reserved while trying to store this before
	changes []storage.Change
	seen    []Observed
	asked   []flow.Asked
	spends  []spend // what is taken from budgets once this is stored

	recall   bool     // go by what this node remembers of calls
	recalled []string // those of which it did

	// Most events concern one call and make one turn: there is room for these. It is
	// not used again, since a store that was late may still be reading it.
	txn    storage.Txn
	change [1]storage.Change
	turns  [1]flow.Turn
}

func (e *Engine) begin(ctx context.Context, account string, now time.Time, taken []string) *work {
	w := &work{e: e, ctx: ctx, account: account, now: now, taken: taken}
	w.changes = w.change[:0]
	return w
}

// happen advances a call by an event, answers what the book asks of the engine on
// the way, and tells the other calls concerned. It returns the last move.
func (w *work) happen(id string, ev flow.Event) (flow.Move, error) {
	i, err := w.load(id, &ev)
	if err != nil {
		return flow.Move{}, err
	}
	for {
		was := w.changes[i].Now
		book, err := w.book(was, &ev)
		if err != nil {
			return flow.Move{}, err
		}
		next, move := book.Advance(was, ev)
		if move.Ignored != 0 {
			w.saw(book, was, was, flow.Turn{Call: ev.Call, Event: ev, Move: move})
			return move, nil
		}
		if next.From != "" && book.Guessed(was, &ev.What) {
			w.spends = append(w.spends, w.e.guess(next.From))
		}
		turn := flow.Turn{Call: next.Key, Seq: next.Rev, Event: ev, Move: move, Posts: book.Posts(was, next, ev), Info: next.Info}
		w.changes[i].Now = next
		w.changes[i].Turns = append(w.changes[i].Turns, turn)
		w.saw(book, was, next, turn)
		if q, ok := book.Asked(was, next); ok {
			w.asked = append(w.asked, q)
		}
		book.Hide(was, w.changes[i].Turns)
		if err := w.tell(was, next, move, ev); err != nil {
			return flow.Move{}, err
		}
		if !move.Do.Kind.Engine() {
			return move, nil
		}
		what, err := w.answer(book, next, move.Do, &ev)
		if err != nil {
			return flow.Move{}, err
		}
		ev = flow.Event{Call: next.Key, Re: next.Standing, Reply: ev.Reply, At: w.now, What: what}
	}
}

// load finds a call among those of this work, or in the store; one that arrives
// for the first time is new.
func (w *work) load(id string, ev *flow.Event) (int, error) {
	for i := range w.changes {
		if c := &w.changes[i]; c.Now.Info != nil && c.Now.ID == id {
			return i, nil
		}
	}
	c, err := w.find(flow.Key{Account: w.account, ID: id}, ev)
	if err != nil && (ev.Kind != flow.Arrived || !errors.Is(err, storage.ErrNotFound)) {
		return 0, fmt.Errorf("load call %s: %w", id, err)
	}
	if err != nil {
		c = flow.Call{}
	}
	change := storage.Change{Was: c, Now: c}
	if len(w.changes) == 0 {
		change.Turns = w.turns[:0]
	}
	w.changes = append(w.changes, change)
	return len(w.changes) - 1, nil
}

// find is a call as this node remembers it, if it may go by that, or as it is
// stored. One that arrives and is not remembered is taken to be new.
func (w *work) find(k flow.Key, ev *flow.Event) (flow.Call, error) {
	calls := w.e.Store.Calls()
	r, ok := calls.(storage.Recaller)
	if !ok || !w.recall {
		return calls.Load(w.ctx, k)
	}
	c, known := r.Recall(w.ctx, k)
	if !known && ev.Kind != flow.Arrived {
		return calls.Load(w.ctx, k)
	}
	w.recalled = append(w.recalled, k.ID)
	if !known {
		return c, storage.ErrNotFound
	}
	return c, nil
}

// hearsay reports whether what became of an event rests on a memory that the
// commit does not confirm: a call that was remembered and is not changed, or an
// error. It must be found out again from what is stored.
func (w *work) hearsay(err error) bool {
	if len(w.recalled) == 0 {
		return false
	}
	return err != nil || slices.ContainsFunc(w.changes, func(c storage.Change) bool {
		return unchanged(c) && (c.Now.Info == nil || slices.Contains(w.recalled, c.Now.ID))
	})
}

// book is the release that a call is pinned to, compiled.
func (w *work) book(c flow.Call, ev *flow.Event) (*flow.Book, error) {
	info := c.Info
	if info == nil {
		info = ev.Start
	}
	if info == nil {
		return nil, fmt.Errorf("event %d of no call: %w", ev.Kind, storage.ErrNotFound)
	}
	return w.e.book(w.ctx, info.Account, info.Release)
}

// tell passes a move's news on to the peer, or to the legs that are out, but for
// the one that spoke.
func (w *work) tell(was, next flow.Call, m flow.Move, ev flow.Event) error {
	if m.Tell == 0 {
		return nil
	}
	to := was.Legs
	if next.IsLeg() {
		to = []string{next.Info.Peer}
	}
	for _, id := range to {
		if id == ev.Leg && !next.IsLeg() {
			continue
		}
		news := flow.What{Kind: flow.Told, News: m.Tell, Leg: next.ID, Cause: ev.Cause}
		if _, err := w.happen(id, w.event(id, news)); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (w *work) event(id string, what flow.What) flow.Event {
	return flow.Event{Call: flow.Key{Account: w.account, ID: id}, At: w.now, What: what}
}

// commit stores what the work changed. Nothing changed is nothing to store.
func (w *work) commit() error {
	w.txn = storage.Txn{Account: w.account, Changes: w.changes}
	if slices.ContainsFunc(w.changes, unchanged) {
		w.txn.Changes = slices.DeleteFunc(slices.Clone(w.changes), unchanged)
	}
	if len(w.txn.Changes) > 0 {
		if err := w.e.Store.Calls().Commit(w.ctx, &w.txn); err != nil {
			return err
		}
	}
	w.after(w.txn.Changes)
	return nil
}

func unchanged(c storage.Change) bool { return len(c.Turns) == 0 }

// spend is something that counts against a limit: a wrong entry, a call outside.
type spend struct {
	key   string
	limit int
	per   time.Duration
}

// spend charges a budget, and reports whether that was left of it. A cost of 0 only looks.
func (w *work) spend(s spend, cost int) (left bool, err error) {
	return w.e.Store.Budget().Spend(w.ctx, w.account, s.key, cost, s.limit, s.per)
}

// after is what follows a commit: budgets are charged, queues looked at, carriers
// given what they are owed, and observers told.
func (w *work) after(changes []storage.Change) {
	for _, s := range w.spends {
		if _, err := w.spend(s, 1); err != nil {
			w.e.Logger.LogAttrs(w.ctx, slog.LevelWarn, "a budget was not charged", slog.Any("error", err))
		}
	}
	w.e.wonder(w.now, w.asked)
	owed := false
	for i := range changes {
		owed = owed || changes[i].Now.Owed
		for _, t := range changes[i].Turns {
			w.e.touched(w.ctx, w.account, w.now, t.Posts)
		}
	}
	if owed {
		w.e.hurry()
	}
	for _, o := range w.seen {
		w.e.log(w.ctx, &o)
		w.e.Observe(o)
	}
}

// saw remembers what those who watch are told after the commit.
func (w *work) saw(b *flow.Book, was, c flow.Call, t flow.Turn) {
	if !w.e.watched && !w.e.Logger.Enabled(w.ctx, level(&t)) {
		return
	}
	t.Info = c.Info
	o := Observed{Turn: t, Call: c, Step: b.StepName(c.State)}
	if t.Move.Ignored == 0 {
		o.Guessed = b.GuessedAt(was, &t.Event.What)
	}
	w.seen = append(w.seen, o)
}

// turn is where a call of this work now stands.
func (w *work) turn(id string) flow.Turn {
	for i := range w.changes {
		if c := &w.changes[i]; c.Now.Info != nil && c.Now.ID == id {
			return standingOf(c.Now)
		}
	}
	return flow.Turn{}
}
