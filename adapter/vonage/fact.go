package vonage

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/extflow/extflow/flow"
)

// Facts: events that nobody waits for an answer to. They come late, twice, in any
// order or not at all, and each bears an id, so that the same one is heard once.

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
		if err == nil && e.Kind == flow.HungUp {
			a.hush(ctx, e.Call, turn.Info)
		}
	}
	if err != nil {
		a.known.untold(q.leg())
		http.Error(w, "vonage: it could not be stored; send it again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// factOf is the event of a report; without a kind it says nothing new.
func (a *Adapter) factOf(ctx context.Context, q *request) (flow.Event, error) {
	e := flow.Event{Call: q.call, ID: q.id()}
	switch q.what {
	case atEvent:
		return a.reported(ctx, q, e)
	case atDial:
		if q.Status == "answered" || q.Status == "human" {
			e.Re, e.What = q.seq, flow.What{Kind: flow.Answered}
		}
	case atTaped:
		if q.RecordingURL != "" {
			e.Re, e.What = q.seq, flow.What{Kind: flow.Recorded, Ref: string(q.RecordingURL), Length: q.length()}
			a.known.keepTape(q.call, q.seq, tape{e.Ref, e.Length})
		}
	case atWords:
		words, err := a.words(ctx, string(q.Transcript))
		if words != "" {
			e.Re, e.What = q.seq, flow.What{Kind: flow.Transcribed, Entry: words}
		}
		return e, err
	case atEnded:
		return a.legNews(ctx, q, e)
	case atRung:
		return a.ringEnded(ctx, q, e)
	}
	return e, nil
}

// over reports whether a status is the end of a leg. "completed" follows most of the
// others, and may come before them.
func (s *said) over() bool {
	switch s.Status {
	case "completed", "busy", "cancelled", "failed", "rejected", "timeout", "unanswered":
		return true
	}
	return false
}

// reported is an event of the application. It concerns a caller's own leg where that
// ended; what the carrier did not understand is for the log.
func (a *Adapter) reported(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	if q.Status == "" && q.Reason != "" {
		a.log.LogAttrs(ctx, slog.LevelError, "the carrier reports an error", slog.String("carrier", a.cfg.Name), slog.String("reason", string(q.Reason)))
	}
	if !q.over() || q.Direction == "outbound" {
		return e, nil
	}
	return a.callerLeft(ctx, q, e)
}

// callerLeft is the end of a caller's call, which is told by Vonage's reference
// alone. A node that has not seen the call before says that it arrived: the engine
// answers with the key of the one that it knows, and keeps one that never reached it
// as a call that was abandoned.
func (a *Adapter) callerLeft(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	start := a.start(q)
	if start.Ref == "" {
		return e, nil
	}
	e.Call = a.known.key(start.Ref)
	if e.Call == (flow.Key{}) {
		turn, err := a.handle(ctx, flow.Event{What: flow.What{Kind: flow.Arrived, Start: start}})
		if turn.Seq == flow.SafeSeq && turn.Move.Do.Kind != flow.Hangup {
			return e, err
		}
		e.Call = turn.Call
	}
	if e.Call != (flow.Key{}) {
		e.What = flow.What{Kind: flow.HungUp, Cause: string(q.Status)}
	}
	return e, nil
}

// id names a fact: the same event sent twice bears the same one.
func (q *request) id() string {
	id := make([]byte, 0, 128)
	for _, part := range []string{q.leg(), string(q.what), string(q.Status), string(q.Detail), string(q.Recording), string(q.Stamp)} {
		if part != "" {
			id = append(append(id, part...), '.')
		}
	}
	return string(id[:max(len(id)-1, 0)])
}
