package extension

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Range says which extensions an account has. The zero value is four digits, all
// of them but the reserved ones: 1000 to 9999.
type Range struct {
	Length int `json:"length,omitempty"` // digits of an extension, 2 to 8; 0 is 4
	First  int `json:"first,omitempty"`  // the lowest extension, as a number: 1001
	Last   int `json:"last,omitempty"`   // the highest; 0 is the highest of the length

	// Reserved are never given to anybody: an extension ("1100"), or digits and a
	// star for all that begin with them ("0*"). Nil is DefaultReserved. An account's
	// own list takes its place; the word "default" in it keeps the default as well.
	Reserved []string `json:"reserved,omitzero"`

	// TerminatorRequired is for accounts whose callers end every entry with #. Only
	// there may an extension be the beginning of another, which happens where agents
	// keep their extensions while an account changes its length.
	TerminatorRequired bool `json:"terminator_required,omitempty"`
}

// The lengths that an extension may have.
const (
	MinLength     = 2
	MaxLength     = 8
	DefaultLength = 4
)

// DefaultReserved is what nobody gets unless the account says otherwise: emergency
// numbers, and anything beginning with 0.
func DefaultReserved() []string { return []string{"911", "112", "999", "000", "0*"} }

// The reasons for which an extension, or a Range, is refused.
var (
	ErrNotDigits   = errors.New("extension is not digits")
	ErrLength      = errors.New("extension has the wrong length")
	ErrOutside     = errors.New("extension outside the range")
	ErrReserved    = errors.New("extension reserved")
	ErrTaken       = errors.New("extension taken")
	ErrQuarantined = errors.New("extension quarantined")
	ErrPrefix      = errors.New("extension begins like another")
	ErrFull        = errors.New("range full")
	ErrRange       = errors.New("not a range of extensions")
)

// Validate returns every fault of the range itself, each of them an ErrRange.
func (r Range) Validate() error {
	if r.Length != 0 && (r.Length < MinLength || r.Length > MaxLength) {
		return fmt.Errorf("%w: length %d; extensions have %d to %d digits", ErrRange, r.Length, MinLength, MaxLength)
	}
	var faults []error
	if first, last, highest := r.First, r.last(), pow10(r.length())-1; first < 0 || last < first || last > highest {
		faults = append(faults, fmt.Errorf("%w: %d to %d; with %d digits it lies between 0 and %d, the lower end first",
			ErrRange, first, last, r.length(), highest))
	}
	for _, entry := range r.Reserved {
		digits := strings.TrimSuffix(entry, "*")
		if entry != reservedDefault && (!isDigits(digits) || len(digits) > MaxLength) {
			faults = append(faults, fmt.Errorf(`%w: reserved %q; write an extension ("1100"), digits and a star for all that begin with them ("0*"), or "default"`,
				ErrRange, entry))
		}
	}
	return errors.Join(faults...)
}

// Check reports whether ext is of the range and not reserved, whoever holds it.
// The error is ErrNotDigits, ErrLength, ErrOutside, ErrReserved, or ErrRange where
// the range itself makes no sense.
func (r Range) Check(ext string) error {
	if err := r.Validate(); err != nil {
		return err
	}
	switch {
	case !isDigits(ext):
		return fmt.Errorf("%w: %.20q; use 0 to 9 only, as in %s", ErrNotDigits, ext, r.example())
	case len(ext) != r.length():
		return fmt.Errorf("%w: %.20s has %d digits; extensions here have %d, as in %s", ErrLength, ext, len(ext), r.length(), r.example())
	}
	if n := value(ext); n < r.First || n > r.last() {
		return fmt.Errorf("%w: %s is not within %s to %s", ErrOutside, ext, r.text(r.First), r.text(r.last()))
	}
	for _, entry := range r.reserved() {
		if covers(entry, ext) {
			return fmt.Errorf("%w: %s is kept free (%s)", ErrReserved, ext, entry)
		}
	}
	return nil
}

// After is the extension that follows ext in the range, reserved ones skipped,
// whoever holds it; false at the end of the range. After("") is the first. A store
// without a Directory finds the next free one by walking from where it last was.
func (r Range) After(ext string) (string, bool) {
	n := r.First
	if len(ext) == r.length() && isDigits(ext) {
		n = max(n, value(ext)+1)
	}
	for moved := true; moved; {
		moved = false
		for _, entry := range r.reserved() {
			if low, high, ok := r.span(entry); ok && low <= n && n <= high {
				n, moved = high+1, true
			}
		}
	}
	if n > r.last() {
		return "", false
	}
	return r.text(n), true
}

// Conflict reports whether two different extensions cannot both be keyed: one is
// the beginning of the other and no terminator tells them apart.
func (r Range) Conflict(a, b string) bool {
	return !r.TerminatorRequired && a != b && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// Unclaimed is what an entry is that no claim stands for: ClassPartial where more
// digits could make an extension of it, or where begins says that a longer claim
// begins with it, else ClassUnknown.
func (r Range) Unclaimed(entry string, begins bool) Class {
	switch {
	case len(entry) > MaxLength || entry != "" && !isDigits(entry):
		return ClassUnknown
	case len(entry) < r.length() || begins:
		return ClassPartial
	}
	return ClassUnknown
}

// reservedDefault is the word of a Reserved list that stands for DefaultReserved.
const reservedDefault = "default"

func (r Range) reserved() []string {
	if r.Reserved == nil {
		return DefaultReserved()
	}
	if i := slices.Index(r.Reserved, reservedDefault); i >= 0 {
		return slices.Concat(r.Reserved[:i], DefaultReserved(), r.Reserved[i+1:])
	}
	return r.Reserved
}

// covers reports whether a reserved entry is ext, or begins it.
func covers(entry, ext string) bool {
	if begin, ok := strings.CutSuffix(entry, "*"); ok {
		return strings.HasPrefix(ext, begin)
	}
	return entry == ext
}

// span is what a reserved entry covers among the extensions of the range's length.
func (r Range) span(entry string) (low, high int, ok bool) {
	digits, star := strings.CutSuffix(entry, "*")
	missing := r.length() - len(digits)
	if missing < 0 || missing > 0 && !star || !isDigits(digits) {
		return 0, 0, false
	}
	low = value(digits) * pow10(missing)
	return low, low + pow10(missing) - 1, true
}

func (r Range) length() int {
	if r.Length == 0 {
		return DefaultLength
	}
	return r.Length
}

func (r Range) last() int {
	if r.Last == 0 {
		return pow10(r.length()) - 1
	}
	return r.Last
}

// text is n as an extension, with the zeros in front that its length asks for.
func (r Range) text(n int) string {
	return fmt.Sprintf("%0*d", r.length(), n)
}

// example is an extension that somebody might have.
func (r Range) example() string {
	if ext, ok := r.After(""); ok {
		return ext
	}
	return r.text(r.last())
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// value is the number that digits, at most MaxLength of them, spell.
func value(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// isDigits reports whether s is ASCII digits, at least one.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
