package enginetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Nodes that share a store. Requests go to any of them; one that dies is replaced,
// and what it was asked is asked of another, as carriers do.

var errDead = errors.New("the node is dead")

// cluster is the nodes.
type cluster struct {
	p      *play
	nodes  []*node
	legs   int
	deaths []time.Time
}

// node is an engine that may die.
type node struct {
	*extflow.Engine
	*mortal
}

func newCluster(p *play) (*cluster, error) {
	c := &cluster{p: p}
	for range p.floor.Nodes {
		n, err := c.node()
		if err != nil {
			return nil, err
		}
		c.nodes = append(c.nodes, n)
	}
	for _, t := range p.tenants {
		if _, err := extflow.Install(p.ctx, p.store, t.setup(), p.start); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) node() (*node, error) {
	m := &mortal{Store: c.p.store, carrier: c.p.carrier, shuffle: c.p.Shuffle, left: math.MaxInt}
	e, err := extflow.New(extflow.Config{
		Store: m, Carriers: map[string]adapter.Carrier{"sim": m}, Deadline: time.Minute,
		NewID:    func() string { c.legs++; return fmt.Sprint("leg", c.legs) },
		Dialable: written.Dialable,
		Ask:      func(_ context.Context, q flow.Asked) (string, error) { return c.p.asked(m, q) },
	})
	return &node{e, m}, err
}

// doom has a node die after so many steps, before or after what it does then.
func (c *cluster) doom(i, steps int, after bool) { c.nodes[i].left, c.nodes[i].after = steps, after }

// bury replaces the nodes that died.
func (c *cluster) bury() error {
	for i, n := range c.nodes {
		if !n.dead {
			continue
		}
		c.deaths = append(c.deaths, c.p.carrier.Now())
		var err error
		if c.nodes[i], err = c.node(); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) any() *node { return c.nodes[c.p.IntN(len(c.nodes))] }

// through does something on a node, again on another where that dies of it.
func (c *cluster) through(do func(*node) error) error {
	for {
		n := c.any()
		err := do(n)
		if !n.dead {
			return err
		}
		if err := c.bury(); err != nil {
			return err
		}
	}
}

func (c *cluster) Handle(ctx context.Context, e flow.Event) (turn flow.Turn, err error) {
	err = c.through(func(n *node) error {
		turn, err = n.Handle(ctx, e)
		return err
	})
	if err == nil {
		c.p.handled = append(c.p.handled, Handled{e, turn})
	}
	return turn, err
}

func (c *cluster) sweep() error {
	if err := c.through(func(n *node) error { return n.Sweep(c.p.ctx) }); err != nil {
		return err
	}
	return c.p.carrier.Wait(c.p.ctx, 0)
}

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

func (c *cluster) Wake(ctx context.Context) error {
	for _, i := range c.p.Perm(len(c.nodes)) {
		n := c.nodes[i]
		if err := n.Wake(ctx); err != nil && !n.dead {
			return err
		}
	}
	return c.bury()
}

// mortal is the world as a node sees it: after so many steps the node is dead, and
// does nothing any more.
type mortal struct {
	storage.Store
	carrier *sim.Carrier
	shuffle func(n int, swap func(i, j int))
	left    int
	after   bool
	dead    bool
}

// step is one that may be the last.
func (m *mortal) step(do func() error) error {
	if m.dead {
		return errDead
	}
	if m.left--; m.left > 0 {
		return do()
	}
	if m.dead = true; m.after {
		_ = do()
	}
	return errDead
}

func (m *mortal) Do(ctx context.Context, t flow.Turn) error {
	return m.step(func() error { return m.carrier.Do(ctx, t) })
}

func (m *mortal) Probe(ctx context.Context, c flow.Call) (s adapter.Status, err error) {
	err = m.step(func() error { s, err = m.carrier.Probe(ctx, c); return err })
	return s, err
}

func (m *mortal) Abilities() adapter.Abilities { return m.carrier.Abilities() }

func (m *mortal) Calls() storage.Calls   { return mortalCalls{m.Store.Calls(), m} }
func (m *mortal) Agenda() storage.Agenda { return mortalAgenda{m.Store.Agenda(), m} }
func (m *mortal) Queues() storage.Queues { return mortalQueues{m.Store.Queues(), m} }

type mortalCalls struct {
	storage.Calls
	m *mortal
}

func (c mortalCalls) Load(ctx context.Context, k flow.Key) (call flow.Call, err error) {
	err = c.m.step(func() error { call, err = c.Calls.Load(ctx, k); return err })
	return call, err
}

func (c mortalCalls) Commit(ctx context.Context, t *storage.Txn) error {
	return c.m.step(func() error { return c.Calls.Commit(ctx, t) })
}

// everything is more than is ever due at once.
const everything = 100_000

type mortalAgenda struct {
	storage.Agenda
	m *mortal
}

// Claim gives everything that is due an order of its seed, so that it always plays the
// same hour: which of many calls a store claims first is the store's affair, and chance.
func (a mortalAgenda) Claim(ctx context.Context, n int, lease time.Duration) (t []storage.Ticket, err error) {
	err = a.m.step(func() error { t, err = a.Agenda.Claim(ctx, max(n, everything), lease); return err })
	slices.SortFunc(t, func(x, y storage.Ticket) int {
		return cmp.Or(strings.Compare(x.Call.Account, y.Call.Account), strings.Compare(x.Call.ID, y.Call.ID))
	})
	a.m.shuffle(len(t), func(i, j int) { t[i], t[j] = t[j], t[i] })
	return t, err
}

func (a mortalAgenda) Settle(ctx context.Context, t ...storage.Ticket) error {
	return a.m.step(func() error { return a.Agenda.Settle(ctx, t...) })
}

type mortalQueues struct {
	storage.Queues
	m *mortal
}

func (q mortalQueues) Waiting(ctx context.Context, account, queue string, n int, open func(string) bool) (w flow.Waiting, err error) {
	err = q.m.step(func() error { w, err = q.Queues.Waiting(ctx, account, queue, n, open); return err })
	return w, err
}

func (q mortalQueues) Serving(ctx context.Context, account, agent string) (s []string, err error) {
	err = q.m.step(func() error { s, err = q.Queues.Serving(ctx, account, agent); return err })
	return s, err
}
