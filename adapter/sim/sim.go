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
	"github.com/extflow/extflow/adapter/farend"
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
	cfg          Config
	time         *farend.Time
	farend.Clock // time passes in it
	handler      adapter.Handler

	mu     sync.Mutex // guards all that follows
	post   farend.Post[letter, *letter]
	news   farend.News[Happening]
	plan   farend.Plan[flow.Kind]
	faults Faults
	lines  map[flow.Key]*line
	refs   map[string]*line
	order  []*line // callers' lines that have not ended, in the order in which they dialled
	ended  []*line // lines that can still be asked about, in the order in which they ended
	agents farend.Agents[*Agent]
	rooms  map[flow.Key]*room
}

var (
	_ adapter.Carrier = (*Carrier)(nil)
	_ adapter.Prober  = (*Carrier)(nil)
	_ adapter.Able    = (*Carrier)(nil)
)

// New makes a carrier without a handler: Attach one before the first call.
func New(cfg Config) *Carrier {
	if cfg.Name == "" {
		cfg.Name = "sim"
	}
	c := &Carrier{
		cfg:   cfg,
		lines: map[flow.Key]*line{},
		refs:  map[string]*line{},
		rooms: map[flow.Key]*room{},
	}
	c.time = farend.NewTime(cfg.Start, &c.mu, farend.Work{
		Name:  "sim",
		Ready: c.ready,
		Deliver: func(ctx context.Context) (bool, error) {
			return c.post.Deliver(c.befall, func(m *letter) error { return c.deliver(ctx, m) })
		},
		Tell: c.news.Tell,
	})
	c.Clock, c.post.Time, c.news.Lock = c.time.Clock(), c.time, &c.mu
	c.agents.New = func(address string) *Agent { return &Agent{c: c, ear: &handset{address: address}} }
	return c
}

// Attach gives the carrier the handler that hears of its calls. Call it before
// the first act.
func (c *Carrier) Attach(h adapter.Handler) { c.handler = h }

// Abilities says whether it places legs.
func (c *Carrier) Abilities() adapter.Abilities {
	return adapter.Abilities{Place: !c.cfg.NoPlacing}
}

// errNoHandler is returned by acts before Attach.
var errNoHandler = errors.New("sim: no handler; call Attach with the engine before the first call")

// The errors of acts that a phone gives no chance for.
var (
	ErrOver = farend.ErrOver // on no call, or no longer
	ErrIdle = farend.ErrIdle // an agent's: nothing rings, or it is on no call
)

func (c *Carrier) ready() error {
	if c.handler == nil {
		return errNoHandler
	}
	return nil
}
