package twilio

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Do carries out a turn that nobody waits for: a live call is sent to fetch what
// stands, which is this turn or a newer one; a call that only ends is ended; a leg
// is placed. A call that Twilio no longer knows is no error; for a leg that is not
// there, and that this node is not placing either, it is adapter.ErrGone. An error
// that wraps adapter.ErrRefused is final; the SDK's own is within reach of errors.As.
func (a *Adapter) Do(ctx context.Context, t flow.Turn) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	switch t.Move.Do.Kind {
	case flow.Originate:
		return a.place(ctx, &t, ringing{})
	case flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Join, flow.Hangup:
		return a.move(ctx, &t)
	}
	return fmt.Errorf("twilio: turn %d of call %s says nothing that a carrier can do: %w", t.Seq, t.Call.ID, adapter.ErrRefused)
}

func (a *Adapter) move(ctx context.Context, t *flow.Turn) error {
	ref, err := a.refOf(ctx, t.Call, t.Info, nil)
	switch {
	case err != nil:
		return err
	case ref == "" && a.known.ref(t.Call) == "": // it was never placed, or is over
		return fmt.Errorf("twilio: no leg %s: %w", t.Call.ID, adapter.ErrGone)
	case ref == "":
		return nil
	}
	p := &openapi.UpdateCallParams{}
	if t.Move.Do.Kind == flow.Hangup && len(t.Move.Say) == 0 {
		p.SetStatus("completed")
	} else {
		p.SetMethod(http.MethodPost)
		p.SetUrl(a.url(t.Call, t.Seq, atNext, ""))
	}
	if _, err := a.api(ctx, false).UpdateCall(ref, p); err != nil && !gone(err) {
		return fmt.Errorf("move call %s: %w", t.Call.ID, err)
	}
	return nil
}

// refOf is Twilio's reference of a call: the caller's own, or that of a leg which
// was placed. It is empty where the leg is not there any more. A leg that another
// node placed is looked for among those that are live; parties help to tell them
// apart.
func (a *Adapter) refOf(ctx context.Context, k flow.Key, info *flow.Info, parties []extension.Endpoint) (string, error) {
	if info != nil && info.Ref != "" {
		return sid(info.Ref)
	}
	if ref := a.known.ref(k); ref != "" && !strings.HasPrefix(ref, leaving) {
		return sid(ref)
	}
	if info == nil {
		return "", fmt.Errorf("twilio: call %s has no reference: %w", k.ID, adapter.ErrRefused)
	}
	live, err := a.live(ctx, info)
	if err != nil {
		return "", fmt.Errorf("look for leg %s: %w", k.ID, err)
	}
	live = slices.DeleteFunc(live, func(c leg) bool {
		return a.known.key(c.ref) != (flow.Key{}) || parties != nil && !slices.ContainsFunc(parties, c.to)
	})
	switch len(live) {
	case 0:
		return "", nil
	case 1:
		a.known.remember(live[0].ref, k)
		return sid(live[0].ref)
	}
	return "", fmt.Errorf("twilio: %d live legs could be %s; the node that placed it can tell", len(live), k.ID)
}

// sid is a reference that may be part of an address.
func sid(ref string) (string, error) {
	for i := range len(ref) {
		if c := ref[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return "", fmt.Errorf("twilio: %q is no reference of a call: %w", ref, adapter.ErrRefused)
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
		ref, err := sid(string(q.get("CallSid")))
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
	conference, err := sid(string(q.get("ConferenceSid")))
	if err != nil || conference == "" {
		return true
	}
	page, err := a.api(ctx, false).PageParticipant(conference, &openapi.ListParticipantParams{}, "", "")
	return err == nil && len(page.Participants) < 2
}
