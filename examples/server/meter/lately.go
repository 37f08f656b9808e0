package meter

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Window is how far back Lately looks.
const Window = 10 * time.Minute

// Lately counts what went well and what did not in the last Window, to the minute. The zero
// value has counted nothing. It is safe for concurrent use.
type Lately struct {
	mu      sync.Mutex
	minutes [Window / time.Minute]minute
	is      Recent
}

type minute struct {
	at        int64 // since 1970
	good, bad int
}

// Recent is what Lately counted.
type Recent struct {
	Good, Bad int       // in the last Window
	Last      time.Time // when something went well last; zero is never
	Failed    time.Time // when something did not; zero is never
	Fault     string    // what it was then
}

// Note counts something that ended now, with what was wrong with it; nothing is good.
func (l *Lately) Note(now time.Time, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now.Unix() / 60
	m := &l.minutes[at%int64(len(l.minutes))]
	if m.at != at {
		*m = minute{at: at}
	}
	if fault == "" {
		m.good++
		l.is.Last = now
		return
	}
	m.bad++
	l.is.Failed, l.is.Fault = now, fault
}

// State is what was counted until now.
func (l *Lately) State(now time.Time) Recent {
	l.mu.Lock()
	defer l.mu.Unlock()
	is := l.is
	for _, m := range l.minutes {
		if age := now.Unix()/60 - m.at; age >= 0 && age < int64(len(l.minutes)) {
			is.Good, is.Bad = is.Good+m.good, is.Bad+m.bad
		}
	}
	return is
}

// Client is an HTTP client for a carrier's API that follows no redirects and counts: what has
// no answer, is told to come later, or is not known to the carrier went wrong.
func (l *Lately) Client() *http.Client {
	return &http.Client{
		Transport:     counting{l},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type counting struct{ l *Lately }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	switch {
	case errors.Is(err, context.Canceled): // nobody waits for it any more
	case err != nil:
		c.l.Note(time.Now(), err.Error())
	case answer.StatusCode >= http.StatusInternalServerError, answer.StatusCode == http.StatusTooManyRequests,
		answer.StatusCode == http.StatusUnauthorized, answer.StatusCode == http.StatusForbidden:
		c.l.Note(time.Now(), answer.Status)
	default:
		c.l.Note(time.Now(), "")
	}
	return answer, err
}
