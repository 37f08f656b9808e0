package twiliotest

// gathering is a Gather: keys make an entry.
type gathering struct {
	r      *run
	e      *element
	finish string
	most   int // 0 is as many as come
	entry  string
	prompt bool // the words inside are being heard
	done   bool // nothing counts any more
}

func (r *run) gather(e *element) {
	g := &gathering{r: r, e: e, finish: e.attr("finishOnKey", "#"), most: e.number("numDigits", 0), prompt: true}
	if len(g.finish) > 1 || !keys(g.finish) {
		r.c.fault(r.call, 13310, r.url, "finishOnKey is one of 0123456789#*, or empty; # is used")
		g.finish = "#"
	}
	r.act = g
	r.say(e.kids, func() {
		g.prompt = false
		g.await()
		g.helpful()
	})
}

// await starts the time for the next key.
func (g *gathering) await() {
	g.r.clocks.Start("key", g.e.seconds("timeout", 5), func() {
		g.r.call.note(Happening{What: Fired, Note: "key"})
		g.submit("")
	})
}

// helpful is an agent who presses 1 where asked to.
func (g *gathering) helpful() {
	l := g.r.call
	if l.agent != nil && l.agent.manner == Takes && !l.pressed {
		l.pressed = true
		l.clocks.Start("presses 1", 0, func() { l.press('1') })
	}
}

func (g *gathering) state() State {
	if g.prompt {
		return Hearing
	}
	return Listening
}

func (g *gathering) listens() bool { return !g.done }

// key is one of the entry, or the one that ends it. The first stops the words.
func (g *gathering) key(k byte) {
	g.prompt = false
	g.r.clocks.Stop("words")
	if g.finish == string(k) {
		if g.entry == "" && g.r.c.cfg.Unsure.FinishWaits {
			g.done = true
			g.await()
			return
		}
		g.submit(g.finish)
		return
	}
	g.entry += string(k)
	if len(g.entry) == g.most {
		g.submit("")
		return
	}
	g.await()
}

// submit ends the Gather, by a key or without one.
func (g *gathering) submit(by string) {
	r := g.r
	r.clocks.Clear()
	if g.entry == "" && !g.e.yes("actionOnEmptyResult") {
		r.next()
		return
	}
	form := r.params("FinishedOnKey", by, "msg", "Gather End")
	if g.entry != "" || !r.c.cfg.Unsure.OmitDigits {
		form.Set("Digits", g.entry)
	}
	r.action(ForGather, g.e, form)
}

func (g *gathering) stop(bool) {}
