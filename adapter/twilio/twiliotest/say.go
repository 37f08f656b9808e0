package twiliotest

import (
	"strings"
	"time"
)

// What phones hear: Say, Play and Pause.

// say has words, audio and pauses heard one after the other, then goes on.
func (r *run) say(what []*element, then func()) {
	if r.act == nil {
		r.act = passive(Hearing)
	}
	for i, e := range what {
		if d := r.lasts(e); d > 0 {
			rest := what[i+1:]
			r.clocks.Start("words", d, func() { r.say(rest, then) })
			return
		}
	}
	then()
}

// lasts has an element heard, and is how long it takes.
func (r *run) lasts(e *element) time.Duration {
	var d time.Duration
	switch e.tag {
	case "Pause":
		return e.seconds("length", 1)
	case "Play":
		address := r.resolve(e.words())
		r.call.hear(Said{Play: address})
		var ok bool
		if d, ok = r.c.cfg.Files[address]; !ok {
			d = r.c.cfg.Audio
		}
	case "Say":
		r.call.hear(Said{Text: e.words(), Language: e.attrs["language"], Voice: e.attrs["voice"]})
		if r.c.cfg.Words > 0 {
			d = time.Duration(len(strings.Fields(e.text))) * time.Minute / time.Duration(r.c.cfg.Words)
		}
	}
	times := e.number("loop", 1)
	if times == 0 {
		times = 1000
	}
	return d * time.Duration(times)
}
