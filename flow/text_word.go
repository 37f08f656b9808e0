package flow

import (
	"strconv"
	"strings"

	"github.com/extflow/extflow/number"
)

// The words of the notation, and what is hidden of them in logs.

func (s Script) number(n number.E164) string {
	if s.Masked {
		return n.String()
	}
	return plain(string(n))
}

// digits are what was keyed: as it is where only keys are in it, quoted else.
func (s Script) digits(d Digits) string {
	switch {
	case d == "":
		return "nothing"
	case s.Masked:
		return d.String()
	case strings.Trim(string(d), "0123456789*#?") == "":
		return string(d)
	}
	return strconv.Quote(string(d))
}

// hide masks the numbers among words, however they are spaced: a run of seven
// digits or more shows as stars.
func (s Script) hide(words string) string {
	if !s.Masked {
		return words
	}
	out := []byte(words)
	for from := 0; from < len(out); from++ {
		end, digits := from, 0
		for ; end < len(out) && strings.IndexByte("0123456789 -.()/", out[end]) >= 0; end++ {
			if isDigit(out[end]) {
				digits++
			}
		}
		for ; from < end; from++ {
			if digits >= 7 && isDigit(out[from]) {
				out[from] = '*'
			}
		}
	}
	return string(out)
}

var (
	newsWords    = []string{"", "offered", "missed", "accepted", "withdrawn", "left", "dialled", "deserted", "dropped", "moved", "reached", "advised"}
	ignoredWords = []string{"", "late", "repeated", "not now", "just a fact", "over", "not due", "meaningless"}
	budgetWords  = []string{"", "guesses", "entries", "turns", "outlay"}
	clockWords   = []string{"", "step", "wait", "notice", "life"}
	reportWords  = []string{"", "alive", "talking", "gone"}
	resultWords  = []string{"", "answered", "voicemail", "abandoned", "goodbye", "handed off", "callback", "rejected", "limit", "failed", "missed"}
)

func (r Result) word() string { return word(resultWords, uint8(r), "result") }

// word is the n-th of the words; beyond them, and where there is none, what it is
// and its number.
func word(words []string, n uint8, what string) string {
	if int(n) < len(words) && words[n] != "" {
		return words[n]
	}
	return what + " " + strconv.Itoa(int(n))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// cause is the carrier's own word.
func (s Script) cause(w *What) string {
	if w.Cause == "" {
		return ""
	}
	return " (" + plain(s.hide(w.Cause)) + ")"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// plain is a name or an address as it is, quoted where it is not one plain word.
func plain(s string) string {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("+-_.:/@*#?&=%~", r):
		default:
			return strconv.Quote(s)
		}
	}
	if s == "" {
		return `""`
	}
	return s
}
