package flowtest

import (
	"context"
	"fmt"
	"slices"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
)

// What the product does: it has somebody called, and ends calls.

// callOut has an agent connected with somebody outside.
func (st *stage) callOut(ctx context.Context, a Act) error {
	st.acts++
	wanted := extflow.CallOut{Account: st.script.doc.Account, Key: fmt.Sprint("act ", st.acts), Agent: a.Agent, From: a.From, To: a.To}
	return st.twice(ctx, func() error {
		k, err := st.exchange.CallOut(ctx, wanted)
		if err == nil && !slices.Contains(st.ordered, k.ID) {
			st.ordered = append(st.ordered, k.ID)
		}
		return err
	})
}

// drop ends the call of a caller, or of somebody whom we call.
func (st *stage) drop(ctx context.Context, a Act) error {
	call, err := st.callOf(ctx, a.Who)
	if err != nil {
		return err
	}
	if err := st.exchange.Signal(ctx, flow.Event{Call: call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}); err != nil {
		return err
	}
	return st.lines.Wait(ctx, 0)
}
