package flowtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a supervisor does with callers who wait, and that it may come too late.

// refusals are what a supervisor or the product is told where nothing is done.
var refusals = []struct {
	err  error
	says string
}{
	{extflow.ErrNotWaiting, "too late: the caller waits no more"},
	{extflow.ErrThere, "refused: the caller waits there already"},
	{extflow.ErrNotFree, "refused: the agent cannot be rung now"},
	{extflow.ErrNotCallable, "refused: this number is not called"},
	{storage.ErrNotFound, "refused: there is no such agent"},
	{flow.ErrSettings, "refused: there is no such place"},
}

func (st *stage) supervise(ctx context.Context, a Act) error {
	call, err := st.callOf(ctx, a.Who)
	if err != nil {
		return err
	}
	st.acts++
	id := fmt.Sprint("act ", st.acts)
	act := func() error { return st.exchange.Move(ctx, call, id, a.Dest) }
	switch a.Does {
	case Picks:
		act = func() error { return st.exchange.Pick(ctx, call, id, a.Agent) }
	case SaysGoodbye:
		act = func() error { return st.exchange.Move(ctx, call, id, *flow.HangUp(nil)) }
	}
	return st.twice(ctx, act)
}

// twice does an act that may be refused. The same act again is the same act.
func (st *stage) twice(ctx context.Context, act func() error) error {
	err := act()
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			st.asides = append(st.asides, answer{at: st.lines.Now(), rank: overheard, text: r.says})
			return nil
		}
	}
	if err != nil {
		return err
	}
	if err := act(); err != nil {
		return fmt.Errorf("the same act again: %w", err)
	}
	return st.lines.Wait(ctx, 0)
}
