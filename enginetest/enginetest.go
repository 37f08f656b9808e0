// Package enginetest plays busy hours: hundreds of callers, agents who answer,
// decline, ignore, pause and leave, queues that share them, several nodes of which
// some die at any step. Everything comes from a seed, in virtual time.
//
// An auditor that knows nothing of the engine then reads what was stored and what
// happened on the telephones, and says what callers were promised and did not get:
// see Audit. A store is given to Play as for flowtest.OpenEngine:
//
//	for seed := range uint64(500) {
//		hour, err := enginetest.Play(ctx, seed, enginetest.Busy, open)
//		...
//		require.NoError(t, enginetest.Audit(hour))
//	}
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Floor is how busy an hour is.
type Floor struct {
	Callers int
	Agents  int
	Queues  int
	Nodes   int
	Deaths  int // nodes that die during the hour, each at some step
	Beside  int // callers of a second account, with agents and queues in proportion
	For     time.Duration
}

// Busy is the hour that a release is held to.
var Busy = Floor{Callers: 200, Agents: 20, Queues: 5, Nodes: 3, Deaths: 3, Beside: 40, For: time.Hour}

// Hour is everything that happened: what the auditor goes by.
type Hour struct {
	Seed     uint64
	Account  string
	Settings flow.Settings
	Agents   []extension.Agent   // as they are in the end
	Members  map[string][]string // who served each queue in the beginning
	Calls    []flow.Call
	Turns    map[string][]flow.Turn // by call
	Feed     []storage.Entry
	Lines    []storage.Line // in which somebody still waits
	Happened []sim.Happening
	Changes  []Change
	Deaths   []time.Time
	Open     []string // telephones that are still in use
	Handled  []Handled
	Placed   []flow.Key // the calls that the product asked for, and was told there are
	Answers  []Answer
	Beside   *Hour // the same of the second account, where there is one
}

// Handled is what a carrier sent and was answered.
type Handled struct {
	Event flow.Event
	Turn  flow.Turn
}

// Answer is what the product answered to a question, in time or not.
type Answer struct {
	Call flow.Key
	Turn uint32
	Word string
}

// Change is something that people did to the floor: an agent's presence, or who
// serves a queue.
type Change struct {
	At       time.Time
	Agent    string
	Presence extension.Presence
	Queue    string
	Members  []string
}

// Play plays an hour from a seed, and lets everything that was under way end. The
// store that open makes keeps the time given. The error is one of the machinery
// that should not have happened; what callers got is for Audit to judge.
func Play(ctx context.Context, seed uint64, f Floor, open func(now func() time.Time) (storage.Store, error)) (*Hour, error) {
	p, err := newPlay(ctx, seed, f, open)
	if err != nil {
		return nil, err
	}
	p.plan()
	if err := p.run(); err != nil {
		return nil, fmt.Errorf("seed %d: %w", seed, err)
	}
	return p.hour()
}

// play is an hour that is being played.
type play struct {
	*rand.Rand
	ctx     context.Context
	floor   Floor
	seed    uint64
	carrier *sim.Carrier
	store   storage.Store
	cluster *cluster
	start   time.Time
	acts    acts
	tenants []*tenant
	redraw  []string // agents' telephones that stopped ringing
	seen    []sim.Happening
	handled []Handled
	answers []Answer
}

// accounts are the names of the tenants, in order.
var accounts = []string{"acme", "globex"}

