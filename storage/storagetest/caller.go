package storagetest

import (
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What happens to calls here is what an engine makes happen: the book advances
// them, what it asks is answered, and the turns are stored with their posts.

// draft is a change that an event makes of a call. The answers are those to what
// the book asks of the engine on the way, in order.
func (h *house) draft(c flow.Call, what flow.What, answers ...flow.What) storage.Change {
	h.Helper()
	return h.draftAs(c, flow.Event{At: h.next(), What: what}, answers...)
}

func (h *house) draftAs(c flow.Call, e flow.Event, answers ...flow.What) storage.Change {
	h.Helper()
	change := storage.Change{Was: c, Now: c}
	for {
		was := change.Now
		switch e.Kind {
		case flow.Arrived:
			e.Call, e.Reply = e.Start.Key, e.Start.Peer == ""
		case flow.Pressed, flow.FoundBusy, flow.Unanswered, flow.Declined, flow.Unreachable, flow.Recorded:
			e.Call, e.Re, e.Reply = was.Key, was.Standing, true
		case flow.Answered, flow.AgentHungUp: // facts of the agent's leg bear the turn that rang it
			e.Call, e.Re = was.Key, was.Standing
		default:
			e.Call = was.Key
		}
		next, move := h.book.Advance(was, e)
		require.Zero(h, move.Ignored, "event %d means nothing here", e.Kind)
		change.Now = next
		change.Turns = append(change.Turns, flow.Turn{
			Call: next.Key, Seq: next.Rev, Event: e, Move: move, Posts: h.book.Posts(was, next, e), Info: next.Info,
		})
		if !move.Do.Kind.Engine() {
			require.Empty(h, answers, "answers that nobody asked for")
			return change
		}
		require.NotEmpty(h, answers, "an answer is missing")
		e, answers = flow.Event{At: e.At, Reply: e.Reply, What: answers[0]}, answers[1:]
	}
}

// try stores changes together.
func (h *house) try(changes ...storage.Change) error {
	return h.store.Calls().Commit(h.ctx, &storage.Txn{Account: h.account, Changes: changes})
}

// stores stores changes together, which must succeed.
func (h *house) stores(changes ...storage.Change) {
	h.Helper()
	require.NoError(h, h.try(changes...))
}

// happens has an event happen to a call, and stores what becomes of it.
func (h *house) happens(c *flow.Call, what flow.What, answers ...flow.What) {
	h.Helper()
	change := h.draft(*c, what, answers...)
	h.stores(change)
	*c = change.Now
}

// loaded is a call as the store has it.
func (h *house) loaded(id string) flow.Call {
	h.Helper()
	c, err := h.store.Calls().Load(h.ctx, h.key(id))
	require.NoError(h, err)
	return c
}

func (h *house) key(id string) flow.Key { return flow.Key{Account: h.account, ID: id} }

// start is who calls whom.
func (h *house) start(id, entry string) *flow.Info {
	return &flow.Info{Key: h.key(id), Carrier: "sim", Ref: "CA" + id, From: caller, To: line, Release: "r1", Entry: entry}
}

// arriving is a new call, not stored yet.
func (h *house) arriving(id, entry string, answers ...flow.What) storage.Change {
	h.Helper()
	return h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: h.start(id, entry)}, answers...)
}

// arrives is a new call that listens for an extension.
func (h *house) arrives(id string) flow.Call {
	h.Helper()
	change := h.arriving(id, "flow desk")
	h.stores(change)
	return change.Now
}

// ringing is a new call that rings an agent, not stored yet.
func (h *house) ringing(id, agent string) storage.Change {
	h.Helper()
	return h.arriving(id, agent, available(h.found(agent).Party()))
}

// ring is a new call that rings an agent.
func (h *house) ring(id, agent string) flow.Call {
	h.Helper()
	change := h.ringing(id, agent)
	h.stores(change)
	return change.Now
}

// waits is a new call in the line of the queue support.
func (h *house) waits(id string) flow.Call {
	h.Helper()
	change := h.arriving(id, "queue support", available(nil))
	h.stores(change)
	return change.Now
}

// records is a new call that records a message for the mailbox team.
func (h *house) records(id string) flow.Call {
	h.Helper()
	change := h.arriving(id, "voicemail team")
	h.stores(change)
	return change.Now
}

// offering is a leg to a member for a caller in the line, not stored yet: first
// the caller, then the leg.
func (h *house) offering(c flow.Call, leg, agent string) (caller, placed storage.Change) {
	h.Helper()
	party := h.found(agent).Party()
	info := h.start(leg, "")
	info.Peer, info.Queue, info.Ref = c.ID, "support", ""
	caller = h.draft(c, flow.What{Kind: flow.Told, News: flow.Offered, Leg: leg, Party: party})
	placed = h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: info, Party: party})
	return caller, placed
}

// offer rings a member for a caller in the line, by a leg.
func (h *house) offer(c *flow.Call, leg, agent string) flow.Call {
	h.Helper()
	caller, placed := h.offering(*c, leg, agent)
	h.stores(caller, placed)
	*c = caller.Now
	return placed.Now
}

// misses ends a leg without a talk.
func (h *house) misses(c, leg *flow.Call, how flow.Kind) {
	h.Helper()
	over := h.draft(*leg, flow.What{Kind: how})
	told := h.draft(*c, flow.What{Kind: flow.Told, News: flow.Missed, Leg: leg.ID})
	h.stores(over, told)
	*leg, *c = over.Now, told.Now
}

// accepts joins a leg's agent to the caller.
func (h *house) accepts(c, leg *flow.Call) {
	h.Helper()
	joins := h.draft(*leg, flow.What{Kind: flow.Answered, Yes: true}, flow.What{Kind: flow.Replied, Yes: true})
	told := h.draft(*c, flow.What{Kind: flow.Told, News: flow.Accepted, Leg: leg.ID})
	h.stores(joins, told)
	*leg, *c = joins.Now, told.Now
}

func available(p *extension.Party) flow.What {
	return flow.What{Kind: flow.Found, Class: extension.ClassAvailable, Party: p}
}

// What happens often.
var (
	hungUp  = flow.What{Kind: flow.HungUp}
	unknown = flow.What{Kind: flow.Found, Class: extension.ClassUnknown}
)
