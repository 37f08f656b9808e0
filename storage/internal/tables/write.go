package tables

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Write is all that a Txn writes, derived from the Txn alone. What depends on what
// the database has is left to whoever writes it: whether every call is at its Was,
// whether an agent is free, which cursor an entry of the feed gets, and what a miss
// or a talk makes of an agent's duty.
//
// Calls, holds and places are in the order in which they must be locked: two
// commits of the same calls, agents or telephones then never wait for each other.
type Write struct {
	Account string
	Calls   []Call  // by id
	Turns   []Turn  // of each change, in the order of the Txn
	Events  []Event // that must not be stored yet
	Frees   []Hold  // by agent; before Takes
	Takes   []Hold  // by agent
	Posts   []Post  // in the order of the feed
}

// Call is a row of extflow_calls and of extflow_due.
type Call struct {
	ID     string
	Was    uint32 // the revision that must be stored; 0 is a new call
	Rev    uint32
	Owed   bool
	Begun  int64 // of a new call
	Closed int64 // 0 while anything is outstanding
	Caller string
	Called string
	State  string
	Result string // empty while there is none
	Taker  string // the agent who took it; empty while nobody has

	At     int64 // when it needs attention; Never where it does not
	Wake   int64 // its next clock; Never where none is armed
	Offers int   // members who ring for it
	Moved  bool  // Offers has changed
}

// Never is the At of a call that needs no attention.
const Never = never

// Turn is a row of extflow_turns.
type Turn struct {
	Call string
	Seq  uint32
	Doc  string
}

// Event is a row of extflow_events.
type Event struct{ Call, ID string }

// Hold is an agent whom a call reserves, with the places where it rings: a row of
// extflow_duties and one of extflow_places for each.
type Hold struct {
	Agent, Call string
	Until       int64    // 0 for a call without a last clock
	Places      []string // sorted, each once
}

// Post is a row of extflow_feed, with what else it changes.
type Post struct {
	flow.Post
	Call *flow.Call // after the change
	Seq  uint32
	At   int64
	Doc  string // the post in JSON
}

// Since is when a caller who joins a line is taken to have joined it: one who comes
// back to the place has waited already.
func (p Post) Since() int64 { return p.At - int64(p.Length) }

// Derive is what a Txn writes. Owed turns need attention at once, which is now. The
// error says what makes no sense.
func Derive(t *storage.Txn, now int64) (*Write, error) {
	w := &Write{Account: t.Account}
	for i := range t.Changes {
		c := &t.Changes[i]
		if err := check(t, i); err != nil {
			return nil, err
		}
		if err := w.call(c, now); err != nil {
			return nil, fmt.Errorf("call %s: %w", c.Now.ID, err)
		}
		w.holds(c)
		if err := w.turns(c); err != nil {
			return nil, fmt.Errorf("call %s: %w", c.Now.ID, err)
		}
	}
	slices.SortFunc(w.Calls, func(a, b Call) int { return cmp.Compare(a.ID, b.ID) })
	byAgent := func(a, b Hold) int { return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Call, b.Call)) }
	slices.SortFunc(w.Frees, byAgent)
	slices.SortFunc(w.Takes, byAgent)
	return w, nil
}

// check sees that a change makes sense.
func check(t *storage.Txn, i int) error {
	c := &t.Changes[i]
	switch {
	case c.Now.Info == nil || c.Now.Rev <= c.Was.Rev:
		return errors.New("a change must have a call in Now, with a Rev above that of Was")
	case c.Now.Account != t.Account || c.Was.Info != nil && c.Was.Key != c.Now.Key:
		return fmt.Errorf("call %s: Was and Now must be the same call, of the Txn's account", c.Now.ID)
	}
	for j := range i {
		if t.Changes[j].Now.ID == c.Now.ID {
			return fmt.Errorf("call %s is changed twice in one Txn", c.Now.ID)
		}
	}
	return nil
}

func (w *Write) call(c *storage.Change, now int64) error {
	state, err := json.Marshal(c.Now)
	if err != nil {
		return err
	}
	row := Call{
		ID: c.Now.ID, Was: c.Was.Rev, Rev: c.Now.Rev, Owed: c.Now.Owed, Begun: c.Now.Last,
		Caller: string(c.Now.From), Called: string(c.Now.To), State: string(state),
		Result: c.Now.State.Result.String(), Taker: c.Now.TakenBy, Offers: c.Now.Offered(), Moved: c.Was.Offered() != c.Now.Offered(),
	}
	if c.Now.Has(flow.Closed) {
		row.Closed = max(c.Now.Last, 1)
	}
	row.At, row.Wake = attention(&c.Now, now)
	w.Calls = append(w.Calls, row)
	return nil
}

// attention is when a call needs attention, and when its next clock goes off.
func attention(c *flow.Call, now int64) (at, wake int64) {
	if c.Has(flow.Closed) {
		return Never, Never
	}
	wake = Never
	if next, _, ok := c.Wake(); ok {
		wake = next.UnixNano()
	}
	at = wake
	if c.Owed {
		at = min(wake, c.Last, now)
	}
	return at, wake
}

// holds frees what the call no longer reserves and takes what it now does.
func (w *Write) holds(c *storage.Change) {
	was, now := held(&c.Was), held(&c.Now)
	if was.Agent == now.Agent && slices.Equal(was.Places, now.Places) {
		return
	}
	if was.Agent != "" {
		w.Frees = append(w.Frees, was)
	}
	if now.Agent != "" {
		w.Takes = append(w.Takes, now)
	}
}

// held is what a call reserves; zero where it reserves nobody.
func held(c *flow.Call) Hold {
	if c.Agent() == "" {
		return Hold{}
	}
	h := Hold{Agent: c.Agent(), Call: c.ID, Places: places(c.Party.Endpoints)}
	if c.Armed.Has(flow.LifeClock) {
		h.Until = c.Clocks[flow.LifeClock-1]
	}
	return h
}

// places are those of endpoints, sorted, each once.
func places(endpoints []extension.Endpoint) []string {
	var all []string
	for _, e := range endpoints {
		all = append(all, e.Place())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *Write) turns(c *storage.Change) error {
	for i := range c.Turns {
		t := c.Turns[i]
		t.Info = nil
		doc, err := json.Marshal(t)
		if err != nil {
			return err
		}
		w.Turns = append(w.Turns, Turn{Call: c.Now.ID, Seq: t.Seq, Doc: string(doc)})
		if t.Event.ID != "" {
			w.Events = append(w.Events, Event{Call: c.Now.ID, ID: t.Event.ID})
		}
		for _, p := range t.Posts {
			post, err := posted(p, &c.Now, t.Seq, nanos(t.Event.At))
			if err != nil {
				return err
			}
			w.Posts = append(w.Posts, post)
		}
	}
	return nil
}

func posted(p flow.Post, c *flow.Call, seq uint32, at int64) (Post, error) {
	doc, err := json.Marshal(p)
	return Post{Post: p, Call: c, Seq: seq, At: at, Doc: string(doc)}, err
}
