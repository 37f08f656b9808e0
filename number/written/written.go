// Package written reads telephone numbers as people write them, "(202) 555-0100"
// or "0044 20 7946 0958", into number.E164, and writes them for people again. It
// carries the numbering plans of the world (libphonenumber's), so only programs
// that read what people type need to link it.
package written

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"github.com/extflow/extflow/number"
)

// The errors of Parse and Dialable, wrapped in words that say what to write instead.
var (
	ErrNotNumber   = errors.New("not a telephone number")
	ErrExtension   = errors.New("a telephone number with an extension")
	ErrRegion      = errors.New("not a region")
	ErrNotDialable = errors.New("not to be dialled")
)

// maxWritten bounds what is looked at, in bytes.
const maxWritten = 100

// Parse reads a number in any common written form. A number in its country's
// own form ("(202) 555-0100") is read in region, an ISO 3166 code of two letters
// such as "US", and must be one that the country's plan has. One in international
// form ("+1 202-555-0100", "tel:+12025550100", "0044…", "011 44…" in region US)
// needs no region, and only its length is checked: new ranges open faster than
// plans are printed. Whether it may be dialled is Dialable's question.
//
// The error matches ErrRegion, ErrExtension or ErrNotNumber.
func Parse(s, region string) (number.E164, error) {
	region, err := knownRegion(region)
	if err != nil {
		return "", err
	}
	text, err := plain(s)
	if err != nil {
		return "", err
	}
	n, err := phonenumbers.ParseAndKeepRawInput(text, region)
	if international, ok := doubleZero(text); ok && (err != nil || !phonenumbers.IsValidNumber(n)) {
		n, err = phonenumbers.ParseAndKeepRawInput(international, region)
	}
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode) && text[0] != '+' && region == "":
		return "", fmt.Errorf("%w: %q has no country code and there is no default region; write + and the country code first, as in +12025550100", ErrNotNumber, s)
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "", fmt.Errorf("%w: %q begins with a country code that does not exist", ErrNotNumber, s)
	case err != nil:
		return "", fmt.Errorf("%w: %q; write it as in +12025550100", ErrNotNumber, s)
	case n.GetExtension() != "":
		return "", fmt.Errorf("%w: %q ends with extension %s; write the number alone", ErrExtension, s, n.GetExtension())
	case !sameEnd(text, n):
		return "", fmt.Errorf("%w: %q goes on after the number; write the number alone", ErrNotNumber, s)
	}
	return checked(s, region, n)
}

// checked holds n against the plan of its country.
func checked(s, region string, n *phonenumbers.PhoneNumber) (number.E164, error) {
	home := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	if emergency(n) {
		return "", fmt.Errorf("%w: %q is an emergency number", ErrNotNumber, s)
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return "", fmt.Errorf("%w: %q lacks its area code; write the whole number", ErrNotNumber, s)
	case phonenumbers.TOO_SHORT:
		return "", fmt.Errorf("%w: %q is too short for a number of %s; write the whole number, with its area code", ErrNotNumber, s, home)
	case phonenumbers.TOO_LONG:
		return "", fmt.Errorf("%w: %q is too long for a number of %s", ErrNotNumber, s, home)
	default:
		return "", fmt.Errorf("%w: %q has too many or too few digits for a number of %s", ErrNotNumber, s, home)
	}
	if n.GetCountryCodeSource() == phonenumbers.PhoneNumber_FROM_DEFAULT_COUNTRY && !phonenumbers.IsValidNumber(n) {
		return "", fmt.Errorf("%w: %s has no number %q; if it is right, write it with + and the country code", ErrNotNumber, region, s)
	}
	e, err := number.Parse(phonenumbers.Format(n, phonenumbers.E164))
	if err != nil {
		return "", fmt.Errorf("%w: %q: %w", ErrNotNumber, s, err)
	}
	return e, nil
}

// knownRegion is region in capitals; empty stays empty.
func knownRegion(region string) (string, error) {
	up := strings.ToUpper(region)
	switch {
	case up == "" || phonenumbers.GetCountryCodeForRegion(up) != 0:
		return up, nil
	case up == "UK":
		return "", fmt.Errorf("%w: %q; the United Kingdom is GB", ErrRegion, region)
	}
	return "", fmt.Errorf("%w: %q; write a country's two letters, as in US", ErrRegion, region)
}

// plain is s without the spaces around it and without "tel:". It refuses what
// the library would skip: words before the number, stray letters, stars.
func plain(s string) (string, error) {
	text := strings.TrimSpace(s)
	if len(text) >= 4 && strings.EqualFold(text[:4], "tel:") {
		text = strings.TrimSpace(text[4:])
	}
	if text == "" {
		return "", fmt.Errorf("%w: it is empty; write it as in +12025550100", ErrNotNumber)
	}
	first, _ := utf8.DecodeRuneInString(text)
	if len(text) > maxWritten || !unicode.IsDigit(first) && !strings.ContainsRune("+＋([", first) || strings.Contains(text, "*") {
		return "", fmt.Errorf("%w: %.40q; write it as in +12025550100", ErrNotNumber, s)
	}
	return text, nil
}

// doubleZero reads a leading 00, the international prefix of most of the world,
// where the region's own plan makes nothing of it.
func doubleZero(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, "00")
	return "+" + rest, ok
}

// sameEnd reports whether the number read ends as the text does. The library
// stops before some endings without a word, and reads digits after a stray
// letter (a pause, "p12") as part of the number.
func sameEnd(text string, n *phonenumbers.PhoneNumber) bool {
	const tail, word = 4, 3             // a word on a keypad has three letters at least: 1-800-FLOWERS
	text, _, _ = strings.Cut(text, ";") // parameters of a tel address
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	wrote := phonenumbers.NormalizeDigitsOnly(phonenumbers.ConvertAlphaCharactersInNumber(text))
	read := phonenumbers.GetNationalSignificantNumber(n)
	return strings.HasSuffix(wrote, read[max(0, len(read)-tail):]) && (letters == 0 || letters >= word)
}
