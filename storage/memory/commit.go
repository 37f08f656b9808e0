package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// commit is one Txn on its way in: first everything that can refuse it, then
// everything that it changes, under the locks of the calls' parts and, where it
// concerns more than the calls, the account's.
type commit struct {
	s       *Store
	txn     *storage.Txn
	set     parts
	account *account
	was     []*record // by change; nil for a new call
	few     [4]*record
}

func (c *calls) Commit(ctx context.Context, t *storage.Txn) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(t.Changes) == 0 {
		return nil
	}
	w := commit{s: (*Store)(c), txn: t}
	w.was = w.few[:0]
	if err := w.read(); err != nil {
		return err
	}
	w.s.lock(w.set)
	past, err := w.run()
	w.s.unlock(w.set)
	w.s.forget(past)
	return err
}

// read sees that the Txn makes sense, and which parts it concerns.
func (w *commit) read() error {
	for i := range w.txn.Changes {
		c := &w.txn.Changes[i]
		switch {
		case c.Now.Info == nil || c.Now.Rev <= c.Was.Rev:
			return errors.New("a change must have a call in Now, with a Rev above that of Was")
		case c.Now.Account != w.txn.Account || c.Was.Info != nil && c.Was.Key != c.Now.Key:
			return fmt.Errorf("call %s: Was and Now must be the same call, of the Txn's account", c.Now.ID)
		}
		for j := range i {
			if w.txn.Changes[j].Now.ID == c.Now.ID {
				return fmt.Errorf("call %s is changed twice in one Txn", c.Now.ID)
			}
		}
		w.set = w.set.with(w.s.partOf(c.Now.ID))
	}
	return nil
}

// run stores the Txn if nothing speaks against it, and returns calls that are to
// be forgotten.
func (w *commit) run() (past []bygone, err error) {
	if err := w.compare(); err != nil {
		return nil, err
	}
	if w.alone() {
		for i := range w.was {
			w.store(i)
		}
		return nil, nil
	}
	a := w.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if taken := w.reserve(); len(taken) > 0 {
		return nil, &storage.TakenError{Agents: taken}
	}
	for i := range w.was {
		r := w.store(i)
		w.record(r, &w.txn.Changes[i])
	}
	return a.outlived(w.s.now()), nil
}

// compare finds the calls, and sees that they are at the revisions that the Txn
// goes by and that none of its events is stored already.
func (w *commit) compare() (err error) {
	stale := false
	for i := range w.txn.Changes {
		c := &w.txn.Changes[i]
		p := w.s.part(c.Now.Key)
		r := p.calls[c.Now.Key]
		w.was = append(w.was, r)
		if r == nil {
			if p.past[c.Now.Key] {
				return storage.ErrSeen
			}
			stale = stale || c.Was.Rev != 0
			continue
		}
		w.account = r.account
		stale = stale || r.call.Rev != c.Was.Rev
		for j := range c.Turns {
			if id := c.Turns[j].Event.ID; id != "" && r.turns.knows(id) {
				return storage.ErrSeen
			}
		}
	}
	if stale {
		return storage.ErrConflict
	}
	if w.account == nil {
		w.account, err = w.s.account(w.txn.Account)
	}
	return err
}

// alone reports whether the Txn concerns its calls alone: no agent, no line, no
// message and no feed.
func (w *commit) alone() bool {
	for i, r := range w.was {
		c := &w.txn.Changes[i]
		if r == nil || !sameHold(&r.call, &c.Now) || r.waits != nil && r.call.Offered() != c.Now.Offered() ||
			c.Now.Has(flow.Closed) && !r.call.Has(flow.Closed) {
			return false
		}
		for j := range c.Turns {
			if len(c.Turns[j].Posts) > 0 {
				return false
			}
		}
	}
	return true
}

// store keeps a call as it now is, with its turns and when it wants attention.
func (w *commit) store(i int) *record {
	c, r := &w.txn.Changes[i], w.was[i]
	p := w.s.part(c.Now.Key)
	if r == nil {
		r = &record{key: &c.Now.Info.Key, account: w.account, at: never}
		p.calls[c.Now.Key] = r
	} else if r.call.Info != c.Now.Info {
		r.turns.begun(r.call.Info)
	}
	r.call = c.Now
	r.result.Store(uint32(c.Now.State.Result))
	r.turns = r.turns.add(&r.call, c.Turns)
	p.schedule(r, w.s.attention(&r.call))
	return r
}

// record keeps what the account remembers of a change that was stored.
func (w *commit) record(r *record, c *storage.Change) {
	a := w.account
	if c.Was.Rev == 0 {
		a.enrol(r)
	}
	for i := range c.Turns {
		for _, post := range c.Turns[i].Posts {
			a.apply(r, &c.Turns[i], post)
		}
	}
	if r.waits != nil {
		r.waits.offers = c.Now.Offered()
	}
	if c.Now.Has(flow.Closed) && !c.Was.Has(flow.Closed) {
		a.over = append(a.over, ended{r, c.Now.Last})
		delete(a.live, r.serial)
	}
}
