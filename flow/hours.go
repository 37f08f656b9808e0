package flow

import (
	"strconv"
	"time"
)

// Hours: a step that asks whether hours are open, and the answer's arithmetic.
// The engine knows the time and the zone; Open says what they mean.

func (b *Book) stepHours(n *node, s *State, w *What) effect {
	if s.Phase != Asking || w.Kind != Opened {
		return effect{ignored: NotNow}
	}
	if w.Yes {
		return b.leave(n, s, OnOpen, w)
	}
	return b.leave(n, s, OnClosed, w)
}

// Days are the names of the days of the week, by time.Weekday.
var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// OpenAt reports whether the hours are open at an instant that was already moved
// to their time zone. A holiday replaces the whole day. Daylight saving needs no
// rule of its own: spans are by the wall clock, which t shows.
func (h Hours) OpenAt(t time.Time) bool {
	spans, holiday := h.Holidays[t.Format(time.DateOnly)]
	if !holiday {
		spans = h.Open[dayNames[t.Weekday()]]
	}
	minute := uint16(t.Hour()*60 + t.Minute())
	for _, span := range spans {
		if minute >= span.From && minute < span.To {
			return true
		}
	}
	return false
}

// Opens is how long it is from an instant, in the hours' time zone, until they are
// open: 0 where they are now, and where no day of the next year has any.
func (h Hours) Opens(t time.Time) time.Duration {
	if h.OpenAt(t) {
		return 0
	}
	for day := range 367 {
		date := time.Date(t.Year(), t.Month(), t.Day()+day, 0, 0, 0, 0, t.Location())
		spans, holiday := h.Holidays[date.Format(time.DateOnly)]
		if !holiday {
			spans = h.Open[dayNames[date.Weekday()]]
		}
		var first time.Duration
		for _, span := range spans {
			at := time.Date(date.Year(), date.Month(), date.Day(), 0, int(span.From), 0, 0, t.Location())
			if d := at.Sub(t); span.From < span.To && d > 0 && (first == 0 || d < first) {
				first = d
			}
		}
		if first > 0 {
			return first
		}
	}
	return 0
}

// EntryHours are the name of the hours of an entry; empty where it is always open.
func (b *Book) EntryHours(entry string) string { return b.settings.Entries[entry].Hours }

// Hours are the account's hours by name, with the time zone filled in; false
// where there are none of that name.
func (b *Book) Hours(name string) (Hours, bool) {
	h, ok := b.settings.Hours[name]
	if ok && h.Timezone == "" {
		h.Timezone = b.settings.Defaults.zone()
	}
	return h, ok
}

// String is the span as people write it: "09:00-17:00".
func (s Span) String() string { return clockTime(s.From) + "-" + clockTime(s.To) }

func clockTime(minutes uint16) string {
	pad := func(n uint16) string {
		if n < 10 {
			return "0" + strconv.Itoa(int(n))
		}
		return strconv.Itoa(int(n))
	}
	return pad(minutes/60) + ":" + pad(minutes%60)
}
