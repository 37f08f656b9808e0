package enginetest

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// The floor and its people: what they do, when, and for how long is drawn from the
// seed.

// tenant is an account on the floor: its queues and agents have the same names as those
// of every other, and its callers the same numbers.
type tenant struct {
	*play
	account string
	at      int // which one
	floor   Floor
	phones  map[string]*sim.Phone // by the caller's number
	changes []Change
	placed  []flow.Key // the calls that the product asked for
}

// act is something that somebody does at an instant.
type act struct {
	at    time.Time
	order int // of those at one instant, as they were planned
	do    func() error
}

// acts are what is planned, the next first.
type acts []act

func (a acts) Len() int { return len(a) }
func (a acts) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].order < a[j].order
}
func (a acts) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *acts) Push(x any)   { *a = append(*a, x.(act)) }
func (a *acts) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
func (a *acts) pop() act { return heap.Pop(a).(act) }

// plans plans an act. That a telephone is on no call any more is no fault of anybody's.
func (p *play) plans(t time.Time, do func() error) {
	heap.Push(&p.acts, act{t, len(p.seen) + len(p.acts), func() error {
		err := do()
		if errors.Is(err, sim.ErrOver) || errors.Is(err, sim.ErrIdle) {
			return nil
		}
		return err
	}})
}

// about is a time that is so long on average: it may be much longer, and much less.
func (p *play) about(mean time.Duration) time.Duration {
	return time.Duration(p.ExpFloat64() * float64(mean)).Truncate(time.Millisecond)
}

// Names of those whom callers find by them: some are alike, and some are keyed alike.
var (
	personal = []string{"Ada", "Bea", "Jörg", "Ana", "Zoë", "Jean-Luc", "Ada"}
	family   = []string{"Müller", "Nuñez", "O'Brien", "Mueller", "Nguyễn"}
)

func queueName(i int) string { return fmt.Sprint("q", i) }
func agentID(i int) string   { return fmt.Sprint("agent", i) }

// settings are one queue of each kind, again and again.
func (p *tenant) settings() flow.Settings {
	s := flow.Settings{
		Defaults:  flow.Defaults{DefaultMailbox: "team"},
		Mailboxes: map[string]flow.Mailbox{"team": {}},
		Queues:    map[string]flow.Queue{},
		Questions: map[string]flow.Question{"which": {
			Answers:   map[string]flow.Dest{"line": *flow.ToQueue(queueName(0)), "box": *flow.ToVoicemail("team")},
			Otherwise: flow.ToQueue(queueName(p.floor.Queues - 1)),
		}},
		Flows: map[string]flow.Flow{"desk": {
			Busy: flow.ToQueue(queueName(0)), NoAnswer: flow.ToQueue(queueName(1 % p.floor.Queues)), Unavailable: flow.ToVoicemail("team"),
		}},
	}
	for i := range p.floor.Queues {
		q := flow.Queue{LeaveKey: "*", Callback: i%5 != 1 && i%5 != 4, MaxWait: []time.Duration{2, 5, 10}[i%3] * time.Minute}
		switch i % 5 {
		case 1:
			q.Strategy = flow.InOrder
		case 2:
			q.Strategy = flow.RingAll
		case 3:
			q.Offer = flow.Dial
		}
		s.Queues[queueName(i)] = q
	}
	return s
}

// setup is the account: every agent has one telephone or two and serves some of the
// queues; every queue has a number, and so has the desk.
func (p *tenant) setup() extflow.Setup {
	s := extflow.Setup{Account: p.account, Region: "US", Settings: p.settings(), Members: map[string][]string{}}
	for i := range p.floor.Agents {
		a := extension.Agent{ID: agentID(i), Extension: fmt.Sprint(1001 + i), Presence: extension.Available}
		if i%3 != 2 {
			a.Name, a.Listed = personal[i%len(personal)]+" "+family[i%len(family)], true
		}
		a.Endpoints = append(a.Endpoints, extension.Endpoint{Address: p.desk(i)})
		if i%4 == 1 {
			a.Endpoints = append(a.Endpoints, extension.Endpoint{Address: fmt.Sprintf("tel:+1%d555%04d", 202+p.at, 1000+i)})
		}
		if i%10 == 3 { // two who share a desk
			a.Endpoints[0].Address = p.desk(i - 1)
		}
		s.Agents = append(s.Agents, a)
		for q := range p.floor.Queues {
			if (i+q)%3 == 0 || q == i%p.floor.Queues {
				s.Members[queueName(q)] = append(s.Members[queueName(q)], a.ID)
			}
		}
	}
	for q := range p.floor.Queues {
		s.Numbers = append(s.Numbers, number.Assignment{Number: p.queueNumber(q), Entry: "queue " + queueName(q)})
	}
	s.Numbers = append(s.Numbers, number.Assignment{Number: p.front(), Entry: "flow desk"},
		number.Assignment{Number: p.asking(), Entry: "ask which"})
	return s
}

