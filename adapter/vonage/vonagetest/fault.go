package vonagetest

import (
	"slices"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// Faults are what goes wrong between the carrier and the server under test. The
// chances are from 0 to 1, for each request whenever it is made; the same seed and
// the same acts give the same faults. The zero value is a carrier without any.
type Faults struct {
	Seed uint64

	// Of requests for documents.
	Cut  float64 // it cannot be connected: Vonage tries again once, then the fallback
	Mute float64 // it arrives, and the answer is lost: it is tried again, then the fallback is requested
	Slow float64 // the answer takes longer

	// Of callbacks.
	Lost    float64 // it never arrives
	Swapped float64 // it arrives after the request that follows it, or a second later if none does
	Late    float64 // it arrives late

	// Of both.
	Twice  float64       // it arrives twice, the first time without anybody waiting for the answer
	LateBy time.Duration // Late and Slow: by at most this; 10 s

	Next []Fault // befall certain requests, once each, before chance does

	API []APIFault // befall the next requests to the REST API, one each

	LosesTapes int // the next so many recordings that a caller's hanging up ends are never reported
}

// Fault befalls the next request of its purpose; an empty one is the next of any. A
// request for a document that is Lost is Cut: carriers notice.
type Fault = farend.Fault[Purpose]

// APIFault is an answer of the REST API that is none. Without a Status it befalls
// nothing: the request is answered as it should be.
type APIFault struct {
	Method     string        // of the requests that it befalls; any
	Status     int           // 429, or 5xx as a rule
	Body       string        // instead of the JSON of an error
	RetryAfter time.Duration // the header
	Done       bool          // the request is carried out all the same, which its sender cannot know
}

// Break sets the faults from now on, instead of those set before. Requests that
// are on their way already keep theirs.
func (c *Carrier) Break(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.API = slices.Clone(f.API)
	c.faults, c.plan = f, farend.NewPlan(f.Seed, f.LateBy, f.Next)
}

// odds are how likely it is that a request has each mishap.
func (f *Faults) odds(callback bool) farend.Odds {
	if callback {
		return farend.Odds{Lost: f.Lost, Swapped: f.Swapped, Late: f.Late, Twice: f.Twice}
	}
	return farend.Odds{Cut: f.Cut, Mute: f.Mute, Late: f.Slow, Twice: f.Twice}
}

// befall decides what goes wrong with a request, and reports whether it is not to
// be made now.
func (c *Carrier) befall(m *letter) bool {
	callback := m.purpose.callback()
	return c.post.Befall(m, !callback, c.plan.Draw(m.purpose, c.faults.odds(callback)), func(how string) {
		c.note(Happening{What: Lost, UUID: m.call.uuid, Request: Request{For: m.purpose, URL: m.url, Try: m.Tries}, Note: how})
	})
}

// api is what goes wrong with a request to the REST API.
func (f *Faults) api(method string) (APIFault, bool) {
	fault, ok := farend.Take(&f.API, func(a APIFault) bool { return a.Method == "" || a.Method == method })
	return fault, ok && fault.Status != 0
}
