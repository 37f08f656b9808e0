package account

import (
	"bytes"
	"strings"
)

// yamlWriter writes nodes as people write YAML: sections and things one below the
// other, what is short on one line.
type yamlWriter struct{ bytes.Buffer }

// width is how long a line may be before what is on it is spread out.
const width = 100

func (w *yamlWriter) root(n *node) {
	for i, p := range n.pairs {
		if p.value.kind == mapping || p.value.kind == list {
			if i > 0 {
				w.WriteByte('\n')
			}
			w.key(p.key, "")
			w.spread(p.value, "  ", p.key != "settings")
			continue
		}
		w.key(p.key, "")
		w.WriteString(" " + plain(p.value) + "\n")
	}
}

func (w *yamlWriter) key(key, indent string) {
	w.WriteString(indent + plain(text(key)) + ":")
}

// spread writes a map or a list one entry a line, after the key that it belongs
// to. Where things are asked for, what is in it is spread too if it holds more
// than one value.
func (w *yamlWriter) spread(n *node, indent string, things bool) {
	if len(n.pairs) > maxBlock {
		w.braces(n, indent)
		return
	}
	w.WriteByte('\n')
	for _, p := range n.pairs {
		w.key(p.key, indent)
		w.after(p.value, indent, things)
	}
	for _, item := range n.items {
		w.WriteString(indent + "-")
		if s := inline(item); len(s)+len(indent) < 2*width || item.kind == scalar {
			w.WriteString(" " + s + "\n")
		} else {
			w.entry(item, indent+"  ")
		}
	}
}

// braces writes a map that is too large for a block.
func (w *yamlWriter) braces(n *node, indent string) {
	w.WriteString(" {\n")
	for _, p := range n.pairs {
		w.key(p.key, indent)
		w.WriteString(" " + inline(p.value) + ",\n")
	}
	w.WriteString(indent + "}\n")
}

// after writes a value behind its key, on the same line if it fits.
func (w *yamlWriter) after(n *node, indent string, thing bool) {
	s := inline(n)
	if n.kind == scalar || len(s)+len(indent) < width && !(thing && len(n.pairs) > 1) {
		w.WriteString(" " + s + "\n")
		return
	}
	w.spread(n, indent+"  ", false)
}

// entry writes a map of a list that is too long for a line, behind its dash.
func (w *yamlWriter) entry(n *node, indent string) {
	for i, p := range n.pairs {
		if i == 0 {
			w.key(p.key, " ")
		} else {
			w.key(p.key, indent)
		}
		w.after(p.value, indent, false)
	}
}

// inline is a node on one line.
func inline(n *node) string {
	var parts []string
	switch n.kind {
	case list:
		for _, item := range n.items {
			parts = append(parts, inline(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapping:
		for _, p := range n.pairs {
			parts = append(parts, plain(text(p.key))+": "+inline(p.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return plain(n)
}

// plain is a scalar, in quotes unless it is words that nothing reads otherwise.
func plain(n *node) string {
	if n.bare || n.tidy {
		return n.text
	}
	switch strings.ToLower(n.text) {
	case "", "null", "true", "false", "yes", "no", "y", "n":
		return quoted(n.text)
	}
	inside := false // between two letters or digits
	for i := range len(n.text) {
		c := n.text[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9'
		if !letter && (!inside || i == len(n.text)-1 || !strings.ContainsRune(" -_/.", rune(c))) {
			return quoted(n.text)
		}
		inside = letter
	}
	return n.text
}
