package sim

import (
	"context"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// Events on their way to the handler, and what comes back.

// letter is an event on its way.
type letter struct {
	line   *line
	event  flow.Event
	tries  int  // requests made again, facts sent again
	copy   bool // a second delivery, whose answer nobody waits for
	mute   bool // the answer is to be lost
	judged bool // the faults of this sending have befallen it
}

const (
	comeBack   = time.Second     // after a safe turn that does not say when
	askAgain   = 5 * time.Second // a request that got no answer is made once more
	factTries  = 3               // a fact that the handler could not take is sent again, after 1, 2 and 4 s
	askedTwice = 1
)

func (c *Carrier) letter(l *line, e flow.Event) *letter { return &letter{line: l, event: e} }

func (c *Carrier) post(m *letter) { c.outbox = append(c.outbox, m) }

func (c *Carrier) postLater(m *letter, d time.Duration) { c.after(d, func() { c.post(m) }) }

// fetch takes the next event that is to be delivered now, nil where none is.
func (c *Carrier) fetch() *letter {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.outbox) > 0 {
		m := c.outbox[0]
		c.outbox = c.outbox[1:]
		if c.befall(m) {
			continue
		}
		if m.line.key == (flow.Key{}) && m.event.Kind != flow.Arrived {
			m.line.early = append(m.line.early, m)
			continue
		}
		m.event.At = c.now
		if m.event.Kind != flow.Arrived { // a call arrives under no other name than the carrier's
			m.event.Call = m.line.key
		}
		if m.event.Try > 0 { // what a safe turn may need, as carriers repeat it
			m.event.Start = m.line.start
		}
		m.line.note(Happening{What: Sent, Event: m.event})
		return m
	}
	return nil
}

// deliver hands an event to the handler and carries out what comes back. It
// returns the handler's error.
func (c *Carrier) deliver(ctx context.Context, m *letter) error {
	c.cry()
	turn, err := c.handler.Handle(ctx, m.event)
	c.mu.Lock()
	defer c.mu.Unlock()
	l := m.line
	if err != nil {
		l.note(Happening{What: Failed, Note: "the handler complained", Event: m.event, Err: err})
	}
	l.named(turn.Call)
	c.release()
	switch {
	case !m.event.Reply:
		if err != nil && m.tries < factTries && !m.copy {
			m.tries, m.judged = m.tries+1, false
			c.postLater(m, time.Second<<(m.tries-1))
		}
	case m.mute:
		m.mute = false
		c.retry(m)
	case !m.copy:
		l.note(Happening{What: Got, Turn: turn})
		l.answered(m, turn, err)
	}
	return err
}

// retry makes a request again that got no answer, once.
func (c *Carrier) retry(m *letter) {
	if m.tries >= askedTwice || m.line.waits != m {
		return
	}
	m.tries, m.judged = m.tries+1, false
	m.line.clocks.start("again", askAgain, func() { c.post(m) })
}

// named is when the handler says by what key it knows the call.
func (l *line) named(k flow.Key) {
	if k == (flow.Key{}) || l.key != (flow.Key{}) {
		return
	}
	l.key = k
	l.c.lines[k] = l
	for _, m := range l.early {
		l.c.post(m)
	}
	l.early = nil
}

// answered is when a request gets its turn: the newest turn wins, and the one that
// stands already goes on where it can.
func (l *line) answered(m *letter, t flow.Turn, err error) {
	do := t.Move.Do
	waiting := l.waits == m
	switch {
	case l.state == Over:
	case do.Kind == flow.Again:
		if waiting {
			l.comeBack(m, t)
		}
	case !carries(do.Kind):
		if waiting {
			l.fail("the handler answered nothing that a carrier can do", err)
		}
	case t.Seq == flow.SafeSeq:
		if waiting {
			l.carry(t)
		}
	case t.Seq > l.seq:
		l.carry(t)
	case t.Seq < l.seq || !waiting:
	case slices.Contains([]State{Holding, Talking, Joining}, l.state):
		l.waits = nil
	default:
		l.carry(t)
	}
}

// comeBack says the words of a safe turn, then makes the same request again.
func (l *line) comeBack(m *letter, t flow.Turn) {
	l.clocks.clear()
	l.say(t.Move.Say, func() {
		l.state = Waiting
		d := t.Move.Do.Time
		if d <= 0 {
			d = comeBack
		}
		l.clocks.start("again", d, func() {
			m.event.Try++
			m.tries, m.judged = 0, false
			l.c.post(m)
		})
	})
}
