package twiliotest

import (
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// Happening is one thing that happened at the carrier, as plain data. What says
// which of the other fields mean something. Numbers and keys are in full.
type Happening struct {
	At      time.Time
	What    What
	CallSid string
	Phone   string  // at which phone: the caller's number, or an endpoint's address
	Said    Said    // Heard
	Request Request // Sent
	Error   Error   // Failed
	Note    string  // Keyed, Dropped: the key; Rang: the number shown; Ended: why; Fired: the timer; Beeped: the recording; Did: the element; Lost: how
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
	Sent     What = "sent"      // a webhook was requested, and answered or not
	Did      What = "did"       // an element of a document began to be carried out
	Asked    What = "asked"     // the REST API was asked something; Note is method, path and status
	Lost     What = "lost"      // a fault befell a request; Note says which
	Failed   What = "failed"    // something that Twilio's debugger would show
)

// Error is what Twilio's debugger would show: something that the server under test
// did wrong, or that befell a request to it.
type Error struct {
	At      time.Time
	Code    int // Twilio's, as in 11200 or 12100; 0 for what this package leaves out
	CallSid string
	URL     string // of the document or the callback
	Text    string
}

// Errors are all errors so far, in order. Many tests end by requiring that there
// are none.
func (c *Carrier) Errors() []Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Error(nil), c.errors...)
}

// Requests are all webhooks that were requested so far, in order, each with its
// answer.
func (c *Carrier) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Request(nil), c.log...)
}

// fault remembers an error.
func (c *Carrier) fault(l *call, code int, url, text string) {
	e := Error{At: c.Now(), Code: code, URL: url, Text: text}
	if l != nil {
		e.CallSid = l.sid
	}
	c.errors = append(c.errors, e)
	c.note(Happening{What: Failed, CallSid: e.CallSid, Error: e})
}

// Observe has watch called with everything that happens from now on, in order and
// one at a time, on the goroutine of whoever lets it happen. It may look at the
// carrier and its phones, and must not act on them.
func (c *Carrier) Observe(watch func(Happening)) { c.news.Observe(watch) }

// note remembers a happening until the lock is let go.
func (c *Carrier) note(h Happening) {
	h.At = c.Now()
	c.news.Note(h)
}

// Timer is a deadline that runs at a phone. Its name is words, key, ring, limit, silence,
// longest or alone; an agent's own: answers, declines, presses 1.
type Timer = farend.Timer
