package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
)

// Documents: the TwiML of a turn. The same turn, asked for in the same way, always
// gives the same bytes.

// view is how a turn is to be shown: what of it has been carried out already, and
// which request it answers.
type view struct {
	adapter *Adapter
	request *request
	info    *flow.Info // who calls whom
	ringing            // Connect: which endpoints ring now
	unheard bool       // the call has not been taken yet, so that it can be refused
	said    bool       // the words were said already
	first   string     // Listen: the first key, keyed already
	ends    int        // Join: how often the conference has ended while the talk stands
}

// document writes what a turn says and waits on. It reports false where that is
// nothing that a carrier can do, and hangs up.
func (a *Adapter) document(p *page, t *flow.Turn, v view) bool {
	v.adapter = a
	p.b = append(p.b, prolog...)
	p.start("Response")
	ok := v.command(p, t)
	p.end("Response")
	return ok
}

func (v *view) command(p *page, t *flow.Turn) bool {
	do := &t.Move.Do
	switch do.Kind {
	case flow.Listen:
		v.listen(p, t)
	case flow.Connect:
		if v.stage == 0 {
			v.words(p, t)
		}
		v.dial(p, t)
	case flow.Hold:
		v.hold(p, t)
	case flow.Record:
		v.record(p, t)
	case flow.Join:
		v.join(p, t)
	case flow.Again:
		v.words(p, t)
		p.start("Pause")
		p.number("length", seconds(do.Time, 1, 10))
		p.end("Pause")
		p.redirect(v.again(do.Retry))
	case flow.Hangup:
		v.hangup(p, t)
	default:
		p.start("Hangup")
		p.end("Hangup")
		return false
	}
	return true
}

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
	action := a.url(t.Call, t.Seq, where, query)
	p.gather(action, most, finish, seconds(wait, 1, 600), true)
	if !quiet {
		v.words(p, t)
	}
	p.end("Gather")
	p.redirect(a.url(t.Call, t.Seq, atGather, query))
}

// gather begins a Gather.
func (p *page) gather(action string, most int, finish string, timeout int, empty bool) {
	p.start("Gather")
	p.attr("action", action)
	if empty {
		p.attr("actionOnEmptyResult", "true")
	}
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
	if do.Keys == "" {
		v.words(p, t)
		v.music(p, t, do.Music)
	} else {
		p.gather(a.url(t.Call, t.Seq, atKey, ""), 1, "", 1, false)
		v.words(p, t)
		v.music(p, t, do.Music)
		p.end("Gather")
	}
	p.redirect(a.url(t.Call, t.Seq, atHold, ""))
}

// lap is how long a lap without music is.
const lap = 20

func (v *view) music(p *page, t *flow.Turn, m *flow.Message) {
	switch {
	case m != nil && m.Play != "":
		p.play(v.adapter.media(t.Call.Account, m.Play))
	case v.adapter.cfg.HoldMusic != "":
		p.play(v.adapter.cfg.HoldMusic)
	default:
		if m != nil && m.Say != "" {
			p.say(m)
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
		p.gather(a.url(t.Call, t.Seq, atKey, ""), 1, "", 1, false)
		v.words(p, t)
		p.end("Gather")
	default:
		v.words(p, t)
	}
	p.start("Record")
	p.attr("action", a.url(t.Call, t.Seq, atRecord, ""))
	p.attr("finishOnKey", do.Finish)
	p.number("maxLength", seconds(do.Time, 2, 14400))
	p.attr("playBeep", "true")
	p.attr("recordingStatusCallback", a.url(t.Call, t.Seq, atTaped, ""))
	p.attr("recordingStatusCallbackEvent", "completed absent")
	p.number("timeout", seconds(do.Silence, 0, 600))
	p.end("Record")
	p.redirect(a.url(t.Call, t.Seq, atRecord, "")) // nothing was recorded
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
		p.redirect(a.url(t.Call, t.Seq, atJoin, "n="+strconv.Itoa(v.ends)))
		return
	}
	p.start("Dial")
	p.attr("action", a.url(t.Call, t.Seq, atJoin, ""))
	if do.Limit > 0 {
		p.number("timeLimit", seconds(do.Limit, 1, 86400))
	}
	p.start("Conference")
	p.attr("beep", "false")
	p.attr("endConferenceOnExit", "true")
	p.number("maxParticipants", 2)
	p.attr("startConferenceOnEnter", "true")
	p.attr("waitUrl", a.url(t.Call, t.Seq, atAlone, ""))
	p.text(room(t.Call.Account, do.Room))
	p.end("Conference")
	p.end("Dial")
}

