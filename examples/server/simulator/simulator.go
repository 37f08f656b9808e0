// Package simulator is a telephone exchange for trying an account out: a carrier
// in memory with callers' and agents' phones, an engine, and a store of its own,
// all on one clock that can be skipped forward and stopped.
//
// The clock is real time plus what was skipped. Whatever is done at a phone first
// lets happen what was due before; Run does so all the time in between.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Config is what a Simulator works with. The zero value is a useful one.
type Config struct {
	Logger  *slog.Logger
	Observe func(extflow.Observed)                // as in extflow.Config, like Ask
	Wrap    func(adapter.Handler) adapter.Handler // sees every event before the engine does
	Ask     func(context.Context, flow.Asked) (string, error)
	Now     func() time.Time // real time; time.Now
	Words   int              // spoken a minute; 0 and everything said takes no time

	// Store opens the store, which goes by the clock given; nil keeps everything in
	// memory. Skipped hears how far the clock is ahead of real time, whenever that
	// grows: a store that lasts must not wake up in the past.
	Store   func(now func() time.Time) (storage.Store, error)
	Skipped func(ahead time.Duration)
}

// Simulator is a carrier, an engine and a store on one clock. It is safe for
// concurrent use.
type Simulator struct {
	Store   storage.Store
	Engine  *extflow.Engine
	Carrier *sim.Carrier

	clock   clock
	skipped func(time.Duration)
	nudge   chan struct{}
	tidied  atomic.Int64 // when, by the clock, what was kept for long enough was last removed
}

// Name is the carrier's name in the calls that it brings.
const Name = "sim"

// New makes a simulator. Where its store is empty install an account, else Resume;
// then Run it.
func New(c Config) (*Simulator, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Store == nil {
		c.Store = func(now func() time.Time) (storage.Store, error) { return memory.New(memory.Config{Now: now}), nil }
	}
	if c.Skipped == nil {
		c.Skipped = func(time.Duration) {}
	}
	s := &Simulator{clock: clock{real: c.Now}, skipped: c.Skipped, nudge: make(chan struct{}, 1)}
	s.Carrier = sim.New(sim.Config{Name: Name, Start: s.clock.now().UTC(), Words: c.Words})
	var err error
	if s.Store, err = c.Store(s.Carrier.Now); err != nil {
		return nil, err
	}
	s.Engine, err = extflow.New(extflow.Config{
		Store: s.Store, Carriers: map[string]adapter.Carrier{Name: s.Carrier},
		Logger: c.Logger, Observe: c.Observe, Ask: c.Ask, Dialable: written.Dialable,
	})
	if err != nil {
		return nil, err
	}
	var h adapter.Handler = s.Engine
	if c.Wrap != nil {
		h = c.Wrap(h)
	}
	s.Carrier.Attach(h)
	s.Carrier.Clockwork(func() (time.Time, bool) {
		at, some, err := s.Engine.Next(context.Background())
		return at, some && err == nil
	}, s.Engine.Wake)
	return s, nil
}

// Resume goes on with a store that has an account of an earlier simulator, whose
// clock was ahead of real time: this one's is too. The telephones of then are gone:
// whatever they were on ends as when a line drops.
func (s *Simulator) Resume(ctx context.Context, account string, ahead time.Duration) error {
	if ahead > 0 {
		s.clock.skip(ahead)
	}
	for c, err := range s.Store.Calls().List(ctx, account, storage.Query{Live: true}) {
		if err != nil {
			return err
		}
		if c.Carrier != Name || !c.Live() {
			continue
		}
		if err := s.Engine.Signal(ctx, flow.Event{Call: c.Key, What: flow.What{Kind: flow.HungUp, Cause: "the simulator began anew"}}); err != nil {
			return err
		}
	}
	return s.Catch(ctx)
}

const busy, idle = 50 * time.Millisecond, time.Second

// Run lets time pass until ctx ends, and returns ctx's error. Beside that it removes
// what was kept for as long as the account says, as extflow.Engine.Run does.
func (s *Simulator) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { s.tidy(ctx) })
	for {
		_ = s.Catch(ctx) // what went wrong at a phone is in the log
		sleep := idle
		if len(s.Carrier.Phones()) > 0 {
			sleep = busy
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-s.nudge:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Catch lets happen what is due by now. Call it after a change that no phone
// brought about.
func (s *Simulator) Catch(ctx context.Context) error {
	return s.Carrier.WaitUntil(ctx, s.clock.now())
}

// Act does something at a phone once all that was due before has happened. It is
// carried out to its end also when whoever asked for it has gone.
func (s *Simulator) Act(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actTime)
	defer cancel()
	defer s.hurry()
	if err := s.Catch(ctx); ctx.Err() != nil {
		return err
	}
	return do(ctx)
}

const actTime = 20 * time.Second

// hurry has Run look again: a phone may be on a call now.
func (s *Simulator) hurry() {
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

// MaxSkip is the longest time that can be skipped at once.
const MaxSkip = 24 * time.Hour

// ErrSkip is returned for a time that cannot be skipped.
var ErrSkip = errors.New("simulator: time cannot be skipped")

// Skip lets time pass at once: what is due on the way happens at its instant. The
// error is ErrSkip for a time below 0 or above MaxSkip.
func (s *Simulator) Skip(ctx context.Context, d time.Duration) error {
	if d < 0 || d > MaxSkip {
		return fmt.Errorf("%w: %v; give 0s to %v", ErrSkip, d, MaxSkip)
	}
	return s.Act(ctx, func(ctx context.Context) error {
		s.clock.skip(d)
		s.skipped(s.clock.ahead())
		return s.Catch(ctx)
	})
}

// SkipToNext lets time pass until the next thing is due, and reports whether there
// was any.
func (s *Simulator) SkipToNext(ctx context.Context) (some bool, err error) {
	err = s.Act(ctx, func(ctx context.Context) error {
		some, err = s.Carrier.SkipToNext(ctx)
		s.clock.reach(s.Carrier.Now())
		s.skipped(s.clock.ahead())
		return err
	})
	return some, err
}

// Stop has time stand still: only Skip moves it.
func (s *Simulator) Stop(ctx context.Context) error {
	s.clock.stop()
	return s.Act(ctx, func(context.Context) error { return nil })
}

// Start has time pass again, from where it stands.
func (s *Simulator) Start(ctx context.Context) error {
	s.clock.start()
	return s.Act(ctx, func(context.Context) error { return nil })
}

// Clock is a reading of the simulator's clock.
type Clock struct {
	Now     time.Time
	Running bool
	Ahead   time.Duration // of real time
}

// Clock reads the clock.
func (s *Simulator) Clock() Clock {
	return Clock{Now: s.clock.now(), Running: s.clock.running(), Ahead: s.clock.ahead()}
}
