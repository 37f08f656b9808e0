package flow

import (
	"maps"
	"slices"
	"strings"
	"time"
)

func (c *checker) hours(name string, h Hours) {
	path := "hours." + name
	c.name(path, name)
	c.timezone(path+".timezone", h.Timezone)
	open := 0
	for _, day := range slices.Sorted(maps.Keys(h.Open)) {
		at := path + ".open." + day
		c.day(at, day)
		c.spans(at, h.Open[day])
		open += len(h.Open[day])
	}
	for _, date := range slices.Sorted(maps.Keys(h.Holidays)) {
		at := path + ".holidays." + date
		if t, err := time.Parse(time.DateOnly, date); err != nil || t.Year() < 1900 {
			c.fault(at, `%.64q is no date; write year, month and day, as in "2026-12-25"`, date)
		}
		c.spans(at, h.Holidays[date])
		open += len(h.Holidays[date])
	}
	if open == 0 {
		c.fault(path+".open", `never open; write the days, as in {mon: ["09:00-17:00"]}`)
	}
}

func (c *checker) day(path, day string) {
	if slices.Contains(dayNames[:], day) {
		return
	}
	if len(day) > 3 && slices.Contains(dayNames[:], strings.ToLower(day[:3])) {
		c.fault(path, "%.64q is no day; did you mean %q?", day, strings.ToLower(day[:3]))
		return
	}
	c.fault(path, "%.64q is no day; write mon, tue, wed, thu, fri, sat or sun", day)
}

// spans checks the opening times of one day.
func (c *checker) spans(path string, spans []Span) {
	for i, s := range spans {
		switch {
		case s.To > endOfDay || s.From > endOfDay:
			c.fault(path, "%s goes beyond 24:00, the end of the day; write the rest on the next day", s)
		case s.From == s.To:
			c.fault(path, "%s is no time at all; write when it ends", s)
		case s.From > s.To:
			c.fault(path, "%s ends before it begins; write %s here and %s on the next day", s, Span{s.From, endOfDay}, Span{0, s.To})
		default:
			for _, other := range spans[:i] {
				if s.From < other.To && other.From < s.To {
					c.fault(path, "%s and %s overlap; make them one", other, s)
					break
				}
			}
		}
	}
}

const endOfDay = 24 * 60 // in minutes
