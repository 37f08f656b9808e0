package vonage

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

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

// share is how long each of so many endpoints rings. One that cannot be reached takes
// no time, and leaves its share to those after it.
func share(ring time.Duration, ends int) time.Duration {
	if ends <= 1 {
		return ring
	}
	return max(ring/time.Duration(ends), 10*time.Second)
}

// outcomes are how a ring can end without a talk, the weightiest first, by the
// letter that stands for each in URLs.
var outcomes = []struct {
	letter byte
	kind   flow.Kind
}{{'b', flow.FoundBusy}, {'d', flow.Declined}, {'n', flow.Unanswered}, {'u', flow.Unreachable}}

func letterOf(k flow.Kind) byte {
	for _, o := range outcomes {
		if o.kind == k {
			return o.letter
		}
	}
	return 0
}

func kindOf(letter byte) flow.Kind {
	for _, o := range outcomes {
		if o.letter == letter {
			return o.kind
		}
	}
	return flow.Unreachable
}

// weightier is the outcome of two endpoints together.
func weightier(a, b byte) byte {
	for _, o := range outcomes {
		if o.letter == a || o.letter == b {
			return o.letter
		}
	}
	return 'u'
}

// ringing is how far a ring has come: the endpoint that rings next, and what became
// of those before it, the weightiest outcome of all.
type ringing struct {
	stage  int
	worst  byte
	failed int // endpoints that could not be reached
}

// query says in a URL how far the ring has come, of so many endpoints.
func (r ringing) query(of int) string {
	q := "s=" + strconv.Itoa(r.stage) + "&k=" + strconv.Itoa(of)
	if r.worst != 0 {
		q += "&o=" + string(r.worst)
	}
	if r.failed > 0 {
		q += "&f=" + strconv.Itoa(r.failed)
	}
	return q
}

// after is how far the ring has come when the endpoint that rings has ended so.
func (r ringing) after(how flow.Kind) ringing {
	r.stage++
	r.worst = weightier(r.worst, letterOf(how))
	if how == flow.Unreachable {
		r.failed++
	}
	return r
}

// rung is how far the ring had come that a request reports of.
func (q *request) rung() ringing {
	r := ringing{stage: q.number("s")}
	r.failed = max(0, min(q.number("f"), r.stage))
	if before := q.asks("o"); len(before) == 1 {
		r.worst = before[0]
	}
	return r
}

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
	if v.placed || v.stage >= len(ends) {
		return
	}
	if !ends[v.stage].screened {
		v.late = !a.pace.take(a.now())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	far, late, err := a.ring(ctx, t, v.ringing)
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "no endpoint could be rung", slog.String("call", t.Call.ID), slog.Any("error", err))
	}
	v.ringing, v.late, v.placed = far, late, err == nil && !late
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
	far := v.query(len(ends))
	switch {
	case v.stage >= len(ends):
		n.goOn(v.url(t.Call, t.Seq, atDial, far), nil)
	case v.late, ends[v.stage].screened && !v.placed:
		n.pause(1)
		n.goOn(v.url(t.Call, t.Seq, atDial, far+"&p=1"), nil)
	case v.placed:
		n.add(stream{Action: "stream", StreamURL: []string{v.cfg.Ringback}, Loop: ringbackLoops})
		n.pause(1)
		n.goOn(v.url(t.Call, t.Seq, atRing, far), nil)
	default:
		address := v.url(t.Call, t.Seq, atDial, far)
		c := v.dial(do, ends[v.stage].Endpoint, share(do.Time, len(ends)-v.failed))
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
		n.add(v.dial(&t.Move.Do, e.Endpoint, share(t.Move.Do.Time, len(ends))))
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
