package twiliotest

import (
	"context"
	"net/url"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// State is what a phone is doing.
type State string

// The states of phones.
const (
	Idle      State = "idle"      // on no call
	Waiting   State = "waiting"   // a document is being fetched
	Hearing   State = "hearing"   // words or audio, or nothing for a while
	Listening State = "listening" // keys make an entry
	Holding   State = "holding"   // in a queue
	Recording State = "recording" // after the beep
	Ringing   State = "ringing"   // an agent's phone; a caller hears it ring
	Screening State = "screening" // an agent's phone was answered, and is not joined yet
	Joining   State = "joining"   // alone in a conference
	Talking   State = "talking"
	Over      State = "over" // the call has ended
)

// Phone is a caller's telephone, for one call.
type Phone struct{ call *call }

// Options are what a call may bring besides the two numbers.
type Options struct {
	ForwardedFrom string     // the number that forwarded it
	CallerName    *string    // looked up; nil is not at all
	Params        url.Values // more parameters, in every request of the call
}

// Dial calls a number. From is the caller as Twilio would send it: a number, a way
// of withholding one, "client:NAME" or a SIP address. A number that is not Assigned
// is not in service.
func (c *Carrier) Dial(ctx context.Context, from, to string, o Options) (*Phone, error) {
	p := &Phone{}
	c.mu.Lock()
	p.call = c.newCall(from, to, "inbound")
	c.mu.Unlock()
	return p, c.time.Act(ctx, func() error {
		l := p.call
		l.forwarded, l.extra, l.status = o.ForwardedFrom, o.Params, ringing
		if c.cfg.Dialect.NoForwarded {
			l.forwarded = ""
		}
		if o.CallerName != nil {
			l.name, l.named = *o.CallerName, true
		}
		l.phone = &handset{address: from}
		l.note(Happening{What: Dialled, Note: to})
		n, ok := c.numbers[to]
		if !ok || n.VoiceURL == "" {
			l.finish(failed, "the number is not in service")
			return nil
		}
		l.number = n
		l.report = report{url: n.StatusURL, method: n.StatusMethod, events: map[string]bool{"completed": true}}
		l.begin()
		return nil
	})
}

// Press presses keys one after the other: 0 to 9, * and #. Those that come while
// nothing listens are lost, as on a telephone. ErrOver: the call had ended before
// the first of them. Every key is a moment of its own: what one brings about has
// happened before the next is pressed.
func (p *Phone) Press(ctx context.Context, keys string) error {
	return p.call.c.time.Press(ctx, keys, 0, p.call.tap)
}

// PressEvery is Press with time passing between two keys.
func (p *Phone) PressEvery(ctx context.Context, keys string, gap time.Duration) error {
	return p.call.c.time.Press(ctx, keys, gap, p.call.tap)
}

func (l *call) tap(key byte) error {
	if l.over() {
		return ErrOver
	}
	l.press(key)
	return nil
}

// Speak has the caller speak for that long from now: a recording that runs goes on
// as long, and then until its silence is over. It takes no time itself. ErrOver: the
// call has ended.
func (p *Phone) Speak(ctx context.Context, d time.Duration) error { return p.Say(ctx, "", d) }

// Say is Speak with what is said: a recording that is transcribed has these words.
func (p *Phone) Say(ctx context.Context, words string, d time.Duration) error {
	l := p.call
	return l.c.time.Act(ctx, func() error {
		if l.over() {
			return ErrOver
		}
		if until := l.c.Now().Add(d); until.After(l.talked) {
			l.talked = until
		}
		l.note(Happening{What: Spoke, Note: d.String()})
		if t, ok := l.main.act.(*taping); ok {
			t.words = farend.Said(t.words, words)
			t.quiet()
		}
		return nil
	})
}

// HangUp ends the call at the caller's side: everything that rings for it stops,
// every leg that talks to it ends. A call that has ended stays as it is.
func (p *Phone) HangUp(ctx context.Context) error {
	l := p.call
	return l.c.time.Act(ctx, func() error {
		l.hangUp("the caller hung up")
		return nil
	})
}

// hangUp is a person hanging up: one who was never answered has not completed.
func (l *call) hangUp(why string) {
	if l.status == ringing && l.agent == nil {
		l.finish(noAnswer, why)
		return
	}
	l.finish(completed, why)
}
