package twilio

import (
	"context"
	"net/http"
	"strconv"

	"github.com/extflow/extflow/flow"
)

// Screening: what an agent hears before being joined, at an endpoint where the
// carrier might take a voicemail for a person. The call does not move until the
// outcome of its ring is known; these requests come from the agent's leg.

// screen answers the agent's leg: the words with the time to press 1, so many
// times; and the key. A document without a Hangup joins the two.
func (a *Adapter) screen(ctx context.Context, w http.ResponseWriter, q *request) {
	e := flow.Event{Call: q.call, Re: q.seq}
	accepted := q.what == atAccept && string(q.get("Digits")) == "1"
	if accepted {
		e.ID, e.What.Kind = q.id(), flow.Answered
	}
	turn, err := a.handle(ctx, e)
	wanted := turn.Move.Do.Kind != flow.Hangup && (turn.Seq == q.seq || err != nil && turn.Seq == flow.SafeSeq)
	if accepted && wanted && a.cfg.Dialect.NoBridged {
		a.known.accept(q.call, q.seq)
	}
	p := &q.page
	p.b, p.open = append(p.b[:0], prolog...), false
	p.start("Response")
	if !accepted || !wanted {
		if wanted {
			a.ask(p, q, &turn)
		}
		p.start("Hangup")
		p.end("Hangup")
	}
	p.end("Response")
	q.send(w)
}

// ask writes what is left of the screening: one Gather for each time that it is
// said, each of which falls through to the next on silence.
func (a *Adapter) ask(p *page, q *request, t *flow.Turn) {
	screen := flow.Screen{Message: flow.Message{Say: "You have a call. Press 1 to accept.", Language: flow.English}, Time: 8e9, Times: 2}
	if t.Move.Do.Kind == flow.Connect && t.Move.Do.Screen != nil {
		screen = *t.Move.Do.Screen
	}
	from := a.start(q).From
	if t.Info != nil {
		from = t.Info.From
	}
	m := screen.Announcing(from)
	for said := q.ask("t"); said < max(int(screen.Times), 1); said++ {
		p.start("Gather")
		p.link("action", a, &flow.Turn{Call: q.call, Seq: q.seq}, atAccept, "t="+strconv.Itoa(said+1))
		p.gather(1, "", seconds(screen.Time, 1, 60))
		if m.Play != "" {
			p.play(a.media(q.call.Account, &m))
		} else {
			p.say(&m, a.cfg.Name)
		}
		p.end("Gather")
	}
}
