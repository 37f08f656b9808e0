package twiliotest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// dialling is a Dial of phones: they ring, one takes the call, it ends.
type dialling struct {
	r     *run
	e     *element
	legs  []*call
	left  []*element // rung one after the other, where the Dial says so
	took  *call      // the one that is talked to
	moved bool       // it was moved elsewhere by REST
	done  bool
}

// mostPhones is the most that one Dial rings.
const mostPhones = 10

// dial begins a Dial, of whatever kind.
func (r *run) dial(e *element) {
	nouns := e.kids
	if e.words() != "" {
		nouns = append([]*element{{tag: "Number", text: e.text, attrs: map[string]string{}}}, nouns...)
	}
	if len(nouns) == 1 && nouns[0].tag == "Conference" {
		r.confer(e, nouns[0])
		return
	}
	if len(nouns) == 1 && nouns[0].tag == "Queue" {
		r.dequeue(e, nouns[0])
		return
	}
	if !e.yes("answerOnBridge") {
		r.call.answer()
	}
	d := &dialling{r: r, e: e}
	r.act = d
	if why := r.dialable(e, nouns); why != nil {
		r.c.fault(r.call, why.code, r.url, why.text)
		d.end()
		return
	}
	if e.yes("sequential") {
		nouns, d.left = nouns[:1], nouns[1:]
	}
	d.ring(nouns)
}

// ring rings phones together.
func (d *dialling) ring(nouns []*element) {
	r := d.r
	var legs []*call
	for _, n := range nouns {
		to, address := n.endpoint()
		if r.c.cfg.Dialect.Clients != "" {
			address = r.c.cfg.Dialect.party(to)
		}
		l := r.c.newCall(r.shown(d.e), to, "outbound-dial")
		l.parent, l.ring, l.agent = r.call, d, r.c.agents.At(address)
		l.phone = l.agent.ear
		l.number = Number{VoiceURL: n.attrs["url"], VoiceMethod: n.attr("method", "POST")}
		if l.number.VoiceURL != "" {
			l.number.VoiceURL = r.resolve(l.number.VoiceURL)
		}
		if to := n.attrs["statusCallback"]; to != "" {
			l.report = report{url: r.resolve(to), method: n.attr("statusCallbackMethod", "POST"), events: n.events("statusCallbackEvent", "completed")}
		}
		legs = append(legs, l)
	}
	d.legs = append(d.legs, legs...)
	r.clocks.Start("ring", d.e.seconds("timeout", 30)+r.c.cfg.ExtraRing, func() {
		r.call.note(Happening{What: Fired, Note: "ring"})
		d.stopRinging(noAnswer)
	})
	for _, l := range legs {
		l.alert()
	}
}

// stopRinging stops the phones that still ring, but for one.
func (d *dialling) stopRinging(status string, but ...*call) {
	for _, l := range slices.Clone(d.legs) {
		if l.status != inProgress && !slices.Contains(but, l) {
			l.finish(status, "stopped ringing")
		}
	}
}

// answered is one of the phones being picked up: whoever must be heard out first
// is, and the others stop.
func (d *dialling) answered(l *call) {
	if l.number.VoiceURL == "" {
		d.join(l)
		return
	}
	if !d.r.c.cfg.Unsure.RingOn {
		d.stopRinging(canceled, l)
	}
	l.main = l.newRun(whisper)
	l.main.out = func(how ending) {
		l.main = nil
		switch {
		case how == outOfVerbs && d.took == nil:
			d.join(l)
		case how == broken:
			l.finish(completed, "its document is broken")
		default:
			l.finish(completed, "hung up by its document")
		}
	}
	l.main.fetch(ForWhisper, l.number.VoiceMethod, l.number.VoiceURL, l.params())
}

// join has caller and phone talk. All others stop.
func (d *dialling) join(l *call) {
	r := d.r
	d.took = l
	for _, other := range slices.Clone(d.legs) {
		if other != l {
			other.finish(lost(other), "another took the call")
		}
	}
	r.clocks.Clear()
	r.call.answer()
	r.call.note(Happening{What: Joined})
	l.note(Happening{What: Joined})
	r.clocks.Start("limit", d.e.seconds("timeLimit", 14400), func() {
		r.call.note(Happening{What: Fired, Note: "limit"})
		l.finish(completed, "the talk reached its limit")
	})
}

// lost is how a leg ends that another was quicker than.
func lost(l *call) string {
	if l.status == inProgress {
		return completed
	}
	return canceled
}

// gone is a leg that has ended.
func (d *dialling) gone(l *call) {
	switch {
	case d.done, d.took != nil && d.took != l:
	case d.took == l:
		d.end()
	case slices.ContainsFunc(d.legs, func(l *call) bool { return !l.over() && !(d.moved && l.ring == nil) }):
	case len(d.left) > 0:
		next := d.left[:1]
		d.left = d.left[1:]
		d.ring(next)
	default:
		d.end()
	}
}

// end is the end of the Dial: its action, or what follows it.
func (d *dialling) end() {
	d.done = true
	d.r.clocks.Clear()
	if d.e.has("action") {
		d.r.action(ForDial, d.e, d.params())
		return
	}
	d.r.next()
}

// weight is which leg a Dial speaks of that nobody took.
var weight = []string{completed, inProgress, busy, noAnswer, canceled, failed}

func (d *dialling) params() url.Values {
	l := d.took
	for _, other := range d.legs {
		if l == nil || d.took == nil && slices.Index(weight, other.status) < slices.Index(weight, l.status) {
			l = other
		}
	}
	form := d.r.call.params("DialCallStatus", failed)
	if l != nil {
		with(form, "DialCallStatus", l.status, "DialCallSid", l.sid)
		if strings.HasPrefix(l.to, "sip:") && l.over() && !d.r.c.cfg.Dialect.NoCodes {
			with(form, "DialSipResponseCode", l.sipCode())
		}
		if l.status == inProgress {
			form.Set("DialCallStatus", completed)
		}
		if !l.answered.IsZero() && !d.moved {
			form.Set("DialCallDuration", strconv.Itoa(l.seconds()))
		}
	}
	if !d.r.c.cfg.OldDial {
		form.Set("DialBridged", strconv.FormatBool(d.took != nil))
	}
	return form
}

func (d *dialling) state() State {
	if d.took != nil {
		return Talking
	}
	return Ringing
}

// The caller's keys are heard by nobody, except a * that ends the talk.
func (d *dialling) listens() bool { return d.took != nil && d.e.yes("hangupOnStar") }

func (d *dialling) key(k byte) {
	if k == '*' {
		d.took.finish(completed, "the caller pressed *")
	}
}

// stop ends everything that rings for the caller, or talks to it.
func (d *dialling) stop(hungUp bool) {
	if d.done {
		return
	}
	d.done = true
	for _, l := range slices.Clone(d.legs) {
		if !hungUp && d.took == l && d.r.c.cfg.Unsure.LegsOutlive {
			l.ring = nil
			continue
		}
		l.finish(lost(l), "the caller has gone")
	}
	if hungUp && !d.r.c.cfg.Unsure.QuietHangUp {
		d.r.parting(ForDial, d.e, d.params())
	}
}

func (d *dialling) with() []string {
	var out []string
	for _, l := range d.legs {
		if !l.over() && (d.took == nil || d.took == l) {
			out = append(out, l.phone.address)
		}
	}
	return out
}
