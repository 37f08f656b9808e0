package twilio

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Do carries out a turn that nobody waits for: a live call is sent to fetch what
// stands, which is this turn or a newer one; a call that only ends is ended; a leg
// is placed. A call that Twilio no longer knows is adapter.ErrGone. An error that
// wraps adapter.ErrRefused is final; the SDK's own is within reach of errors.As.
func (a *Adapter) Do(ctx context.Context, t flow.Turn) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	switch t.Move.Do.Kind {
	case flow.Originate:
		_, err := a.Place(ctx, t)
		return err
	case flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Join, flow.Hangup:
		return a.move(ctx, &t)
	}
	return fmt.Errorf("%s: turn %d of call %s says nothing that a carrier can do: %w", a.cfg.Name, t.Seq, t.Call.ID, adapter.ErrRefused)
}

func (a *Adapter) move(ctx context.Context, t *flow.Turn) error {
	ref, err := a.reference(t.Info)
	if err != nil || ref == "" { // a leg that may have been placed, or not: it is hung up as soon as it begins
		return err
	}
	p := &openapi.UpdateCallParams{}
	hangUp := t.Move.Do.Kind == flow.Hangup && len(t.Move.Say) == 0
	if hangUp {
		p.SetStatus("completed")
	} else {
		p.SetMethod(http.MethodPost)
		p.SetUrl(a.url(t.Call, t.Seq, atNext, ""))
	}
	call, err := a.api(ctx, false).UpdateCall(ref, p)
	switch {
	case err == nil && hangUp && canceled(call):
		return fmt.Errorf("move call %s: %w: it was canceled", t.Call.ID, adapter.ErrGone)
	case err == nil, notYet(err) && !hangUp:
		return nil
	case gone(err):
		return fmt.Errorf("move call %s: %w (%w)", t.Call.ID, adapter.ErrGone, err)
	}
	return fmt.Errorf("move call %s: %w", t.Call.ID, err)
}

// canceled reports whether a call is over that was never answered. Of one that is
// canceled while it is queued no status callback comes:
// https://www.twilio.com/docs/voice/api/call-resource.
func canceled(c *openapi.ApiV2010Call) bool { return c.Status != nil && *c.Status == "canceled" }

// reference is the carrier's reference of a call. It is empty for a leg that is not
// known to have begun.
func (a *Adapter) reference(info *flow.Info) (string, error) {
	switch {
	case info == nil, info.Ref == "" && !info.IsPlaced():
		return "", fmt.Errorf("%s: a call without a reference: %w", a.cfg.Name, adapter.ErrRefused)
	}
	return a.sid(info.Ref)
}

// sid is a reference that may be part of an address.
func (a *Adapter) sid(ref string) (string, error) {
	for i := range len(ref) {
		if c := ref[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != ':' {
			return "", fmt.Errorf("%s: %q is no reference of a call: %w", a.cfg.Name, ref, adapter.ErrRefused)
		}
	}
	return ref, nil
}

// alone looks after somebody who waits in a conference: after 5 s without the other
// the call is ended.
func (a *Adapter) alone(ctx context.Context, w http.ResponseWriter, q *request) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	if q.ask("n") > 0 && a.stillAlone(ctx, q) {
		ref, err := a.sid(string(q.get("CallSid")))
		if err == nil {
			p := &openapi.UpdateCallParams{}
			_, err = a.api(ctx, false).UpdateCall(ref, p.SetStatus("completed"))
		}
		if err != nil && !gone(err) {
			a.log.LogAttrs(ctx, slog.LevelWarn, "somebody is left alone in a talk", slog.String("call", q.call.ID), slog.Any("error", err))
		}
	}
	p := &q.page
	p.b, p.open = append(p.b[:0], prolog...), false
	p.start("Response")
	p.start("Pause")
	p.number("length", aloneFor)
	p.end("Pause")
	p.redirect(a.url(q.call, q.seq, atAlone, "n=1"))
	p.end("Response")
	q.send(w)
}

// aloneFor is how many seconds somebody waits for the other side of a talk.
const aloneFor = 5

// stillAlone asks whether the other side has come in the same instant.
func (a *Adapter) stillAlone(ctx context.Context, q *request) bool {
	conference, err := a.sid(string(q.get("ConferenceSid")))
	if err != nil || conference == "" {
		return true
	}
	page, err := a.api(ctx, false).PageParticipant(conference, &openapi.ListParticipantParams{}, "", "")
	return err == nil && len(page.Participants) < 2
}