// desk is the telephone of an agent. Accounts share the carrier, and no telephone.
func (p *tenant) desk(i int) string {
	if p.at == 0 {
		return "client:" + agentID(i)
	}
	return "client:" + p.account + "-" + agentID(i)
}

func (p *tenant) front() number.E164 { return number.E164(fmt.Sprintf("+1%d5550100", 202+p.at)) }

// asking is the number of which the product says where its callers go.
func (p *tenant) asking() number.E164 { return number.E164(fmt.Sprintf("+1%d5550101", 202+p.at)) }

func (p *tenant) queueNumber(i int) number.E164 {
	return number.E164(fmt.Sprintf("+1%d55502%02d", 202+p.at, i))
}

// plan is the whole hour, as far as it does not depend on what happens.
func (p *play) plan() {
	for _, t := range p.tenants {
		t.plan()
	}
	for range p.floor.Deaths {
		p.plans(p.within(), func() error { p.cluster.doom(p.IntN(p.floor.Nodes), 1+p.IntN(60), p.IntN(2) == 0); return nil })
	}
	for t := time.Duration(0); t < p.floor.For+20*time.Minute; t += 5 * time.Second {
		p.plans(p.start.Add(t), p.cluster.sweep)
	}
	p.draw()
}

// within is an instant of the hour.
func (p *play) within() time.Time {
	return p.start.Add(time.Duration(p.Int64N(int64(p.floor.For))).Truncate(time.Millisecond))
}

// plan is what the account's people do.
func (p *tenant) plan() {
	for i := range p.floor.Callers {
		from := fmt.Sprintf("+1415555%04d", i)
		p.caller(from, p.within())
		p.redraw = append(p.redraw, "tel:"+from) // where they are called back
		if p.IntN(10) == 0 {
			p.caller(from, p.within())
		}
	}
	for i := range p.floor.Agents {
		p.redraw = append(p.redraw, p.desk(i))
		for range 6 {
			p.plans(p.within(), func() error { return p.turns(agentID(i)) })
		}
	}
	for range p.floor.Queues * 2 {
		p.plans(p.within(), p.reshuffle)
	}
	for i := range p.floor.Callers / 12 {
		p.callsOut(i)
	}
	for i := range p.floor.Callers / 5 {
		p.plans(p.within(), func() error { return p.supervises(fmt.Sprint("act", i)) })
	}
}

// caller is somebody who calls at an instant, and hangs up when patience is over.
func (p *tenant) caller(from string, at time.Time) {
	to := p.queueNumber(p.IntN(p.floor.Queues))
	keys := ""
	switch n := p.IntN(10); {
	case n < 2:
		to, keys = p.front(), fmt.Sprint(1001+p.IntN(p.floor.Agents))
	case n < 3:
		to = p.asking()
	}
	patience := p.about(4 * time.Minute)
	p.plans(at, func() (err error) {
		if was := p.phones[from]; was != nil && was.View().State != sim.Over { // it is the same telephone
			return nil
		}
		p.phones[from], err = p.carrier.Dial(p.ctx, from, string(to), sim.Options{})
		return err
	})
	press := func(at time.Time, keys string) {
		p.plans(at, func() error { return p.phones[from].Press(p.ctx, keys) })
	}
	if keys != "" {
		press(at.Add(2*time.Second), keys)
	}
	switch n := p.IntN(10); {
	case n == 0:
		press(at.Add(p.about(2*time.Minute)), "*")
	case n < 3: // to be called back, which most confirm
		asks := at.Add(p.about(time.Minute))
		press(asks, "1")
		press(asks.Add(p.about(3*time.Second)), []string{"1", "1", "1", "2"}[p.IntN(4)])
	}
	p.plans(at.Add(patience), func() error {
		if p.phones[from].View().State == sim.Talking {
			return nil
		}
		return p.phones[from].HangUp(p.ctx)
	})
}

