package twilio

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/extflow/extflow/flow"
)

// page writes a TwiML document by appending. The SDK's types drop empty attributes
// and order the others at random; here the same calls give the same bytes.
type page struct {
	b      []byte
	open   bool     // a start tag has not been closed yet
	leaves []string // attributes that are left out
}

const prolog = `<?xml version="1.0" encoding="UTF-8"?>`

// start begins an element.
func (p *page) start(tag string) {
	p.close()
	p.b = append(p.b, '<')
	p.b = append(p.b, tag...)
	p.open = true
}

// end ends the element that was begun last and has not ended.
func (p *page) end(tag string) {
	if p.open {
		p.b, p.open = append(p.b, '/', '>'), false
		return
	}
	p.b = append(p.b, '<', '/')
	p.b = append(p.b, tag...)
	p.b = append(p.b, '>')
}

func (p *page) close() {
	if p.open {
		p.b, p.open = append(p.b, '>'), false
	}
}

// attr gives the element an attribute, which may be empty.
func (p *page) attr(name, value string) {
	if p.left(name) {
		return
	}
	p.name(name)
	p.b = appendEscaped(p.b, value)
	p.b = append(p.b, '"')
}

func (p *page) number(name string, n int) {
	if p.left(name) {
		return
	}
	p.name(name)
	p.b = strconv.AppendInt(p.b, int64(n), 10)
	p.b = append(p.b, '"')
}

func (p *page) left(name string) bool { return len(p.leaves) > 0 && slices.Contains(p.leaves, name) }

func (p *page) name(name string) {
	p.b = append(p.b, ' ')
	p.b = append(p.b, name...)
	p.b = append(p.b, '=', '"')
}

// link gives the element an attribute that is the address of something about a turn.
func (p *page) link(name string, a *Adapter, t *flow.Turn, w what, query string) {
	if p.left(name) {
		return
	}
	p.name(name)
	p.address(a, t.Call, t.Seq, w, query)
	p.b = append(p.b, '"')
}

// address writes what Adapter.url says.
func (p *page) address(a *Adapter, k flow.Key, seq uint32, w what, query string) {
	if a.seals != nil {
		p.b = appendEscaped(p.b, a.url(k, seq, w, query))
		return
	}
	p.b = appendAddress(p.b, a.escaped, k, seq, w)
	if query != "" {
		p.b = appendEscaped(append(p.b, '?'), query)
	}
	if a.cfg.Overrides != "" {
		p.b = appendEscaped(append(p.b, '#'), a.cfg.Overrides)
	}
}

// text is the element's text.
func (p *page) text(s string) {
	p.close()
	p.b = appendEscaped(p.b, s)
}

// appendEscaped appends text such that a parser gives it back: also the white space
// that parsers would change. What XML cannot carry at all becomes U+FFFD.
func appendEscaped(dst []byte, s string) []byte {
	last := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if esc := escape(r, size); esc != "" {
			dst = append(dst, s[last:i]...)
			dst = append(dst, esc...)
			last = i + size
		}
		i += size
	}
	return append(dst, s[last:]...)
}

// escape is what stands for a rune; empty where it stands for itself.
func escape(r rune, size int) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&#34;"
	case '\t':
		return "&#x9;"
	case '\n':
		return "&#xA;"
	case '\r':
		return "&#xD;"
	}
	if r < ' ' || r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
		return "\uFFFD"
	}
	return ""
}
