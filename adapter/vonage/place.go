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
	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// Legs that we place: those of queue offers, which are calls of their own, and those
// of a direct ring at whose endpoint somebody must press 1. They show the number that
// was called, and the screening speaks the caller's. A create whose outcome is unknown
// is not repeated: the leg's own requests bring its reference, and the engine's clocks
// end what never turns up.

var _ adapter.Placer = (*Adapter)(nil)

// Place rings the first endpoint of the party that was not tried before, and returns
// Vonage's reference of the leg; empty where it is unknown whether there is one. The
// errors are those of adapter.Place.
func (a *Adapter) Place(ctx context.Context, t flow.Turn) (ref string, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	ends, at := a.stages(&t.Move.Do), int(t.Move.Do.Tried)
	if t.Info == nil || at >= len(ends) {
		return "", fmt.Errorf("vonage: leg %s has no endpoint that this carrier reaches: %w", t.Call.ID, adapter.ErrRefused)
	}
	if err := a.pace.wait(ctx, a); err != nil {
		return "", err
	}
	answered, ended := "", ""
	if !ends[at].screened {
		answered = "y=1"
	}
	if at+1 < len(ends) {
		ended = "m=1"
	}
	ref, err = a.create(ctx, &t, ends[at], webhook.Share(t.Move.Do.Time, len(ends)-min(int(t.Move.Do.Lost), at)),
		a.url(t.Call, t.Seq, atLeg, answered), a.url(t.Call, t.Seq, atEnded, ended))
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

// ring places a leg for the direct ring of a caller, from as far as the ring has come:
// at the first endpoint that Vonage does not refuse. Late says that there is no place
// in the row before the answer is due.
func (a *Adapter) ring(ctx context.Context, t *flow.Turn, far webhook.Ringing) (now webhook.Ringing, late bool, err error) {
	ends := a.stages(&t.Move.Do)
	if t.Info == nil || far.Stage >= len(ends) {
		return far, false, fmt.Errorf("vonage: call %s has no endpoint that this carrier reaches: %w", t.Call.ID, adapter.ErrRefused)
	}
	for {
		if err := a.pace.wait(ctx, a); err != nil {
			return far, true, nil
		}
		query := far.Query(len(ends), "")
		ref, err := a.create(ctx, t, ends[far.Stage], webhook.Share(t.Move.Do.Time, len(ends)-far.Failed),
			a.url(t.Call, t.Seq, atAsk, query), a.url(t.Call, t.Seq, atRung, query))
		switch {
		case err == nil:
			a.known.placed(t.Call, ref)
			return far, false, nil
		case errors.Is(err, adapter.ErrRefused) && far.Stage+1 < len(ends):
			a.log.LogAttrs(ctx, slog.LevelWarn, "endpoint refused; the next is rung", slog.String("call", t.Call.ID), slog.Any("error", err))
			far = far.After(flow.Unreachable)
			continue
		case errors.Is(err, adapter.ErrRefused), notPlaced(err):
			return far.After(flow.Unreachable), false, fmt.Errorf("place a leg for call %s: %w", t.Call.ID, err)
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

func (a *Adapter) create(ctx context.Context, t *flow.Turn, e stage, rings time.Duration, answered, ended string) (string, error) {
	c := newCall{
		To: []endpoint{place(e.Endpoint)}, From: endpoint{Type: "phone", Number: strings.TrimPrefix(string(t.Info.To), "+")},
		AnswerURL: []string{answered}, AnswerMethod: http.MethodPost, EventURL: []string{ended}, EventMethod: http.MethodPost,
		Ringing: seconds(rings, 1, 120),
	}
	if do := &t.Move.Do; do.Limit > 0 {
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
		return "", err
	}
	if made.Status == "failed" || made.UUID == "" {
		return "", fmt.Errorf("vonage: the leg failed as it was placed: %w", adapter.ErrRefused)
	}
	return made.UUID, nil
}

// longestAsk is how long the screening takes to say.
const longestAsk = 10 * time.Second

// legNews is the event of a placed leg: it begins, or it has ended. Yes says that the
// agent has telephones left, which are rung if the leg is still wanted.
func (a *Adapter) legNews(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	e.Re, e.Cause = q.seq, string(q.Status)
	switch how := q.failure(); {
	case q.Status == "started", q.Status == "ringing":
		e.Kind, e.Ref, e.Cause = flow.Began, q.leg(), ""
		return e, nil
	case how != 0:
		e.Kind = how
	case q.Status == "cancelled":
		e.Kind = flow.HungUp
		return e, nil
	case q.Status == "completed":
		return a.legOver(ctx, q, e)
	}
	e.Yes = q.asks("m") == "1"
	return e, nil
}

// legOver is the event of a leg's "completed": its end, unless it was never answered.
// Then the failure that it follows says how the ring ended, also where it is slower.
func (a *Adapter) legOver(ctx context.Context, q *request, e flow.Event) (flow.Event, error) {
	turn, err := a.handle(ctx, flow.Event{Call: q.call})
	if err != nil && turn.Move.Do.Kind != flow.Hangup {
		return flow.Event{}, err
	}
	switch other := turn.Info != nil && turn.Info.Ref != "" && turn.Info.Ref != q.leg(); {
	case other: // it talks, or rings, at its next telephone
		return flow.Event{}, nil
	case turn.Move.Do.Kind == flow.Originate:
		e.Kind, e.Yes = q.byCode(), q.asks("m") == "1"
		return e, nil
	}
	e.Kind = flow.HungUp
	return e, nil
}

// turnedUp hangs up on a leg that begins when its call is over.
func (a *Adapter) turnedUp(ctx context.Context, q *request, t flow.Turn) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	region := ""
	if t.Info != nil {
		region = t.Info.Region
	}
	t.Info = &flow.Info{Key: t.Call, Ref: q.leg(), Region: region}
	if err := a.move(ctx, &t); err != nil && !errors.Is(err, adapter.ErrGone) {
		a.log.LogAttrs(ctx, slog.LevelWarn, "a leg that nobody wants rings on", slog.String("call", t.Call.ID), slog.Any("error", err))
	}
}

// found is a call as the REST API shows it.
type found struct {
	UUID         string `json:"uuid"`
	Conversation string `json:"conversation_uuid"`
	Status       string `json:"status"`
	Direction    string `json:"direction"`
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
