package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// The product, and people outside: who is called back, or called for an agent, and what
// the product answers when it is asked.

// visitor is somebody outside whom the product has an agent call.
func visitor(i int) string { return fmt.Sprintf("+1628555%04d", i) }

// callsOut is the product having an agent call somebody: now and then it asks twice,
// because it does not know what became of the first time.
func (p *tenant) callsOut(i int) {
	to := visitor(i)
	o := extflow.CallOut{
		Account: p.account, Key: fmt.Sprint("visitor", i), Agent: agentID(p.IntN(p.floor.Agents)),
		From: p.queueNumber(p.IntN(p.floor.Queues)), To: number.E164(to),
	}
	p.redraw = append(p.redraw, "tel:"+to)
	at := p.within()
	for range 1 + p.IntN(2) {
		p.plans(at, func() error { return p.callOut(o) })
		at = at.Add(p.about(10 * time.Second))
	}
}

func (p *tenant) callOut(o extflow.CallOut) error {
	var call flow.Key
	err := p.cluster.through(func(n *node) (err error) {
		call, err = n.CallOut(p.ctx, o)
		return err
	})
	switch {
	case err == nil && !slices.Contains(p.placed, call):
		p.placed = append(p.placed, call)
	case errors.Is(err, extflow.ErrNotFree):
		err = nil
	}
	return errors.Join(err, p.carrier.Wait(p.ctx, 0))
}

// talksOutside is somebody whom we called, and who is joined to the agent now.
func (p *play) talksOutside(h sim.Happening) {
	if isOutside(h.Phone) {
		p.hangsUp(h, p.carrier.Agent(h.Phone))
	}
}

// isOutside reports whether a telephone that we rang is no agent's.
func isOutside(phone string) bool {
	return strings.HasPrefix(phone, "tel:+1415555") || strings.HasPrefix(phone, "tel:+1628555")
}

// outbound is a call of ours that is under way, if there is any.
func (p *tenant) outbound() (flow.Key, bool) {
	var ours []flow.Key
	for c, err := range p.store.Calls().List(p.ctx, p.account, storage.Query{Live: true}) {
		if err == nil && c.IsOutbound() {
			ours = append(ours, c.Key)
		}
	}
	if len(ours) == 0 {
		return flow.Key{}, false
	}
	return ours[p.IntN(len(ours))], true
}

// errProduct is a product that is out of order.
var errProduct = errors.New("the product is out of order")

// asked is the product being asked by a node: it answers at once, fails, or answers
// later, when it may be too late.
func (p *play) asked(m *mortal, q flow.Asked) (string, error) {
	if m.dead {
		return "", errDead
	}
	word := append(slices.Clone(q.Answers), "nothing of the kind")[p.IntN(len(q.Answers)+1)]
	switch p.IntN(4) {
	case 0:
		return "", errProduct
	case 1:
		p.plans(p.carrier.Now().Add(p.about(q.Limit)), func() error { return p.answersLate(q, word) })
		return "", nil
	}
	p.answers = append(p.answers, Answer{q.Call, q.Turn, word})
	return word, nil
}

// answersLate is the product's answer by a request of its own.
func (p *play) answersLate(q flow.Asked, word string) error {
	p.answers = append(p.answers, Answer{q.Call, q.Turn, word})
	err := p.cluster.through(func(n *node) error { return n.Answer(p.ctx, q.Call, q.Turn, word) })
	if errors.Is(err, extflow.ErrNotAsked) || errors.Is(err, extflow.ErrAnswer) {
		err = nil
	}
	return errors.Join(err, p.carrier.Wait(p.ctx, 0))
}
