package vonagetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// call is one leg as Vonage has it: a caller's, that of a connect, or one that was
// placed by REST.
type call struct {
	c            *Carrier
	clocks       farend.Clocks
	uuid         string
	conversation string // where it is now
	from, to     string
	direction    string
	region       string
	options      Options
	dials        endpoint // whom it rings
	ring         *connecting

	answerURL, answerMethod string // of a leg that was placed
	inline                  []any  // instead
	eventURL, eventMethod   string // empty is the application's

	status   string
	phone    *handset // whoever is at it; an agent's rings first
	agent    *Agent
	main     *run          // the document that is being carried out
	limit    time.Duration // of the whole call
	pressed  bool          // the agent has pressed 1 by itself
	talked   time.Time     // until when somebody speaks into it
	made     int           // documents requested in this instant
	instant  time.Time
	created  time.Time
	answered time.Time
	ended    time.Time
	cause    string
}

// handset is the part of a phone that people hold to their ear.
type handset struct {
	address string // the caller's number, or an endpoint's address
	heard   []Said
}

// Said is something that a phone heard, and when: words, or audio.
type Said struct {
	At             time.Time
	Text, Language string // a talk
	Play           string // the URL of a stream
}

// Statuses, in Vonage's words.
const (
	started    = "started"
	ringing    = "ringing"
	answered   = "answered"
	completed  = "completed"
	busy       = "busy"
	cancelled  = "cancelled"
	failed     = "failed"
	rejected   = "rejected"
	timeout    = "timeout"
	unanswered = "unanswered"
)

const (
	inbound  = "inbound"
	outbound = "outbound"
)

// newCall is a leg that has just come to be, in a conversation of its own.
func (c *Carrier) newCall(from, to, direction string) *call {
	id := c.hex(32)
	uuid := id
	if direction == outbound {
		uuid = dashed(id)
	}
	l := &call{
		c: c, clocks: c.time.Clocks(), uuid: uuid, conversation: "CON-" + dashed(c.hex(32)), from: from, to: to,
		direction: direction, status: started, created: c.Now(),
	}
	c.calls = append(c.calls, l)
	c.byUUID[l.uuid] = l
	return l
}

