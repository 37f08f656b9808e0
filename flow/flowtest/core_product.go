package flowtest

import (
	"context"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
)

// Answer is what the product answers, on the core: the rules of an Engine's Answer,
// written once more.
func (c *core) Answer(ctx context.Context, k flow.Key, turn uint32, word string) error {
	was := c.calls[k.ID].call
	known := word == "" || c.book.Answers(was, word)
	advised := flow.Event{Call: k, Re: turn, What: flow.What{Kind: flow.Told, News: flow.Advised, Entry: word}}
	if _, err := c.Handle(ctx, advised); err != nil {
		return err
	}
	switch {
	case c.calls[k.ID].call.Rev == was.Rev:
		return extflow.ErrNotAsked
	case !known:
		return extflow.ErrAnswer
	}
	return nil
}
