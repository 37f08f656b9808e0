package main

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the server answers carriers with, held against Twilio's schema.

// element is one of a document.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []element  `xml:",any"`
}

// twiml is the document of an answer: one that Twilio would take.
func (a answer) twiml() *element {
	a.t.Helper()
	require.Equal(a.t, "text/xml; charset=utf-8", a.header.Get("Content-Type"), a.text)
	require.LessOrEqual(a.t, len(a.text), 64<<10)
	var e element
	require.NoError(a.t, xml.Unmarshal([]byte(a.text), &e), a.text)
	require.Equal(a.t, "Response", e.XMLName.Local)
	e.valid(a.t)
	return &e
}

// find is the first element of the name, or nil.
func (e *element) find(tag string) *element {
	if e.XMLName.Local == tag {
		return e
	}
	for i := range e.Kids {
		if found := e.Kids[i].find(tag); found != nil {
			return found
		}
	}
	return nil
}

// address is where the first element of the name leads: an attribute, or its text
// where there is none.
func (a answer) address(tag, attribute string) string {
	a.t.Helper()
	e := a.is(200).twiml()
	found := e.find(tag)
	require.NotNil(a.t, found, "no <%s> in %s", tag, a.text)
	for _, attr := range found.Attrs {
		if attr.Name.Local == attribute {
			return attr.Value
		}
	}
	require.Empty(a.t, attribute, "<%s> has none in %s", tag, a.text)
	return found.Text
}

type shape struct {
	Element    string
	Text       any
	Attributes map[string]struct {
		Type, List string
		Values     []string
	}
	Children []string
}

// shapes are the elements that there are, by name; nil where the shared reference
// data is not here.
var shapes = sync.OnceValue(func() map[string]shape {
	data, err := os.ReadFile("../../../shared/reference/data/twiml_schema.json")
	if err != nil {
		return nil
	}
	var file struct{ Elements map[string]shape }
	if err := json.Unmarshal(data, &file); err != nil {
		panic(err)
	}
	all := map[string]shape{}
	for name, s := range file.Elements {
		if name != "ReferSip" { // the other Sip, of Refer
			all[s.Element] = s
		}
	}
	return all
})

func (e *element) valid(t testing.TB) {
	t.Helper()
	if shapes() == nil {
		return
	}
	tag := e.XMLName.Local
	s, ok := shapes()[tag]
	require.True(t, ok, "<%s> is unknown", tag)
	for _, a := range e.Attrs {
		spec, ok := s.Attributes[a.Name.Local]
		require.True(t, ok, "<%s %s> is unknown", tag, a.Name.Local)
		values := []string{a.Value}
		if spec.List != "" {
			values = strings.Fields(a.Value)
		}
		for _, v := range values {
			_, number := strconv.Atoi(v)
			require.True(t, spec.Type != "integer" || number == nil, "<%s %s=%q>", tag, a.Name.Local, v)
			require.True(t, spec.Type != "boolean" || v == "true" || v == "false", "<%s %s=%q>", tag, a.Name.Local, v)
			require.True(t, spec.Type != "enum" || len(spec.Values) == 0 || slices.Contains(spec.Values, v), "<%s %s=%q>", tag, a.Name.Local, v)
			require.True(t, spec.Type != "url" || absolute(v), "<%s %s=%q>", tag, a.Name.Local, v)
		}
	}
	text := strings.TrimSpace(e.Text)
	require.True(t, text == "" || s.Text != nil, "<%s> has text", tag)
	require.True(t, tag != "Redirect" && tag != "Play" || absolute(text), "<%s>%s", tag, text)
	for i := range e.Kids {
		require.Contains(t, s.Children, e.Kids[i].XMLName.Local, "in <%s>", tag)
		e.Kids[i].valid(t)
	}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.IsAbs() && u.Host != ""
}
