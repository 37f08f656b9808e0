package sim_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a handler that keeps its calls in a map: the book, a directory by
// extension, and what the engine must do between the two. One queue, "support".
type desk struct {
	book    *flow.Book
	carrier *sim.Carrier
	people  map[string]extension.Agent // by extension

	mu      sync.Mutex
	calls   map[flow.Key]flow.Call
	seen    map[string]bool // ids of facts
	retry   map[flow.Key]time.Time
	rest    map[string]time.Time // until when who missed an offer gets no other
	members []string             // extensions of those who serve the queue
	legs    int
	down    int // so many events meet a store that is out of reach
	turns   []flow.Turn
	ignored []flow.Ignored
}

var errDown = errors.New("the store is down")

const (
	ada     = "client:ada"
	adaCell = "tel:+12025550111"
	mary    = "tel:+12025550114"
	office  = "+12025550100"
	caller  = "+14155550100"
	switchb = "tel:+12025550199" // where hand-offs go
)

// settings are a small account: an extension flow, a menu, a queue, a mailbox.
func settings() flow.Settings {
	handoff := extension.Endpoint{Address: switchb}
	return flow.Settings{
		Defaults: flow.Defaults{DefaultMailbox: "team", DefaultQueue: "support"},
		Mailboxes: map[string]flow.Mailbox{"team": {
			Greeting: flow.Say("Leave a message."),
			Keys:     map[string]flow.Dest{"0": *flow.ToHandoff(handoff, nil)},
		}},
		Queues: map[string]flow.Queue{"support": {LeaveKey: "*", OnLeave: flow.ToVoicemail("team")}},
		Menus: map[string]flow.Menu{"main": {
			Prompt: *flow.Say("Press 1 to hold, 2 for a message, or an extension."), Extensions: true,
			Keys: map[string]flow.Dest{"1": *flow.ToQueue("support"), "2": *flow.ToVoicemail("team")},
		}},
		Flows: map[string]flow.Flow{
			"front":  {Greeting: flow.Say("one two three four")},
			"strict": {Greeting: flow.Say("one two three four"), Collect: flow.Collecting{NoBargeIn: true}},
		},
		Entries: map[string]flow.Entry{
			office:         {Dest: *flow.ToFlow("front")},
			"+12025550101": {Dest: *flow.ToMenu("main")},
			"+12025550102": {Dest: *flow.ToQueue("support")},
			"+12025550103": {Dest: *flow.ToVoicemail("team")},
			"+12025550104": {Dest: *flow.ToHandoff(handoff, nil)},
			"+12025550105": {Dest: *flow.ToFlow("strict")},
		},
	}
}

func newDesk(t *testing.T, c sim.Config) (*desk, *sim.Carrier) {
	t.Helper()
	book, err := flow.Compile(settings())
	require.NoError(t, err)
	carrier := sim.New(c)
	endpoint := func(addresses ...string) (out []extension.Endpoint) {
		for _, a := range addresses {
			out = append(out, extension.Endpoint{Address: a})
		}
		return out
	}
	d := &desk{
		book: book, carrier: carrier, calls: map[flow.Key]flow.Call{}, seen: map[string]bool{}, retry: map[flow.Key]time.Time{}, rest: map[string]time.Time{},
		people: map[string]extension.Agent{
			"1001": {ID: "ada", Extension: "1001", Endpoints: endpoint(ada), Presence: extension.Available},
			"1002": {ID: "both", Extension: "1002", Endpoints: endpoint(ada, adaCell), Presence: extension.Available},
			"1003": {ID: "cell", Extension: "1003", Endpoints: endpoint(adaCell), Presence: extension.Available},
			"1004": {ID: "mary", Extension: "1004", Endpoints: endpoint(mary), Presence: extension.Available},
			"1005": {ID: "cells", Extension: "1005", Endpoints: endpoint(adaCell, mary), Presence: extension.Available},
		},
	}
	carrier.Attach(d)
	carrier.Clockwork(d.next, d.wake)
	return d, carrier
}

