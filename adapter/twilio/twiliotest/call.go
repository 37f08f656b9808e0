package twiliotest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// call is one call as Twilio has it: a caller's, a leg of a Dial, or one that was
// placed by REST.
type call struct {
	c         *Carrier
	clocks    farend.Clocks
	sid       string
	from, to  string
	direction string
	forwarded string
	name      string     // CallerName; no name was looked up where named is false
	named     bool       //
	extra     url.Values // parameters that every request bears
	parent    *call
	number    Number // where its requests go
	jar       http.CookieJar

	status   string
	phone    *handset // whoever is at it; an agent's rings first
	agent    *Agent
	main     *run      // the document that is being carried out
	ring     *dialling // a leg of a Dial
	report   report
	twiml    string        // the first document, where it came by REST
	limit    time.Duration // of the whole call; 0 is none
	pressed  bool          // the agent has pressed 1 by itself
	talked   time.Time     // until when somebody speaks into it
	made     int           // documents requested in this instant
	instant  time.Time
	created  time.Time
	answered time.Time
	ended    time.Time
	cause    string
	refused  bool // the agent declined it
}

// handset is the part of a phone that people hold to their ear.
type handset struct {
	address string // the caller's number, or an endpoint's address
	heard   []Said
}

// Said is something that a phone heard, and when: words, or audio.
type Said struct {
	At                    time.Time
	Text, Language, Voice string // a Say
	Play                  string // the URL of a Play
}

const (
	queued     = "queued"
	initiated  = "initiated"
	ringing    = "ringing"
	inProgress = "in-progress"
	completed  = "completed"
	busy       = "busy"
	failed     = "failed"
	noAnswer   = "no-answer"
	canceled   = "canceled"
)

// newCall is a call that has just come to be.
func (c *Carrier) newCall(from, to, direction string) *call {
	jar, _ := cookiejar.New(nil)
	l := &call{
		c: c, clocks: c.time.Clocks(), sid: cmp.Or(c.cfg.Dialect.Calls, "CA") + c.hex(32), from: from, to: to, direction: direction,
		status: queued, jar: jar, created: c.Now(),
	}
	c.calls = append(c.calls, l)
	c.bySid[l.sid] = l
	return l
}

// hex is so many hexadecimal digits that no other has had, the same in every run.
func (c *Carrier) hex(n int) string {
	sum := sha256.Sum256([]byte(c.cfg.AccountSID + c.time.Mark()))
	return hex.EncodeToString(sum[:])[:n]
}

// over reports whether the call has ended.
func (l *call) over() bool {
	return !slices.Contains([]string{queued, initiated, ringing, inProgress}, l.status)
}

// answer is the carrier taking a call in, as the first verb but Reject has it do.
func (l *call) answer() {
	if l.status == ringing {
		l.status, l.answered = inProgress, l.c.Now()
		l.tell("answered")
	}
}

// begin requests the call's first document.
func (l *call) begin() {
	l.main = l.newRun(callDocument)
	if l.twiml != "" {
		l.main.inlined(l.twiml)
		return
	}
	l.main.fetch(ForVoice, l.number.VoiceMethod, l.number.VoiceURL, l.params())
	if l.c.cfg.Dialect.Answers {
		l.answer()
	}
}

// newRun is where a document of the call is carried out.
func (l *call) newRun(k kind) *run {
	r := &run{c: l.c, call: l, kind: k, clocks: l.c.time.Clocks()}
	r.out = func(how ending) {
		l.answer()
		why := "the document ended"
		if how == hangup {
			why = "hung up by the document"
		}
		l.finish(completed, why)
	}
	return r
}

// finish is the end of the call, whatever it was doing.
func (l *call) finish(status, why string) {
	if l.over() {
		return
	}
	l.status, l.ended, l.cause = status, l.c.Now(), why
	l.clocks.Clear()
	if l.main != nil {
		l.main.stop(true)
	}
	l.note(Happening{What: Ended, Note: why})
	if l.agent != nil && l.agent.leg == l {
		l.agent.leg = nil
	}
	l.tell("completed")
	if l.ring != nil {
		l.ring.gone(l)
	}
}

func (l *call) note(h Happening) {
	h.CallSid = l.sid
	if l.phone != nil {
		h.Phone = l.phone.address
	}
	l.c.note(h)
}

// hear is the call's phone hearing something.
func (l *call) hear(s Said) {
	s.At = l.c.Now()
	l.phone.heard = append(l.phone.heard, s)
	l.note(Happening{What: Heard, Said: s})
}

// press is a key at the call's phone: it counts, or nothing listened for it.
func (l *call) press(key byte) {
	what := Dropped
	if l.main != nil && l.main.listens() {
		what = Keyed
	}
	l.note(Happening{What: what, Note: string(key)})
	if what == Keyed {
		l.made = 0
		l.main.key(key)
	}
}

// state is what the call's phone is doing.
func (l *call) state() State {
	switch {
	case l.over():
		return Over
	case l.agent != nil && l.status != inProgress:
		return Ringing
	case l.main != nil && l.main.kind == whisper:
		return Screening
	case l.ring != nil && l.ring.took == l:
		return Talking
	case l.main != nil:
		return l.main.state()
	}
	return Joining
}

// move has another document carried out, instead of whatever the call does.
func (l *call) move(load func(*run)) {
	if l.main != nil {
		l.main.stop(false)
	}
	if d := l.ring; d != nil {
		l.ring, d.moved = nil, true
		d.gone(l)
	}
	l.main = l.newRun(callDocument)
	load(l.main)
}
