// Package adapter is the contract between the engine and the carriers that bring
// calls: a Handler hears what happened, a Carrier carries out what stands.
//
// An adapter translates, and decides nothing: it turns the carrier's requests
// into flow.Events and flow.Turns into the carrier's documents and commands. It
// needs one method; what more it can do are one-method upgrades that the
// functions of this package look for, so that nobody asserts a type.
package adapter

import (
	"context"
	"errors"
	"time"

	"github.com/extflow/extflow/flow"
)

// Handler hears what happened to a call. The engine is one.
//
// Handle always returns a turn to carry out: the one at which the call now
// stands, or a safe one ("one moment, please", and the same request again) when
// the store is out of reach; then the error says why. Set Event.Reply when the
// request that brought the event will carry the turn back. Handlers are safe for
// concurrent use.
type Handler interface {
	Handle(ctx context.Context, e flow.Event) (flow.Turn, error)
}

// Carrier carries out a turn that nobody was waiting for: a live call is moved,
// hung up or joined, a leg is placed. Done twice is done once. Carriers are safe
// for concurrent use.
//
// An error that wraps ErrGone says that the carrier knows no such call, or no
// longer: the engine ends it. One that wraps ErrRefused is final: the engine tells
// the call Failed. Any other is tried again; of a leg that was to be placed it says
// that it was not, for sure. Where that is unknown there is no error: the leg's own
// requests, or the engine's clocks, tell what became of it.
type Carrier interface {
	Do(ctx context.Context, t flow.Turn) error
}

// The errors of a Carrier that the engine tells apart.
var (
	ErrGone    = errors.New("the carrier knows no such call")
	ErrRefused = errors.New("the carrier refuses") // and would refuse again
	ErrNext    = errors.New("the carrier refuses this telephone; the agent's next is to be rung")
)

// Placer is a Carrier that knows a leg by a reference of its own as soon as it has
// begun to place it. The engine keeps it in the call: every later turn's Info.Ref,
// on whichever node. A reference that comes by the leg's own requests is reported
// as flow.Began, or with flow.Answered, with Re the turn that placed the leg.
//
// A Placer that rings an agent's telephones one after the other begins with
// those that Command.Tried leaves, reports how each one's ring ended with Yes as
// long as there are others, and gets a turn for the next.
type Placer interface {
	Place(ctx context.Context, t flow.Turn) (ref string, err error)
}

// Place places a leg, as Do does, and returns the carrier's reference of it where
// that is known. The errors are those of Carrier, and ErrNext.
func Place(ctx context.Context, carrier Carrier, t flow.Turn) (ref string, err error) {
	if p, ok := carrier.(Placer); ok {
		return p.Place(ctx, t)
	}
	return "", carrier.Do(ctx, t)
}

// Status is what a carrier knows of a call.
type Status struct {
	Report flow.Report
	Ref    string        // the newest recording of the call, if any
	Length time.Duration // its length

	// NoRecording says that nothing was recorded in the call, for certain: a caller
	// who hung up during the greeting left no message, and none was lost.
	NoRecording bool
}

// Prober is a Carrier that can be asked about a call.
type Prober interface {
	Probe(ctx context.Context, c flow.Call) (Status, error)
}

// Probe asks the carrier about a call. A carrier that cannot be asked answers
// errors.ErrUnsupported.
func Probe(ctx context.Context, carrier Carrier, c flow.Call) (Status, error) {
	if p, ok := carrier.(Prober); ok {
		return p.Probe(ctx, c)
	}
	return Status{}, errors.ErrUnsupported
}

// Abilities are what a carrier can do beyond the least. The zero value is the
// least: it answers, plays, collects, rings and records.
type Abilities struct {
	Place bool          // place legs, and join them to a caller who holds
	Pace  time.Duration // the least time between two legs that are placed, on all nodes together; 0 is none
}

// Able is a Carrier that says what it can do.
type Able interface {
	Abilities() Abilities
}

// AbilitiesOf is what a carrier says that it can do.
func AbilitiesOf(carrier Carrier) Abilities {
	if a, ok := carrier.(Able); ok {
		return a.Abilities()
	}
	return Abilities{}
}

// InTurn is a Carrier that may ring an agent's telephones one after the other: as a
// Command of kind Connect or Originate asks, it takes so long until nobody has answered,
// screening aside. That is longer than the command's Time where equal shares of it would
// be less than flow.LeastShare.
type InTurn interface {
	RingTime(do flow.Command) time.Duration
}

// RingTime is how long a carrier rings as it is asked to, where nobody answers.
func RingTime(carrier Carrier, do flow.Command) time.Duration {
	if c, ok := carrier.(InTurn); ok {
		return c.RingTime(do)
	}
	return do.Time
}
