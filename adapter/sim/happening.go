package sim

import (
	"time"

	"github.com/extflow/extflow/adapter/farend"
	"github.com/extflow/extflow/flow"
)

// Happening is one thing that happened at the carrier, as plain data. What says
// which of the other fields mean something. Numbers and keys are in full: mask
// them before they reach a log.
type Happening struct {
	At    time.Time
	What  What
	Call  flow.Key     // whose; zero before the handler has named the call
	Phone string       // at which phone: the caller's number, or an endpoint's address
	Said  flow.Message // Heard
	Event flow.Event   // Sent, Lost; Failed where it was the handler that complained
	Turn  flow.Turn    // Got
	Note  string       // Keyed: the key; Rang: the number shown; Ended: why; Fired: the timer; Beeped: the recording's reference; Failed: what
	Err   error        // Failed
}

// What is what happened.
type What string

// The happenings.
const (
	Dialled  What = "dialled"   // a caller's phone called a number
	Heard    What = "heard"     // a phone hears words or audio
	Keyed    What = "keyed"     // a key was pressed, and counts
	Dropped  What = "dropped"   // a key was pressed while nothing listened for it
	Beeped   What = "beeped"    // a recording begins
	Spoke    What = "spoke"     // somebody speaks
	Rang     What = "rang"      // an agent's phone rings
	PickedUp What = "picked up" // it is answered
	Joined   What = "joined"    // two phones can hear each other, from now on this one
	Ended    What = "ended"     // a phone's part in the call is over, whether it rang or talked
	Fired    What = "fired"     // a timer of the carrier's went off
	Sent     What = "sent"      // an event was handed to the handler
	Got      What = "got"       // a turn came from the handler, as the answer or to Do
	Lost     What = "lost"      // a fault befell an event; Note says which
	Failed   What = "failed"    // something that should not have happened: Note and Err say what
)

// Observe has watch called with everything that happens from now on, in order and
// one at a time, on the goroutine of whoever lets it happen. It may look at the
// carrier and its phones, and must not act on them.
func (c *Carrier) Observe(watch func(Happening)) { c.news.Observe(watch) }

// note remembers a happening until the lock is let go.
func (c *Carrier) note(h Happening) {
	h.At = c.Now()
	c.news.Note(h)
}

// Timer is a deadline that runs at a phone. Its name is first digit, next digit, ring,
// accept, longest, silence, limit, words, alone or again; an agent's own: answers,
// declines, presses 1.
type Timer = farend.Timer
