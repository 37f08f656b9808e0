package memory

import (
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// journal is a call's turns, in order. A call that idles is one of a million: what the
// call says itself is left out of its turns, for as long as it does, and what they share
// with the book they go on sharing.
type journal []entry

// entry is a turn. Most are this and no more.
type entry struct {
	at    int64      // in nanoseconds since 1970
	what  *flow.What // nil where it is the kind alone, and for a call that arrived as its Info says still
	move  *flow.Move // nil where the standing turn stays
	more  *more      // nil where there is none
	seq   uint32
	re    uint32
	kind  flow.Kind
	try   uint8
	reply bool
}

// more is what few turns have.
type more struct {
	id    string
	posts []flow.Post
}

// add notes the turns of a change.
func (j journal) add(c *flow.Call, turns []flow.Turn) journal {
	j = slices.Grow(j, len(turns))
	for i := range turns {
		t := &turns[i]
		e := entry{at: t.Event.At.UnixNano(), seq: t.Seq, re: t.Event.Re, kind: t.Event.Kind, try: t.Event.Try, reply: t.Event.Reply}
		if t.Event.What != plain(e.kind, c.Info) {
			what := t.Event.What
			e.what = &what
		}
		switch {
		case c.Move != nil && same(&t.Move, c.Move):
			e.move = c.Move
		case !same(&t.Move, &flow.Move{}):
			move := t.Move
			e.move = &move
		}
		if t.Event.ID != "" || len(t.Posts) > 0 {
			e.more = &more{t.Event.ID, t.Posts}
		}
		j = append(j, e)
	}
	return j
}

// plain is what happened where its kind says it all.
func plain(k flow.Kind, info *flow.Info) flow.What {
	if k == flow.Arrived {
		return flow.What{Kind: k, Start: info}
	}
	return flow.What{Kind: k}
}

// same reports whether two moves are one: their words are shared, not only alike.
func same(a, b *flow.Move) bool {
	return a.Do == b.Do && a.Tell == b.Tell && a.Ignored == b.Ignored &&
		len(a.Say) == len(b.Say) && (len(a.Say) == 0 || &a.Say[0] == &b.Say[0])
}

// begun has the first turn keep how the call arrived, where the call does not say so any
// more: one that is placed is told its reference later.
func (j journal) begun(info *flow.Info) {
	if first := &j[0]; first.what == nil && first.kind == flow.Arrived {
		what := plain(flow.Arrived, info)
		first.what = &what
	}
}

// after is the turns after a number, as they were stored.
func (j journal) after(seq uint32, c *flow.Call) (turns []flow.Turn) {
	for i := range j {
		if j[i].seq > seq {
			turns = append(turns, j[i].turn(c))
		}
	}
	return turns
}

func (e *entry) turn(c *flow.Call) flow.Turn {
	t := flow.Turn{Call: c.Key, Seq: e.seq, Event: flow.Event{
		Call: c.Key, Re: e.re, Reply: e.reply, At: time.Unix(0, e.at).UTC(), Try: e.try, What: plain(e.kind, c.Info),
	}}
	if e.what != nil {
		t.Event.What = *e.what
	}
	if e.move != nil {
		t.Move = *e.move
	}
	if e.more != nil {
		t.Event.ID, t.Posts = e.more.id, e.more.posts
	}
	return t
}

// knows reports whether an event of the id is among the turns.
func (j journal) knows(id string) bool {
	return slices.ContainsFunc(j, func(e entry) bool { return e.more != nil && e.more.id == id })
}
