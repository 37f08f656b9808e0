package enginetest

import "slices"

// span is a time from an instant up to another, in nanoseconds since 1970.
type span struct{ from, to int64 }

func (s span) long() int64         { return s.to - s.from }
func (s span) has(at int64) bool   { return s.from <= at && at <= s.to }
func (s span) overlap(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }
func (s span) before(o span) int   { return int(min(max(s.from-o.from, -1), 1)) }
func during(spans []span, at int64) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.has(at) })
}

// joined are the spans in their order, those that touch made one.
func joined(spans []span) []span {
	spans = slices.SortedFunc(slices.Values(spans), span.before)
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

// without is what is left of a span outside the others.
func (s span) without(others []span) []span {
	var out []span
	at := s.from
	for _, o := range joined(others) {
		if o.from > at && at < s.to {
			out = append(out, span{at, min(o.from, s.to)})
		}
		at = max(at, o.to)
	}
	if at < s.to {
		out = append(out, span{at, s.to})
	}
	return out
}
