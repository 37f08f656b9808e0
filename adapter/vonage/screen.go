package vonage

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Screening: what an agent hears before being joined to a caller who hears it ring,
// at an endpoint where the carrier might take a voicemail for a person. The leg is
// placed; the requests of this file are about it. Once accepted, caller and agent are
// sent to a conversation named after the call.

// screen answers the agent's leg: the words with the time to press 1, so many times;
// and the key. The leg ends where the document does.
func (a *Adapter) screen(ctx context.Context, w http.ResponseWriter, q *request) {
	took := q.what == atAccept && q.digits() == "1"
	e := flow.Event{Call: q.call, Re: q.seq}
	if took {
		e.ID, e.What.Kind = q.id(), flow.Answered
	}
	turn, err := a.handle(ctx, e)
	wanted := turn.Move.Do.Kind == flow.Connect && turn.Seq == q.seq && err == nil
	said := q.number("t")
	screen := screening(&turn)
	switch {
	case !wanted:
		reply(w, func(*ncco) {})
	case took && a.brought(ctx, q, &turn):
		reply(w, func(n *ncco) { n.meet(q.call.Account, q.call.ID) })
	case took, said >= max(int(screen.Times), 1):
		if !took {
			a.known.decided(q.leg(), refused)
		}
		reply(w, func(*ncco) {})
	default:
		a.known.decided(q.leg(), asked)
		reply(w, func(n *ncco) { a.pressOne(n, q, &turn, screen, said) })
	}
}

func screening(t *flow.Turn) flow.Screen {
	if t.Move.Do.Screen != nil {
		return *t.Move.Do.Screen
	}
	return flow.Screen{Message: flow.Message{Say: "You have a call. Press 1 to accept.", Language: flow.English}, Time: 8 * time.Second, Times: 2}
}

// pressOne says the screening once more.
func (a *Adapter) pressOne(n *ncco, q *request, t *flow.Turn, screen flow.Screen, said int) {
	var from number.E164
	if t.Info != nil {
		from = t.Info.From
	}
	m := screen.Announcing(from)
	if m.Play != "" {
		n.add(stream{Action: "stream", StreamURL: []string{a.media(q.call.Account, &m)}, BargeIn: true})
	} else {
		n.say(&m, a.cfg.Name, true)
	}
	query := q.rung().Query(q.number("k"), "") + "&t=" + strconv.Itoa(said+1)
	n.keys(1, screen.Time, false, a.url(q.call, q.seq, atAccept, query))
}

// brought sends the caller to the conversation, once. It reports false where the
// caller is gone, or cannot be sent.
func (a *Adapter) brought(ctx context.Context, q *request, t *flow.Turn) bool {
	if a.known.decision(q.leg()) == accepted {
		return true
	}
	a.known.decided(q.leg(), accepted)
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	err := a.send(ctx, t.Info, a.url(q.call, q.seq, atMeet, ""))
	if err == nil {
		return true
	}
	a.known.decided(q.leg(), refused)
	if !errors.Is(err, adapter.ErrGone) {
		a.log.LogAttrs(ctx, slog.LevelError, "the caller could not be brought to the agent", slog.String("call", q.call.ID), slog.Any("error", err))
	}
	return false
}

// meet is the caller being sent to the conversation with an agent who has accepted.
func (a *Adapter) meet(ctx context.Context, w http.ResponseWriter, q *request) {
	turn, err := a.handle(ctx, flow.Event{Call: q.call, Re: q.seq, Reply: true, Try: q.try()})
	if err != nil || turn.Seq != q.seq || turn.Move.Do.Kind != flow.Connect {
		a.answer(ctx, w, q, &turn, view{info: turn.Info})
		return
	}
	reply(w, func(n *ncco) {
		n.meet(q.call.Account, q.call.ID)
		n.goOn(a.url(q.call, q.seq, atJoin, "n=0"), nil)
	})
}

// ringEnded is what becomes of such a leg. Where nobody accepted and there are
// endpoints left, the next one rings, and there is no event.
func (a *Adapter) ringEnded(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	leg := q.leg()
	how, err := a.unaccepted(ctx, q, leg)
	if how == 0 || err != nil {
		return e, err
	}
	if !a.known.over(leg) {
		return e, nil // its next endpoint rings already
	}
	e.Cause = string(q.Status)
	far := q.rung().After(how)
	if far.Stage < q.number("k") {
		turn, err := a.handle(ctx, flow.Event{Call: q.call})
		if err != nil || turn.Seq != q.seq || turn.Move.Do.Kind != flow.Connect {
			return e, err
		}
		placing, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
		defer cancel()
		var late bool
		if far, late, err = a.ring(placing, &turn, far); err == nil && !late {
			return e, nil
		}
	}
	e.Re, e.ID, e.What.Kind = q.seq, "", far.Outcome()
	return e, nil
}

// unaccepted is how such a leg ended without a talk; 0 where it has not ended, or has
// talked: then so did its caller.
func (a *Adapter) unaccepted(ctx context.Context, q *request, leg string) (flow.Kind, error) {
	if q.Status != "completed" {
		return q.failure(), nil
	}
	switch a.known.decision(leg) {
	case asked, refused:
		return flow.Unanswered, nil
	case accepted:
		return 0, nil
	}
	if how := q.byCode(); how != 0 || q.Start == "" {
		return how, nil
	}
	talked, err := a.joined(ctx, q) // another node has seen to it
	if talked || err != nil {
		return 0, nil // else the clocks will tell
	}
	return flow.Unanswered, nil
}

// hush stops what this node placed for a caller who is gone, or was moved elsewhere.
// A leg that another node placed rings its time out, and whoever answers it is not
// asked any more.
func (a *Adapter) hush(ctx context.Context, call flow.Key, info *flow.Info) {
	ref := a.known.ringing(call)
	if ref == "" || info == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	a.known.decided(ref, refused)
	ref, err := leg(ref)
	if err == nil {
		err = a.ask(ctx, http.MethodPut, info.Region, "/"+ref, update{Action: "hangup"}, nil)
	}
	if err != nil && !errors.Is(err, adapter.ErrGone) {
		a.log.LogAttrs(ctx, slog.LevelWarn, "a leg rings on for a caller who is gone", slog.String("call", call.ID), slog.Any("error", err))
	}
}

// joined reports whether a leg that has ended was in the conversation that its caller
// is in, as another node may have brought about.
func (a *Adapter) joined(ctx context.Context, q *request) (bool, error) {
	turn, err := a.handle(ctx, flow.Event{Call: q.call})
	if err != nil || turn.Info == nil || q.Conversation == "" {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	c, err := a.fetch(ctx, turn.Info.Region, turn.Info.Ref)
	if errors.Is(err, adapter.ErrGone) {
		return true, nil
	}
	return c.Conversation == string(q.Conversation), err
}