// Handle implements adapter.Handler.
func (d *desk) Handle(_ context.Context, e flow.Event) (flow.Turn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down > 0 {
		d.down--
		return d.safe(e), errDown
	}
	if e.Kind == flow.Arrived {
		if _, known := d.book.Entry(string(e.Start.To)); !known {
			return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup, Cause: flow.Unassigned}}}, nil
		}
		info := *e.Start
		info.Key, info.Entry = flow.Key{Account: "acme", ID: "call " + info.Ref}, string(info.To)
		info.Loop = info.From == number.E164(office)
		e.Call, e.Start = info.Key, &info
	}
	if _, known := d.calls[e.Call]; !known && e.Kind != flow.Arrived {
		return flow.Turn{}, fmt.Errorf("no such call: %q", e.Call.ID)
	}
	if e.ID == "" || !d.seen[e.ID] {
		d.happen(e.Call, e)
	}
	d.seen[e.ID] = true
	d.serve()
	return d.standing(e.Call), nil
}

func (d *desk) safe(e flow.Event) flow.Turn {
	t := flow.Turn{Call: e.Call, Seq: flow.SafeSeq}
	if e.Try < 2 {
		t.Move = flow.Move{Say: []flow.Message{{Say: "One moment, please."}}, Do: flow.Command{Kind: flow.Again, Retry: e.Try + 1}}
		return t
	}
	if e.Start == nil {
		panic("the number called is not known")
	}
	to := &extension.Party{Endpoints: []extension.Endpoint{{Address: switchb}}}
	t.Move.Do = flow.Command{Kind: flow.Connect, Time: time.Minute, Party: to}
	return t
}

func (d *desk) standing(k flow.Key) flow.Turn {
	c := d.calls[k]
	t := c.Turn()
	t.Info = c.Info
	return t
}

// happen advances a call, answers the book's questions, and tells others.
func (d *desk) happen(k flow.Key, e flow.Event) flow.Move {
	for {
		was := d.calls[k]
		e.At = d.carrier.Now()
		now, m := d.book.Advance(was, e)
		if m.Ignored != 0 {
			d.ignored = append(d.ignored, m.Ignored)
			return m
		}
		d.calls[k] = now
		d.turns = append(d.turns, flow.Turn{Call: k, Seq: now.Rev, Event: e, Move: m})
		if now.IsLeg() && now.Result == flow.ResultMissed && e.Kind != flow.Told && e.Kind != flow.HungUp {
			d.rest[was.Party.Agent] = d.carrier.Now().Add(30 * time.Second)
		}
		d.spread(was, now, m, e)
		if !m.Do.Kind.Engine() {
			return m
		}
		e = flow.Event{Call: k, Re: now.Standing, Reply: e.Reply, What: d.answer(now, m.Do)}
	}
}

// spread tells the peer, or every other leg that is out.
func (d *desk) spread(was, now flow.Call, m flow.Move, e flow.Event) {
	to := was.Legs
	if now.IsLeg() {
		to = []string{now.Info.Peer}
	}
	for _, id := range to {
		if m.Tell != 0 && (now.IsLeg() || id != e.Leg) {
			k := flow.Key{Account: now.Account, ID: id}
			d.happen(k, flow.Event{Call: k, What: flow.What{Kind: flow.Told, News: m.Tell, Leg: now.ID}})
		}
	}
}

func (d *desk) answer(c flow.Call, do flow.Command) flow.What {
	switch {
	case do.Kind == flow.Tell:
		k := flow.Key{Account: c.Account, ID: c.Info.Peer}
		m := d.happen(k, flow.Event{Call: k, What: flow.What{Kind: flow.Told, News: do.News, Leg: c.ID, Party: c.Party}})
		return flow.What{Kind: flow.Replied, Yes: m.Ignored == 0}
	case do.Name != "":
		if len(d.members) == 0 {
			return flow.What{Kind: flow.Found, Class: extension.ClassAway}
		}
		return flow.What{Kind: flow.Found, Class: extension.ClassAvailable}
	}
	a, ok := d.people[string(do.Entry)]
	if !ok {
		return flow.What{Kind: flow.Found, Class: extension.ClassUnknown}
	}
	class := extension.ClassAvailable
	if d.held(a.ID) {
		class = extension.ClassBusy
	}
	return flow.What{Kind: flow.Found, Class: class, Party: a.Party()}
}

