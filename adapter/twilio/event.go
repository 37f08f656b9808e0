package twilio

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// What the carrier's requests mean: which event each of them is, and what is
// answered. Control requests wait for a document; facts for nothing.

func (a *Adapter) serve(ctx context.Context, w http.ResponseWriter, q *request) {
	switch q.what {
	case atStatus, atEnded, atTaped, atWords, atTaken:
		a.fact(ctx, w, q)
	case atVoice:
		a.arrived(ctx, w, q)
	case atAsk, atAccept:
		a.screen(ctx, w, q)
	case atAlone:
		a.alone(ctx, w, q)
	case atWait:
		q.page.waiting(a)
		q.send(w)
	default:
		a.control(ctx, w, q)
	}
}

// arrived is a call coming in, or the fallback of its number asking what stands.
func (a *Adapter) arrived(ctx context.Context, w http.ResponseWriter, q *request) {
	if a.unheard(ctx, q) {
		a.control(ctx, w, q)
		return
	}
	e := flow.Event{Reply: true, Try: q.try(), What: flow.What{Kind: flow.Arrived, Start: a.start(q)}}
	turn, _ := a.handle(ctx, e)
	a.known.remember(e.Start.Ref, turn.Call)
	a.answer(w, q, &turn, view{info: e.Start, unheard: string(q.get("CallStatus")) == "ringing" && e.Try == 0})
}

// start is who calls whom, as the carrier says in every request.
func (a *Adapter) start(q *request) *flow.Info {
	info := &flow.Info{
		Carrier: a.cfg.Name,
		Ref:     string(q.get("CallSid")),
		From:    number.Caller(string(q.get("From"))),
		To:      number.E164(strings.TrimSpace(string(q.get("To")))),
	}
	forwarded := q.get("ForwardedFrom")
	if len(forwarded) == 0 {
		forwarded = q.get("CalledVia")
	}
	info.ForwardedFrom = number.Caller(string(forwarded))
	return info
}

// control is a request that waits for the next document of a call.
func (a *Adapter) control(ctx context.Context, w http.ResponseWriter, q *request) {
	e := flow.Event{Call: q.call, Re: q.seq, Reply: true, Try: q.try()}
	if e.Try > 0 { // only then can the engine's answer depend on it
		e.Start = a.start(q)
	}
	over := ended(q.get("CallStatus"))
	far, gone := a.happened(q, &e, over)
	first, then := e, e
	switch {
	case gone && q.what == atRecord: // nobody is there to be thanked for the message
		first.What = hungUp(q)
	case gone:
		then.What = hungUp(q)
	}
	turn, err := a.handle(ctx, first)
	if gone && err == nil {
		turn, _ = a.handle(ctx, then)
	}
	v := view{Ringing: far, info: turn.Info}
	if v.info == nil {
		v.info = a.start(q)
	}
	if turn.Seq == q.seq {
		v.said = q.what == atHold || q.what == atKey
		if q.what == atFirst && e.Kind == 0 {
			v.first = string(q.get("Digits"))
		}
		if q.what == atJoin {
			v.ends = q.ask("n") + 1
		}
	} else {
		v.Ringing = webhook.Ringing{}
	}
	a.answer(w, q, &turn, v)
}

// happened makes the event of a control request; without a kind it only asks what
// stands. Over says that the caller is gone. It returns how far a ring has come
// that is not yet over, and whether the event is one of two: the caller hung up
// after it, or before a recording was complete.
func (a *Adapter) happened(q *request, e *flow.Event, over bool) (far webhook.Ringing, gone bool) {
	switch {
	case q.what == atRecord:
		e.What.Kind, e.Ref, e.Length = flow.Recorded, q.recording(), q.seconds("RecordingDuration")
		return far, over
	case q.what == atDial:
		return q.rang(e, over, a.bridged(q))
	case over, q.what == atQueued && string(q.get("QueueResult")) == "hangup":
		e.What = hungUp(q)
	case q.what == atGather, q.what == atKey:
		e.What.Kind, e.Digits = flow.Pressed, q.digits(a.cfg.Star)
	case q.what == atFirst:
		if d := q.digits(EntryEnd); len(d) != 1 || d[0] < '0' || d[0] > '9' {
			e.What.Kind, e.Digits = flow.Pressed, d
		}
	case q.what == atJoin:
		e.What.Kind, e.Cause = flow.AgentHungUp, string(q.get("DialCallStatus"))
	case q.what == atLeg:
		e.What.Kind, e.Yes, e.Ref = flow.Answered, q.ask("y") == 1, string(q.get("CallSid"))
	}
	return far, false
}

// hungUp is the end of a call as a request says it.
func hungUp(q *request) flow.What {
	return flow.What{Kind: flow.HungUp, Cause: string(q.get("CallStatus"))}
}

// longest is the longest entry that is passed on; what is cut off was no extension.
const longest = 64

// digits are what was keyed. A key that an earlier request brought is in the URL.
func (q *request) digits(star Star) flow.Digits {
	d := string(q.asked.get("p")) + string(q.get("Digits"))
	if star == FinishKey && string(q.get("FinishedOnKey")) == "*" {
		d += "*"
	}
	return flow.Digits(d[:min(len(d), longest)])
}

// recording is the reference of a recording; empty where nothing was recorded.
func (q *request) recording() string {
	if sid := q.get("RecordingSid"); len(sid) > 0 {
		return string(sid)
	}
	return string(q.get("RecordingUrl"))
}

// ended reports whether a call with the status is over.
func ended(status []byte) bool {
	switch string(status) {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return true
	}
	return false
}

// try is how many safe turns came before, as the URL says.
func (q *request) try() uint8 { return uint8(max(min(q.ask("a"), 255), 0)) }

// answer sends the document of a turn.
func (a *Adapter) answer(w http.ResponseWriter, q *request, t *flow.Turn, v view) {
	v.request = q
	q.page.b, q.page.open = q.page.b[:0], false
	if !a.document(&q.page, t, v) {
		a.log.LogAttrs(context.Background(), slog.LevelError, "the handler answered nothing that a carrier can do; the call is ended",
			slog.String("call", t.Call.ID), slog.Uint64("seq", uint64(t.Seq)))
	}
	q.send(w)
}
