package twilio

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// What a turn waits on, command by command.

// listen is one Gather for the whole entry, the words inside it where a key may
// stop them. Silence is reported by the Gather itself; carriers that do not know
// how come to the Redirect.
func (v *view) listen(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	most, wait, where, query := int(do.Digits), max(do.First, do.Inter), atGather, ""
	finish := do.Finish
	switch {
	case v.first != "":
		most, wait, query = most-1, do.Inter, "p="+url.QueryEscape(v.first)
	case a.cfg.Star == Instant && do.Star && most > 1:
		most, where, finish = 1, atFirst, ""
	case a.cfg.Star == FinishKey && do.Star:
		finish = "*"
	}
	quiet := v.first != ""
	if do.NoBarge && !quiet {
		v.words(p, t)
		quiet = true
	}
	p.start("Gather")
	p.link("action", a, t, where, query)
	p.attr("actionOnEmptyResult", "true")
	p.gather(most, finish, seconds(wait, 1, atMost(a.cfg.Dialect.Limits.Keys, 600)))
	if !quiet {
		v.words(p, t)
	}
	p.end("Gather")
	p.goOn(a, t, atGather, query)
}

// gather says what a Gather takes.
func (p *page) gather(most int, finish string, timeout int) {
	if len(finish) > 1 || finish != "" && !strings.Contains("0123456789#*", finish) {
		finish = ""
	}
	p.attr("finishOnKey", finish)
	if most > 0 {
		p.number("numDigits", most)
	}
	p.number("timeout", timeout)
}

// hold is a lap of music. A key that means something ends it.
func (v *view) hold(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	switch {
	case do.Keys == "" && len(t.Move.Say) == 0 && do.Music == nil && a.cfg.HoldMusic == "":
		v.silence(p, t)
	case do.Keys == "":
		v.words(p, t)
		v.music(p, t, do.Music)
	default:
		p.start("Gather")
		p.link("action", a, t, atKey, "")
		p.gather(1, "", 1)
		v.words(p, t)
		v.music(p, t, do.Music)
		p.end("Gather")
	}
	p.goOn(a, t, atHold, "")
}

// lap is how long a lap without music is.
const lap = 20

// silence is a lap in which nothing is heard. A Pause that comes first in a call is a
// wait before it is answered, and a call that is not answered cannot be moved; a Gather
// answers it: https://www.twilio.com/docs/voice/twiml/pause.
func (v *view) silence(p *page, t *flow.Turn) {
	p.start("Gather")
	p.link("action", v.adapter, t, atHold, "")
	p.gather(0, "", lap)
	p.end("Gather")
}

func (v *view) music(p *page, t *flow.Turn, m *flow.Message) {
	switch {
	case m != nil && m.Play != "":
		p.play(v.adapter.media(t.Call.Account, m))
	case v.adapter.cfg.HoldMusic != "":
		p.play(v.adapter.cfg.HoldMusic)
	default:
		if m != nil && m.Say != "" {
			p.say(m, v.adapter.cfg.Name)
		}
		p.start("Pause")
		p.number("length", lap)
		p.end("Pause")
	}
}

// waiting is the music of an Enqueue.
func (p *page) waiting(a *Adapter) {
	p.b = append(p.b[:0], prolog...)
	p.open = false
	p.start("Response")
	(&view{adapter: a}).music(p, &flow.Turn{}, nil)
	p.end("Response")
}

// record greets, and records. A key of the mailbox ends the greeting; any other
// skips it.
func (v *view) record(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	switch {
	case v.said:
	case do.Keys != "" && len(t.Move.Say) > 0:
		p.start("Gather")
		p.link("action", a, t, atKey, "")
		p.gather(1, "", 1)
		v.words(p, t)
		p.end("Gather")
	default:
		v.words(p, t)
	}
	p.start("Record")
	p.link("action", a, t, atRecord, "")
	p.attr("finishOnKey", do.Finish)
	p.number("maxLength", seconds(do.Time, 2, 14400))
	p.attr("playBeep", "true")
	p.link("recordingStatusCallback", a, t, atTaped, "")
	p.attr("recordingStatusCallbackEvent", "completed absent")
	p.number("timeout", seconds(do.Silence, 0, 600))
	if do.Transcribe != "" && a.Transcribes(do.Transcribe) {
		word := cmp.Or(a.cfg.Dialect.Transcribe, "transcribe")
		p.attr(word, "true")
		p.link(word+"Callback", a, t, atWords, "")
	}
	p.end("Record")
	p.goOn(a, t, atRecord, "") // nothing was recorded
}

// rejoins is how often a caller whose talk has ended waits a second for the news
// of it, before hanging up.
const rejoins = 4

// join is a conference of two, which ends when either leaves. A leg that is alone
// in one is looked after by its waiting address.
func (v *view) join(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	v.words(p, t)
	if v.ends > 0 {
		if v.ends > rejoins {
			p.start("Hangup")
			p.end("Hangup")
			return
		}
		p.start("Pause")
		p.end("Pause")
		p.goOn(a, t, atJoin, "n="+strconv.Itoa(v.ends))
		return
	}
	p.start("Dial")
	p.link("action", a, t, atJoin, "")
	if do.Limit > 0 {
		p.number("timeLimit", seconds(do.Limit, a.cfg.Dialect.leastTalk(), 86400))
	}
	p.start("Conference")
	p.attr("beep", "false")
	p.attr("endConferenceOnExit", "true")
	p.number("maxParticipants", 2)
	p.attr("startConferenceOnEnter", "true")
	if !a.cfg.Dialect.NoAlone {
		p.link("waitUrl", a, t, atAlone, "")
	}
	p.text(webhook.Room(t.Call.Account, do.Room))
	p.end("Conference")
	p.end("Dial")
}
