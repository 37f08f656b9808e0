// Package number holds telephone numbers in the one form that every carrier
// agrees on, E.164, and says what answers each number of an account.
//
// The package is pure: it reads no clock, no file and no network. Numbers as
// people write them ("(202) 555-0100") are read by number/written, which knows
// the world's numbering plans and is linked only by those who need it.
package number

import (
	"errors"
	"fmt"
	"strings"
)

// E164 is a telephone number in strict E.164 form: "+", then 2 to 15 digits, the
// first of them not 0 (ITU-T E.164, 11/2010, section 6). The empty value is no
// number at all: a caller who withheld it.
//
// Printing one with fmt, whatever the verb, shows it masked, so that a number
// does not reach a log by accident. string(n) and JSON carry it whole: with
// log/slog, whose JSON handler goes by JSON, log n.String().
type E164 string

// ErrNotE164 is in every error that Parse returns.
var ErrNotE164 = errors.New("not an E.164 number")

// Limits of E.164: the digits after the plus.
const (
	minDigits = 2
	maxDigits = 15
)

// Parse reads a strict E.164 number such as "+12025550100". Nothing is trimmed
// or guessed: anything else returns an error that says what to write instead and
// matches ErrNotE164.
func Parse(s string) (E164, error) {
	digits, plus := strings.CutPrefix(s, "+")
	switch {
	case s == "":
		return "", fmt.Errorf("%w: it is empty; write + and the country code first, as in +12025550100", ErrNotE164)
	case !plus:
		return "", fmt.Errorf("%w: %q does not begin with +; write the country code first, as in +12025550100", ErrNotE164, s)
	case !onlyDigits(digits):
		return "", fmt.Errorf("%w: %q has something other than digits after the +", ErrNotE164, s)
	case len(digits) < minDigits || len(digits) > maxDigits:
		return "", fmt.Errorf("%w: %q has %d digits; E.164 allows %d to %d", ErrNotE164, s, len(digits), minDigits, maxDigits)
	case digits[0] == '0':
		return "", fmt.Errorf("%w: %q begins with +0; no country code begins with 0", ErrNotE164, s)
	}
	return E164(s), nil
}

// Valid reports whether n is strict E.164. The empty value is not.
func (n E164) Valid() bool {
	_, err := Parse(string(n))
	return err == nil
}

// Withheld reports whether n names no caller: empty, or one of the words that
// carriers send instead of a number.
func (n E164) Withheld() bool { return Caller(string(n)) == "" }

// withheld are the words that carriers send for a caller who hides the number,
// in lower case. +266696687 spells ANONYMOUS on a keypad and is what Twilio
// sends; "Restricted" and "Unknown" are Vonage's.
var withheld = []string{"", "anonymous", "unknown", "restricted", "unavailable", "private", "blocked", "null", "+266696687", "266696687"}

// Caller reads a caller's identity as a carrier sent it. Every way of withholding
// a number becomes the one empty value; anything else (a sip or client address,
// a number in some other form) is kept as it came, without the spaces around it.
func Caller(s string) E164 {
	s = strings.TrimSpace(s)
	for _, w := range withheld {
		if strings.EqualFold(s, w) {
			return ""
		}
	}
	return E164(s)
}

// String shows n masked: the first digits and the last three, as in
// "+120*****100". An address that is no number keeps only its scheme, anything
// else nothing.
func (n E164) String() string {
	s := string(n)
	if s == "" {
		return "withheld"
	}
	switch scheme, _, _ := strings.Cut(s, ":"); scheme {
	case "tel", "sip", "sips", "client":
		return scheme + ":****"
	}
	if len(s) < 9 || !n.Valid() {
		return "****"
	}
	return s[:4] + strings.Repeat("*", len(s)-7) + s[len(s)-3:]
}

// Format prints n masked under every verb of fmt.
func (n E164) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprintf(f, "number.E164(%q)", n.String())
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), n.String())
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
