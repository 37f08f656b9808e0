package number

import "slices"

// Assignment says what answers one number of an account: the call action that
// an administrator picked for it. It names an entry of the account's book, never
// a release, so that what is published next answers the next call; Release pins
// one on purpose. Changing an assignment touches new calls only.
type Assignment struct {
	Number    E164      `json:"number"`
	Account   string    `json:"account"`
	Label     string    `json:"label,omitempty"`    // the people's name for it: "Main line"
	Entry     string    `json:"entry"`              // a name that flow.Book.Entry knows: "flow front-desk", or the number itself
	Release   string    `json:"release,omitempty"`  // a release's id; empty is the newest
	Carriers  []string  `json:"carriers,omitempty"` // carriers that may bring calls for it; empty is every one switched on
	Language  string    `json:"language,omitempty"` // BCP 47; empty is the account's
	Emergency Emergency `json:"emergency,omitzero"`
	Rev       uint64    `json:"rev,omitempty"` // counts changes; a store compares it when it replaces the assignment
}

// Emergency is what a caller gets when the store is out of reach for the third
// time: one document that needs no further request. Say is spoken before the
// line drops; Dial, where set, is rung instead (a tel or sip address). The zero
// value is the library's apology, then hang up.
type Emergency struct {
	Dial string `json:"dial,omitempty"`
	Say  string `json:"say,omitempty"`
	Play string `json:"play,omitempty"`

	Language string `json:"language,omitempty"` // of Say, BCP 47; empty is en-US
}

// Serves reports whether the carrier named may bring calls for the number.
func (a Assignment) Serves(carrier string) bool {
	return len(a.Carriers) == 0 || slices.Contains(a.Carriers, carrier)
}