func (d *desk) held(agent string) bool {
	for _, c := range d.calls {
		if c.Agent() == agent {
			return true
		}
	}
	return false
}

// sorted are the calls in a fixed order.
func (d *desk) sorted() []flow.Call {
	var out []flow.Call
	for _, c := range d.calls {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b flow.Call) int { return compare(a.ID, b.ID) })
	return out
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// serve offers everyone who waits to a member who is free.
func (d *desk) serve() {
	for _, c := range d.sorted() {
		if d.book.Line(c) == "" || c.Offered() > 0 {
			continue
		}
		for _, ext := range d.members {
			p := d.people[ext].Party()
			if !d.held(p.Agent) && !d.rest[p.Agent].After(d.carrier.Now()) {
				d.offer(c, p)
				break
			}
		}
	}
}

func (d *desk) offer(c flow.Call, p *extension.Party) {
	if !adapter.AbilitiesOf(d.carrier).Place {
		d.happen(c.Key, flow.Event{Call: c.Key, What: flow.What{Kind: flow.Told, News: flow.Dialled, Party: p}})
		return
	}
	d.legs++
	k := flow.Key{Account: c.Account, ID: fmt.Sprintf("leg %d", d.legs)}
	d.happen(c.Key, flow.Event{Call: c.Key, What: flow.What{Kind: flow.Told, News: flow.Offered, Leg: k.ID, Party: p}})
	start := &flow.Info{Key: k, Carrier: c.Carrier, From: c.From, To: c.To, Peer: c.ID, Queue: "support"}
	d.happen(k, flow.Event{Call: k, What: flow.What{Kind: flow.Arrived, Start: start, Party: p}})
}

// next is when something is owed, or a clock goes off.
func (d *desk) next() (next time.Time, some bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, c := range d.calls {
		at, _, ok := c.Wake()
		if due := d.retry[k]; c.Owed && (!ok || due.Before(at)) {
			at, ok = due, true
		}
		if ok && (!some || at.Before(next)) {
			next, some = at, true
		}
		if d.book.Line(c) == "" || c.Offered() > 0 {
			continue
		}
		for _, until := range d.rest {
			if until.After(d.carrier.Now()) && until.Before(next) {
				next = until
			}
		}
	}
	return next, some
}

// wake delivers what is owed, and sets clocks off. What the carrier could not do is
// tried again a second later.
func (d *desk) wake(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.carrier.Now()
	var errs []error
	for _, c := range d.sorted() {
		if c.Owed && !d.retry[c.Key].After(now) {
			turn := d.standing(c.Key)
			if turn.Move.Do.Kind == flow.Originate && !c.Has(flow.Placed) {
				d.happen(c.Key, flow.Event{Call: c.Key, Re: c.Standing, What: flow.What{Kind: flow.Placing}})
				c = d.calls[c.Key]
			}
			err := d.carrier.Do(ctx, turn)
			if errors.Is(err, adapter.ErrGone) {
				d.happen(c.Key, flow.Event{Call: c.Key, What: flow.What{Kind: flow.HungUp}})
				continue
			}
			if errors.Is(err, adapter.ErrRefused) {
				d.happen(c.Key, flow.Event{Call: c.Key, Re: c.Standing, What: flow.What{Kind: flow.Failed}})
				continue
			}
			if err != nil {
				d.retry[c.Key], c.Owed = now.Add(time.Second), true
				d.calls[c.Key] = c
				errs = append(errs, err)
				continue
			}
			c.Owed = false
			d.calls[c.Key] = c
		}
		if at, clock, ok := c.Wake(); ok && !at.After(now) {
			status, err := adapter.Probe(ctx, d.carrier, c)
			errs = append(errs, err)
			w := flow.What{Kind: flow.Woke, Clock: clock, Report: status.Report, Class: extension.ClassAvailable}
			if c.Phase == flow.Pending && status.Ref != "" {
				w = flow.What{Kind: flow.Recorded, Ref: status.Ref, Length: status.Length}
			}
			d.happen(c.Key, flow.Event{Call: c.Key, What: w})
		}
	}
	d.serve()
	return errors.Join(errs...)
}

// of is the call of a phone, as the desk has it.
func (d *desk) of(p *sim.Phone) flow.Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[p.View().Call]
}