func dashed(h string) string {
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// hex is so many hexadecimal digits that no other has had, the same in every run.
func (c *Carrier) hex(n int) string {
	sum := sha256.Sum256([]byte(c.cfg.ApplicationID + c.time.Mark()))
	return hex.EncodeToString(sum[:])[:n]
}

// over reports whether the leg has ended.
func (l *call) over() bool { return !slices.Contains([]string{started, ringing, answered}, l.status) }

// begin is a caller's leg reaching the application.
func (l *call) begin() {
	first, second := started, ringing
	if l.c.cfg.Wild {
		first, second = second, first
	}
	l.status = ringing
	l.tell(first)
	l.tell(second)
	l.main = l.newRun()
	l.main.fetch(ForAnswer, cmp.Or(l.c.app.AnswerMethod, "POST"), l.c.app.AnswerURL, l.answerFields())
}

// take is the carrier answering a caller, as the first action has it do.
func (l *call) take() {
	if l.status == ringing && l.agent == nil {
		l.status, l.answered = answered, l.c.Now()
		l.tell(answered)
	}
}

// newRun is where a document of the leg is carried out.
func (l *call) newRun() *run {
	r := &run{c: l.c, call: l, clocks: l.c.time.Clocks()}
	r.out = func() { l.finish(completed, "the document ended", "platform") }
	return r
}

// finish is the end of the leg, whatever it was doing.
func (l *call) finish(status, why, by string) {
	if l.over() {
		return
	}
	l.end(status, why)
	l.completed(by)
	if l.ring != nil {
		l.ring.gone(l)
	}
}

// fail is the end of a leg that was not answered.
func (l *call) fail(f Failure, why string) {
	if l.over() {
		return
	}
	l.end(f.Status, why)
	if l.ring != nil {
		l.ring.failed(l, f)
		return
	}
	l.failure(f)
}

// failure tells of it; "completed" follows, but for what was rejected, and may be
// faster.
func (l *call) failure(f Failure) {
	if l.c.cfg.Wild && f.Status != rejected {
		l.tellEnd(f)
		l.tellFailure(f)
		return
	}
	l.tellFailure(f)
	if f.Status != rejected {
		l.tellEnd(f)
	}
}

func (l *call) end(status, why string) {
	l.status, l.ended, l.cause = status, l.c.Now(), why
	l.clocks.Clear()
	if l.main != nil {
		l.main.stop(true)
	}
	l.note(Happening{What: Ended, Note: why})
	if l.agent != nil && l.agent.leg == l {
		l.agent.leg = nil
	}
}

func (l *call) note(h Happening) {
	h.UUID = l.uuid
	if l.phone != nil {
		h.Phone = l.phone.address
	}
	l.c.note(h)
}

// hear is the leg's phone hearing something.
func (l *call) hear(s Said) {
	s.At = l.c.Now()
	l.phone.heard = append(l.phone.heard, s)
	l.note(Happening{What: Heard, Said: s})
}

// press is a key at the leg's phone: it counts, or nothing listened for it.
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

// state is what the leg's phone is doing.
func (l *call) state() State {
	switch {
	case l.over():
		return Over
	case l.agent != nil && l.status != answered:
		return Ringing
	case l.ring != nil:
		return Talking
	case l.main != nil:
		return l.main.state()
	}
	return Joining
}

// move has another document carried out, instead of whatever the leg does, in a
// conversation of its own.
func (l *call) move(load func(*run)) {
	if l.main != nil {
		l.main.stop(false)
	}
	l.enter("CON-" + dashed(l.c.hex(32)))
	l.main = l.newRun()
	load(l.main)
}

// enter moves the leg to another conversation.
func (l *call) enter(conversation string) {
	if l.conversation == conversation {
		return
	}
	was := l.conversation
	l.conversation = conversation
	l.event(fields{
		{"conversation_uuid_from", was}, {"type", "transfer"}, {"uuid", l.uuid}, {"conversation_uuid_to", conversation}, {"timestamp", stamp(l.c.Now())},
	})
}

// alert has an agent's phone ring, if it can be rung.
func (l *call) alert() {
	a := l.agent
	if l.c.cfg.Wild {
		l.tell(ringing)
		l.tell(started)
	} else {
		l.tell(started)
	}
	switch {
	case a.manner == Unreachable:
		l.fail(Failure{Status: unanswered, Detail: "unavailable", Code: 480}, "not found")
		return
	case a.manner == Engaged, a.leg != nil, l.c.offHook(a.ear.address):
		l.fail(Failure{Status: busy, Code: 486}, "busy")
		return
	}
	l.status, a.leg, a.ear.heard = ringing, l, nil
	l.note(Happening{What: Rang, Note: l.shown()})
	if !l.c.cfg.Wild {
		l.tell(ringing)
	}
	a.act(l)
}

// pickUp is somebody answering the phone.
func (l *call) pickUp() {
	l.clocks.Clear()
	l.note(Happening{What: PickedUp})
	l.status, l.answered = answered, l.c.Now()
	l.tell(answered)
	if l.limit > 0 {
		l.clocks.Start("limit", l.limit, func() {
			l.note(Happening{What: Fired, Note: "limit"})
			l.finish(completed, "the call reached its limit", "platform")
		})
	}
	if l.ring != nil {
		l.ring.answered(l)
		return
	}
	l.main = l.newRun()
	if l.inline != nil {
		l.main.accept(ForAnswer, l.inline, "")
		return
	}
	l.main.fetch(ForAnswer, l.answerMethod, l.answerURL, l.answerFields())
}

// offHook reports whether an address is the telephone that a caller calls from.
func (c *Carrier) offHook(address string) bool {
	return slices.ContainsFunc(c.calls, func(l *call) bool {
		return l.agent == nil && !l.over() && address == addressOf(l)
	})
}

// addressOf is the address of a caller's telephone.
func addressOf(l *call) string {
	if digits(l.from) && !l.options.User {
		return "tel:+" + l.from
	}
	return "client:" + l.from
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// shown is the number that an agent sees.
func (l *call) shown() string {
	if digits(l.from) {
		return "+" + l.from
	}
	return l.from
}
