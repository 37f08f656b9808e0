package sim

import (
	"context"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Phone is a caller's telephone, for one call.
type Phone struct{ line *line }

// Options are what a call may bring besides the two numbers.
type Options struct {
	ForwardedFrom string // the number that forwarded it
	Region        string // the carrier's region
}

// Dial calls a number. From is the caller's number as a carrier would send it:
// every way of withholding one is understood. The phone is returned also with an
// error of the handler's.
func (c *Carrier) Dial(ctx context.Context, from, to string, o Options) (*Phone, error) {
	p := &Phone{line: &line{c: c, clocks: c.time.Clocks(), phone: &handset{address: from}, state: Waiting}}
	return p, c.time.Act(ctx, func() error {
		c.forget()
		l := p.line
		l.ref = c.newRef()
		l.start = &flow.Info{
			Carrier: c.cfg.Name, Ref: l.ref, Region: o.Region,
			From: number.Caller(from), To: number.E164(to), ForwardedFrom: number.Caller(o.ForwardedFrom),
		}
		c.refs[l.ref] = l
		c.order = append(c.order, l)
		l.note(Happening{What: Dialled, Note: to})
		l.waits = c.letter(l, flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: l.start}})
		c.post.Send(l.waits)
		return nil
	})
}

// newRef is the carrier's reference of a call: unique also among carriers of the
// same name that began at another time.
func (c *Carrier) newRef() string {
	return c.cfg.Name + "-" + c.time.Mark()
}

// Press presses keys one after the other: 0 to 9, * and #. Those that come while
// nothing listens are lost, as on a telephone. ErrOver: the call had ended before
// the first of them. Every key is a moment of its own: what one brings about has
// happened before the next is pressed.
func (p *Phone) Press(ctx context.Context, keys string) error {
	return p.line.c.time.Press(ctx, keys, 0, p.line.press)
}

// Speak has the caller speak for that long from now: a recording that runs goes on
// as long, and then until its silence is over. It takes no time itself. ErrOver: the
// call has ended.
func (p *Phone) Speak(ctx context.Context, d time.Duration) error { return p.Say(ctx, "", d) }

// Say is Speak with what is said: a recording that is to be put into words has these.
func (p *Phone) Say(ctx context.Context, words string, d time.Duration) error {
	l := p.line
	return l.c.time.Act(ctx, func() error {
		if l.state == Over {
			return ErrOver
		}
		if until := l.c.Now().Add(d); until.After(l.talked) {
			l.talked = until
		}
		if l.tape != nil {
			l.tape.words = farend.Said(l.tape.words, words)
		}
		l.note(Happening{What: Spoke, Note: d.String()})
		l.awaitSilence()
		return nil
	})
}

// HangUp ends the call at the caller's side: everything that rings for it stops,
// every leg that talks to it ends. A call that has ended stays as it is.
func (p *Phone) HangUp(ctx context.Context) error {
	l := p.line
	return l.c.time.Act(ctx, func() error {
		if l.state != Over {
			l.hangUp("the caller hung up")
		}
		return nil
	})
}

// hangUp is somebody at the line hanging up. A recording that was running is ready
// a little later.
func (l *line) hangUp(why string) {
	l.end(why)
	l.fact(0, flow.What{Kind: flow.HungUp})
}

// View is a phone as one sees it at one moment.
type View struct {
	Phone  string // the caller's number, or the endpoint's address
	State  State
	Call   flow.Key // zero before the handler has named the call, and on no call
	Ref    string   // the carrier's reference of the call
	Turn   flow.Turn
	Entry  flow.Digits // keyed so far
	Heard  []Said      // in this call; for an agent's phone, in the newest
	Timers []Timer     // that run at this phone, the earliest first
	With   []string    // who rings, or talks, at the other end
	Shown  string      // an agent's phone: the number that calls; empty is withheld
	Cause  string      // how the call ended
}

// View is the phone now.
func (p *Phone) View() View {
	l := p.line
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	v := l.view()
	v.Phone, v.Heard = l.phone.address, slices.Clone(l.phone.heard)
	return v
}

func (l *line) view() View {
	return View{
		State: l.state, Call: l.key, Ref: l.ref, Turn: l.turn, Entry: flow.Digits(l.entry),
		Timers: l.clocks.List(), With: l.with(), Cause: l.cause,
	}
}

// with is who is at the other end of a line.
func (l *line) with() []string {
	var out []string
	if l.ring != nil {
		for _, g := range l.ring.legs {
			if g.state != Over {
				out = append(out, g.agent.ear.address)
			}
		}
	}
	if l.room != nil {
		for _, other := range l.room.in {
			if other != l {
				out = append(out, other.phone.address)
			}
		}
	}
	return out
}

// Phones are the callers' phones whose calls have not ended, in the order in which
// they dialled.
func (c *Carrier) Phones() []*Phone {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*Phone
	for _, l := range c.order {
		out = append(out, &Phone{line: l})
	}
	return out
}

// Phone is the caller's phone of a call by the carrier's reference (View.Ref), also
// for an hour after the call ended; false where there is none.
func (c *Carrier) Phone(ref string) (*Phone, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.refs[ref]
	if l == nil || l.leg {
		return nil, false
	}
	return &Phone{line: l}, true
}

// offHook reports whether an endpoint is the telephone that a caller calls from.
func (c *Carrier) offHook(e extension.Endpoint) bool {
	return slices.ContainsFunc(c.order, func(l *line) bool { return e.Is(l.start.From) })
}

// remembered is how long the carrier can be asked about a call that has ended.
const remembered = time.Hour

// forget lets go of calls that ended long ago.
func (c *Carrier) forget() {
	for len(c.ended) > 0 && c.Now().Sub(c.ended[0].endedAt) > remembered {
		delete(c.refs, c.ended[0].ref)
		if c.lines[c.ended[0].key] == c.ended[0] {
			delete(c.lines, c.ended[0].key)
		}
		c.ended = c.ended[1:]
	}
}
