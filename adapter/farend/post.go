package farend

import "time"

// Letter is something on its way to the server under test, a request or an event, and
// what goes wrong with this sending of it. A far end embeds it in its own.
type Letter struct {
	Tries int           // made before this one
	Late  time.Duration // the answer takes that much longer
	Cut   bool          // it cannot be connected
	Mute  bool          // the answer is lost
	Copy  bool          // a second delivery, whose answer is thrown away

	judged bool // the faults of this sending have befallen it
}

func (l *Letter) letter() *Letter { return l }

// Again makes the letter one that is sent once more, without the faults of before.
func (l *Letter) Again() { *l = Letter{Tries: l.Tries + 1, Copy: l.Copy} }

// Post is what is on its way, of letters that embed Letter. It belongs beneath the lock.
type Post[L any, P interface {
	*L
	letter() *Letter
}] struct {
	Time *Time

	out, held []P
}

// Send sends letters after all others.
func (p *Post[L, P]) Send(m ...P) { p.out = append(p.out, m...) }

// Hurry sends letters before all others.
func (p *Post[L, P]) Hurry(m ...P) { p.out = append(m, p.out...) }

// SendIn sends a letter later.
func (p *Post[L, P]) SendIn(d time.Duration, m P) { p.Time.After(d, func() { p.Send(m) }) }

// Release sends on what was held back until another letter was delivered.
func (p *Post[L, P]) Release() {
	p.out = append(p.out, p.held...)
	p.held = nil
}

// Deliver takes the letter that is to be delivered now, and delivers it without the
// lock; it reports whether there was any. Befall is asked once for each sending, beneath
// the lock, and reports whether something keeps it from being delivered.
func (p *Post[L, P]) Deliver(befall func(P) bool, deliver func(P) error) (bool, error) {
	m := p.take(befall)
	if m == nil {
		return false, nil
	}
	return true, deliver(m)
}

func (p *Post[L, P]) take(befall func(P) bool) P {
	p.Time.lock.Lock()
	defer p.Time.lock.Unlock()
	for len(p.out) > 0 {
		m := p.out[0]
		p.out = p.out[1:]
		if l := m.letter(); !l.judged {
			l.judged = true
			if befall(m) {
				continue
			}
		}
		return m
	}
	return nil
}

// swappedFor is how long a letter is held back that is swapped with the next, where
// none comes.
const swappedFor = time.Second

// Swap holds a letter back until another was delivered.
func (p *Post[L, P]) Swap(m P) {
	p.held = append(p.held, m)
	p.Time.After(swappedFor, p.Release)
}

// Twin is a second delivery of a letter, whose answer is thrown away.
func (p *Post[L, P]) Twin(m P) P {
	twin := *m
	P(&twin).letter().Copy = true
	return &twin
}

// Befall has a fault befall a request, as carriers take it that speak HTTP: whoever
// waits for a document notices that it cannot be had, and a callback is lost, late or
// swapped. It reports whether the request is not to be made now; note is told the
// fault in words.
func (p *Post[L, P]) Befall(m P, awaited bool, is Mishap, note func(string)) bool {
	l := m.letter()
	switch {
	case is.Cut || is.Lost && awaited:
		note("cut")
		l.Cut = true
	case is.Lost:
		note("lost")
		return true
	case is.Late > 0 && awaited:
		note("answered late by " + is.Late.String())
		l.Late = is.Late
	case is.Late > 0:
		note("late by " + is.Late.String())
		p.SendIn(is.Late, m)
		return true
	case is.Swapped && !awaited:
		note("swapped with the next")
		p.Swap(m)
		return true
	case is.Mute && awaited:
		note("its answer will be lost")
		l.Mute = true
	case is.Twice:
		note("twice")
		p.Hurry(p.Twin(m), m)
		return true
	}
	return false
}
