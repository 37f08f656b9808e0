package vonagetest

import (
	"math/rand/v2"
	"time"
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
}

// Fault befalls the next request of its purpose; an empty one is the next of any.
// One of the others says what it is, in the words of Faults; Late is by how much
// exactly a callback arrives late, or an answer takes longer. A request for a
// document that is Lost is Cut: carriers notice.
type Fault struct {
	For                             Purpose
	Cut, Mute, Lost, Swapped, Twice bool
	Late                            time.Duration
}

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
	if f.LateBy <= 0 {
		f.LateBy = 10 * time.Second
	}
	f.Next, f.API = append([]Fault(nil), f.Next...), append([]APIFault(nil), f.API...)
	c.plan = plan{Faults: f, rand: rand.New(rand.NewPCG(f.Seed, 0))}
}

// plan is the faults that are still to come.
type plan struct {
	Faults
	rand *rand.Rand
}

const swappedFor = time.Second

// befall decides what goes wrong with a request, and reports whether it is not to
// be made now.
func (c *Carrier) befall(m *letter) bool {
	if m.judged {
		return false
	}
	m.judged = true
	f := c.plan.draw(m.purpose)
	lost := func(how string) {
		c.note(Happening{What: Lost, UUID: m.call.uuid, Request: Request{For: m.purpose, URL: m.url, Try: m.tries}, Note: how})
	}
	callback := m.purpose.callback()
	switch {
	case f.Cut || f.Lost && !callback:
		lost("cut")
		m.cut = true
	case f.Lost:
		lost("lost")
		return true
	case f.Late > 0 && callback:
		lost("late by " + f.Late.String())
		c.after(f.Late, func() { c.outbox = append(c.outbox, m) })
		return true
	case f.Late > 0:
		lost("answered late by " + f.Late.String())
		m.late = f.Late
	case f.Swapped && callback:
		lost("swapped with the next")
		c.swaps = append(c.swaps, m)
		c.after(swappedFor, c.release)
		return true
	case f.Mute && !callback:
		lost("its answer will be lost")
		m.mute = true
	case f.Twice:
		lost("twice")
		first := *m
		first.copy = true
		c.outbox = append([]*letter{&first, m}, c.outbox...)
		return true
	}
	return false
}

// draw is the fault of a request: one that waits for it, else by chance. Every
// request draws as often, so that one fault more does not change the others.
func (p *plan) draw(of Purpose) Fault {
	for i, f := range p.Next {
		if f.For == "" || f.For == of {
			p.Next = append(p.Next[:i:i], p.Next[i+1:]...)
			return f
		}
	}
	if p.rand == nil {
		return Fault{}
	}
	f := Fault{
		Cut: p.rand.Float64() < p.Cut, Mute: p.rand.Float64() < p.Mute, Lost: p.rand.Float64() < p.Lost,
		Swapped: p.rand.Float64() < p.Swapped, Twice: p.rand.Float64() < p.Twice,
	}
	if of.callback() {
		f.Cut, f.Mute = false, false
	} else {
		f.Lost, f.Swapped = false, false
	}
	late, by := p.rand.Float64(), p.rand.Float64()
	if of.callback() && late < p.Late || !of.callback() && late < p.Slow {
		f.Late = max(time.Duration(by*float64(p.LateBy)), time.Millisecond)
	}
	return f
}

// release sends on what was held back.
func (c *Carrier) release() {
	c.outbox = append(c.outbox, c.swaps...)
	c.swaps = nil
}

// apiFault is what goes wrong with a request to the REST API.
func (p *plan) apiFault(method string) (APIFault, bool) {
	for i, f := range p.API {
		if f.Method != "" && f.Method != method {
			continue
		}
		p.API = append(p.API[:i:i], p.API[i+1:]...)
		return f, f.Status != 0
	}
	return APIFault{}, false
}
