package flowtest

import (
	"context"
	"errors"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// placeLeg has the carrier place a leg.
func (c *core) placeLeg(ctx context.Context, turn flow.Turn) error {
	if _, err := c.Handle(ctx, flow.Event{Call: turn.Call, Re: turn.Seq, What: flow.What{Kind: flow.Placing}}); err != nil {
		return err
	}
	ref, err := adapter.Place(ctx, c.Carrier, turn)
	what := flow.What{Kind: flow.Began, Ref: ref}
	switch {
	case err == nil && ref == "":
		return nil
	case errors.Is(err, adapter.ErrRefused):
		what = flow.What{Kind: flow.Failed, Cause: err.Error()}
	case err != nil:
		what = flow.What{Kind: flow.NotPlaced, Cause: err.Error()}
	}
	_, err = c.Handle(ctx, flow.Event{Call: turn.Call, Re: turn.Seq, What: what})
	return err
}
