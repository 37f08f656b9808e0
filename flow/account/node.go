package account

import (
	"bytes"
	"unicode/utf8"
)

// node is a piece of a document, read or to be written: YAML and JSON without
// what only one of them has.
type node struct {
	kind  kind
	text  string  // of a scalar
	bare  bool    // a number, true or false, not a text of that look
	tidy  bool    // a text that needs no quotes in YAML
	items []*node // of a list
	pairs []pair  // of a map, in the order of the document
	line  int

	size, height int // of everything beneath, while aliases are followed
}

// pair is a key of a map and what it says.
type pair struct {
	key   string
	line  int // the key's
	value *node
}

type kind uint8

const (
	nothing kind = iota
	scalar
	list
	mapping
)

// String names the kind to a person who wrote it where another belongs.
func (k kind) String() string { return [...]string{"nothing", "a text", "a list", "a map"}[k] }

// Limits of a document.
const (
	maxSize  = 1 << 20 // bytes
	maxDepth = 100     // maps and lists within one another
)

func text(s string) *node { return &node{kind: scalar, text: s} }

func bare(s string) *node { return &node{kind: scalar, text: s, bare: true} }

func pairs(p ...pair) *node { return &node{kind: mapping, pairs: p} }

// load reads a document into a node, whichever notation it is in.
func load(data []byte) (*node, Faults) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxSize {
		return nil, Faults{{Line: 1, Problem: "the document is larger than 1 MiB; remove something, or keep audio and lists elsewhere"}}
	}
	if bad := firstBadByte(data); bad >= 0 {
		return nil, Faults{{Line: 1 + bytes.Count(data[:bad], []byte("\n")), Problem: "not UTF-8; save the document as UTF-8"}}
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if n, faults, ok := loadJSON(data); ok {
		return n, faults
	}
	return loadYAML(data)
}

// firstBadByte is where data stops being UTF-8, or -1.
func firstBadByte(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
