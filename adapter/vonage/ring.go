package vonage

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Rings. A connect takes one endpoint, so they ring one after the other: those that
// need no acceptance first. The request that ends one is answered with the next, and
// the call hears of one outcome.

// stage is an endpoint of a ring.
type stage struct {
	extension.Endpoint
	screened bool
}

// stages are the endpoints in the order in which they ring. Those that this carrier
// does not reach are left out.
func (a *Adapter) stages(do *flow.Command) []stage {
	if do.Party == nil {
		return nil
	}
	var open, screened []stage
	for _, e := range do.Party.Endpoints {
		switch {
		case !e.Reachable(a.cfg.Name):
		case do.Screens(e) && (!a.cfg.NoPlacing || do.Kind == flow.Originate):
			screened = append(screened, stage{e, true})
		default:
			open = append(open, stage{e, false})
		}
	}
	return append(open, screened...)
}

// rung is how far the ring had come that a request reports of.
func (q *request) rung() webhook.Ringing { return webhook.Rung(q.number, []byte(q.asks("o"))) }

// failure is how an endpoint's ring ended, as a status says it; 0 where it has not
// (reference: the statuses of Vonage's event webhook). "completed" never means that
// anybody answered.
func (s *said) failure() flow.Kind {
	switch s.Status {
	case "busy":
		return flow.FoundBusy
	case "timeout", "machine":
		return flow.Unanswered
	case "rejected":
		if s.Detail == "declined" || s.Detail != "invalid_number" && s.Detail != "restricted" && s.code() == 603 {
			return flow.Declined
		}
		return flow.Unreachable
	case "unanswered":
		if s.Detail == "unavailable" || s.Detail == "" && s.code() == http.StatusNotFound || s.Detail == "" && s.code() == 480 {
			return flow.Unreachable
		}
		return flow.Unanswered
	case "failed":
		return flow.Unreachable
	}
	return 0
}

// byCode is how a ring ended whose "completed" was faster than its failure: by the SIP
// code, where there is one. Without one the failure is still to come; should it be
// lost, the engine's clocks end the ring.
func (s *said) byCode() flow.Kind {
	switch s.code() {
	case 486, 600:
		return flow.FoundBusy
	case 603:
		return flow.Declined
	case 408, 487:
		return flow.Unanswered
	case 403, 404, 410, 480, 484, 500, 503:
		return flow.Unreachable
	}
	return 0
}

// advance finds what is to ring now of a Connect: it places the leg of an endpoint
// that is screened, or takes a connect's place in the row.
func (a *Adapter) advance(ctx context.Context, t *flow.Turn, v *view) {
	ends := a.stages(&t.Move.Do)
	if v.placed || v.Stage >= len(ends) {
		return
	}
	if !ends[v.Stage].screened {
		v.late = !a.pace.take(a.now())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	far, late, err := a.ring(ctx, t, v.Ringing)
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "no endpoint could be rung", slog.String("call", t.Call.ID), slog.Any("error", err))
	}
	v.Ringing, v.late, v.placed = far, late, err == nil && !late
}

// placeTime is how long an answer is kept waiting while a leg is placed: Vonage gives
// 5 s.
const placeTime = 3 * time.Second

// connect writes the ring of a Connect: a connect, or what the caller hears while a
// leg rings.
func (v *view) connect(n *ncco, t *flow.Turn) {
	do := &t.Move.Do
	v.words(n, t, false)
	ends := v.stages(do)
	if t.Seq == flow.SafeSeq {
		v.emergency(n, t, ends)
		return
	}
	far := v.Query(len(ends), "")
	switch {
	case v.Stage >= len(ends):
		n.goOn(v.url(t.Call, t.Seq, atDial, far), nil)
	case v.late, ends[v.Stage].screened && !v.placed:
		n.pause(1)
		n.goOn(v.url(t.Call, t.Seq, atDial, far+"&p=1"), nil)
	case v.placed:
		n.add(stream{Action: "stream", StreamURL: []string{v.cfg.Ringback}, Loop: ringbackLoops})
		n.pause(1)
		n.goOn(v.url(t.Call, t.Seq, atRing, far), nil)
	default:
		address := v.url(t.Call, t.Seq, atDial, far)
		c := v.dial(do, ends[v.Stage].Endpoint, webhook.Share(do.Time, len(ends)-v.Failed))
		c.EventType, c.EventURL, c.EventMethod = "synchronous", []string{address}, http.MethodPost
		n.add(c)
		n.goOn(address, nil) // it ended, and nobody was told why
	}
}

// ringbackLoops is how often callers hear the ringback before they ask anew.
const ringbackLoops = 5

// dial is a connect to one endpoint.
func (v *view) dial(do *flow.Command, e extension.Endpoint, ring time.Duration) connect {
	c := connect{Action: "connect", Endpoint: []endpoint{place(e)}, From: v.callerID(do.CallerID, e), Timeout: seconds(ring, 1, 120)}
	if do.Limit > 0 {
		c.Limit = seconds(do.Limit, 1, 7200)
	}
	return c
}

// emergency rings without any further request: so nobody is asked to accept.
func (v *view) emergency(n *ncco, t *flow.Turn, ends []stage) {
	for _, e := range ends {
		n.add(v.dial(&t.Move.Do, e.Endpoint, webhook.Share(t.Move.Do.Time, len(ends))))
	}
}

// callerID is the number that an agent sees, without its plus: the caller's, or the
// one that was called where the flow says so or the caller's is withheld. Telephones
// are shown the number that was called, because Vonage shows them no other than the
// account's own. Empty leaves it to the carrier.
func (v *view) callerID(choice flow.CallerID, e extension.Endpoint) string {
	if v.info == nil {
		return ""
	}
	own := choice == flow.ShowNumber || e.Scheme() == extension.Tel
	for _, n := range []number.E164{v.info.From, v.info.To} {
		if n.Valid() && (!own || n == v.info.To) {
			return string(n)[1:]
		}
	}
	return ""
}

// RingTime is how long it rings as it is asked to, where nobody answers.
func (a *Adapter) RingTime(do flow.Command) time.Duration {
	return webhook.Rings(do.Time, len(a.stages(&do)))
}
