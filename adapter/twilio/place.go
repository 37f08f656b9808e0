package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Legs that we place. They show the number that was called: Twilio refuses to show
// one that is not the account's, and the screening speaks the caller's. A create
// whose outcome is unknown is not repeated: the leg's own requests bring its
// reference, and the engine's clocks end what never turns up.

var _ adapter.Placer = (*Adapter)(nil)

// Place rings the first telephone of the party that was not tried before, and
// returns Twilio's reference of the call; empty where it is unknown whether there is
// one. The errors are those of adapter.Place.
func (a *Adapter) Place(ctx context.Context, t flow.Turn) (ref string, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	ends, at := a.oneByOne(&t.Move.Do), int(t.Move.Do.Tried)
	if t.Info == nil || at >= len(ends) {
		return "", fmt.Errorf("%s: leg %s has no telephone that this carrier reaches: %w", a.cfg.Name, t.Call.ID, adapter.ErrRefused)
	}
	if err := a.pace.wait(ctx, a.sleep); err != nil {
		return "", fmt.Errorf("%s: %w", a.cfg.Name, err)
	}
	ref, err = a.create(ctx, &t, ends, at)
	switch {
	case err == nil:
		return ref, nil
	case errors.Is(err, adapter.ErrRefused) && at+1 < len(ends):
		return "", fmt.Errorf("place leg %s: %w (%w)", t.Call.ID, adapter.ErrNext, err)
	case errors.Is(err, adapter.ErrRefused), notPlaced(err):
		return "", fmt.Errorf("place leg %s: %w", t.Call.ID, err)
	}
	a.log.LogAttrs(ctx, slog.LevelError, "whether a leg was placed is unknown; it is not placed again", slog.String("call", t.Call.ID), slog.Any("error", err))
	return "", nil
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

func (a *Adapter) create(ctx context.Context, t *flow.Turn, ends []extension.Endpoint, at int) (ref string, err error) {
	do := &t.Move.Do
	accepted, ended := "", ""
	if !do.Screens(ends[at]) {
		accepted = "y=1"
	}
	if at+1 < len(ends) {
		ended = "m=1"
	}
	p := &openapi.CreateCallParams{}
	p.SetTo(a.cfg.Dialect.at(ends[at]))
	p.SetFrom(string(t.Info.To))
	p.SetTimeout(seconds(webhook.Share(do.Time, len(ends)-min(int(do.Lost), at)), 5, atMost(a.cfg.Dialect.Limits.Ring, 600)))
	p.SetUrl(a.url(t.Call, t.Seq, atLeg, accepted))
	p.SetStatusCallback(a.url(t.Call, t.Seq, atEnded, ended))
	p.SetStatusCallbackEvent([]string{"initiated", "completed"})
	made, err := a.api(ctx, true).CreateCall(p)
	if err != nil {
		return "", err
	}
	return text(made.Sid), nil
}

// oneByOne is the endpoints of a placed leg in the order in which they ring.
func (a *Adapter) oneByOne(do *flow.Command) []extension.Endpoint {
	var ends []extension.Endpoint
	for _, g := range a.stages(do) {
		ends = append(ends, g.endpoints...)
	}
	return ends
}

// legNews is the event of a placed leg's status callback: it begins, or it has ended.
// Yes says that the agent has telephones left, which are rung if the leg is still
// wanted.
func (q *request) legNews(e flow.Event) flow.Event {
	e.Re, e.Cause = q.seq, string(q.get("CallStatus"))
	switch e.Cause {
	case "queued", "initiated", "ringing":
		e.Kind, e.Ref, e.Cause = flow.Began, string(q.get("CallSid")), ""
	case "busy":
		e.Kind = flow.FoundBusy
	case "no-answer":
		e.Kind = flow.Unanswered
	case "failed":
		e.Kind = flow.Unreachable
	case "completed", "canceled":
		e.Kind = flow.HungUp
	default:
		return flow.Event{}
	}
	if string(q.get("SipResponseCode")) == declined && (e.Kind == flow.FoundBusy || e.Kind == flow.Unanswered) {
		e.Kind = flow.Declined
	}
	e.Yes = q.ask("m") == 1 && e.Kind != flow.HungUp && e.Kind != flow.Began
	return e
}

// turnedUp hangs up on a leg that begins when its call is over.
func (a *Adapter) turnedUp(ctx context.Context, q *request, t flow.Turn) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	t.Info = &flow.Info{Key: t.Call, Ref: string(q.get("CallSid"))}
	if err := a.move(ctx, &t); err != nil && !errors.Is(err, adapter.ErrGone) {
		a.log.LogAttrs(ctx, slog.LevelWarn, "a leg that nobody wants rings on", slog.String("call", t.Call.ID), slog.Any("error", err))
	}
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
		return fmt.Errorf("too many calls are being placed: %w", context.DeadlineExceeded)
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	if d := at.Sub(now); d > 0 {
		return sleep(ctx, d)
	}
	return nil
}

// RingTime is how long it rings as it is asked to, where nobody answers.
func (a *Adapter) RingTime(do flow.Command) time.Duration {
	if do.Kind == flow.Originate {
		return webhook.Rings(do.Time, len(a.oneByOne(&do)))
	}
	return webhook.Rings(do.Time, len(a.stages(&do)))
}
