package sim

import (
	"context"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/flow"
)

// Events on their way to the handler, and what comes back.

// letter is an event on its way.
type letter struct {
	farend.Letter
	line  *line
	event flow.Event
}

const (
	comeBack   = time.Second     // after a safe turn that does not say when
	askAgain   = 5 * time.Second // a request that got no answer is made once more
	factTries  = 3               // a fact that the handler could not take is sent again, after 1, 2 and 4 s
	askedTwice = 1
)

func (c *Carrier) letter(l *line, e flow.Event) *letter { return &letter{line: l, event: e} }

// deliver hands an event to the handler and carries out what comes back. It
// returns the handler's error.
func (c *Carrier) deliver(ctx context.Context, m *letter) error {
	if !c.ripe(m) {
		return nil
	}
	c.news.Tell()
	turn, err := c.handler.Handle(ctx, m.event)
	c.mu.Lock()
	defer c.mu.Unlock()
	l := m.line
	if err != nil {
		l.note(Happening{What: Failed, Note: "the handler complained", Event: m.event, Err: err})
	}
	l.named(turn.Call)
	c.post.Release()
	switch {
	case !m.event.Reply:
		if err != nil && m.Tries < factTries && !m.Copy {
			m.Again()
			c.post.SendIn(time.Second<<(m.Tries-1), m)
		}
	case m.Mute:
		c.retry(m)
	case !m.Copy:
		l.note(Happening{What: Got, Turn: turn})
		l.answered(m, turn, err)
	}
	return err
}

// ripe makes an event ready to be handed over. One of a call that the handler has not
// named yet waits until then.
func (c *Carrier) ripe(m *letter) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.line.key == (flow.Key{}) && m.event.Kind != flow.Arrived {
		m.line.early = append(m.line.early, m)
		return false
	}
	m.event.At = c.Now()
	if m.event.Kind != flow.Arrived { // a call arrives under no other name than the carrier's
		m.event.Call = m.line.key
	}
	if m.event.Try > 0 { // what a safe turn may need, as carriers repeat it
		m.event.Start = m.line.start
	}
	m.line.note(Happening{What: Sent, Event: m.event})
	return true
}

// retry makes a request again that got no answer, once.
func (c *Carrier) retry(m *letter) {
	if m.Tries >= askedTwice || m.line.waits != m {
		return
	}
	m.Again()
	m.line.clocks.Start("again", askAgain, func() { c.post.Send(m) })
}

// named is when the handler says by what key it knows the call.
func (l *line) named(k flow.Key) {
	if k == (flow.Key{}) || l.key != (flow.Key{}) {
		return
	}
	l.key = k
	l.c.lines[k] = l
	for _, m := range l.early {
		l.c.post.Send(m)
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
	l.clocks.Clear()
	l.say(t.Move.Say, func() {
		l.state = Waiting
		d := t.Move.Do.Time
		if d <= 0 {
			d = comeBack
		}
		l.clocks.Start("again", d, func() {
			m.event.Try++
			m.Letter = farend.Letter{}
			l.c.post.Send(m)
		})
	})
}
