package vonage

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// What the carrier's requests mean: which event each of them is, and what is
// answered. Control requests wait for a document; facts for nothing.

func (a *Adapter) serve(ctx context.Context, w http.ResponseWriter, q *request) {
	switch q.what {
	case atAnswer:
		a.arrived(ctx, w, q)
	case atEvent, atTaped, atWords, atEnded, atRung:
		a.fact(ctx, w, q)
	case atAsk, atAccept:
		a.screen(ctx, w, q)
	case atMeet:
		a.meet(ctx, w, q)
	case atDial:
		if !a.moves(q) {
			a.fact(ctx, w, q)
			return
		}
		a.control(ctx, w, q)
	default:
		a.control(ctx, w, q)
	}
}

// arrived is a call coming in, or the application's fallback asking what stands.
func (a *Adapter) arrived(ctx context.Context, w http.ResponseWriter, q *request) {
	e := flow.Event{Reply: true, Try: q.try(), What: flow.What{Kind: flow.Arrived, Start: a.start(q)}}
	if e.Start.Ref == "" || e.Start.To == "" {
		a.log.LogAttrs(ctx, slog.LevelError, "a call without a leg or a number; it is ended")
		reply(w, func(*ncco) {})
		return
	}
	turn, _ := a.handle(ctx, e)
	a.known.remember(e.Start.Ref, turn.Call)
	a.answer(ctx, w, q, &turn, view{info: e.Start})
}

// start is who calls whom, and in which region.
func (a *Adapter) start(q *request) *flow.Info {
	return &flow.Info{
		Carrier: a.cfg.Name,
		Ref:     q.leg(),
		Region:  a.region(string(q.Region)),
		From:    party(string(q.From)),
		To:      party(string(q.To)),
	}
}

// party is a number as Vonage writes it, without its plus; any other name is kept, and
// a withheld one is empty.
func party(s string) number.E164 {
	n := number.Caller(s)
	if with := "+" + strings.TrimPrefix(string(n), "+"); number.E164(with).Valid() && len(with) > shortest {
		return number.E164(with)
	}
	return n
}

// shortest is how few digits make a number; the names of app users may have digits
// alone.
const shortest = 6

// control is a request that waits for the next document of a call.
func (a *Adapter) control(ctx context.Context, w http.ResponseWriter, q *request) {
	e := flow.Event{Call: q.call, Re: q.seq, Reply: true, Try: q.try()}
	v := view{}
	a.happened(q, &e, &v)
	if e.Try > 0 && q.To != "" { // only then can the engine's answer depend on it
		e.Start = a.start(q)
	}
	turn, _ := a.handle(ctx, e)
	v.info = turn.Info
	if turn.Seq != q.seq {
		v = view{info: turn.Info}
	}
	a.answer(ctx, w, q, &turn, v)
}

// happened makes the event of a control request, and how its turn is to be shown if
// it still stands; without a kind it only asks what stands.
func (a *Adapter) happened(q *request, e *flow.Event, v *view) {
	switch q.what {
	case atInput:
		e.What.Kind, e.Digits = flow.Pressed, q.digits()
	case atKey, atHold:
		v.said = true
		if d := q.digits(); d != "" {
			e.What.Kind, e.Digits = flow.Pressed, d
		}
	case atBeep:
		e.What.Kind, v.said, v.begun = flow.Beeped, true, true
	case atRecord:
		a.recorded(q, e, v)
	case atDial:
		a.rang(q, e, v)
	case atRing:
		v.Ringing, v.placed, v.said = q.rung(), true, true
	case atJoin:
		v.ends, v.said = q.number("n")+1, true
		e.What.Kind, e.Cause = flow.AgentHungUp, "the conversation ended"
	case atLeg:
		e.What.Kind, e.Yes, e.Ref = flow.Answered, q.asks("y") == "1", q.leg()
	}
}

// recorded is a recording that has ended. Its length comes by itself: it is waited
// for, and only one that is too short, or never comes, is told from here.
func (a *Adapter) recorded(q *request, e *flow.Event, v *view) {
	n := q.number("n")
	if tape, ok := a.known.tape(q.call, q.seq); ok {
		e.What.Kind, e.Ref, e.Length = flow.Recorded, tape.ref, tape.length
	} else if n >= mostLaps {
		e.What.Kind, e.Cause = flow.Recorded, "no recording was reported"
	}
	v.laps, v.said = n+1, true
}

// longest is the longest entry that is passed on; what is cut off was no extension.
const longest = 64

// digits are what was keyed.
func (q *request) digits() flow.Digits {
	d := q.DTMF
	return flow.Digits(d[:min(len(d), longest)])
}

// moves reports whether what becomes of a connect may change the call: a failure, the
// first of its leg, or that it is over without one. Everything else is only heard.
func (a *Adapter) moves(q *request) bool {
	switch {
	case q.Status == "":
		return true
	case q.failure() == 0:
		return false
	}
	return a.known.failed(q.leg(), string(q.Status))
}

// rang makes the event of an endpoint whose ring is over: none while there are others
// left to ring.
func (a *Adapter) rang(q *request, e *flow.Event, v *view) {
	far, how := q.rung(), q.failure()
	switch {
	case q.asks("p") != "": // it waits for its place in the row
		v.Ringing, v.said = far, true
		return
	case how == 0 && far.Stage >= q.number("k"): // there was none left to ring
		how = flow.Unreachable
	case how == 0:
		how = flow.Unanswered // it ended, and nobody told why
	}
	e.Cause = string(q.Status)
	next := far.After(how)
	if next.Stage < q.number("k") {
		v.Ringing, v.said = next, true
		return
	}
	e.What.Kind = next.Outcome()
}

// try is how many safe turns came before, as the URL says.
func (q *request) try() uint8 { return uint8(max(min(q.number("a"), 255), 0)) }
