package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

// Call is a call as it stands: a value. Advance makes the next one; nothing
// changes one in place, so it may be copied and read from anywhere.
type Call struct {
	*Info           // never changes; nil before the call has arrived
	Rev      uint32 // counts turns; compared when the call is stored
	Standing uint32 // the turn that the carrier is carrying out
	State
	Clocks  Clocks
	Last    int64            // when the newest turn was taken, in nanoseconds since 1970
	Move    *Move            // what the standing turn says and waits on; shared, read-only
	Party   *extension.Party // the agent that the call reserves, rings or talks to; nil where none
	Mailbox string           // where personal voicemail goes: the mailbox of the agent first keyed
	Legs    []string         // the ids of the offers that are out; shared, read-only
	Placed  uint32           // a leg: the turn that the carrier was told to place; 0 where it is not
	Lost    uint8            // a leg: how many of its telephones could not be reached
	Owed    bool             // the standing turn must still be delivered, and nobody waits for it
	Entries uint8            // steps entered
	Guesses uint8            // wrong entries
	Began   int64            // when the first turn was taken, as Last; 0 where a version wrote it that did not say
	Left    int64            // when the caller, or the leg, was gone, as Last; 0 while they are there
	TakenBy string           // the id of the agent who took the call; empty while nobody has
}

// Clocks are the instants at which the armed clocks go off, in nanoseconds since
// 1970, by Clock-1. Those not in State.Armed are 0.
type Clocks [numClocks]int64

// Now is what stands: what the carrier is to say, and what the call waits on. Once
// the caller is gone that is nothing but to hang up.
func (c Call) Now() Move {
	if c.Has(CallerGone) {
		return Move{Do: Command{Kind: Hangup}}
	}
	if c.Move == nil {
		return Move{}
	}
	m := *c.Move
	c.fill(&m)
	return m
}

// Turn is the standing turn, as a carrier gets it when it asks again. Where there is
// nothing to do it hangs up: what asks is a leg that nobody waits for any more.
func (c Call) Turn() Turn {
	if c.Info == nil {
		return Turn{}
	}
	now := c.Now()
	if now.Do.Kind == Await {
		now = Move{Do: Command{Kind: Hangup}}
	}
	return Turn{Call: c.Key, Seq: c.Standing, Move: now}
}

// fill puts into a compiled move what only the call knows.
func (c *Call) fill(m *Move) {
	switch m.Do.Kind {
	case Connect, Originate:
		if m.Do.Party == nil {
			m.Do.Party = c.Party
		}
		if c.Info.outward() {
			m.Do.Party = &extension.Party{Endpoints: []extension.Endpoint{{Address: "tel:" + string(c.Info.From)}}}
		}
		if m.Do.Kind == Originate && c.Info.leg() {
			m.Do.Tried, m.Do.Lost = c.Try, c.Lost
		}
	case Record:
		if m.Do.Mailbox == "" {
			m.Do.Mailbox = c.Mailbox
		}
	case Join:
		m.Do.Room = c.talk()
	}
}

// talk is the name of the talk that the call takes part in: the caller's call.
func (c *Call) talk() string {
	switch {
	case c.Info == nil:
		return ""
	case c.Info.Peer != "":
		return c.Info.Peer
	}
	return c.Info.ID
}

// Wake is the earliest instant at which the call wants to be woken, and the
// clock that goes off then; false where no clock is armed.
func (c Call) Wake() (time.Time, Clock, bool) {
	at, which := int64(0), Clock(0)
	for k := StepClock; k <= LifeClock; k++ {
		if c.Armed.Has(k) && (which == 0 || c.Clocks[k-1] < at) {
			at, which = c.Clocks[k-1], k
		}
	}
	if which == 0 {
		return time.Time{}, 0, false
	}
	return time.Unix(0, at).UTC(), which, true
}

// Lasted is how long the call went on, or has gone on by an instant; false where that is
// not known, as of calls that an older version began or ended.
func (c Call) Lasted(now time.Time) (time.Duration, bool) {
	end := c.Left
	if !c.Has(CallerGone) {
		end = now.UnixNano()
	}
	if c.Began == 0 || end == 0 {
		return 0, false
	}
	return max(time.Duration(end-c.Began), 0), true
}

// Agent is the id of the agent that the call reserves; empty where none.
func (c Call) Agent() string {
	if c.Party == nil || !c.Has(Held) {
		return ""
	}
	return c.Party.Agent
}

// Offered counts the members that ring for a waiting caller now.
func (c Call) Offered() int {
	if c.Has(Dialling) {
		return 1
	}
	return int(c.State.Legs)
}

// Live reports whether the call is under way: it has begun and its caller is there.
func (c Call) Live() bool { return c.live() }

func (c *Call) live() bool { return c.Info != nil && c.Phase != Unbegun && !c.Marks.Has(CallerGone) }

// IsLeg reports whether we placed the call, to an agent, for another call.
func (c Call) IsLeg() bool { return c.Info.leg() }

// IsOutbound reports whether the call is one of ours to somebody outside: a callback,
// or a call that the product asked for.
func (c Call) IsOutbound() bool { return c.Info.outward() }

// Forwarder is the number that passed the call on; empty where none did. A carrier
// that only repeats the number called there names nobody: that number is the
// carrier's, and forwards nothing.
func (i *Info) Forwarder() number.E164 {
	if i.ForwardedFrom == i.To {
		return ""
	}
	return i.ForwardedFrom
}

// IsPlaced reports whether the carrier's side of the call is a leg that we place: to
// an agent, or to somebody outside.
func (i *Info) IsPlaced() bool { return i.leg() || i.outward() }

func (i *Info) leg() bool { return i != nil && i.Peer != "" }

// outward reports whether the call is one of ours to somebody outside.
func (i *Info) outward() bool { return i != nil && i.Outbound && i.Peer == "" }

// callback reports whether it is one that a caller asked a queue for.
func (i *Info) callback() bool { return i.outward() && i.Queue != "" }

// arm sets and stops the instants of clocks, counted from now. Which are armed is
// part of the State, and the machine's to say.
func (c *Call) arm(a *arms, now int64, told time.Duration) {
	if a == nil {
		return
	}
	for k := range a.in {
		switch {
		case a.by.Has(Clock(k+1)) && told > 0:
			c.Clocks[k] = now + int64(told)
		case a.after.Has(Clock(k + 1)):
			c.Clocks[k] += int64(a.in[k])
		case a.on.Has(Clock(k + 1)):
			c.Clocks[k] = now + int64(a.in[k])
		case a.set.Has(Clock(k + 1)):
			c.Clocks[k] = 0
		}
	}
}
