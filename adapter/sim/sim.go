// Package sim is a carrier in memory: callers' phones, agents' phones, and time
// that passes when it is told to.
//
// It speaks to an adapter.Handler as a real carrier does. What happens on its
// phones becomes events; the turns that come back are spoken, rung and recorded on
// them. It has a carrier's own timers (for keys, rings and recordings), loses and
// repeats events when asked to, and reads no clock but its own:
//
//	carrier := sim.New(sim.Config{})
//	carrier.Attach(engine)
//	carrier.Drive(engine) // as time passes, its clocks go off too
//
//	carrier.Agent("client:ada").Set(sim.Takes, 3*time.Second)
//	phone, err := carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
//	err = phone.Press(ctx, "1001")
//	err = carrier.Wait(ctx, 3*time.Second)
//	phone.View().State // sim.Talking
//
// Acts (Dial, Press, HangUp, Answer, Wait and their like) return when all that
// follows at that instant has happened: events were answered, turns carried out,
// timers and the clockwork that were due have gone off. They may be called from
// several goroutines and then happen one after the other, but not from inside the
// handler, the clockwork or an observer. Their error says what the handler or the
// clockwork complained of meanwhile; the act was carried out all the same.
//
// The package starts no goroutine, and the same acts give the same happenings.
//
// What a carrier hears of sound is left out: words take time and say nothing, a
// recording has a length and no audio. Music on hold plays on without the laps that
// webhook carriers need. Agents do not place calls, and no phone has two of them.
package sim

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Config is how the carrier is. The zero value is a useful one.
type Config struct {
	Name      string        // the carrier's name in the calls that it brings; "sim"
	Start     time.Time     // where time begins; Monday, 5 January 2026, 9:00 UTC
	NoPlacing bool          // it cannot place legs: Abilities says so, and Originate is refused
	Words     int           // spoken a minute, 1 to 1000; 0 and everything said takes no time
	Audio     time.Duration // how long a played file lasts; 0 takes no time
}

// Carrier is the carrier. It implements adapter.Carrier, adapter.Prober and
// adapter.Able, and is safe for concurrent use.
type Carrier struct {
	cfg     Config
	baton   chan struct{} // held by the one who lets events and time run
	handler adapter.Handler
	next    func() (time.Time, bool)
	wake    func(context.Context) error

	mu     sync.Mutex // guards all that follows
	now    time.Time
	serial uint64
	timers timers
	outbox []*letter
	swaps  []*letter // held back until another was delivered
	plan   plan
	lines  map[flow.Key]*line
	refs   map[string]*line
	order  []*line // callers' lines that have not ended, in the order in which they dialled
	ended  []*line // lines that can still be asked about, in the order in which they ended
	agents map[string]*Agent
	rooms  map[flow.Key]*room
	crier  crier
}

var (
	_ adapter.Carrier = (*Carrier)(nil)
	_ adapter.Prober  = (*Carrier)(nil)
	_ adapter.Able    = (*Carrier)(nil)
)

// New makes a carrier without a handler: Attach one before the first call.
func New(c Config) *Carrier {
	if c.Name == "" {
		c.Name = "sim"
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
	}
	return &Carrier{
		cfg:    c,
		baton:  make(chan struct{}, 1),
		now:    c.Start,
		lines:  map[flow.Key]*line{},
		refs:   map[string]*line{},
		agents: map[string]*Agent{},
		rooms:  map[flow.Key]*room{},
	}
}

// Attach gives the carrier the handler that hears of its calls. Call it before
// the first act.
func (c *Carrier) Attach(h adapter.Handler) { c.handler = h }

// Clockwork tells what else must happen as time passes: next is when, false where
// never, and wake does all that is due. Both are called between events, with the
// carrier's clock at that instant; at the same instant the carrier's own timers
// come first. Call it before the first act.
func (c *Carrier) Clockwork(next func() (time.Time, bool), wake func(context.Context) error) {
	c.next, c.wake = next, wake
}

// Drive is Clockwork for an engine. While it cannot say when it has something to
// do, it is not woken.
func (c *Carrier) Drive(engine interface {
	Next(context.Context) (time.Time, bool, error)
	Wake(context.Context) error
}) {
	c.Clockwork(func() (time.Time, bool) {
		at, some, err := engine.Next(context.Background())
		return at, some && err == nil
	}, engine.Wake)
}

// Now is the instant on the carrier's clock: give it to the store as its clock.
func (c *Carrier) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Abilities says whether it places legs.
func (c *Carrier) Abilities() adapter.Abilities {
	return adapter.Abilities{Place: !c.cfg.NoPlacing}
}

// errNoHandler is returned by acts before Attach.
var errNoHandler = errors.New("sim: no handler; call Attach with the engine before the first call")

// ErrOver is returned for an act on a phone that is on no call, or no longer.
var ErrOver = errors.New("sim: the phone is on no call")

// act does something at a phone, and lets all that follows from it happen.
func (c *Carrier) act(ctx context.Context, do func() error) error {
	if err := c.take(ctx); err != nil {
		return err
	}
	defer c.pass()
	c.mu.Lock()
	err := do()
	c.mu.Unlock()
	if err != nil {
		return err
	}
	var r run
	c.settle(ctx, &r)
	return r.error()
}

// take waits for the baton.
func (c *Carrier) take(ctx context.Context) error {
	if c.handler == nil {
		return errNoHandler
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.baton <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Carrier) pass() { <-c.baton }
