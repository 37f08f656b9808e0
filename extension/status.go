package extension

import (
	"slices"
	"time"
)

// Presence is what an agent, or the product for them, says about being there.
type Presence string

// The presences. Being on a call of ours is no presence: the reservation says so.
const (
	Available Presence = "available"
	Busy      Presence = "busy"
	Away      Presence = "away"
	Offline   Presence = "offline"
)

// Presences lists every presence in the order in which people read them.
func Presences() []Presence { return []Presence{Available, Busy, Away, Offline} }

// Valid reports whether p is one of the four.
func (p Presence) Valid() bool { return slices.Contains(Presences(), p) }

// Duty is what calls leave on an agent: the reservation, rest and wrap-up. It is
// derived when calls are committed and never set by hand.
type Duty struct {
	HeldBy    string    `json:"held_by,omitempty"`   // the id of the call that reserves the agent
	HeldUntil time.Time `json:"held_until,omitzero"` // the lease; a sweeper asks the carrier before it frees
	RestUntil time.Time `json:"rest_until,omitzero"` // no queue offers the agent a call before this (rest after a miss, wrap-up after a talk)
	IdleSince time.Time `json:"idle_since,omitzero"` // when the last talk ended; the longest idle is offered first
	Misses    int       `json:"misses,omitempty"`    // offers missed in a row
}

// Held reports whether a call reserves the agent. A lease that has run out still
// holds: only the sweeper, which asks the carrier, may free it.
func (d Duty) Held() bool { return d.HeldBy != "" }

// Hold reserves the agent for a call until the lease runs out; false if another
// call holds the agent. A call that holds already renews its lease.
func (d Duty) Hold(call string, until time.Time) (Duty, bool) {
	if d.Held() && d.HeldBy != call {
		return d, false
	}
	d.HeldBy, d.HeldUntil = call, until
	return d, true
}

// Release frees the agent of the call. Another call's hold stays.
func (d Duty) Release(call string) Duty {
	if d.HeldBy == call {
		d.HeldBy, d.HeldUntil = "", time.Time{}
	}
	return d
}

// Resting reports whether queues leave the agent alone now.
func (d Duty) Resting(now time.Time) bool { return now.Before(d.RestUntil) }

// Miss is how an offer by a queue failed to become a talk.
type Miss string

// The misses. That the carrier found the agent on another line makes for a rest,
// but speaks for somebody being there: it does not count towards MaxMisses.
const (
	Unanswered  Miss = "unanswered" // it rang out, or screening was not accepted
	Declined    Miss = "declined"
	Unreachable Miss = "unreachable" // the carrier reached no endpoint
	Engaged     Miss = "engaged"     // the carrier says busy
)

// MaxMisses in a row make an available agent away, for ReasonMissed.
const (
	MaxMisses    = 3
	ReasonMissed = "missed"
)

// Rest is how long queues leave an agent alone after the miss.
func (m Miss) Rest() time.Duration {
	switch m {
	case Declined:
		return 15 * time.Second
	case Unreachable:
		return time.Minute
	}
	return 30 * time.Second
}

// Missed is the agent after missing a queue's offer, and whether that was one too
// many: presence has then become away.
func (a Agent) Missed(m Miss, at time.Time) (after Agent, away bool) {
	a.Duty.RestUntil = later(a.Duty.RestUntil, at.Add(m.Rest()))
	if m != Engaged {
		a.Duty.Misses++
	}
	if a.Duty.Misses < MaxMisses || a.Presence != Available {
		return a, false
	}
	a.Presence, a.Reason = Away, ReasonMissed
	return a, true
}

// Talked is the duty after a talk that ended at an instant. The agent is idle from
// then on, rests for wrapUp (0 after a talk that no queue brought), and has missed
// nothing. The hold is released apart, with the call.
func (d Duty) Talked(at time.Time, wrapUp time.Duration) Duty {
	d.IdleSince, d.Misses = later(d.IdleSince, at), 0
	if wrapUp > 0 {
		d.RestUntil = later(d.RestUntil, at.Add(wrapUp))
	}
	return d
}

// Turned is the agent after somebody set the presence, for a reason or for none.
// Earlier misses are forgotten; a rest goes on.
func (a Agent) Turned(p Presence, reason string) Agent {
	a.Presence, a.Reason, a.Duty.Misses = p, reason, 0
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
