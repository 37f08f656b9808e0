package flowtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// coreWork is one event on its way: the call that it happened to, and those that
// are told something because of it. They become what they are together.
type coreWork struct {
	c       *core
	now     time.Time
	changes []change
}

// change is a call before and after.
type change struct {
	was, now flow.Call
	turns    []flow.Turn
}

func (c *core) begin() *coreWork { return &coreWork{c: c, now: c.Now()} }

// happen advances a call, and answers what its book asks on the way. It returns
// the last move.
func (w *coreWork) happen(e flow.Event) (flow.Move, error) {
	i := w.load(e.Call.ID)
	if i < 0 && e.Kind != flow.Arrived {
		return flow.Move{}, fmt.Errorf("there is no call %s", e.Call.ID)
	}
	if i < 0 {
		w.changes = append(w.changes, change{})
		i = len(w.changes) - 1
	}
	for {
		was := w.changes[i].now
		e.At = w.now
		next, move := w.c.book.Advance(was, e)
		if move.Ignored != 0 {
			return move, nil
		}
		turn := flow.Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: move, Posts: w.c.book.Posts(was, next, e), Info: next.Info}
		if next.From != "" && w.c.book.Guessed(was, &e.What) {
			w.c.guesses[next.From] = append(w.c.guesses[next.From], w.now)
		}
		w.changes[i].now = next
		w.changes[i].turns = append(w.changes[i].turns, turn)
		if err := w.tell(was, next, move, e); err != nil {
			return flow.Move{}, err
		}
		if !move.Do.Kind.Engine() {
			return move, nil
		}
		what, err := w.answer(next, move.Do, e)
		if err != nil {
			return flow.Move{}, err
		}
		e = flow.Event{Call: next.Key, Re: next.Standing, Reply: e.Reply, What: what}
	}
}

// load is the place of a call among the changes, -1 where there is no such call.
func (w *coreWork) load(id string) int {
	i := slices.IndexFunc(w.changes, func(ch change) bool { return ch.now.Info != nil && ch.now.ID == id })
	if k := w.c.calls[id]; i < 0 && k != nil {
		w.changes = append(w.changes, change{was: k.call, now: k.call})
		i = len(w.changes) - 1
	}
	return i
}

// tell passes news on to the peer, or to the legs that are out but for the one
// that spoke.
func (w *coreWork) tell(was, next flow.Call, m flow.Move, e flow.Event) error {
	if m.Tell == 0 {
		return nil
	}
	to := was.Legs
	if next.IsLeg() {
		to = []string{next.Info.Peer}
	}
	for _, id := range to {
		if id == e.Leg && !next.IsLeg() || w.load(id) < 0 {
			continue
		}
		news := flow.What{Kind: flow.Told, News: m.Tell, Leg: next.ID}
		if _, err := w.happen(flow.Event{Call: flow.Key{Account: next.Account, ID: id}, What: news}); err != nil {
			return err
		}
	}
	return nil
}

// answer is what the book asks for.
func (w *coreWork) answer(c flow.Call, do flow.Command, e flow.Event) (flow.What, error) {
	switch {
	case do.Kind == flow.AskHours:
		return w.c.opened(c, do.Name), nil
	case do.Kind == flow.Vet:
		return w.c.vet(c), nil
	case do.Kind == flow.StandIn:
		return w.standIn(c)
	case do.Kind == flow.Spell:
		return w.c.spelled(c, do.Entry), nil
	case do.Kind == flow.Tell:
		peer := flow.Key{Account: c.Account, ID: c.Info.Peer}
		m, err := w.happen(flow.Event{Call: peer, What: flow.What{Kind: flow.Told, News: do.News, Leg: c.ID, Party: c.Party}})
		return flow.What{Kind: flow.Replied, Yes: m.Ignored == 0}, err
	case do.Mailbox != "":
		return flow.What{Kind: flow.Found, Class: w.c.room(do.Mailbox)}, nil
	case do.Name != "":
		return flow.What{Kind: flow.Found, Class: w.c.lineOpen(do.Name)}, nil
	}
	return w.c.find(c, string(do.Entry), e.Kind == flow.Pressed), nil
}

// commit makes the changes, unless an agent that a call wants is held by another:
// then nothing happens, and the error says so.
func (w *coreWork) commit() error {
	freed := map[string]bool{}
	for _, ch := range w.changes {
		if agent := ch.was.Agent(); agent != "" && agent != ch.now.Agent() {
			freed[ch.was.ID] = true
		}
	}
	for _, ch := range w.changes {
		if agent := ch.now.Agent(); agent != "" && agent != ch.was.Agent() && !w.c.holdable(agent, ch.now.ID, freed) {
			return fmt.Errorf("%w: %s", extension.ErrHeld, agent)
		}
	}
	for _, ch := range w.changes {
		if agent := ch.was.Agent(); agent != "" && agent != ch.now.Agent() {
			w.c.agents.Release(agent, ch.was.ID)
		}
	}
	for _, ch := range w.changes {
		if len(ch.turns) == 0 {
			continue
		}
		w.c.keep(ch)
		if agent := ch.now.Agent(); agent != "" && agent != ch.was.Agent() {
			if err := w.c.agents.Hold(agent, ch.now.ID, w.now.Add(time.Hour)); err != nil {
				return err
			}
		}
		for _, t := range ch.turns {
			for _, p := range t.Posts {
				w.c.post(ch.now, p)
			}
		}
	}
	return nil
}

// keep stores a change.
func (c *core) keep(ch change) {
	k := c.calls[ch.now.ID]
	if k == nil {
		k = &kept{}
		c.calls[ch.now.ID] = k
		c.order = append(c.order, ch.now.ID)
	}
	k.call = ch.now
	k.turns = append(k.turns, ch.turns...)
}

// holdable reports whether a call may reserve an agent: no other call holds the
// agent, or one of the agent's endpoints, unless it lets go at this moment.
func (c *core) holdable(agent, call string, freed map[string]bool) bool {
	a, ok := c.agents.Agent(agent)
	if !ok {
		return false
	}
	for _, e := range a.Endpoints {
		for other := range c.agents.At(e.Address) {
			if by := other.Duty.HeldBy; by != "" && by != call && !freed[by] {
				return false
			}
		}
	}
	return a.Duty.HeldBy == "" || a.Duty.HeldBy == call || freed[a.Duty.HeldBy]
}
