package twiliotest

import (
	"net/http"
	"net/url"
	"slices"
)

// room is a Conference.
type room struct {
	sid, name string
	in        []*conferring
	started   bool
}

// conferring is a Dial of a Conference: somebody's part in it.
type conferring struct {
	r       *run
	e, noun *element
	room    *room
	wait    *run
	talked  bool // with anybody yet
	done    bool
}

func (r *run) confer(e, noun *element) {
	c := r.c
	r.call.answer()
	name := noun.words()
	k := c.rooms[name]
	if k == nil {
		k = &room{sid: "CF" + c.hex(32), name: name}
		c.rooms[name], c.byRoom[k.sid] = k, k
	}
	p := &conferring{r: r, e: e, noun: noun, room: k}
	r.act = p
	if name == "" || len(k.in) >= noun.number("maxParticipants", 250) {
		c.fault(r.call, 0, r.url, "the conference has no name, or is full")
		p.end(failed)
		return
	}
	k.in = append(k.in, p)
	r.clocks.Start("limit", e.seconds("timeLimit", 14400), func() {
		r.call.note(Happening{What: Fired, Note: "limit"})
		p.leave()
		p.end("answered")
	})
	k.count(c)
}

// count sees who talks, and who waits.
func (k *room) count(c *Carrier) {
	was := k.started
	k.started = slices.ContainsFunc(k.in, func(p *conferring) bool { return p.noun.attr("startConferenceOnEnter", "true") == "true" }) || was
	for _, p := range slices.Clone(k.in) {
		talks := p.state() == Talking
		if talks && !p.talked {
			p.r.call.note(Happening{What: Joined})
		}
		p.talked = p.talked || talks
		switch {
		case talks && p.wait != nil:
			p.wait.stop(false)
			p.wait = nil
		case !p.talked && p.wait == nil:
			p.play()
		}
	}
}

// play has somebody who waits hear the waiting document, over and over.
func (p *conferring) play() {
	to := p.noun.attrs["waitUrl"]
	if to == "" || p.r.c.cfg.Dialect.NoWait {
		return
	}
	l := p.r.call
	to = p.r.resolve(to)
	request := func() {
		p.wait.fetch(ForWait, p.noun.attr("waitMethod", http.MethodPost), to, p.wait.params())
	}
	p.wait = l.newRun(conferenceWait)
	p.wait.also = func() []string { return []string{"ConferenceSid", p.room.sid, "FriendlyName", p.room.name} }
	p.wait.out = func(how ending) {
		if how == outOfVerbs && len(p.wait.verbs) > 0 {
			p.wait.over = false
			request()
		}
	}
	request()
}

// leave ends somebody's part in the conference, and, if they are the one that it
// needs, the conference.
func (p *conferring) leave() {
	k := p.room
	if p.done {
		return
	}
	p.done = true
	if p.wait != nil {
		p.wait.stop(false)
	}
	k.in = slices.DeleteFunc(k.in, func(other *conferring) bool { return other == p })
	if p.noun.yes("endConferenceOnExit") {
		for _, other := range slices.Clone(k.in) {
			other.leave()
			other.end("answered")
		}
	}
	if len(k.in) == 0 {
		if p.r.c.rooms[k.name] == k {
			delete(p.r.c.rooms, k.name)
		}
		return
	}
	k.count(p.r.c)
}

// end is the end of the Dial.
func (p *conferring) end(status string) {
	p.done = true
	p.r.clocks.Clear()
	if p.e.has("action") {
		p.r.action(ForDial, p.e, p.params(status))
		return
	}
	p.r.next()
}

func (p *conferring) params(status string) url.Values {
	return p.r.call.params("DialCallStatus", status)
}

func (p *conferring) state() State {
	if p.room.started && len(p.room.in) > 1 {
		return Talking
	}
	return Joining
}

func (p *conferring) key(byte)      {}
func (p *conferring) listens() bool { return false }

func (p *conferring) stop(hungUp bool) {
	if p.done {
		return
	}
	p.leave()
	if hungUp && !p.r.c.cfg.Unsure.QuietHangUp {
		p.r.parting(ForDial, p.e, p.params("answered"))
	}
}

func (p *conferring) with() []string {
	var out []string
	for _, other := range p.room.in {
		if other != p && p.state() == Talking {
			out = append(out, other.r.call.phone.address)
		}
	}
	return out
}
