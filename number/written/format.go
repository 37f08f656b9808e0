package written

import (
	"github.com/nyaruka/phonenumbers"

	"github.com/extflow/extflow/number"
)

// Style is a way of writing a number for people.
type Style uint8

// The styles, with a London number as the example.
const (
	International Style = iota // "+44 20 7946 0958"
	National                   // "020 7946 0958", as written inside its country; International where that would not read back
	URI                        // "tel:+44-20-7946-0958", for a link (RFC 3966)
)

// Format writes n whole, for a screen or a letter; a log takes n.String(), which
// masks it. What is no telephone number (a sip address, a withheld caller) comes
// back as it is.
func Format(n number.E164, style Style) string {
	p, err := phonenumbers.Parse(string(n), "")
	if err != nil || !n.Valid() {
		return string(n)
	}
	switch style {
	case National:
		national := phonenumbers.Format(p, phonenumbers.NATIONAL)
		if back, err := Parse(national, Region(n)); err == nil && back == n {
			return national
		}
	case URI:
		return phonenumbers.Format(p, phonenumbers.RFC3966)
	}
	return phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
}
