package vonagetest

import "net/http"

// entering is an input: keys make an entry.
type entering struct {
	r      *run
	a      action
	most   int
	hash   bool // # ends the entry
	entry  string
	prompt bool // what came before is still being heard
}

func (r *run) input(prompts []action, a action) {
	dtmf, _ := a["dtmf"].(map[string]any)
	d := action(dtmf)
	e := &entering{r: r, a: a, most: d.number("maxDigits", 4), hash: d.yes("submitOnHash"), prompt: true}
	r.act = e
	r.say(prompts, func() {
		e.prompt = false
		e.await()
		e.helpful()
	})
}

// await starts the time for the next key.
func (e *entering) await() {
	dtmf, _ := e.a["dtmf"].(map[string]any)
	e.r.clocks.Start("key", action(dtmf).seconds("timeOut", 3), func() {
		e.r.call.note(Happening{What: Fired, Note: "key"})
		e.submit(true)
	})
}

// helpful is an agent who presses 1 where asked to.
func (e *entering) helpful() {
	l := e.r.call
	if l.agent != nil && l.agent.manner == Takes && !l.pressed {
		l.pressed = true
		l.clocks.Start("presses 1", 0, func() { l.press('1') })
	}
}

func (e *entering) state() State {
	if e.prompt {
		return Hearing
	}
	return Listening
}

func (e *entering) listens() bool { return true }

// key is one of the entry, or the one that ends it. The first stops what is heard.
func (e *entering) key(k byte) {
	e.prompt = false
	e.r.clocks.Stop("words")
	if k == '#' && e.hash {
		e.submit(false)
		return
	}
	e.entry += string(k)
	if len(e.entry) == e.most {
		e.submit(false)
		return
	}
	e.await()
}

// submit ends the input, by a key or without one.
func (e *entering) submit(timedOut bool) {
	r, l := e.r, e.r.call
	r.clocks.Clear()
	var digits any = e.entry
	if e.entry == "" && r.c.cfg.Unsure.NullEntry {
		digits = nil
	}
	to, method := e.a.link("eventUrl"), e.a.text("eventMethod", http.MethodPost)
	if to == "" {
		to, method = r.c.app.EventURL, r.c.app.EventMethod
	}
	type pressed struct {
		Digits   any  `json:"digits"`
		TimedOut bool `json:"timed_out"`
	}
	r.fetch(ForInput, method, to, fields{
		{"speech", map[string]any{"error": "Speech was not enabled"}}, {"dtmf", pressed{digits, timedOut}}, {"from", l.fromField()}, {"to", l.to},
		{"uuid", l.uuid}, {"conversation_uuid", l.conversation}, {"timestamp", stamp(r.c.Now())},
	})
}

func (e *entering) stop(bool) {}
