package twiliotest

import (
	"slices"
	"strings"
)

// Legs: agents' phones that ring, in a Dial or because REST placed a call.

// alert has a leg's phone ring, if it can be rung.
func (l *call) alert() {
	if l.over() {
		return
	}
	a := l.agent
	l.status = initiated
	l.tell("initiated")
	switch {
	case a.manner == Unreachable:
		l.finish(failed, "not found")
		return
	case a.manner == Engaged, a.leg != nil, l.c.offHook(a.ear.address):
		l.finish(busy, "busy")
		return
	}
	l.status, a.leg, a.ear.heard = ringing, l, nil
	l.note(Happening{What: Rang, Note: l.from})
	l.tell("ringing")
	a.act(l)
}

// pickUp is somebody answering a leg's phone.
func (l *call) pickUp() {
	l.clocks.Clear()
	l.note(Happening{What: PickedUp})
	l.status, l.answered = inProgress, l.c.Now()
	l.tell("answered")
	if l.ring != nil {
		l.ring.answered(l)
		return
	}
	if l.limit > 0 {
		l.clocks.Start("limit", l.limit, func() {
			l.note(Happening{What: Fired, Note: "limit"})
			l.finish(completed, "the call reached its limit")
		})
	}
	l.begin()
}

// offHook reports whether an address is the telephone that a caller calls from.
func (c *Carrier) offHook(address string) bool {
	return slices.ContainsFunc(c.calls, func(l *call) bool {
		return l.agent == nil && !l.over() && address == addressOf(l.from)
	})
}

// addressOf is the address of whoever has a number or a name.
func addressOf(party string) string {
	if strings.HasPrefix(party, "+") {
		return "tel:" + party
	}
	return party
}
