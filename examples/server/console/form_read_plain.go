package console

import (
	"encoding/json"
	"strings"
)

// Plain values, as people write them.

// countOf is a number where it is one, and what was typed where it is not.
func countOf(s string) any {
	if s == "" {
		return nil
	}
	if strings.Trim(s, "0123456789") == "" && len(s) < 10 {
		return json.Number(strings.TrimLeft(s[:len(s)-1], "0") + s[len(s)-1:])
	}
	return s
}

// spanOf is a lowest and a highest, as in "1001-9999".
func spanOf(s string) any {
	low, high, both := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	switch {
	case s == "":
		return nil
	case both:
		return []any{strings.TrimSpace(low), strings.TrimSpace(high)}
	}
	return s
}

var days = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// spans are opening times as people write them: "09:00-12:00, 13:00-17:00".
func spans(s string) []any {
	out := []any{}
	for span := range strings.SplitSeq(s, ",") {
		if span = strings.TrimSpace(span); span != "" {
			out = append(out, strings.ReplaceAll(span, "–", "-"))
		}
	}
	return out
}

func (r *reading) week(key string) any {
	m := map[string]any{}
	for _, day := range days {
		if s := spans(r.value(key + "." + day)); len(s) > 0 {
			m[day] = s
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// dates are lines such as "2026-12-24: 09:00-12:00", or a date alone.
func (r *reading) dates(key string) any {
	m := map[string]any{}
	for line := range strings.SplitSeq(strings.ReplaceAll(r.form.Get(key), "\r", ""), "\n") {
		date, times, _ := strings.Cut(strings.TrimSpace(line), ":")
		if date = strings.TrimSpace(date); date != "" {
			m[date] = spans(times)
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// inLanguages is what is said or played: words, or by language as the form shows it, as in
// {"en": "Hello.", "es": "Hola."}.
func inLanguages(s string) any {
	var m map[string]string
	if !strings.HasPrefix(s, "{") || json.Unmarshal([]byte(s), &m) != nil || len(m) == 0 {
		return s
	}
	all := map[string]any{}
	for language, words := range m {
		all[language] = words
	}
	return all
}

// voicesOf are voices by language and carrier, from lines such as "es-MX twilio: Polly.Mia".
// What is no such line is kept as a language without a carrier, which the check tells.
func voicesOf(s string) any {
	m := map[string]any{}
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r", ""), "\n") {
		where, voice, _ := strings.Cut(strings.TrimSpace(line), ":")
		language, carrier, _ := strings.Cut(strings.TrimSpace(where), " ")
		if language == "" {
			continue
		}
		put(m, language+"."+strings.TrimSpace(carrier), strings.TrimSpace(voice))
	}
	if len(m) == 0 {
		return nil
	}
	return m
}
