package vonage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Legs that we place: those of queue offers, which are calls of their own, and those
// of a direct ring at whose endpoint somebody must press 1. They show the number that
// was called, and the screening speaks the caller's. A create whose outcome is unknown
// is not repeated: the leg is looked for before it is placed, and one that cannot be
// found is left to its events and to the engine's clocks.

// purpose is what a leg is placed for: where its requests go.
type purpose struct {
	answered, ended what
	key             func(t *flow.Turn) flow.Key
}

var (
	offer = purpose{atLeg, atEnded, func(t *flow.Turn) flow.Key { return t.Call }}
	ring  = purpose{atAsk, atRung, func(t *flow.Turn) flow.Key { return ringKey(t.Call, t.Seq) }}
)

// placeFrom rings the party of a turn, from as far as it has come: the first endpoint
// that Vonage does not refuse. Late says that there is no place in the row before the
// answer is due.
func (a *Adapter) placeFrom(ctx context.Context, t *flow.Turn, p purpose, far ringing) (now ringing, late bool, err error) {
	ends := a.stages(&t.Move.Do)
	if t.Info == nil || far.stage >= len(ends) {
		return far, false, fmt.Errorf("vonage: call %s has no endpoint that this carrier reaches: %w", t.Call.ID, adapter.ErrRefused)
	}
	if ref, err := a.refOf(ctx, p.key(t), t.Info, ends[far.stage:]); err != nil || ref != "" {
		return far, false, err // it was placed already
	}
	for {
		if err := a.pace.wait(ctx, a); err != nil {
			return far, true, nil
		}
		err := a.create(ctx, t, p, ends, far)
		switch {
		case err == nil:
			return far, false, nil
		case errors.Is(err, adapter.ErrRefused) && far.stage+1 < len(ends):
			a.log.LogAttrs(ctx, slog.LevelWarn, "endpoint refused; the next is rung", slog.String("call", t.Call.ID), slog.Any("error", err))
			far = far.after(flow.Unreachable)
			continue
		case errors.Is(err, adapter.ErrRefused), notPlaced(err):
			return far.after(flow.Unreachable), false, fmt.Errorf("place a leg for call %s: %w", t.Call.ID, err)
		}
		a.log.LogAttrs(ctx, slog.LevelError, "whether a leg was placed is unknown; it is not placed again", slog.String("call", t.Call.ID), slog.Any("error", err))
		return far, false, nil
	}
}

