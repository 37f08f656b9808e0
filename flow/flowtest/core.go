package flowtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// core is the smallest thing that takes calls: a book, a directory and the calls
// in a map. It answers what the book asks, tells calls what others tell them, and
// offers those who wait to agents who are free. It stores nothing and knows no
// carrier, so what goes wrong here is wrong with the rules.
type core struct {
	Site
	book    *flow.Book
	agents  *extension.Directory
	calls   map[string]*kept
	order   []string                   // calls' ids, as they came
	lines   map[string][]string        // callers' ids by queue, the first in line first
	since   map[string]time.Time       // when a caller joined the line, by the call
	words   map[string]Words           // of messages, by the call that left them
	boxes   map[string]map[string]bool // messages by mailbox, by the call that left it
	serve   map[string]time.Time       // queues to look at, and from when on
	guesses map[number.E164][]time.Time
	backs   map[number.E164]int // callbacks
	zones   map[string]*time.Location
	legs    int
}

// kept is a call with its turns.
type kept struct {
	call  flow.Call
	turns []flow.Turn
}

// OpenCore opens the pure core: no store, no engine.
func OpenCore(s Site) (Exchange, error) {
	doc := s.Document
	agents, err := extension.New(extension.Config{Range: doc.Range, Quarantine: doc.Quarantine})
	if err != nil {
		return nil, err
	}
	if _, err := agents.Put(s.Now(), doc.Agents...); err != nil {
		return nil, err
	}
	for queue, members := range doc.Members {
		if err := agents.SetMembers(queue, members); err != nil {
			return nil, err
		}
	}
	return &core{
		Site: s, book: s.Book, agents: agents,
		calls: map[string]*kept{}, lines: map[string][]string{}, since: map[string]time.Time{}, boxes: map[string]map[string]bool{}, words: map[string]Words{},
		serve: map[string]time.Time{}, guesses: map[number.E164][]time.Time{}, backs: map[number.E164]int{}, zones: map[string]*time.Location{},
	}, nil
}

// Handle takes what the carrier reports, and returns where the call now stands.
func (c *core) Handle(_ context.Context, e flow.Event) (flow.Turn, error) {
	if e.Kind == flow.Arrived && !c.admit(&e) {
		return flow.Turn{
			Seq: flow.SafeSeq, Info: e.Start,
			Move: flow.Move{Do: flow.Command{Kind: flow.Hangup, Cause: flow.Unassigned}},
		}, nil
	}
	if e.Kind == flow.Transcribed {
		c.transcribed(e)
		return flow.Turn{Call: e.Call}, nil
	}
	w := c.begin()
	if _, err := w.happen(e); err != nil {
		return flow.Turn{}, err
	}
	if err := w.commit(); err != nil {
		return flow.Turn{}, err
	}
	return standing(c.calls[e.Call.ID].call), nil
}

func standing(c flow.Call) flow.Turn {
	t := c.Turn()
	t.Info = c.Info
	return t
}

// Signal is an event without a carrier behind it.
func (c *core) Signal(ctx context.Context, e flow.Event) error {
	e.Re, e.Reply = 0, false
	_, err := c.Handle(ctx, e)
	return err
}

// admit finds what answers the number, and completes the call's beginning; false
// where nobody has the number.
func (c *core) admit(e *flow.Event) bool {
	if e.Start == nil {
		return false
	}
	info := *e.Start
	for _, a := range c.Document.Numbers {
		if a.Number != info.To || !a.Serves(info.Carrier) {
			continue
		}
		info.Account, info.Entry = a.Account, a.Entry
		if info.ID == "" {
			info.ID = info.Carrier + " " + info.Ref
		}
		info.Loop = c.loops(info.From) || c.loops(info.Forwarder())
		e.Call, e.Start = info.Key, &info
		return true
	}
	return false
}

// loops reports whether a number is one of ours, or an endpoint that is rung now.
func (c *core) loops(from number.E164) bool {
	for _, a := range c.Document.Numbers {
		if a.Number == from {
			return true
		}
	}
	_, held := c.agents.HeldAt(from)
	return from != "" && held
}

