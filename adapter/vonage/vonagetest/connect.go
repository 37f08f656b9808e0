package vonagetest

import (
	"net/http"
	"time"
)

// connecting is a connect: one phone rings, and may take the call.
type connecting struct {
	r    *run
	a    action
	leg  *call
	took bool
	done bool
}

func (r *run) connect(a action) {
	ends, _ := a["endpoint"].([]any)
	to := endpointOf(ends[0])
	from := a.text("from", "")
	d := &connecting{r: r, a: a}
	r.act = d
	l := r.c.newCall(from, to.text, outbound)
	if from == "" {
		l.from = "Unknown"
	}
	l.conversation, l.region, l.ring, l.dials = r.call.conversation, r.call.region, d, to
	l.agent = r.c.agents.At(to.address)
	l.phone = l.agent.ear
	l.eventURL, l.eventMethod = a.link("eventUrl"), a.text("eventMethod", http.MethodPost)
	d.leg = l
	switch {
	case !r.c.inTime():
		r.call.err("Too many legs were connected in a second.")
		l.fail(Failure{Status: failed, Detail: "internal_error"}, "too many in a second")
		return
	case to.kind == "phone" && !r.c.numbers[from] && !a.yes("randomFromNumber"):
		r.c.fault(r.call, r.url, from+" is no number of the application, and cannot be shown to a telephone")
		l.fail(Failure{Status: failed, Detail: "cannot_route"}, "the number cannot be shown")
		return
	}
	r.clocks.Start("ring", a.seconds("timeout", 60), func() {
		r.call.note(Happening{What: Fired, Note: "ring"})
		l.fail(Failure{Status: timeout}, "stopped ringing")
	})
	l.alert()
}

// inTime counts a leg, and reports whether it is one of those that may be placed in
// this second.
func (c *Carrier) inTime() bool {
	if c.cfg.PerSecond == 0 {
		return true
	}
	var last []time.Time
	for _, t := range c.made {
		if c.Now().Sub(t) < time.Second {
			last = append(last, t)
		}
	}
	c.made = last
	if len(last) >= c.cfg.PerSecond {
		return false
	}
	c.made = append(c.made, c.Now())
	return true
}

// answered is the phone being picked up: the two talk.
func (d *connecting) answered(l *call) {
	r := d.r
	d.took = true
	r.clocks.Clear()
	r.call.note(Happening{What: Joined})
	l.note(Happening{What: Joined})
	r.clocks.Start("limit", d.a.seconds("limit", 7200), func() {
		r.call.note(Happening{What: Fired, Note: "limit"})
		l.finish(completed, "the talk reached its limit", "platform")
	})
}

// gone is the leg having ended after it was answered, and with it the whole call.
func (d *connecting) gone(*call) {
	if !d.done {
		d.done = true
		d.r.clocks.Clear()
		d.r.call.finish(completed, "the other side hung up", "platform")
	}
}

// failed is the leg having ended without an answer. With synchronous events the
// server says what comes instead of the rest of the document; "completed" comes when
// the connect is over.
func (d *connecting) failed(l *call, f Failure) {
	r := d.r
	if d.done {
		l.failure(f)
		return
	}
	d.done = true
	r.clocks.Clear()
	if d.a.text("eventType", "") != "synchronous" {
		l.failure(f)
		r.next()
		return
	}
	end := func() {
		if f.Status != rejected {
			l.tellEnd(f)
		}
	}
	if r.c.cfg.Wild {
		end()
		end = func() {}
	}
	to, method := l.eventURL, l.eventMethod
	if to == "" {
		to, method = r.c.app.EventURL, r.c.app.EventMethod
	}
	r.fetch(ForConnect, method, to, l.failed(f))
	end()
}

func (d *connecting) state() State {
	if d.took {
		return Talking
	}
	return Ringing
}

func (d *connecting) key(byte)      {}
func (d *connecting) listens() bool { return false }

// stop ends what rings for the caller, or talks to it.
func (d *connecting) stop(bool) {
	if d.done {
		return
	}
	d.done = true
	if d.took {
		d.leg.finish(completed, "the caller has gone", "platform")
		return
	}
	d.leg.fail(Failure{Status: cancelled, Code: 487}, "the caller has gone")
}

func (d *connecting) with() []string {
	if d.leg.over() {
		return nil
	}
	return []string{d.leg.phone.address}
}
