package flowtest

import (
	"context"
	"errors"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// Telephones are what a story is played on: callers' and agents' telephones, the
// time that passes on them, and what goes wrong on the way to the exchange. Run
// plays on those of package sim; RunOutcomes takes any other carrier's far end.
//
// Every act returns when all that follows from it at that instant has happened.
type Telephones interface {
	// Attach puts an exchange behind the telephones, whose clockwork goes off as
	// time passes. It comes before the first act.
	Attach(x Exchange) error

	Now() time.Time
	Wait(ctx context.Context, d time.Duration) error
	WaitUntil(ctx context.Context, t time.Time) error
	SkipToNext(ctx context.Context) (bool, error) // false where nothing is left to happen

	// Dial calls a number with a new telephone. From is empty where the caller
	// withholds it; forwarded is the number that passed the call on, if any.
	Dial(ctx context.Context, from, to, forwarded string) (Caller, error)
	Callers() []Caller            // those whose calls have not ended
	Agent(address string) Handset // there is one at every address
	Legs() []Leg                  // the agents' telephones that ring or talk

	// Befall has one of Refuses, LosesTape, Twice, Lost and Late go wrong next; Mend takes
	// back what has not gone wrong yet.
	Befall(a Act)
	Mend()

	// Overhear has heard called with what is said at agents' telephones.
	Overhear(heard func(address string, said flow.Message))

	// Impossible reports whether an act's error says that there was no chance for
	// it: nothing rings, or the call has ended.
	Impossible(err error) bool
}

// Owner is an optional part of Telephones whose carrier minds which numbers calls come
// from: it is told of the account's, which it would know only once they are dialled.
type Owner interface {
	Owns(number string)
}

// Caller is a caller's telephone, for one call.
type Caller interface {
	Press(ctx context.Context, keys string) error
	Speak(ctx context.Context, d time.Duration) error             // from now on; takes no time itself
	Say(ctx context.Context, words string, d time.Duration) error // the same, with what is said
	HangUp(ctx context.Context) error
	Ref() string         // the carrier's reference of the call
	Over() bool          // the call has ended
	Refused() *flow.Move // what a call was answered that the exchange did not take; nil where that is not known
}

// Handset is an agent's telephone.
type Handset interface {
	Answer(ctx context.Context) error
	Decline(ctx context.Context) error
	Press(ctx context.Context, keys string) error
	HangUp(ctx context.Context) error
	Address() string
	State() State
	Behaves(m Manner) // by itself, from the next ring on
}

// State is what an agent's telephone does.
type State string

// The states of agents' telephones that stories tell apart; there may be others
// while somebody is on the telephone.
const (
	OnHook    State = "idle"
	Ringing   State = "ringing"
	Screening State = "screening" // the agent is to press 1
)

// Manner is what an agent's telephone does by itself when it is rung.
type Manner string

// The manners.
const (
	RingsOut  Manner = ""            // nothing
	Voicemail Manner = "voicemail"   // a mobile's voicemail picks up
	Busy      Manner = "engaged"     // it does not even ring
	Off       Manner = "unreachable" // the carrier does not find it
)

// Leg is an agent's telephone that rings or talks.
type Leg struct {
	Address string
	State   State
	Gone    bool // for a caller whose call has ended
}

// Lay makes the telephones for one story, whose time begins at start, and the
// carrier by which an exchange reaches them.
type Lay func(start time.Time) (Telephones, adapter.Carrier, error)

// Simulated are telephones of package sim.
func Simulated(start time.Time) (Telephones, adapter.Carrier, error) { return laySim(start) }

// Unhurried are the same with words that take their time: two a second.
func Unhurried(start time.Time) (Telephones, adapter.Carrier, error) {
	c := sim.New(sim.Config{Start: start, Words: 120})
	return simulated{c}, c, nil
}

// simulated are the telephones of package sim.
type simulated struct{ *sim.Carrier }

func laySim(start time.Time) (Telephones, adapter.Carrier, error) {
	c := sim.New(sim.Config{Start: start})
	return simulated{c}, c, nil
}

func (s simulated) Attach(x Exchange) error {
	s.Carrier.Attach(x)
	s.Drive(x)
	return nil
}

func (s simulated) Dial(ctx context.Context, from, to, forwarded string) (Caller, error) {
	p, err := s.Carrier.Dial(ctx, from, to, sim.Options{ForwardedFrom: forwarded})
	return simCaller{p}, err
}

func (s simulated) Callers() []Caller {
	var out []Caller
	for _, p := range s.Phones() {
		out = append(out, simCaller{p})
	}
	return out
}

func (s simulated) Agent(address string) Handset { return simHandset{s.Carrier.Agent(address)} }

func (s simulated) Legs() []Leg {
	var out []Leg
	for _, l := range s.Carrier.Legs() {
		out = append(out, Leg{Address: l.Phone, State: State(l.State), Gone: l.Gone})
	}
	return out
}

func (s simulated) Befall(a Act) {
	switch a.Does {
	case Refuses:
		s.Break(sim.Faults{DoRefuses: 1})
		return
	case LosesTape:
		s.Break(sim.Faults{LosesTapes: 1})
		return
	}
	s.Break(sim.Faults{Next: []sim.Fault{{Twice: a.Does == Twice, Lost: a.Does == Lost, Late: a.For}}})
}

func (s simulated) Mend() { s.Break(sim.Faults{}) }

func (s simulated) Overhear(heard func(address string, said flow.Message)) {
	s.Observe(func(h sim.Happening) {
		if h.What == sim.Heard {
			heard(h.Phone, h.Said)
		}
	})
}

func (simulated) Impossible(err error) bool {
	return errors.Is(err, sim.ErrIdle) || errors.Is(err, sim.ErrOver)
}

type simCaller struct{ *sim.Phone }

func (p simCaller) Ref() string { return p.View().Ref }
func (p simCaller) Over() bool  { return p.View().State == sim.Over }

func (p simCaller) Refused() *flow.Move {
	v := p.View()
	if v.Call != (flow.Key{}) {
		return nil
	}
	return &v.Turn.Move
}

type simHandset struct{ *sim.Agent }

func (h simHandset) Address() string  { return h.View().Phone }
func (h simHandset) State() State     { return State(h.View().State) }
func (h simHandset) Behaves(m Manner) { h.Set(sim.Manner(m), 0) }
