package twilio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Parameters of a request, decoded without allocating once its buffers have grown.
// What it reads is what url.ParseQuery reads; where that complains, this refuses.

// pair is one parameter: where its name and its value are in the form's text. It has
// no pointers, so that sorting pairs is no work for the garbage collector.
type pair struct {
	first              uint64 // the name's first eight bytes, which most names differ in
	start, equals, end int32
}

// form is a list of parameters.
type form struct {
	pairs []pair
	text  []byte // names and values, one after the other
}

// maxPairs is the most parameters that a request may have. Twilio sends about 30.
const maxPairs = 200

var errForm = errors.New("malformed parameters")

func (f *form) reset() { f.pairs, f.text = f.pairs[:0], f.text[:0] }

// parse appends the parameters of a query or of a form's body.
func parse[T string | []byte](f *form, raw T) error {
	f.text = slices.Grow(f.text, len(raw))
	text, begin, equals := f.text, 0, -1 // begin: where in raw the parameter begins
	for i := 0; i <= len(raw); i++ {
		plain := i
		for plain < len(raw) && !special[raw[plain]] {
			plain++
		}
		text = append(text, raw[i:plain]...)
		if i = plain; i == len(raw) || raw[i] == '&' {
			if i > begin && !f.add(text, equals) {
				return errForm
			}
			begin, equals = i+1, -1
			continue
		}
		switch c := raw[i]; {
		case c == '=' && equals < 0:
			equals = len(text)
		case c == '=':
			text = append(text, c)
		case c == '+':
			text = append(text, ' ')
		case c == ';', i+2 >= len(raw), hexDigit[raw[i+1]] == 0, hexDigit[raw[i+2]] == 0:
			return errForm
		default:
			text = append(text, (hexDigit[raw[i+1]]-1)<<4|(hexDigit[raw[i+2]]-1))
			i += 2
		}
	}
	return nil
}

// add makes a parameter of what text has more than the form's own. Its value begins
// at equals; without one, less than 0, it is empty. It reports false where the form
// is full.
func (f *form) add(text []byte, equals int) bool {
	if len(f.pairs) == maxPairs {
		return false
	}
	start, end := len(f.text), len(text)
	if equals < 0 {
		equals = end
	}
	f.pairs = append(f.pairs, pair{first: first(text[start:equals]), start: int32(start), equals: int32(equals), end: int32(end)})
	f.text = text
	return true
}

// first is the beginning of a name as a number that sorts as the name does.
func first(name []byte) (n uint64) {
	if len(name) >= 8 {
		return binary.BigEndian.Uint64(name)
	}
	for i, c := range name {
		n |= uint64(c) << (56 - 8*i)
	}
	return n
}

// special are the bytes that do not stand for themselves.
var special = [256]bool{'&': true, '=': true, '+': true, ';': true, '%': true}

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

// key and value are a parameter's. They point into a pooled buffer: what outlives
// the request must be copied.
func (f *form) key(p pair) []byte   { return f.text[p.start:p.equals:p.equals] }
func (f *form) value(p pair) []byte { return f.text[p.equals:p.end:p.end] }

// same reports whether two parameters are alike.
func (f *form) same(a, b pair) bool {
	return a.first == b.first && bytes.Equal(f.key(a), f.key(b)) && bytes.Equal(f.value(a), f.value(b))
}

// sort orders the parameters by name, then value, as they are signed.
func (f *form) sort() {
	slices.SortFunc(f.pairs, func(a, b pair) int {
		if a.first != b.first {
			return cmp.Compare(a.first, b.first)
		}
		if c := bytes.Compare(f.key(a), f.key(b)); c != 0 {
			return c
		}
		return bytes.Compare(f.value(a), f.value(b))
	})
}

// get is the value of a parameter, nil where there is none.
func (f *form) get(name string) []byte {
	for _, p := range f.pairs {
		if int(p.equals-p.start) == len(name) && string(f.key(p)) == name {
			return f.value(p)
		}
	}
	return nil
}
