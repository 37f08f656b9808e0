package twilio

import (
	"context"
	"net/http"

	"github.com/extflow/extflow/flow"
)

// Facts: status callbacks. They come late, twice, in any order or not at all, and
// each bears an id, so that the same one is heard once.

// fact tells the engine what happened. The carrier is asked to send it again only
// where it could not be stored.
func (a *Adapter) fact(ctx context.Context, w http.ResponseWriter, q *request) {
	e, err := a.factOf(ctx, q)
	if e.Kind != 0 && err == nil {
		var turn flow.Turn
		turn, err = a.handle(ctx, e)
		if err == nil && e.Kind == flow.Began && turn.Move.Do.Kind == flow.Hangup {
			a.turnedUp(ctx, q, turn)
		}
		if turn.Seq != flow.SafeSeq || turn.Move.Do.Kind == flow.Hangup {
			err = nil // stored, or of a call that nobody knows
		}
	}
	if err != nil {
		http.Error(w, a.cfg.Name+": it could not be stored; send it again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// factOf is the event of a status callback; without a kind it says nothing new.
func (a *Adapter) factOf(ctx context.Context, q *request) (flow.Event, error) {
	e := flow.Event{Call: q.call, ID: q.id()}
	switch q.what {
	case atStatus:
		if ended(q.get("CallStatus")) {
			return a.callerLeft(ctx, q, e)
		}
	case atTaken:
		if string(q.get("CallStatus")) == "in-progress" {
			e.Re, e.What = q.seq, flow.What{Kind: flow.Answered}
		}
	case atTaped:
		switch string(q.get("RecordingStatus")) {
		case "completed":
			e.Re, e.What = q.seq, flow.What{Kind: flow.Recorded, Ref: q.recording(), Length: q.seconds("RecordingDuration")}
		case "absent", "failed":
			e.Re, e.What = q.seq, flow.What{Kind: flow.Recorded, Cause: string(q.get("RecordingStatus"))}
		}
	case atWords:
		if words := q.get("TranscriptionText"); len(words) > 0 && string(q.get("TranscriptionStatus")) == "completed" {
			e.Re, e.What = q.seq, flow.What{Kind: flow.Transcribed, Ref: q.recording(), Entry: string(words)}
		}
	case atEnded:
		return q.legNews(e), nil
	}
	return e, nil
}

// callerLeft is the end of a caller's call, which a number's status callback
// reports by Twilio's reference alone. A node that has not seen the call before
// says that it arrived: the engine answers with the key of the one that it knows,
// and keeps one that never reached it as a call that was abandoned.
func (a *Adapter) callerLeft(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	start := a.start(q)
	e.Call = a.known.key(start.Ref)
	if e.Call == (flow.Key{}) {
		turn, err := a.handle(ctx, flow.Event{What: flow.What{Kind: flow.Arrived, Start: start}})
		if turn.Seq == flow.SafeSeq && turn.Move.Do.Kind != flow.Hangup {
			return e, err
		}
		e.Call = turn.Call
	}
	if e.Call != (flow.Key{}) {
		e.What = flow.What{Kind: flow.HungUp, Cause: string(q.get("CallStatus"))}
	}
	return e, nil
}

// id names a fact: the same callback sent twice bears the same one.
func (q *request) id() string {
	id := make([]byte, 0, 96)
	for _, part := range [][]byte{q.get("CallSid"), []byte(q.what), q.get("CallStatus"), q.get("RecordingSid"), q.get("RecordingStatus"), q.get("SequenceNumber")} {
		if len(part) > 0 {
			id = append(append(id, part...), '.')
		}
	}
	return string(id[:max(len(id)-1, 0)])
}
