package twiliotest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// tape is a recording. Its length is from the beep to where somebody last spoke.
type tape struct {
	c       *Carrier
	call    *call
	sid     string
	since   time.Time
	length  time.Duration
	ready   bool
	failed  bool
	deleted bool
}

func (t *tape) seconds() int { return int(t.length / time.Second) }

func (t *tape) url() string {
	return "https://api.twilio.com/" + apiVersion + "/Accounts/" + t.c.cfg.AccountSID + "/Recordings/" + t.sid
}

// tapeReady is how long after its end a recording can be had, and its callback comes.
const tapeReady = 2 * time.Second

// taping is a Record.
type taping struct {
	r    *run
	e    *element
	tape *tape
	to   string // its callback

	words string // what was said
}

func (r *run) record(e *element) {
	p := &taping{r: r, e: e, tape: &tape{c: r.c, call: r.call, sid: r.c.cfg.Dialect.tape() + r.c.hex(32), since: r.c.Now()}}
	if to := e.attrs["recordingStatusCallback"]; to != "" {
		p.to = r.resolve(to)
	}
	r.act = p
	r.call.note(Happening{What: Beeped, Note: p.tape.sid})
	p.tell("in-progress")
	r.clocks.Start("longest", e.seconds("maxLength", 3600), func() { p.fell("longest") })
	p.quiet()
}

// quiet starts the silence at whose end the recording ends, from where the caller
// stops speaking.
func (p *taping) quiet() {
	silence := p.e.seconds("timeout", 5)
	if silence <= 0 {
		return
	}
	p.r.clocks.Start("silence", silence+max(p.r.call.talked.Sub(p.r.c.Now()), 0), func() { p.fell("silence") })
}

func (p *taping) fell(which string) {
	p.r.call.note(Happening{What: Fired, Note: which})
	p.done("")
}

func (p *taping) state() State  { return Recording }
func (p *taping) listens() bool { return true }

// key ends the recording, if it is one of those that do.
func (p *taping) key(k byte) {
	for _, f := range []byte(p.e.attr("finishOnKey", "1234567890*#")) {
		if f == k {
			p.done(string(k))
			return
		}
	}
}

// done ends the recording. One in which nobody spoke is none: what follows the
// Record is carried out.
func (p *taping) done(key string) {
	p.r.clocks.Clear()
	if !p.cut(false) {
		p.r.next()
		return
	}
	p.r.action(ForRecord, p.e, p.params(key))
}

func (p *taping) params(key string) url.Values {
	return p.r.call.params("RecordingSid", p.tape.sid, "RecordingUrl", p.tape.url(), "RecordingDuration", strconv.Itoa(p.tape.seconds()), "Digits", key)
}

// stop is the caller hanging up, or the call being moved.
func (p *taping) stop(hungUp bool) {
	if p.cut(hungUp) && hungUp {
		p.r.parting(ForRecord, p.e, p.params("hangup"))
	}
}

// cut ends the recording, and reports whether there is anything in it.
func (p *taping) cut(hungUp bool) bool {
	c, t := p.r.c, p.tape
	end := c.Now()
	if talked := p.r.call.talked; talked.Before(end) {
		end = talked
	}
	if t.length = end.Sub(t.since); t.length <= 0 {
		c.time.After(tapeReady, func() { p.tell("absent") })
		return false
	}
	c.tapes = append(c.tapes, t)
	if hungUp && c.faults.LosesTapes > 0 {
		c.faults.LosesTapes--
		t.failed = true
		c.note(Happening{What: Lost, CallSid: p.r.call.sid, Note: "the recording"})
		return false
	}
	c.time.After(tapeReady, func() {
		t.ready = true
		p.tell("completed")
	})
	p.transcribe()
	return true
}

// tell sends the recording's callback, if it was asked for. It says little of the
// call.
func (p *taping) tell(status string) {
	if p.to == "" || !p.e.events("recordingStatusCallbackEvent", "completed")[status] {
		return
	}
	t := p.tape
	form := url.Values{
		"AccountSid": {p.r.c.cfg.AccountSID}, "CallSid": {p.r.call.sid}, "RecordingSid": {t.sid}, "RecordingStatus": {status},
		"RecordingUrl": {t.url()}, "RecordingDuration": {strconv.Itoa(max(t.seconds(), 0))}, "RecordingChannels": {"1"},
		"RecordingStartTime": {t.since.UTC().Format(time.RFC1123Z)}, "RecordingSource": {"RecordVerb"}, "ErrorCode": {"0"},
	}
	p.r.c.request(p.r.call, ForRecording, p.e.attr("recordingStatusCallbackMethod", http.MethodPost), p.to, form, nil)
}

// wordsReady is how long after its end a recording's transcription comes.
const wordsReady = 5 * time.Second

// transcribe sends what the recording says, if it was asked for. Recordings of under 2 s
// or over 2 min, and those in which nothing was said, cannot be.
func (p *taping) transcribe() {
	to := p.e.attrs["transcribeCallback"]
	if to == "" || p.e.attr("transcribe", "false") != "true" {
		return
	}
	to = p.r.resolve(to)
	form := p.r.call.params(
		"TranscriptionSid", "TR"+p.r.c.hex(32), "TranscriptionStatus", "completed", "TranscriptionText", p.words, "TranscriptionType", "fast",
		"RecordingSid", p.tape.sid, "RecordingUrl", p.tape.url(),
	)
	if s := p.tape.seconds(); p.words == "" || s < 2 || s > 120 {
		form.Set("TranscriptionStatus", "failed")
		form.Del("TranscriptionText")
	}
	p.r.c.time.After(wordsReady, func() { p.r.c.request(p.r.call, ForTranscription, http.MethodPost, to, form, nil) })
}

// newestTape is the newest recording of a call that is ready, nil where none is.
func (c *Carrier) newestTape(l *call) (newest *tape) {
	for _, t := range c.tapes {
		if t.call == l && !t.deleted && t.ready {
			newest = t
		}
	}
	return newest
}
