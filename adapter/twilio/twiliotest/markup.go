package twiliotest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Documents: TwiML, read as strictly as Twilio reads it.

// element is one of a document.
type element struct {
	tag   string
	attrs map[string]string
	text  string
	kids  []*element
}

// refusal is why a document is not carried out.
type refusal struct {
	code int // Twilio's
	text string
}

func (r *refusal) Error() string { return r.text }

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

const (
	codeParse   = 12100
	codeSchema  = 12200
	codeType    = 12300
	codeTooLong = 11750
	codeURL     = 11100
)

const longestDocument = 64 << 10

// parse reads a document. The error is a *refusal.
func parse(body []byte) (*element, error) {
	if len(body) > longestDocument {
		return nil, refuse(codeTooLong, "the document has %d bytes; 65536 are allowed", len(body))
	}
	if len(body) == 0 || body[0] != '<' {
		return nil, refuse(codeParse, "the document does not begin with <")
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	root, err := read(d)
	if err != nil {
		var r *refusal
		if errors.As(err, &r) {
			return nil, r
		}
		return nil, refuse(codeParse, "the document is no XML: %v", err)
	}
	if root.tag != "Response" {
		return nil, refuse(codeParse, "the document is <%s>, not <Response>", root.tag)
	}
	return root, nil
}

// read reads the one element that a document is.
func read(d *xml.Decoder) (*element, error) {
	var open []*element
	var root *element
	for {
		token, err := d.Token()
		if err == io.EOF {
			if root == nil {
				return nil, refuse(codeParse, "the document has no element")
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			e, err := start(t)
			if err != nil {
				return nil, err
			}
			switch {
			case len(open) > 0:
				last := open[len(open)-1]
				last.kids = append(last.kids, e)
			case root != nil:
				return nil, refuse(codeParse, "something follows </%s>", root.tag)
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, refuse(codeParse, "there is text outside <Response>")
			}
		case xml.Directive:
			return nil, refuse(codeParse, "a document type is not allowed")
		}
	}
}

func start(t xml.StartElement) (*element, error) {
	e := &element{tag: t.Name.Local, attrs: map[string]string{}}
	if t.Name.Space != "" {
		return nil, refuse(codeSchema, "<%s> has a namespace", e.tag)
	}
	for _, a := range t.Attr {
		if _, twice := e.attrs[a.Name.Local]; twice {
			return nil, refuse(codeParse, "<%s> has %s twice", e.tag, a.Name.Local)
		}
		e.attrs[a.Name.Local] = a.Value
	}
	return e, nil
}

// attr is an attribute's value, or otherwise where it is missing.
func (e *element) attr(name, otherwise string) string {
	if v, ok := e.attrs[name]; ok {
		return v
	}
	return otherwise
}

// has reports whether an attribute is there, be it empty.
func (e *element) has(name string) bool { _, ok := e.attrs[name]; return ok }

func (e *element) yes(name string) bool { return e.attrs[name] == "true" }

// number is an attribute's value, or otherwise. The grammar has seen that it is one.
func (e *element) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(e.attrs[name]); err == nil {
		return n
	}
	return otherwise
}

func (e *element) seconds(name string, otherwise int) time.Duration {
	return time.Duration(e.number(name, otherwise)) * time.Second
}

// words is an element's text, without the space around it.
func (e *element) words() string { return strings.TrimSpace(e.text) }

// events are the words of a list attribute.
func (e *element) events(name, otherwise string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(e.attr(name, otherwise)) {
		out[w] = true
	}
	return out
}
