package vonage

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Probe asks Vonage about a call: whether it is over, and whether somebody else is in
// its conversation. Recordings cannot be looked up there: one that was reported to
// this node is answered, and of a call that was not told the beep there is none.
func (a *Adapter) Probe(ctx context.Context, c flow.Call) (adapter.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	ref, err := reference(c.Info)
	if err != nil || ref == "" { // a leg that was never heard of again
		return adapter.Status{}, err
	}
	s, err := a.status(ctx, &c, ref)
	if err != nil {
		return adapter.Status{}, fmt.Errorf("ask about call %s: %w", c.ID, err)
	}
	if t, ok := a.known.tape(c.Key, c.Standing); ok {
		s.Ref, s.Length = t.ref, t.length
	} else if c.Phase == flow.Pending {
		s.NoRecording = !c.Has(flow.Taping)
	}
	return s, nil
}

func (a *Adapter) status(ctx context.Context, c *flow.Call, ref string) (adapter.Status, error) {
	now, err := a.fetch(ctx, c.Region, ref)
	switch {
	case errors.Is(err, adapter.ErrGone):
		return adapter.Status{Report: flow.Gone}, nil
	case err != nil:
		return adapter.Status{}, err
	case !now.live():
		return adapter.Status{Report: flow.Gone}, nil
	}
	s := adapter.Status{Report: flow.Alive}
	if c.Info.IsPlaced() || c.Phase != flow.InRing && c.Phase != flow.InTalk || now.Conversation == "" {
		return s, nil
	}
	with, err := a.list(ctx, c.Region, url.Values{"conversation_uuid": {now.Conversation}})
	for _, f := range with {
		if f.UUID != ref && f.Direction == "outbound" && f.Status == "answered" {
			s.Report = flow.Talking
		}
	}
	return s, err
}
