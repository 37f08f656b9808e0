package main

import (
	"encoding/xml"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// What the server answers carriers with, held against what Twilio takes.

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
	require.NoError(a.t, twiliotest.Valid([]byte(a.text)), a.text)
	var e element
	require.NoError(a.t, xml.Unmarshal([]byte(a.text), &e), a.text)
	require.Equal(a.t, "Response", e.XMLName.Local)
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