// room is the name of a talk, the same for both who take part in it and for no
// other of the carrier's account.
func room(account, id string) string {
	return string(appendSegment(append(appendSegment([]byte("extflow:"), account), ':'), id))
}

// hangup ends the call; one that was not taken yet is refused where the flow says
// why, so that nobody pays for it.
func (v *view) hangup(p *page, t *flow.Turn) {
	if v.unheard && t.Move.Do.Cause != flow.Normal && len(t.Move.Say) == 0 {
		reason := "rejected"
		if t.Move.Do.Cause == flow.LineBusy {
			reason = "busy"
		}
		p.start("Reject")
		p.attr("reason", reason)
		p.end("Reject")
		return
	}
	v.words(p, t)
	p.start("Hangup")
	p.end("Hangup")
}

// words says what the turn says, unless it was said already. What would make the
// document too long is left out.
func (v *view) words(p *page, t *flow.Turn) {
	if v.said {
		return
	}
	for i := range t.Move.Say {
		m := &t.Move.Say[i]
		if len(p.b) > maxWords || len(m.Play) > maxSaid {
			return
		}
		if m.Play != "" {
			p.play(v.adapter.media(t.Call.Account, m.Play))
		} else if m.Say != "" {
			p.say(m)
		}
	}
}

// A document stays below the 64 KB that carriers accept, also when every character
// has to be escaped.
const (
	maxWords = 32 << 10 // so long, and no further message is begun
	maxSaid  = 4096     // what one Say may hold
)

func (p *page) say(m *flow.Message) {
	p.start("Say")
	if l := spoken(m.Language); l != "" {
		p.attr("language", l)
	}
	if m.Voice != "" {
		p.attr("voice", m.Voice)
	}
	p.text(cut(m.Say, maxSaid))
	p.end("Say")
}

// cut is the beginning of a text, at most so many bytes, whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

func (p *page) play(address string) {
	p.start("Play")
	p.text(address)
	p.end("Play")
}

func (p *page) redirect(address string) {
	p.start("Redirect")
	p.text(address)
	p.end("Redirect")
}

// media is the absolute URL of audio: an account's file has none of its own.
func (a *Adapter) media(account, play string) string {
	if strings.HasPrefix(play, "https://") || strings.HasPrefix(play, "http://") {
		return play
	}
	dst := append([]byte(a.cfg.MediaURL), '/')
	dst = append(appendSegment(dst, account), '/')
	return string(appendSegment(dst, play))
}

// seconds is a duration in whole seconds, rounded up, within bounds.
func seconds(d time.Duration, least, most int) int {
	return max(least, min(most, int((d+time.Second-1)/time.Second)))
}

// repeated are the parameters that a request made again must bring along, since the
// carrier does not send them twice.
var repeated = []string{
	"s", "k", "w", "o", "p", "y", "n", "Digits", "FinishedOnKey", "DialCallStatus", "DialBridged", "QueueResult",
	"RecordingSid", "RecordingUrl", "RecordingDuration",
}

// again is the address of the same request, made after so many safe turns.
func (v *view) again(tries uint8) string {
	q := v.request
	u := append([]byte(v.adapter.public), q.path...)
	u = append(u, "?a="...)
	u = strconv.AppendUint(u, uint64(tries), 10)
	for _, name := range repeated {
		if value := q.get(name); value != nil {
			u = append(append(append(u, '&'), name...), '=')
			u = append(u, url.QueryEscape(string(value))...)
		}
	}
	return v.adapter.overridden(string(u))
}
