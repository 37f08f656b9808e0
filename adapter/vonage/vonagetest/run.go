package vonagetest

import (
	"net/http"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// run carries out documents, one after the other.
type run struct {
	c       *Carrier
	call    *call
	clocks  farend.Clocks
	url     string // of the document
	actions []action
	at      int
	act     activity // what it does now
	tape    *taping  // what records meanwhile
	over    bool
	out     func() // what follows when it has ended by itself
}

// activity is what an action does while it lasts.
type activity interface {
	state() State
	key(k byte) // only where listens
	listens() bool
	stop(hungUp bool) // the leg has ended, or was moved elsewhere
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

// mostAtOnce is how many documents one leg gets in an instant, from where somebody
// last pressed a key or moved it by REST. The next comes a second later, so that a
// lap that takes no time does not stop the clock.
const mostAtOnce = 20

// fetch requests a document, or what an action is followed by. Keys pressed meanwhile
// are lost.
func (r *run) fetch(p Purpose, method, address string, f fields) {
	l := r.call
	r.act = passive(Waiting)
	send := func() {
		l.c.request(l, p, method, address, f, func(rep reply) {
			if !r.over {
				r.got(p, rep)
			}
		})
	}
	if p == ForTransfer || !l.instant.Equal(l.c.Now()) {
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

// got is an answer arriving.
func (r *run) got(p Purpose, rep reply) {
	doc, wrong := rep.document(p.required())
	if wrong != "" {
		r.broke(p, rep, wrong)
		return
	}
	if doc == nil {
		r.next()
		return
	}
	if !r.accept(p, doc, rep.url) {
		r.broke(p, rep, "")
	}
}

// accept begins to carry a document out; false where it cannot be.
func (r *run) accept(p Purpose, doc []any, address string) bool {
	actions, err := check(doc)
	if err != nil {
		r.c.fault(r.call, address, err.Error())
		r.call.err("Syntax error in NCCO. Invalid value type or action.")
		return false
	}
	r.url, r.actions, r.at = address, actions, 0
	r.next()
	return true
}

// broke is what follows when a document cannot be had, or not be carried out: the
// fallback, and after that the end of a leg that has none, or else what it was doing.
func (r *run) broke(p Purpose, rep reply, wrong string) {
	if wrong != "" {
		r.c.fault(r.call, rep.url, wrong)
	}
	app := r.c.app
	if p != ForFallback && p != ForTransfer && app.FallbackURL != "" {
		kind := "event"
		if p == ForAnswer {
			kind = "answer"
		}
		reason := wrong
		if reason == "" {
			reason = "Syntax error in NCCO."
		}
		f := append(fields{}, rep.field...)
		f = append(f, field{"reason", reason}, field{"original_request", map[string]any{"url": rep.url, "type": kind}})
		r.fetch(ForFallback, app.FallbackMethod, app.FallbackURL, f)
		return
	}
	if len(r.actions) == 0 {
		r.call.finish(completed, "no document: "+wrong, "platform")
		return
	}
	r.next()
}

// next carries out the next action.
func (r *run) next() {
	if r.over {
		return
	}
	r.act = nil
	if r.at == len(r.actions) {
		r.over = true
		r.clocks.Clear()
		r.out()
		return
	}
	a := r.actions[r.at]
	r.at++
	r.call.take()
	r.call.note(Happening{What: Did, Note: a.name()})
	r.do(a)
}

func (r *run) do(a action) {
	switch a.name() {
	case "talk", "stream":
		r.prompt(a)
	case "input":
		r.input(nil, a)
	case "wait":
		r.act = passive(Hearing)
		r.clocks.Start("wait", a.seconds("timeout", 10), r.next)
	case "notify":
		r.fetch(ForNotify, a.text("eventMethod", http.MethodPost), a.link("eventUrl"), fields{
			{"payload", a["payload"]}, {"conversation_uuid", r.call.conversation}, {"timestamp", stamp(r.c.Now())},
		})
	case "connect":
		r.connect(a)
	case "record":
		r.record(a)
	case "conversation":
		r.meet(a)
	}
}

// prompt is a talk or a stream. With bargeIn it goes on while the input that follows
// listens.
func (r *run) prompt(a action) {
	if !a.yes("bargeIn") {
		r.act = passive(Hearing)
		r.say([]action{a}, r.next)
		return
	}
	prompts := []action{a}
	for ; r.at < len(r.actions); r.at++ {
		next := r.actions[r.at]
		r.call.note(Happening{What: Did, Note: next.name()})
		if next.name() == "input" {
			r.at++
			r.input(prompts, next)
			return
		}
		prompts = append(prompts, next)
	}
}

// say has words and audio heard one after the other, then goes on.
func (r *run) say(what []action, then func()) {
	for i, a := range what {
		if d := r.lasts(a); d > 0 {
			rest := what[i+1:]
			r.clocks.Start("words", d, func() { r.say(rest, then) })
			return
		}
	}
	then()
}

// forever is how often something is heard that is to be repeated without end.
const forever = 1000

// lasts has an action heard, and is how long it takes.
func (r *run) lasts(a action) time.Duration {
	var d time.Duration
	if a.name() == "stream" {
		address := a.link("streamUrl")
		r.call.hear(Said{Play: address})
		var ok bool
		if d, ok = r.c.cfg.Files[address]; !ok {
			d = r.c.cfg.Audio
		}
	} else {
		r.call.hear(Said{Text: a.text("text", ""), Language: a.text("language", "")})
		if r.c.cfg.Words > 0 {
			d = time.Duration(len(strings.Fields(a.text("text", "")))) * time.Minute / time.Duration(r.c.cfg.Words)
		}
	}
	times := a.number("loop", 1)
	if times == 0 {
		times = forever
	}
	return d * time.Duration(times)
}
