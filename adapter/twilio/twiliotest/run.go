package twiliotest

import (
	"net/http"
	"net/url"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// run carries out documents, one after the other: a call's own, a whisper's, or
// those of somebody who waits.
type run struct {
	c      *Carrier
	call   *call
	clocks farend.Clocks
	kind   kind
	url    string // of the document: where relative addresses start from
	method string // with which it was requested
	inline bool   // it came by REST
	verbs  []*element
	at     int
	act    activity // what it does now
	over   bool
	also   func() []string // parameters that its requests bear besides the call's
	out    func(ending)    // what follows when it has ended by itself
}

// ending is how a run ends by itself.
type ending int

const (
	outOfVerbs ending = iota
	hangup
	leave
	broken // a document could not be had, or not be carried out
)

// activity is what a verb does while it lasts.
type activity interface {
	state() State
	key(k byte) // only where listens
	listens() bool
	stop(hungUp bool) // the call has ended, or was moved elsewhere
}

// passive is an activity that hears no keys and leaves nothing behind.
type passive State

func (p passive) state() State  { return State(p) }
func (p passive) key(byte)      {}
func (p passive) listens() bool { return false }
func (p passive) stop(bool)     {}

func (r *run) state() State {
	if r.act == nil {
		return Waiting
	}
	return r.act.state()
}

func (r *run) listens() bool { return !r.over && r.act != nil && r.act.listens() }
func (r *run) key(k byte)    { r.act.key(k) }

// stop ends the run from outside.
func (r *run) stop(hungUp bool) {
	if r.over {
		return
	}
	r.over = true
	r.clocks.Clear()
	if r.act != nil {
		r.act.stop(hungUp)
	}
}

// end is the run ending by itself.
func (r *run) end(how ending) {
	r.over = true
	r.clocks.Clear()
	r.out(how)
}

// mostAtOnce is how many documents one call gets in an instant, from where somebody
// last pressed a key or moved it by REST. The next comes a second later, so that a
// lap that takes no time does not stop the clock.
const mostAtOnce = 20

// fetch requests the next document. Keys pressed meanwhile are lost.
func (r *run) fetch(p Purpose, method, ref string, form url.Values) {
	l := r.call
	r.act = passive(Waiting)
	address := r.resolve(ref)
	send := func() {
		l.c.request(l, p, method, address, form, func(rep reply) {
			if !r.over {
				r.got(p, address, rep)
			}
		})
	}
	if p == ForUpdate || !l.instant.Equal(l.c.Now()) {
		l.instant, l.made = l.c.Now(), 0
	}
	if l.made++; l.made > mostAtOnce {
		r.clocks.Start("again", time.Second, func() {
			l.instant, l.made = l.c.Now(), 1
			send()
		})
		return
	}
	send()
}

// action requests what a verb is followed by. Without an address the document
// itself is requested again.
func (r *run) action(p Purpose, e *element, form url.Values) {
	r.fetch(p, e.attr("method", http.MethodPost), e.attr("action", r.url), form)
}

// params are the parameters of a request that a verb makes.
func (r *run) params(more ...string) url.Values {
	if r.also != nil {
		more = append(r.also(), more...)
	}
	return r.call.params(more...)
}

// parting makes a verb's last request, for whose answer nobody is there any more.
func (r *run) parting(p Purpose, e *element, form url.Values) {
	if e.has("action") || p == ForRecord {
		r.c.request(r.call, p, e.attr("method", http.MethodPost), r.resolve(e.attr("action", r.url)), form, nil)
	}
}

// resolve is the absolute address of one in the document.
func (r *run) resolve(ref string) string {
	base, err := url.Parse(r.url)
	if err != nil || absolute(ref) && ref != "" {
		return ref
	}
	if ref == "" {
		return r.url
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// load begins to carry a document out. The error is a *refusal.
func (r *run) load(doc *element, address, method string, inline bool) error {
	if unknown := r.c.cfg.Dialect.refuses(doc); unknown != nil {
		return unknown
	}
	r.c.cfg.Dialect.translate(doc)
	passed, err := doc.check(r.kind, inline)
	if err != nil {
		return err
	}
	for _, name := range passed {
		r.c.fault(r.call, 0, address, name+" is not known here and was passed over")
	}
	r.url, r.method, r.inline, r.verbs, r.at = address, method, inline, doc.kids, 0
	r.next()
	return nil
}

// next carries out the next verb.
func (r *run) next() {
	if r.over {
		return
	}
	r.act = nil
	if r.at == len(r.verbs) {
		r.end(outOfVerbs)
		return
	}
	e := r.verbs[r.at]
	r.at++
	r.call.note(Happening{What: Did, Note: e.tag})
	if r.kind == callDocument && !among(e.tag, "Reject Pause Redirect Dial") {
		r.call.answer()
	}
	r.do(e)
}

func (r *run) do(e *element) {
	switch e.tag {
	case "Say", "Play", "Pause":
		r.say([]*element{e}, r.next)
	case "Gather":
		r.gather(e)
	case "Record":
		r.record(e)
	case "Dial":
		r.dial(e)
	case "Enqueue":
		r.enqueue(e)
	case "Redirect":
		r.fetch(ForRedirect, e.attr("method", http.MethodPost), e.words(), r.params())
	case "Hangup":
		r.end(hangup)
	case "Leave":
		r.end(leave)
	case "Reject":
		r.reject(e)
	}
}

// reject refuses a call that has not been answered; one that has is hung up.
func (r *run) reject(e *element) {
	l := r.call
	switch {
	case l.status != ringing:
		l.finish(completed, "hung up by the document")
	case e.attr("reason", "rejected") == "busy":
		l.finish(busy, "refused as busy")
	default:
		l.finish(noAnswer, "refused: the number is not in service")
	}
}