func newPlay(ctx context.Context, seed uint64, f Floor, open func(now func() time.Time) (storage.Store, error)) (*play, error) {
	p := &play{
		Rand: rand.New(rand.NewPCG(seed, 1)), ctx: ctx, floor: f, seed: seed,
		carrier: sim.New(sim.Config{}),
	}
	p.tenants = []*tenant{{play: p, account: accounts[0], floor: f}}
	if small := f; f.Beside > 0 {
		share := func(n int) int { return max(1, (n*f.Beside+f.Callers-1)/f.Callers) }
		small.Callers, small.Agents, small.Queues = f.Beside, share(f.Agents), share(f.Queues)
		p.tenants = append(p.tenants, &tenant{play: p, account: accounts[1], at: 1, floor: small})
	}
	for _, t := range p.tenants {
		t.phones = map[string]*sim.Phone{}
	}
	p.start = p.carrier.Now()
	var err error
	if p.store, err = open(p.carrier.Now); err != nil {
		return nil, err
	}
	if p.cluster, err = newCluster(p); err != nil {
		return nil, err
	}
	p.carrier.Attach(p.cluster)
	p.carrier.Drive(p.cluster)
	p.carrier.Observe(p.saw)
	return p, nil
}

// saw remembers what happens, and has people do what follows from it.
func (p *play) saw(h sim.Happening) {
	switch h.What {
	case sim.Heard, sim.Fired, sim.Keyed, sim.Dropped, sim.Spoke, sim.Sent:
		return
	case sim.Beeped:
		p.speaks(h)
	case sim.Joined:
		p.talks(h)
		p.talksOutside(h)
	case sim.Ended:
		p.redraw = append(p.redraw, h.Phone)
	}
	p.seen = append(p.seen, h)
}

// run lets the hour pass, a second at a time and act by act, and then lets
// everything end.
func (p *play) run() error {
	for len(p.acts) > 0 {
		at := p.carrier.Now().Add(time.Second)
		if first := p.acts[0].at; first.Before(at) {
			at = first
		}
		errs := []error{p.carrier.WaitUntil(p.ctx, at)}
		for len(p.acts) > 0 && !p.acts[0].at.After(at) {
			errs = append(errs, p.acts.pop().do())
		}
		p.draw()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	for _, phone := range p.carrier.Phones() {
		if err := phone.HangUp(p.ctx); err != nil {
			return err
		}
	}
	for range 10_000 {
		if more, err := p.carrier.SkipToNext(p.ctx); err != nil || !more {
			return err
		}
	}
	return errors.New("all callers have hung up, and things go on for ever")
}

// hour collects what the auditor is given.
func (p *play) hour() (first *Hour, err error) {
	for _, t := range slices.Backward(p.tenants) {
		h, err := t.hour()
		if err != nil {
			return nil, err
		}
		h.Beside, first = first, h
	}
	for _, a := range p.carrier.Agents() {
		if v := a.View(); v.State != sim.Idle {
			first.Open = append(first.Open, v.Phone)
		}
	}
	return first, nil
}

func (p *tenant) hour() (*Hour, error) {
	h := &Hour{
		Seed: p.seed, Account: p.account, Settings: p.settings(), Turns: map[string][]flow.Turn{}, Happened: p.seen,
		Members: p.setup().Members, Changes: p.changes, Deaths: p.cluster.deaths, Handled: p.handled,
		Placed: p.placed, Answers: p.answers,
	}
	for c, err := range p.store.Calls().List(p.ctx, p.account, storage.Query{}) {
		if err != nil {
			return nil, err
		}
		turns, err := p.store.Calls().Turns(p.ctx, c.Key, 0)
		if err != nil {
			return nil, err
		}
		h.Calls, h.Turns[c.ID] = append(h.Calls, c), turns
	}
	for a, err := range p.store.Directory().Agents(p.ctx, p.account) {
		if err != nil {
			return nil, err
		}
		h.Agents = append(h.Agents, a)
	}
	for l, err := range p.store.Queues().Lines(p.ctx) {
		if err != nil {
			return nil, err
		}
		if l.Account == p.account {
			h.Lines = append(h.Lines, l)
		}
	}
	var err error
	h.Feed, err = p.feed()
	return h, err
}

func (p *tenant) feed() (all []storage.Entry, err error) {
	for cursor := uint64(0); ; cursor = all[len(all)-1].Cursor {
		some, err := p.store.Feed().After(p.ctx, p.account, cursor, 1000)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all = append(all, some...)
	}
}
