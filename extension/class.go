package extension

import (
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/number"
)

// Class is what the directory answers to a keyed entry: not who, but what can be
// done about it. It is all of an answer that decides where a call goes.
type Class uint8

// The classes. The zero value is no answer.
const (
	ClassAvailable Class = iota + 1 // the agent can be rung
	ClassBusy                       // on another call of ours, set to busy, or calling themselves
	ClassAway                       // exists, but cannot be rung: offline, away, outside hours, no endpoint
	ClassUnknown                    // no extension of this account
	ClassPartial                    // fewer digits than any extension, or the beginning of one
)

var classNames = [...]string{"", "available", "busy", "away", "unknown", "partial"}

// Classes lists every class.
func Classes() []Class {
	return []Class{ClassAvailable, ClassBusy, ClassAway, ClassUnknown, ClassPartial}
}

// String is the class in a word, as in "busy".
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return ""
}

// ParseClass reads the word that String gives.
func ParseClass(s string) (Class, bool) {
	for i, name := range classNames {
		if name == s && i > 0 {
			return Class(i), true
		}
	}
	return 0, false
}

// MarshalText writes the class in a word.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes; the empty text is no answer.
func (c *Class) UnmarshalText(text []byte) error {
	class, ok := ParseClass(string(text))
	if !ok && len(text) > 0 {
		return fmt.Errorf("no class of answer %.20q; there are %v", text, Classes())
	}
	*c = class
	return nil
}

// Inquiry is what a call brings when it asks for an agent.
type Inquiry struct {
	Call    string      // the id of the call that asks: what it holds itself is not busy
	Caller  number.E164 // nobody can ring themselves; empty where withheld
	Carrier string      // the carrier of the caller's call; empty reaches every endpoint
	Now     time.Time

	Closed func(hours string) bool // whether the hours named are closed now; nil is always open. Not asked for agents without hours
}

// Class says what can be done about the agent: ClassAvailable, ClassBusy or
// ClassAway. Elsewhere tells that another call rings one of the agent's endpoints,
// through whomever. Who calls from an endpoint of the agent's own finds it
// busy whatever else is true; who cannot be rung is away even while on a call.
func (a Agent) Class(q Inquiry, elsewhere bool) Class {
	return a.class(&q, slices.ContainsFunc(a.Endpoints, func(e Endpoint) bool { return e.Is(q.Caller) }), elsewhere)
}

// class is Class, once it is known whether the caller is the agent.
func (a *Agent) class(q *Inquiry, self, elsewhere bool) Class {
	switch {
	case self:
		return ClassBusy
	case !a.atWork(q) || !a.reachable(q.Carrier):
		return ClassAway
	case a.Presence == Busy || elsewhere || a.Duty.Held() && a.Duty.HeldBy != q.Call:
		return ClassBusy
	}
	return ClassAvailable
}

// AtWork reports whether the agent is there to take calls, now or soon: available
// or busy, also during a call or a rest, and inside hours.
func (a Agent) AtWork(q Inquiry) bool { return a.atWork(&q) }

func (a *Agent) atWork(q *Inquiry) bool {
	there := a.Presence == Available || a.Presence == Busy
	return there && (a.Hours == "" || q.Closed == nil || !q.Closed(a.Hours))
}

// Free reports whether a queue may offer the agent a call now: available, and not
// resting after a miss or wrapping up after a talk. Elsewhere is as for Class.
func (a Agent) Free(q Inquiry, elsewhere bool) bool {
	return !a.Duty.Resting(q.Now) && a.Class(q, elsewhere) == ClassAvailable
}

func (a *Agent) reachable(carrier string) bool {
	return slices.ContainsFunc(a.Endpoints, func(e Endpoint) bool { return e.Reachable(carrier) })
}