// notPlaced reports whether an error says for sure that nothing was placed: the
// carrier was not reached at all, or was too busy to look.
func notPlaced(err error) bool {
	var e *apiError
	if errors.As(err, &e) {
		return e.Status == http.StatusTooManyRequests || e.Status == http.StatusNotFound
	}
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// newCall is the body of a request that places a leg.
type newCall struct {
	To           []endpoint `json:"to"`
	From         endpoint   `json:"from"`
	AnswerURL    []string   `json:"answer_url"`
	AnswerMethod string     `json:"answer_method"`
	EventURL     []string   `json:"event_url"`
	EventMethod  string     `json:"event_method"`
	Ringing      int        `json:"ringing_timer"`
	Length       int        `json:"length_timer,omitempty"`
}

func (a *Adapter) create(ctx context.Context, t *flow.Turn, p purpose, ends []stage, far ringing) error {
	do, e := &t.Move.Do, ends[far.stage]
	query := far.query(len(ends))
	answered := query
	if !e.screened {
		answered += "&y=1"
	}
	c := newCall{
		To: []endpoint{place(e.Endpoint)}, From: endpoint{Type: "phone", Number: strings.TrimPrefix(string(t.Info.To), "+")},
		AnswerURL: []string{a.url(t.Call, t.Seq, p.answered, answered)}, AnswerMethod: http.MethodPost,
		EventURL: []string{a.url(t.Call, t.Seq, p.ended, query)}, EventMethod: http.MethodPost,
		Ringing: seconds(share(do.Time, len(ends)-far.failed), 1, 120),
	}
	if do.Limit > 0 {
		asked := time.Duration(0)
		if do.Screen != nil {
			asked = time.Duration(do.Screen.Times) * (do.Screen.Time + longestAsk)
		}
		c.Length = seconds(do.Limit+asked, 1, 86400)
	}
	var made struct {
		UUID   string `json:"uuid"`
		Status string `json:"status"`
	}
	if err := a.ask(ctx, http.MethodPost, t.Info.Region, "", c, &made); err != nil {
		return err
	}
	if made.Status == "failed" || made.UUID == "" {
		return fmt.Errorf("vonage: the leg failed as it was placed: %w", adapter.ErrRefused)
	}
	a.known.remember(made.UUID, p.key(t))
	if p.answered == atAsk {
		a.known.placed(t.Call, t.Seq)
	}
	return nil
}

// longestAsk is how long the screening takes to say.
const longestAsk = 10 * time.Second

// legEnded is what becomes of a leg that is a call of its own. Where it was not
// answered and there are endpoints left, the next one rings instead, and there is no
// event.
func (a *Adapter) legEnded(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	ref, how := q.leg(), q.failure()
	if !q.over() && how == 0 {
		return e, nil
	}
	if now := a.known.ref(q.call); now != "" && now != ref {
		return e, nil // its next endpoint rings already
	}
	over := flow.What{Kind: flow.HungUp, Cause: string(q.Status)}
	turn, err := a.handle(ctx, flow.Event{Call: q.call})
	if err != nil && turn.Move.Do.Kind != flow.Hangup {
		return e, err
	}
	calling := err == nil && turn.Seq == q.seq && turn.Move.Do.Kind == flow.Originate
	if q.Status == "completed" && calling { // "completed" alone, or before the failure that it follows
		if how = q.byCode(); how == 0 {
			return e, nil
		}
	}
	if how == 0 || !calling {
		if how != 0 {
			over.Kind = how
		}
		e.What = over
		return e, nil
	}
	far := q.rung().after(how)
	over.Kind = kindOf(far.worst)
	if far.stage < q.number("k") {
		if !a.known.leave(ref, q.call) {
			return e, nil
		}
		placing, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
		defer cancel()
		if _, late, err := a.placeFrom(placing, &turn, offer, far); err == nil && !late {
			return e, nil
		}
	}
	e.What = over
	return e, nil
}

// found is a call as the REST API shows it.
type found struct {
	UUID         string `json:"uuid"`
	Conversation string `json:"conversation_uuid"`
	Status       string `json:"status"`
	Direction    string `json:"direction"`
	From, To     struct {
		Number text `json:"number"`
		URI    text `json:"uri"`
		User   text `json:"user"`
	}
}

// to reports whether the call rings an endpoint.
func (f *found) to(e extension.Endpoint) bool {
	n := place(e)
	return string(f.To.Number) == n.Number && string(f.To.URI) == n.URI && string(f.To.User) == n.User
}

func (f *found) live() bool {
	return f.Status == "started" || f.Status == "ringing" || f.Status == "answered"
}

func (a *Adapter) fetch(ctx context.Context, region, ref string) (f found, err error) {
	ref, err = leg(ref)
	if err == nil {
		err = a.ask(ctx, http.MethodGet, region, "/"+ref, nil, &f)
	}
	return f, err
}

// list is the newest calls that match.
func (a *Adapter) list(ctx context.Context, region string, query url.Values) ([]found, error) {
	query.Set("page_size", "100")
	query.Set("order", "desc")
	var page struct {
		Embedded struct {
			Calls []found `json:"calls"`
		} `json:"_embedded"`
	}
	err := a.ask(ctx, http.MethodGet, region, "?"+query.Encode(), nil, &page)
	return page.Embedded.Calls, err
}

// recent is how long ago a leg that still matters was placed at most.
const recent = 3 * time.Hour

// live is what rings or talks now of the legs placed for the number that was called.
func (a *Adapter) live(ctx context.Context, info *flow.Info) ([]found, error) {
	since := a.now().Add(-recent).UTC().Format(time.RFC3339)
	all, err := a.list(ctx, info.Region, url.Values{"date_start": {since}})
	return slices.DeleteFunc(all, func(f found) bool {
		return f.Direction != "outbound" || !f.live() || number.E164("+"+string(f.From.Number)) != info.To
	}), err
}

// pace spaces out what Vonage counts by the second.
type pace struct {
	most int // in a second; 0 is no limit
	mu   sync.Mutex
	last []time.Time
}

// take takes a place in this second; false where there is none.
func (p *pace) take(now time.Time) bool { return p.next(now) == 0 }

// next takes a place in the row, or is how long it is until there is one.
func (p *pace) next(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most == 0 {
		return 0
	}
	p.last = slices.DeleteFunc(p.last, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(p.last) < p.most {
		p.last = append(p.last, now)
		return 0
	}
	return max(time.Second-now.Sub(p.last[0]), time.Millisecond)
}

// wait waits for a place; ctx's error where that would be too late.
func (p *pace) wait(ctx context.Context, a *Adapter) error {
	for {
		d := p.next(a.now())
		if d == 0 {
			return nil
		}
		if err := a.sleep(ctx, d); err != nil {
			return fmt.Errorf("vonage: too many legs are being placed: %w", err)
		}
	}
}
