package flow

import (
	"cmp"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/number"
)

// Gaps in words: what only the call knows is put there when they are said, in the
// language of the words. {position} and {caller} stand for themselves; in
// {minutes: none | one | # many} the form is said that fits the number, # being
// the number itself. Two forms are one and many. Words with a {name} are said for each of
// those whom the caller may choose, {key} being the key that takes them.

// gaps are what a call knows of itself.
type gaps struct {
	position, minutes int
	caller            number.E164
	choices           *People
	name, key         string // of the choice that is being said
}

// gapsOf are the gaps of a call that an event fills, or what stood before it.
func (c *Call) gapsOf(w *What, stood *Move) gaps {
	known := gaps{
		position: int(w.Position),
		minutes:  int((w.Length + time.Minute - 1) / time.Minute),
		caller:   c.Info.From,
		choices:  w.Named,
	}
	if known.choices == nil && stood != nil {
		known.choices = stood.Choices
	}
	return known
}

// words fills the gaps in a move's words. Where they say who may be chosen, the move
// listens for the keys that choose.
func (g gaps) words(m *Move) *Move {
	filled := *m
	filled.Say = nil
	for _, say := range m.Say {
		n := g.choices.count()
		if n == 0 || !hasGap(say.Say, gapName) {
			say.Say = g.fill(say.Say, say.Language)
			filled.Say = append(filled.Say, say)
			continue
		}
		filled.Choices, filled.Do.Keys = g.choices, "12345678"[:n]+"*"
		for i := range n {
			one := say
			g.name, g.key = (*g.choices)[i].Name, strconv.Itoa(i+1)
			one.Say = g.fill(say.Say, say.Language)
			filled.Say = append(filled.Say, one)
		}
	}
	return &filled
}

const (
	gapName = "name"
	gapKey  = "key"
)

// hasGap reports whether words have the gap.
func hasGap(words, name string) bool {
	for gap := range gapsIn(words) {
		if has, _ := gapParts(gap); has == name {
			return true
		}
	}
	return false
}

// fill puts what a call knows into words of a language.
func (g gaps) fill(words, language string) string {
	for gap := range gapsIn(words) {
		words = strings.Replace(words, gap, g.gap(gap, language), 1)
	}
	return words
}

// gapsIn are the parts of words in braces, each as it stands there.
func gapsIn(words string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			_, rest, some := strings.Cut(words, "{")
			inside, after, closed := strings.Cut(rest, "}")
			if !some || !closed || !yield("{"+inside+"}") {
				return
			}
			words = after
		}
	}
}

// gap is what stands for one gap; braces around anything else are words.
func (g gaps) gap(gap, language string) string {
	name, forms := gapParts(gap)
	n := 0
	switch name {
	case "caller":
		return SpokenIn(g.caller, language)
	case "position":
		n = g.position
	case "minutes":
		n = g.minutes
	case gapName:
		return cmp.Or(g.name, gap)
	case gapKey:
		return cmp.Or(g.key, gap)
	default:
		return gap
	}
	if len(forms) == 0 {
		return strconv.Itoa(n)
	}
	return strings.ReplaceAll(forms[formOf(n, len(forms), language)], "#", strconv.Itoa(n))
}

// gapParts are a gap's name and its forms.
func gapParts(gap string) (name string, forms []string) {
	name, rest, some := strings.Cut(strings.Trim(gap, "{}"), ":")
	if some {
		for form := range strings.SplitSeq(rest, "|") {
			forms = append(forms, strings.TrimSpace(form))
		}
	}
	return strings.TrimSpace(name), forms
}

// fewIsOne are the languages whose form for one is also that for none, as the plural
// rules of Unicode CLDR have it; European Portuguese has not.
var fewIsOne = map[string]bool{"fr": true, "pt": true}

// formOf is the form for a number: of one form that one, of two one and many, of
// three none, one and many.
func formOf(n, forms int, language string) int {
	one := n == 1 || n == 0 && fewIsOne[primary(language)] && !strings.EqualFold(language, "pt-PT")
	switch {
	case forms == 1, forms >= 3 && n == 0:
		return 0
	case forms >= 3 && n == 1, forms == 2 && !one:
		return 1
	case forms == 2:
		return 0
	}
	return 2
}

// Spoken is a caller's number as it is read out in English; see SpokenIn.
func Spoken(n number.E164) string { return SpokenIn(n, English) }

// SpokenIn is a caller's number as it is read out in a language: its digits one by
// one, or that the caller withheld it.
func SpokenIn(n number.E164, language string) string {
	var digits []string
	for _, r := range string(n) {
		if r >= '0' && r <= '9' {
			digits = append(digits, string(r))
		}
	}
	if len(digits) > 0 {
		return strings.Join(digits, " ")
	}
	if words, ok := withheld[primary(language)]; ok {
		return words
	}
	return withheld["en"]
}

// withKey puts a key of the telephone into words that say {key}, such as those that
// offer a callback. The account says which key it is, not the call.
func withKey(words, key, language string) string {
	spoken, ok := signs[primary(language)]
	if !ok {
		spoken = signs["en"]
	}
	return strings.ReplaceAll(words, "{key}", spoken.Replace(key))
}

// signs are the two keys without a digit as they are said: a voice may leave out a
// sign that it is given alone.
var signs = map[string]*strings.Replacer{
	"en": strings.NewReplacer("*", "star", "#", "pound"),
	"es": strings.NewReplacer("*", "asterisco", "#", "almohadilla"),
	"fr": strings.NewReplacer("*", "étoile", "#", "dièse"),
	"de": strings.NewReplacer("*", "Sterntaste", "#", "Rautetaste"),
	"pt": strings.NewReplacer("*", "asterisco", "#", "sustenido"),
	"it": strings.NewReplacer("*", "asterisco", "#", "cancelletto"),
}

// Announcing is the message in which an agent is told who calls: its gap filled, in
// the language of its words.
func (s Screen) Announcing(caller number.E164) Message {
	m := s.Message
	m.Say = gaps{caller: caller}.fill(m.Say, m.Language)
	return m
}
