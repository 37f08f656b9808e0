package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Legs that we place. They show the number that was called: Twilio refuses to show
// one that is not the account's, and the screening speaks the caller's. A create whose outcome is unknown is not repeated: the leg is
// looked for before it is placed, and one that cannot be found is left to its
// callbacks and to the engine's clocks.

// place rings the party of a turn, from as far as it has come: the first endpoint
// that Twilio does not refuse.
func (a *Adapter) place(ctx context.Context, t *flow.Turn, far ringing) error {
	ends := a.oneByOne(&t.Move.Do)
	if t.Info == nil || far.stage >= len(ends) {
		return fmt.Errorf("twilio: leg %s has no endpoint that this carrier reaches: %w", t.Call.ID, adapter.ErrRefused)
	}
	if ref, err := a.refOf(ctx, t.Call, t.Info, ends[far.stage:]); err != nil || ref != "" {
		return err // it was placed already
	}
	if err := a.pace.wait(ctx, a.sleep); err != nil {
		return err
	}
	for {
		err := a.create(ctx, t, ends, far)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, adapter.ErrRefused) && far.stage+1 < len(ends):
			a.log.LogAttrs(ctx, slog.LevelWarn, "endpoint refused; the next is rung", slog.String("call", t.Call.ID), slog.Any("error", err))
			far = far.after(flow.Unreachable)
			continue
		case errors.Is(err, adapter.ErrRefused), notPlaced(err):
			return fmt.Errorf("place leg %s: %w", t.Call.ID, err)
		}
		a.log.LogAttrs(ctx, slog.LevelError, "whether a leg was placed is unknown; it is not placed again", slog.String("call", t.Call.ID), slog.Any("error", err))
		return nil
	}
}

// notPlaced reports whether an error says for sure that nothing was placed: the
// carrier was not reached at all, or was too busy to look.
func notPlaced(err error) bool {
	var e *apiError
	if errors.As(err, &e) {
		return e.Status == http.StatusTooManyRequests
	}
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

func (a *Adapter) create(ctx context.Context, t *flow.Turn, ends []extension.Endpoint, far ringing) error {
	do, at := &t.Move.Do, far.stage
	ended := "s=" + strconv.Itoa(at) + "&k=" + strconv.Itoa(len(ends)) + far.before()
	accepted := ""
	if !do.Screens(ends[at]) {
		accepted = "y=1"
	}
	p := &openapi.CreateCallParams{}
	p.SetTo(strings.TrimPrefix(ends[at].Address, "tel:"))
	p.SetFrom(string(t.Info.To))
	p.SetTimeout(seconds(share(do.Time, len(ends)-far.failed), 5, 600))
	p.SetUrl(a.url(t.Call, t.Seq, atLeg, accepted))
	p.SetStatusCallback(a.url(t.Call, t.Seq, atEnded, ended))
	p.SetStatusCallbackEvent([]string{"completed"})
	made, err := a.api(ctx, true).CreateCall(p)
	if err == nil && made.Sid != nil {
		a.known.remember(*made.Sid, t.Call)
	}
	return err
}

// oneByOne is the endpoints of a placed leg in the order in which they ring.
func (a *Adapter) oneByOne(do *flow.Command) []extension.Endpoint {
	var ends []extension.Endpoint
	for _, g := range a.stages(do) {
		ends = append(ends, g.endpoints...)
	}
	return ends
}

// legEnded is the event of a placed leg that ended. Where it was not answered and
// there are endpoints left, the next one rings instead, and there is no event.
func (a *Adapter) legEnded(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	status := q.get("CallStatus")
	if !ended(status) {
		return e, nil
	}
	ref := string(q.get("CallSid"))
	if now := a.known.ref(q.call); now != "" && now != ref {
		return e, nil // its next endpoint rings already
	}
	over := flow.What{Kind: flow.HungUp, Cause: string(status)}
	switch string(status) {
	case "busy":
		over.Kind = flow.FoundBusy
	case "no-answer":
		over.Kind = flow.Unanswered
	case "failed":
		over.Kind = flow.Unreachable
	}
	if over.Kind == flow.HungUp {
		e.What = over
		return e, nil
	}
	far := q.rung().after(over.Kind)
	over.Kind = kindOf(far.worst)
	if far.stage < q.ask("k") {
		if !a.known.leave(ref, q.call) {
			return e, nil
		}
		turn, err := a.handle(ctx, flow.Event{Call: q.call})
		if err != nil && turn.Move.Do.Kind != flow.Hangup {
			return e, err
		}
		if err == nil && turn.Seq == q.seq && turn.Move.Do.Kind == flow.Originate {
			ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
			defer cancel()
			if err := a.place(ctx, &turn, far); err == nil {
				return e, nil
			}
		}
	}
	e.What = over
	return e, nil
}

// leg is a call that was placed, as the REST API lists it.
type leg struct{ ref, dialled string }

// to reports whether the leg rings an endpoint.
func (l leg) to(e extension.Endpoint) bool {
	return e.Is(number.Caller(l.dialled)) || l.dialled == strings.TrimPrefix(e.Address, "sip:")
}

// live is what rings or talks now of the legs placed for the number that was called.
func (a *Adapter) live(ctx context.Context, info *flow.Info) ([]leg, error) {
	p := &openapi.ListCallParams{}
	p.SetFrom(string(info.To))
	p.SetPageSize(100)
	page, err := a.api(ctx, false).PageCall(p, "", "")
	if err != nil {
		return nil, err
	}
	var live []leg
	for _, c := range page.Calls {
		if text(c.Direction) == "outbound-api" && !ended([]byte(text(c.Status))) && text(c.From) == string(info.To) {
			live = append(live, leg{ref: text(c.Sid), dialled: text(c.To)})
		}
	}
	return live, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// pace spaces out what Twilio counts by the second.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// wait waits for the next place in the row; ctx's error where that would be too late.
func (p *pace) wait(ctx context.Context, sleep func(context.Context, time.Duration) error) error {
	if p.every == 0 {
		return nil
	}
	p.mu.Lock()
	now := time.Now()
	at := now
	if p.next.After(now) {
		at = p.next
	}
	if deadline, ok := ctx.Deadline(); ok && at.After(deadline) {
		p.mu.Unlock()
		return fmt.Errorf("twilio: too many calls are being placed: %w", context.DeadlineExceeded)
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	if d := at.Sub(now); d > 0 {
		return sleep(ctx, d)
	}
	return nil
}
