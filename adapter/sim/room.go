package sim

import (
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// Talks that two calls are joined to: a caller who held, and the leg placed for
// them. A talk bears the id of the caller's call. Whoever is left in one alone, or
// is the only one to come, is hung up after 5 s; until then the other call's end
// may still have the engine say something better.

type room struct {
	key flow.Key
	in  []*line
}

const aloneFor = 5 * time.Second

// join takes part in a talk.
func (l *line) join(do flow.Command) {
	k := flow.Key{Account: l.key.Account, ID: do.Room}
	r := l.c.rooms[k]
	if r == nil {
		r = &room{key: k}
		l.c.rooms[k] = r
	}
	r.in = append(r.in, l)
	l.room = r
	if do.Limit > 0 {
		l.clocks.Start("limit", do.Limit, func() { l.cutOff("limit", "the talk reached its limit") })
	}
	r.count()
}

// leaveRoom ends the line's part in its talk.
func (l *line) leaveRoom() {
	r := l.room
	if r == nil {
		return
	}
	l.room = nil
	r.in = slices.DeleteFunc(r.in, func(other *line) bool { return other == l })
	if len(r.in) == 0 {
		delete(l.c.rooms, r.key)
	}
	r.count()
}

// count sees who is alone and who is not.
func (r *room) count() {
	for _, l := range r.in {
		switch {
		case len(r.in) > 1 && l.state != Talking:
			l.state = Talking
			l.clocks.Stop("alone")
			l.note(Happening{What: Joined})
		case len(r.in) == 1:
			l.state = Joining
			l.clocks.Start("alone", aloneFor, func() { l.cutOff("alone", "left alone") })
		}
	}
}

// cutOff is the carrier ending a call by itself.
func (l *line) cutOff(timer, why string) {
	l.note(Happening{What: Fired, Note: timer})
	l.hangUp(why)
}
