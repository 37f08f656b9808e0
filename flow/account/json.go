package account

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// loadJSON reads a document that is JSON; false where it is not, and then it may
// still be YAML. It keeps what encoding/json would lose: lines and repeated keys.
func loadJSON(data []byte) (*node, Faults, bool) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) || !json.Valid(data) {
		return nil, nil, false
	}
	j := jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	j.dec.UseNumber()
	n := j.value(0)
	return n, j.faults, true
}

type jsonReader struct {
	data   []byte
	dec    *json.Decoder
	at     int // how far the lines are counted
	line   int
	faults Faults
}

// token is the next token and its line. The document is valid, so there is one.
func (j *jsonReader) token() (json.Token, int) {
	t, _ := j.dec.Token()
	end := int(j.dec.InputOffset())
	j.line += bytes.Count(j.data[j.at:end], []byte("\n"))
	j.at = end
	return t, j.line
}

func (j *jsonReader) value(depth int) *node {
	t, line := j.token()
	n := &node{line: line}
	switch t := t.(type) {
	case string:
		n.kind, n.text = scalar, t
	case json.Number:
		n.kind, n.text, n.bare = scalar, t.String(), true
	case bool:
		n.kind, n.text, n.bare = scalar, fmt.Sprint(t), true
	case json.Delim:
		j.inside(n, t, depth+1)
	}
	return n
}

// inside reads what stands between brackets.
func (j *jsonReader) inside(n *node, open json.Delim, depth int) {
	if depth == maxDepth+1 {
		j.faults = append(j.faults, tooDeep(n.line))
	}
	n.kind = list
	if open == '{' {
		n.kind = mapping
	}
	for j.dec.More() {
		var p pair
		if n.kind == mapping {
			key, line := j.token()
			p.key, p.line = fmt.Sprint(key), line
			if len(p.key) > maxKey {
				j.faults = append(j.faults, longKey(line))
			}
		}
		p.value = j.value(depth)
		switch {
		case depth > maxDepth: // already told
		case n.kind == mapping:
			n.pairs = append(n.pairs, p)
		default:
			n.items = append(n.items, p.value)
		}
	}
	j.token()
}

func tooDeep(line int) Fault {
	return Fault{Line: line, Problem: fmt.Sprintf("maps and lists more than %d deep; lead to a menu or a flow instead", maxDepth)}
}

func longKey(line int) Fault {
	return Fault{Line: line, Problem: fmt.Sprintf("a key of more than %d bytes; write a shorter one", maxKey)}
}
