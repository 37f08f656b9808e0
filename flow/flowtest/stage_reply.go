package flowtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
)

// What the product answers when a call asks it, and that it may come too late.

// reply answers the question that a caller's call put last, if it ever put one.
func (st *stage) reply(ctx context.Context, a Act) error {
	call, err := st.callOf(ctx, a.Who)
	if err != nil {
		return err
	}
	turns, err := st.exchange.Turns(ctx, call, 0)
	if err != nil {
		return err
	}
	var c flow.Call
	var q flow.Asked
	for _, t := range turns {
		was := c
		c, _ = st.script.book.Advance(c, t.Event)
		if asked, ok := st.script.book.Asked(was, c); ok {
			q = asked
		}
	}
	if q.Turn == 0 {
		return fmt.Errorf("%w: the product was asked nothing", ErrImpossible)
	}
	says := ""
	switch err := st.exchange.Answer(ctx, call, q.Turn, a.Word); {
	case errors.Is(err, extflow.ErrNotAsked):
		says = "too late: nobody waits for the answer"
	case errors.Is(err, extflow.ErrAnswer):
		says = "no such answer"
	case err != nil:
		return err
	}
	if says != "" {
		st.asides = append(st.asides, answer{at: st.lines.Now(), rank: overheard, text: says})
	}
	return st.lines.Wait(ctx, 0)
}