// phone is the caller's at which something happened; nil where it was at an agent's.
func (p *play) phone(h sim.Happening) *sim.Phone {
	for _, t := range p.tenants {
		if t.account == h.Call.Account {
			return t.phones[h.Phone]
		}
	}
	return nil
}

// speaks is a caller who hears the beep: most leave a message.
func (p *play) speaks(h sim.Happening) {
	if phone := p.phone(h); phone != nil && p.IntN(4) > 0 {
		long := p.about(10 * time.Second)
		p.plans(h.At, func() error { return phone.Speak(p.ctx, long) })
	}
}

// talks is a caller who is joined to an agent: one of them hangs up in the end.
func (p *play) talks(h sim.Happening) {
	if phone := p.phone(h); phone != nil {
		p.hangsUp(h, phone)
	}
}

// telephone is one whose talk ends some time: a caller's, or that of somebody called.
type telephone interface {
	View() sim.View
	HangUp(context.Context) error
}

// hangsUp has one of the two who talk hang up in the end.
func (p *play) hangsUp(h sim.Happening, phone telephone) {
	agentEnds := p.IntN(2) == 0
	p.plans(h.At.Add(5*time.Second+p.about(3*time.Minute)), func() error {
		v := phone.View()
		if v.State != sim.Talking {
			return nil
		}
		if agentEnds && len(v.With) > 0 {
			return p.carrier.Agent(v.With[0]).HangUp(p.ctx)
		}
		return phone.HangUp(p.ctx)
	})
}

// draw has every agent whose telephone stopped ringing decide what to do with the
// next ring.
func (p *play) draw() {
	for _, phone := range p.redraw {
		if !strings.Contains(phone, ":") { // a caller's
			continue
		}
		a, after := p.carrier.Agent(phone), time.Second+p.about(4*time.Second)
		switch n := p.IntN(20); {
		case n < 14:
			a.Set(sim.Takes, after)
		case n < 16:
			a.Set(sim.Declines, after)
		case n < 18:
			a.Set(sim.RingsOut, 0)
		case n < 19:
			a.Set(sim.Voicemail, after)
		default:
			a.Set(sim.Unreachable, 0)
		}
	}
	p.redraw = p.redraw[:0]
}

// turns is an agent who pauses, leaves or comes back.
func (p *tenant) turns(agent string) error {
	to := []extension.Presence{extension.Available, extension.Available, extension.Available, extension.Busy, extension.Away, extension.Offline}[p.IntN(6)]
	return p.change(Change{Agent: agent, Presence: to}, func(n *node) error {
		return n.SetPresence(p.ctx, p.account, agent, to, "")
	})
}

// reshuffle is an agent who joins a queue, or leaves it.
func (p *tenant) reshuffle() error {
	queue, agent := queueName(p.IntN(p.floor.Queues)), agentID(p.IntN(p.floor.Agents))
	w, err := p.store.Queues().Waiting(p.ctx, p.account, queue, 0, nil)
	if err != nil {
		return err
	}
	var members []string
	for _, m := range w.Members {
		members = append(members, m.Party.Agent)
	}
	if i := slices.Index(members, agent); i >= 0 {
		members = slices.Delete(members, i, i+1)
	} else {
		members = append(members, agent)
	}
	return p.change(Change{Queue: queue, Members: members}, func(n *node) error {
		return n.SetMembers(p.ctx, p.account, queue, members)
	})
}

// change is something done to the floor through a node, and through another where
// that dies of it.
func (p *tenant) change(c Change, do func(*node) error) error {
	c.At = p.carrier.Now()
	p.changes = append(p.changes, c)
	if err := p.cluster.through(do); err != nil {
		return err
	}
	return p.carrier.Wait(p.ctx, 0)
}
