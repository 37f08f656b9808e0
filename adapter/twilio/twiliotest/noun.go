package twiliotest

import "strings"

// What a Dial rings, and what it shows.

const (
	codeCallerID = 13214
	codeNumber   = 13224
)

// dialable sees that all phones can be rung, and the number be shown to them.
func (r *run) dialable(e *element, nouns []*element) *refusal {
	if len(nouns) == 0 || len(nouns) > mostPhones {
		return refuse(codeSchema, "a Dial rings 1 to 10 phones, not %d", len(nouns))
	}
	shown := r.shown(e)
	for _, n := range nouns {
		to := n.words()
		switch n.tag {
		case "Number":
			if digits := strings.TrimPrefix(to, "+"); digits == "" || strings.Trim(digits, "0123456789-.() ") != "" {
				return refuse(codeNumber, "%q is no number", to)
			}
			if shown != r.call.from && shown != r.call.to && !r.c.owns(shown) || strings.Contains(shown, ":") {
				return refuse(codeCallerID, "%q is neither a number of this call nor of the account, and cannot be shown", shown)
			}
		case "Sip":
			if !strings.HasPrefix(to, "sip:") && !strings.HasPrefix(to, "sips:") {
				return refuse(codeSchema, "%q is no SIP address", to)
			}
		case "Client":
			if to == "" || len(to) > 256 {
				return refuse(codeSchema, "a client's name has 1 to 256 characters")
			}
		default:
			return refuse(codeSchema, "<%s> cannot ring beside other phones", n.tag)
		}
	}
	return nil
}

// shown is the number that the phones see.
func (r *run) shown(e *element) string {
	if id := e.attrs["callerId"]; id != "" {
		return id
	}
	return r.call.from
}

// owns reports whether a number may be shown.
func (c *Carrier) owns(number string) bool {
	_, ours := c.numbers[number]
	return ours || c.extra[number]
}

// endpoint is the address of a noun's phone.
func (n *element) endpoint() (to, address string) {
	switch n.tag {
	case "Number":
		return n.words(), "tel:" + n.words()
	case "Client":
		return "client:" + n.words(), "client:" + n.words()
	}
	return n.words(), n.words()
}
