// Package window counts what was spent in a sliding time: the arithmetic of
// storage.Budget, for every store.
package window

import "time"

// Window is what a key has spent, the oldest first. What was spent within a
// sixtieth of the time is kept as one, so that it holds few entries whatever the
// limit. The zero value is nothing spent.
type Window struct {
	Spent []Spent `json:"spent,omitempty"`
}

// Spent is a cost, and when the first and the last of it were spent, in nanoseconds
// since 1970.
type Spent struct {
	Began int64 `json:"began"`
	Last  int64 `json:"last"`
	Cost  int   `json:"cost"`
}

const grain = 60

// Left reports whether anything is left of the limit now.
func (w *Window) Left(now int64, limit int, per time.Duration) bool {
	w.forget(now - int64(per))
	used := 0
	for _, s := range w.Spent {
		used += s.Cost
	}
	return used < limit
}

// forget drops what was spent up to an instant.
func (w *Window) forget(until int64) {
	n := 0
	for n < len(w.Spent) && w.Spent[n].Last <= until {
		n++
	}
	w.Spent = w.Spent[n:]
}

// Spend takes a cost now, and returns when the window can be forgotten.
func (w *Window) Spend(now int64, cost int, per time.Duration) (ends int64) {
	if n := len(w.Spent); n > 0 && now-w.Spent[n-1].Began < int64(per)/grain {
		w.Spent[n-1].Last = now
		w.Spent[n-1].Cost += cost
	} else {
		w.Spent = append(w.Spent, Spent{Began: now, Last: now, Cost: cost})
	}
	return now + int64(per)
}
