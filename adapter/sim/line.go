package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/flow"
)

// line is one call as the carrier has it: a caller's, or a leg that it placed to
// an agent. It carries out one turn at a time.
type line struct {
	c      *Carrier
	clocks farend.Clocks
	key    flow.Key   // zero before the handler has named the call
	start  *flow.Info // who calls whom; for a leg, what came with its turn
	ref    string
	leg    bool
	phone  *handset // at the line; nil for a leg that nobody has answered

	state State
	turn  flow.Turn // being carried out
	seq   uint32    // the newest numbered turn that was; safe ones are not numbered
	safe  bool      // the turn needs no further request
	waits *letter   // the request that is out: nothing moves until it is answered
	taken bool      // the leg was answered; the call was given something other than its end

	entry   string    // keyed so far
	early   []*letter // facts that wait until the handler has named the call
	ring    *ring     // the phones that ring for the turn, and the one that talks
	own     *leg      // a placed leg: the phone that took it
	room    *room
	tape    *tape
	talked  time.Time // until when the caller speaks
	newest  tape      // the last recording
	missing bool      // one was lost
	cause   string    // how it ended
	endedAt time.Time
}

// State is what a phone is doing.
type State string

// The states of phones.
const (
	Idle      State = "idle"      // on no call
	Waiting   State = "waiting"   // a request is out and not yet answered
	Hearing   State = "hearing"   // words or audio
	Listening State = "listening" // keys make an entry
	Holding   State = "holding"   // music
	Recording State = "recording" // after the beep
	Ringing   State = "ringing"   // an agent's phone; a caller hears it ring
	Screening State = "screening" // an agent is to press 1
	Joining   State = "joining"   // alone in a talk
	Talking   State = "talking"
	Over      State = "over" // the call has ended
)

// handset is the part of a phone that people hold to their ear.
type handset struct {
	address string // the caller's number, or an endpoint's address
	heard   []Said
}

// Said is a message that a phone heard, and when.
type Said struct {
	At      time.Time
	Message flow.Message
}

func (l *line) note(h Happening) {
	h.Call = l.key
	if h.Phone == "" && l.phone != nil {
		h.Phone = l.phone.address
	}
	l.c.note(h)
}

// carry leaves whatever the line is doing and carries out a turn.
func (l *line) carry(t flow.Turn) {
	l.quiet()
	l.turn, l.waits = t, nil
	l.safe = t.Seq == flow.SafeSeq
	if !l.safe {
		l.seq = t.Seq
	}
	if t.Move.Do.Kind != flow.Hangup {
		l.taken = l.taken || !l.leg
	}
	l.say(t.Move.Say, l.begin)
}

// quiet stops timers, rings, recordings and talks.
func (l *line) quiet() {
	l.clocks.Clear()
	l.entry = ""
	l.stopTape()
	l.stopRing()
	l.leaveRoom()
	l.state = Waiting
}

// say speaks messages one after the other, then goes on. A phone that nobody holds
// hears nothing.
func (l *line) say(messages []flow.Message, then func()) {
	if l.phone == nil {
		messages = nil
	}
	for i, m := range messages {
		l.hear(m)
		if d := l.c.lasts(m); d > 0 {
			rest := messages[i+1:]
			l.state = Hearing
			l.clocks.Start("words", d, func() { l.say(rest, then) })
			return
		}
	}
	then()
}

func (l *line) hear(m flow.Message) {
	l.phone.heard = append(l.phone.heard, Said{At: l.c.Now(), Message: m})
	l.note(Happening{What: Heard, Said: m})
}

// lasts is how long a message takes to say.
func (c *Carrier) lasts(m flow.Message) time.Duration {
	if m.Play != "" {
		return c.cfg.Audio
	}
	if c.cfg.Words <= 0 {
		return 0
	}
	return time.Duration(len(strings.Fields(m.Say))) * time.Minute / time.Duration(c.cfg.Words)
}

// begin does what the turn waits on, once its words are said.
func (l *line) begin() {
	do := l.turn.Move.Do
	if away := l.phone == nil && do.Kind != flow.Hangup; away != (do.Kind == flow.Originate) {
		l.fail("the turn does not fit a leg that was answered, or was not", nil)
		return
	}
	switch do.Kind {
	case flow.Listen:
		l.listen()
	case flow.Hold:
		l.state = Holding
	case flow.Record:
		l.record()
	case flow.Connect, flow.Originate:
		l.dial(do)
	case flow.Join:
		l.join(do)
	case flow.Hangup:
		l.end(l.ending(do.Cause))
		l.fact(0, flow.What{Kind: flow.HungUp})
	}
}

// carries reports whether a carrier can do what a command says.
func carries(k flow.CommandKind) bool {
	switch k {
	case flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Hangup, flow.Originate, flow.Join:
		return true
	}
	return false
}

// ending is why a call ends that the flow hangs up. One that was never taken is
// refused, where there is a cause to name.
func (l *line) ending(c flow.Cause) string {
	switch {
	case c == flow.LineBusy && !l.taken:
		return "refused as busy"
	case c == flow.Unassigned && !l.taken:
		return "refused: the number is not in service"
	}
	return "hung up by the flow"
}

// end is the end of the call at the carrier. Telling the handler is the caller's
// of this function.
func (l *line) end(why string) {
	l.quiet()
	l.state, l.waits, l.cause, l.endedAt = Over, nil, why, l.c.Now()
	l.note(Happening{What: Ended, Note: why})
	if l.own != nil {
		l.own.free()
	}
	l.c.order = slices.DeleteFunc(l.c.order, func(other *line) bool { return other == l })
	l.c.ended = append(l.c.ended, l)
}

// fail ends a call for which the handler gave nothing that a carrier can do.
func (l *line) fail(what string, err error) {
	l.note(Happening{What: Failed, Note: what, Err: err})
	l.end(what)
	l.fact(0, flow.What{Kind: flow.HungUp})
}

// control reports how the turn ended, and waits for the next one. A turn that
// needs no further request ends the call instead.
func (l *line) control(w flow.What) {
	if l.safe {
		l.end("hung up after the emergency")
		l.fact(0, flow.What{Kind: flow.HungUp})
		return
	}
	m := l.c.letter(l, flow.Event{Re: l.seq, Reply: true, What: w})
	l.waits = m
	l.c.post.Send(m)
}

// fact reports something that happened, under an id of its own; re is the turn that
// it belongs to, 0 where none.
func (l *line) fact(re uint32, w flow.What) {
	l.c.post.Send(l.c.letter(l, flow.Event{Re: re, ID: l.ref + "." + strconv.FormatUint(l.c.time.Serial(), 10), What: w}))
}
