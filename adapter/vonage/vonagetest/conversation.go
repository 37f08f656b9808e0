package vonagetest

import "slices"

// room is a named conversation of a region.
type room struct {
	key, id string
	in      []*meeting
	started bool
}

// meeting is a conversation action: somebody's part in one.
type meeting struct {
	r      *run
	a      action
	room   *room
	talked bool // with anybody yet
	done   bool
}

func (r *run) meet(a action) {
	c := r.c
	key := r.call.region + " " + a.text("name", "")
	k := c.rooms[key]
	if k == nil {
		k = &room{key: key, id: "CON-" + dashed(c.hex(32))}
		c.rooms[key] = k
	}
	m := &meeting{r: r, a: a, room: k}
	r.act = m
	k.in = append(k.in, m)
	r.call.enter(k.id)
	k.count()
}

// count sees who talks.
func (k *room) count() {
	k.started = k.started || slices.ContainsFunc(k.in, func(m *meeting) bool { return m.a.yes("startOnEnter", true) })
	for _, m := range k.in {
		if m.state() == Talking && !m.talked {
			m.talked = true
			m.r.call.note(Happening{What: Joined})
		}
	}
}

// leave ends somebody's part, and the conversation, if they are the one that it needs.
func (m *meeting) leave() {
	k := m.room
	if m.done {
		return
	}
	m.done = true
	k.in = slices.DeleteFunc(k.in, func(other *meeting) bool { return other == m })
	if len(k.in) == 0 || m.a.yes("endOnExit") {
		delete(m.r.c.rooms, k.key)
	}
	if !m.a.yes("endOnExit") {
		return
	}
	for _, other := range slices.Clone(k.in) {
		other.leave()
		if other.r.c.cfg.Unsure.GoesOn {
			other.r.next()
		} else {
			other.r.call.finish(completed, "the conversation ended", "platform")
		}
	}
}

func (m *meeting) state() State {
	if m.room.started && len(m.room.in) > 1 {
		return Talking
	}
	return Joining
}

func (m *meeting) key(byte)      {}
func (m *meeting) listens() bool { return false }
func (m *meeting) stop(bool)     { m.leave() }

func (m *meeting) with() []string {
	var out []string
	for _, other := range m.room.in {
		if other != m && m.state() == Talking {
			out = append(out, other.r.call.phone.address)
		}
	}
	return out
}
