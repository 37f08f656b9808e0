package extension

import (
	"fmt"
	"time"

	"github.com/extflow/extflow/number"
)

// SetPresence changes what the agent says about being there, for a reason or for
// none. It does not count as a change of the agent: Rev stays. The error is
// ErrNoAgent or ErrAgent.
func (d *Directory) SetPresence(id string, p Presence, reason string) (Agent, error) {
	e := d.agents[id]
	if e == nil {
		return Agent{}, fmt.Errorf("%w: %s", ErrNoAgent, id)
	}
	if !p.Valid() {
		return Agent{}, fmt.Errorf("%w: presence %q; there are %v", ErrAgent, p, Presences())
	}
	e.agent = e.agent.Turned(p, reason)
	return e.copy(), nil
}

// hold is what a call reserves of an agent.
type hold struct {
	call   string
	until  time.Time
	places []string // where the agent is rung, whoever has those endpoints by now
}

// Hold reserves the agent for a call until the lease runs out, and with it the
// endpoints that the call rings: every one that the agent has, unless some are
// given. A call that holds already renews its lease. An agent deleted meanwhile is
// held all the same, for its telephone rings, and so it is when it is added again.
// The error is ErrHeld where another call holds the agent or one of the endpoints.
func (d *Directory) Hold(id, call string, until time.Time, rung ...Endpoint) error {
	h := hold{call: call, until: until}
	for _, e := range rung {
		h.places = append(h.places, placeOf(e.Address))
	}
	e := d.agents[id]
	if e != nil && len(rung) == 0 {
		h.places = e.places
	}
	if was, held := d.holds[id]; held && was.call != call || d.rungByOther(h.places, call) {
		return fmt.Errorf("%w: %s", ErrHeld, id)
	}
	d.drop(id)
	d.holds[id] = h
	for _, place := range h.places {
		d.rung[place] = id
	}
	if e != nil {
		e.agent.Duty, _ = e.agent.Duty.Hold(call, until)
	}
	return nil
}

// Release frees the agent of the call, and reports whether the call held it.
func (d *Directory) Release(id, call string) bool {
	if h, held := d.holds[id]; !held || h.call != call {
		return false
	}
	d.drop(id)
	if e := d.agents[id]; e != nil {
		e.agent.Duty = e.agent.Duty.Release(call)
	}
	return true
}

// drop forgets what is held of an agent.
func (d *Directory) drop(id string) {
	for _, place := range d.holds[id].places {
		if d.rung[place] == id {
			delete(d.rung, place)
		}
	}
	delete(d.holds, id)
}

// rungByOther reports whether another call rings one of the places.
func (d *Directory) rungByOther(places []string, call string) bool {
	if len(d.rung) == 0 {
		return false
	}
	for _, place := range places {
		if by, rung := d.rung[place]; rung && d.holds[by].call != call {
			return true
		}
	}
	return false
}

// HeldAt is the call that rings an endpoint with the caller's identity, or talks
// there: who calls from it now calls from a telephone in use.
func (d *Directory) HeldAt(caller number.E164) (call string, held bool) {
	by, held := d.rung[placeOf(string(caller))]
	return d.holds[by].call, held
}

// Missed records that the agent missed a queue's offer, and reports whether that
// made it away. See Agent.Missed.
func (d *Directory) Missed(id string, m Miss, at time.Time) (away bool) {
	if e := d.agents[id]; e != nil {
		e.agent, away = e.agent.Missed(m, at)
	}
	return away
}

// Talked records that a talk of the agent ended. See Duty.Talked.
func (d *Directory) Talked(id string, at time.Time, wrapUp time.Duration) {
	if e := d.agents[id]; e != nil {
		e.agent.Duty = e.agent.Duty.Talked(at, wrapUp)
	}
}
