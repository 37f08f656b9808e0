package flowtest

import (
	"context"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// cluster is several engines behind a story's telephones, each asked in its turn.
type cluster struct {
	*engined
	at int
}

// turn is the engine whose turn it is.
func (c *cluster) turn() *extflow.Engine {
	c.at++
	return c.nodes[c.at%len(c.nodes)]
}

func (c *cluster) Handle(ctx context.Context, e flow.Event) (flow.Turn, error) {
	return c.turn().Handle(ctx, e)
}

func (c *cluster) Signal(ctx context.Context, e flow.Event) error { return c.turn().Signal(ctx, e) }

func (c *cluster) SetPresence(ctx context.Context, account, agent string, p extension.Presence, reason string) error {
	return c.turn().SetPresence(ctx, account, agent, p, reason)
}

func (c *cluster) Move(ctx context.Context, call flow.Key, id string, to flow.Dest) error {
	return c.turn().Move(ctx, call, id, to)
}

func (c *cluster) Pick(ctx context.Context, call flow.Key, id, agent string) error {
	return c.turn().Pick(ctx, call, id, agent)
}

func (c *cluster) CallOut(ctx context.Context, o extflow.CallOut) (flow.Key, error) {
	return c.turn().CallOut(ctx, o)
}

func (c *cluster) Answer(ctx context.Context, call flow.Key, turn uint32, word string) error {
	return c.turn().Answer(ctx, call, turn, word)
}

// Next is the first of what any of them has to do.
func (c *cluster) Next(ctx context.Context) (first time.Time, some bool, err error) {
	for _, n := range c.nodes {
		at, ok, err := n.Next(ctx)
		if err != nil {
			return first, false, err
		}
		if ok && (!some || at.Before(first)) {
			first, some = at, true
		}
	}
	return first, some, nil
}

// Wake wakes all of them, whoever's turn it is first.
func (c *cluster) Wake(ctx context.Context) error {
	for range c.nodes {
		if err := c.turn().Wake(ctx); err != nil {
			return err
		}
	}
	return nil
}
