package twilio

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Probe asks Twilio about a call: whether it is over, whether an agent of a direct
// ring has answered, and for its newest recording once that is all that is missing.
func (a *Adapter) Probe(ctx context.Context, c flow.Call) (adapter.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	ref, err := a.reference(c.Info)
	if err != nil || ref == "" { // a leg that was never heard of again
		return adapter.Status{}, err
	}
	s, err := a.status(ctx, c, ref)
	if err != nil {
		return adapter.Status{}, fmt.Errorf("ask about call %s: %w", c.ID, err)
	}
	return s, nil
}

func (a *Adapter) status(ctx context.Context, c flow.Call, ref string) (adapter.Status, error) {
	s := adapter.Status{Report: flow.Alive}
	now, err := a.api(ctx, false).FetchCall(ref, nil)
	switch {
	case gone(err):
		return adapter.Status{Report: flow.Gone}, nil
	case err != nil:
		return s, err
	case ended([]byte(text(now.Status))):
		s.Report = flow.Gone
	}
	if s.Report == flow.Alive && !c.Info.IsPlaced() && (c.Phase == flow.InRing || c.Phase == flow.InTalk) {
		talking, err := a.talks(ctx, c, ref)
		if err != nil {
			return s, err
		}
		if talking {
			s.Report = flow.Talking
		}
	}
	if c.Phase == flow.Recording || c.Phase == flow.Pending {
		err = a.newest(ctx, ref, &s)
	}
	return s, err
}

// talks reports whether a leg that a Dial rang is in progress: one of the call's, or
// where the API does not say whose it is, one at a telephone that the call rings. An
// agent is in one call at a time.
func (a *Adapter) talks(ctx context.Context, c flow.Call, parent string) (bool, error) {
	if !a.cfg.Dialect.NoParents {
		return a.anyTalks(ctx, (&openapi.ListCallParams{}).SetParentCallSid(parent))
	}
	if c.Move == nil || c.Move.Do.Party == nil {
		return false, nil
	}
	for _, e := range c.Move.Do.Party.Endpoints {
		p := (&openapi.ListCallParams{}).SetTo(a.cfg.Dialect.at(e)).SetStatus("in-progress")
		if talks, err := a.anyTalks(ctx, p); talks || err != nil {
			return talks, err
		}
	}
	return false, nil
}

func (a *Adapter) anyTalks(ctx context.Context, p *openapi.ListCallParams) (bool, error) {
	page, err := a.api(ctx, false).PageCall(p, "", "")
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(page.Calls, func(c openapi.ApiV2010Call) bool { return text(c.Status) == "in-progress" }), nil
}

// newest finds the newest recording of a call that is complete, or that there is none
// at all: also no failed one, and none that is still being made.
func (a *Adapter) newest(ctx context.Context, ref string, s *adapter.Status) error {
	page, err := a.api(ctx, false).PageCallRecording(ref, &openapi.ListCallRecordingParams{}, "", "")
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	s.NoRecording = true
	for _, r := range page.Recordings { // the newest comes first
		switch text(r.Status) {
		case "completed":
			n, _ := strconv.Atoi(text(r.Duration))
			s.Ref, s.Length, s.NoRecording = text(r.Sid), time.Duration(n)*time.Second, false
			return nil
		case "absent":
		default:
			s.NoRecording = false
		}
	}
	return nil
}
