package account

import (
	"strings"

	"github.com/extflow/extflow/flow"
)

// Opening times: {mon: ["09:00-17:00"], …}, and holidays the same way by date.

// week is opening times by day, or by date.
type week struct {
	into  *map[string][]flow.Span
	dates bool // holidays; a plain list of dates is closed all day
}

func (v week) read(r *reader, n *node, at string) {
	days := map[string][]flow.Span{}
	if n.kind == list && v.dates {
		r.each(n, at, "", func(_ int, item *node, at string) {
			if date, ok := r.line(item, at, `a date, as in "2026-12-25"`); ok {
				days[date] = nil
				r.lines[under(strings.TrimRight(at, "[]0123456789"), date)] = item.line
			}
		})
	}
	if n.kind != list || !v.dates {
		what := `days, as in {mon: ["09:00-17:00"]}`
		if v.dates {
			what = `dates, as in {"2026-12-25": []}`
		}
		for _, p := range r.open(n, at, what) {
			days[p.key] = r.spans(p.value, under(at, p.key))
		}
	}
	if len(days) > 0 {
		*v.into = days
	}
}

// spans reads the opening times of one day.
func (r *reader) spans(n *node, at string) []flow.Span {
	var spans []flow.Span
	r.each(n, at, `a list, as in ["09:00-17:00"]`, func(_ int, item *node, at string) {
		s, ok := r.line(item, at, "a time, as in 09:00-17:00")
		if !ok {
			return
		}
		from, to, dash := strings.Cut(s, "-")
		span := flow.Span{}
		if span.From, ok = minutes(from); ok {
			span.To, ok = minutes(to)
		}
		if !ok || !dash {
			r.fault(item.line, at, "%.64q is no opening time; write one such as 09:00-17:00", s)
			return
		}
		spans = append(spans, span)
	})
	return spans
}

// minutes reads "9:00" to "24:00" as minutes after midnight.
func minutes(s string) (uint16, bool) {
	hour, minute, colon := strings.Cut(strings.TrimSpace(s), ":")
	h, okHour := twoDigits(hour)
	m, okMinute := twoDigits(minute)
	return 60*h + m, colon && okHour && okMinute && len(minute) == 2 && m < 60 && 60*h+m <= 24*60
}

func twoDigits(s string) (uint16, bool) {
	n := uint16(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + uint16(s[i]-'0')
	}
	return n, len(s) == 1 || len(s) == 2
}

func (v week) write() *node {
	return writeMap(*v.into, func(spans *[]flow.Span) *node {
		n := &node{kind: list}
		for _, s := range *spans {
			n.items = append(n.items, text(s.String()))
		}
		return n
	})
}

func (v week) schema() schema {
	spans := schema{"type": []string{"array", "null"}, "items": schema{"type": "string", "pattern": `^\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$`}}
	names := schema{"enum": []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}}
	if !v.dates {
		return schema{"type": []string{"object", "null"}, "propertyNames": names, "additionalProperties": spans}
	}
	date := schema{"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
	return schema{"anyOf": []schema{
		{"type": []string{"object", "null"}, "propertyNames": date, "additionalProperties": spans},
		{"type": "array", "items": date},
	}}
}
