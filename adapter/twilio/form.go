package twilio

import (
	"bytes"
	"errors"
	"slices"
)

// Parameters of a request, decoded without allocating once its buffers have grown.
// What it reads is what url.ParseQuery reads; where that complains, this refuses.

// pair is one parameter. Both slices point into a pooled buffer: what outlives the
// request must be copied.
type pair struct{ key, value []byte }

// form is a list of parameters.
type form struct {
	pairs []pair
	text  []byte // what the pairs point into
}

// maxPairs is the most parameters that a request may have. Twilio sends about 30.
const maxPairs = 200

var errForm = errors.New("malformed parameters")

func (f *form) reset() { f.pairs, f.text = f.pairs[:0], f.text[:0] }

// parse appends the parameters of a query or of a form's body.
func parse[T string | []byte](f *form, raw T) error {
	f.text = slices.Grow(f.text, len(raw)) // so that no pair is left pointing to an old buffer half way
	for from := 0; from < len(raw); {
		end := from
		for end < len(raw) && raw[end] != '&' {
			end++
		}
		if end > from {
			if len(f.pairs) == maxPairs || !one(f, raw[from:end]) {
				return errForm
			}
		}
		from = end + 1
	}
	return nil
}

// one appends the parameter of one segment.
func one[T string | []byte](f *form, raw T) bool {
	text, start, equals := f.text, len(f.text), -1
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '=' && equals < 0:
			equals = len(text)
		case c == '+':
			text = append(text, ' ')
		case c == ';':
			return false
		case c == '%':
			if i+2 >= len(raw) || hexDigit[raw[i+1]] == 0 || hexDigit[raw[i+2]] == 0 {
				return false
			}
			text = append(text, (hexDigit[raw[i+1]]-1)<<4|(hexDigit[raw[i+2]]-1))
			i += 2
		default:
			text = append(text, c)
		}
	}
	if equals < 0 {
		equals = len(text)
	}
	f.pairs = append(f.pairs, pair{key: text[start:equals:equals], value: text[equals:len(text):len(text)]})
	f.text = text
	return true
}

// hexDigit is the value of each hexadecimal digit and one; 0 for all other bytes.
var hexDigit = func() (t [256]byte) {
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i) + 1
	}
	for i, c := range []byte("ABCDEF") {
		t[c] = byte(i) + 11
	}
	return t
}()

// sort orders the parameters by name, then value, as they are signed.
func (f *form) sort() {
	slices.SortFunc(f.pairs, func(a, b pair) int {
		if c := bytes.Compare(a.key, b.key); c != 0 {
			return c
		}
		return bytes.Compare(a.value, b.value)
	})
}

// get is the value of a parameter, nil where there is none.
func (f *form) get(name string) []byte {
	for i := range f.pairs {
		if string(f.pairs[i].key) == name {
			return f.pairs[i].value
		}
	}
	return nil
}
