package extension

import (
	"fmt"
	"time"
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

// Hold reserves the agent, and with it every endpoint it has, for a call until the
// lease runs out; a call that holds already renews its lease. The error is
// ErrNoAgent, or ErrHeld where another call holds the agent or, through another
// agent, one of its endpoints.
func (d *Directory) Hold(id, call string, until time.Time) error {
	e := d.agents[id]
	if e == nil {
		return fmt.Errorf("%w: %s", ErrNoAgent, id)
	}
	duty, ok := e.agent.Duty.Hold(call, until)
	if !ok || d.elsewhere(e, call) {
		return fmt.Errorf("%w: %s", ErrHeld, id)
	}
	e.agent.Duty = duty
	return nil
}

// Release frees the agent of the call and reports whether the call held it. An
// agent deleted meanwhile is held by nobody.
func (d *Directory) Release(id, call string) bool {
	e := d.agents[id]
	if e == nil || call == "" || e.agent.Duty.HeldBy != call {
		return false
	}
	e.agent.Duty = e.agent.Duty.Release(call)
	return true
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