// SetPresence changes what an agent says about being there, and has the agent's
// queues looked at.
func (c *core) SetPresence(_ context.Context, _, agent string, p extension.Presence, reason string) error {
	if _, err := c.agents.SetPresence(agent, p, reason); err != nil {
		return err
	}
	c.look(c.Now(), c.serving(agent)...)
	return nil
}

// Next is the earliest of what is owed, of the calls' clocks, and of the queues to
// look at.
func (c *core) Next(context.Context) (next time.Time, some bool, err error) {
	earlier := func(at time.Time) {
		if !some || at.Before(next) {
			next, some = at, true
		}
	}
	for _, k := range c.calls {
		if k.call.Owed {
			earlier(c.Now())
		}
		if at, _, armed := k.call.Wake(); armed {
			earlier(at)
		}
	}
	for _, at := range c.serve {
		earlier(at)
	}
	return next, some, nil
}

// Wake delivers what is owed, has clocks go off, and offers those who wait.
func (c *core) Wake(ctx context.Context) error {
	for again := true; again; {
		again = c.serveLines()
		for _, id := range c.order {
			k := c.calls[id]
			at, clock, armed := k.call.Wake()
			var err error
			switch {
			case k.call.Owed:
				err = c.deliver(ctx, k)
			case armed && !at.After(c.Now()):
				err = c.goOff(ctx, k.call, clock)
			default:
				continue
			}
			if err != nil {
				return fmt.Errorf("call %s: %w", id, err)
			}
			again = true
		}
	}
	return nil
}

// deliver has the carrier carry out a turn that nobody waits for.
func (c *core) deliver(ctx context.Context, k *kept) error {
	turn := standing(k.call)
	if turn.Move.Do.Kind == flow.Originate {
		return c.placeLeg(ctx, turn)
	}
	k.call.Owed = false
	err := c.Carrier.Do(ctx, turn)
	what := flow.What{Kind: flow.Failed}
	switch {
	case errors.Is(err, adapter.ErrGone):
		what.Kind = flow.HungUp
	case !errors.Is(err, adapter.ErrRefused):
		return err
	}
	what.Cause = err.Error()
	_, err = c.Handle(ctx, flow.Event{Call: turn.Call, Re: turn.Seq, What: what})
	return err
}

// goOff is a clock that went off, with what the machine wants to know then.
func (c *core) goOff(ctx context.Context, call flow.Call, clock flow.Clock) error {
	w := flow.What{Kind: flow.Woke, Clock: clock}
	switch clock {
	case flow.NoticeClock:
		c.place(call, &w)
	case flow.StepClock, flow.LifeClock:
		status, err := adapter.Probe(ctx, c.Carrier, call)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
		w.Report = status.Report
		if call.Phase == flow.Pending && (status.Ref != "" || status.NoRecording) {
			w = flow.What{Kind: flow.Recorded, Ref: status.Ref, Length: status.Length}
		}
	}
	if err := c.Signal(ctx, flow.Event{Call: call.Key, What: w}); err != nil {
		return err
	}
	if c.calls[call.ID].call.Rev == call.Rev {
		return fmt.Errorf("its clock %d went off at %s and would for ever: %+v", clock, c.Now(), call.State)
	}
	return nil
}

// Calls are all calls, as they came.
func (c *core) Calls(context.Context) ([]flow.Call, error) {
	calls := make([]flow.Call, 0, len(c.order))
	for _, id := range c.order {
		calls = append(calls, c.calls[id].call)
	}
	return calls, nil
}

// Turns are the turns of a call after a Seq.
func (c *core) Turns(_ context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	if kept := c.calls[k.ID]; kept != nil && int(after) <= len(kept.turns) {
		return kept.turns[after:], nil
	}
	return nil, nil
}

// Agents are the agents as they are now.
func (c *core) Agents(context.Context) ([]extension.Agent, error) {
	var agents []extension.Agent
	for a := range c.agents.Agents() {
		agents = append(agents, a)
	}
	return agents, nil
}
