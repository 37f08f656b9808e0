package vonage

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/extflow/extflow/extension"
)

// The call control objects that the adapter writes (Vonage's NCCO reference). The
// SDK's types cannot say all of it: no type of input, no sip or app endpoints, no
// wait, and a payload of strings alone.

// ncco is a document: what to do, one after the other. The call ends after the last.
type ncco struct {
	actions []any
	buf     bytes.Buffer
}

var nccos = sync.Pool{New: func() any { return new(ncco) }}

func (n *ncco) add(action any) { n.actions = append(n.actions, action) }

type talk struct {
	Action   string `json:"action"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	Style    int    `json:"style,omitempty"`
	BargeIn  bool   `json:"bargeIn,omitempty"`
}

type stream struct {
	Action    string   `json:"action"`
	StreamURL []string `json:"streamUrl"`
	BargeIn   bool     `json:"bargeIn,omitempty"`
	Loop      int      `json:"loop,omitempty"` // 0 is once
}

type input struct {
	Action      string    `json:"action"`
	Type        []string  `json:"type"`
	DTMF        inputDTMF `json:"dtmf"`
	EventURL    []string  `json:"eventUrl"`
	EventMethod string    `json:"eventMethod"`
}

type inputDTMF struct {
	TimeOut      int  `json:"timeOut"`
	MaxDigits    int  `json:"maxDigits"`
	SubmitOnHash bool `json:"submitOnHash"`
}

type connect struct {
	Action      string     `json:"action"`
	Endpoint    []endpoint `json:"endpoint"`
	From        string     `json:"from,omitempty"`
	EventType   string     `json:"eventType,omitempty"`
	Timeout     int        `json:"timeout"`
	Limit       int        `json:"limit,omitempty"`
	EventURL    []string   `json:"eventUrl,omitempty"`
	EventMethod string     `json:"eventMethod,omitempty"`
}

// endpoint is where a connect, or a leg that is placed, rings.
type endpoint struct {
	Type   string `json:"type"`
	Number string `json:"number,omitempty"`
	URI    string `json:"uri,omitempty"`
	User   string `json:"user,omitempty"`
}

type record struct {
	Action       string   `json:"action"`
	Format       string   `json:"format"`
	EndOnSilence int      `json:"endOnSilence,omitempty"`
	EndOnKey     string   `json:"endOnKey,omitempty"`
	TimeOut      int      `json:"timeOut"`
	BeepStart    bool     `json:"beepStart"`
	EventURL     []string `json:"eventUrl"`
	EventMethod  string   `json:"eventMethod"`

	Transcription *transcription `json:"transcription,omitempty"`
}

type transcription struct {
	Language    string   `json:"language"`
	EventURL    []string `json:"eventUrl"`
	EventMethod string   `json:"eventMethod"`
}

type conversation struct {
	Action       string `json:"action"`
	Name         string `json:"name"`
	StartOnEnter bool   `json:"startOnEnter"`
	EndOnExit    bool   `json:"endOnExit"`
}

type notify struct {
	Action      string         `json:"action"`
	Payload     map[string]any `json:"payload"`
	EventURL    []string       `json:"eventUrl"`
	EventMethod string         `json:"eventMethod"`
}

type wait struct {
	Action  string  `json:"action"`
	Timeout float64 `json:"timeout"` // seconds, 0.1 to 7200
}

// pause is a wait of so many seconds.
func (n *ncco) pause(seconds float64) { n.add(wait{Action: "wait", Timeout: seconds}) }

// goOn asks for what comes next.
func (n *ncco) goOn(address string, payload map[string]any) {
	if payload == nil {
		payload = map[string]any{}
	}
	n.add(notify{Action: "notify", Payload: payload, EventURL: []string{address}, EventMethod: http.MethodPost})
}

// hangUp ends the call: there is no action that does, and the last one to end is its
// end. A document may not be empty.
func (n *ncco) hangUp() {
	if len(n.actions) == 0 {
		n.pause(0.1)
	}
}

// place is an endpoint as Vonage writes it: numbers have no plus.
func place(e extension.Endpoint) endpoint {
	_, rest, _ := strings.Cut(e.Address, ":")
	switch e.Scheme() {
	case extension.Tel:
		return endpoint{Type: "phone", Number: strings.TrimPrefix(rest, "+")}
	case extension.Client:
		return endpoint{Type: "app", User: rest}
	}
	return endpoint{Type: "sip", URI: e.Address}
}

// send answers with the document.
func (n *ncco) send(w http.ResponseWriter) {
	n.buf.Reset()
	e := json.NewEncoder(&n.buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(n.actions); err != nil {
		http.Error(w, "vonage: the document cannot be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = jsonType, noStore
	_, _ = w.Write(n.buf.Bytes())
}

// reply writes a document and sends it.
func reply(w http.ResponseWriter, write func(n *ncco)) {
	n := nccos.Get().(*ncco)
	defer nccos.Put(n)
	clear(n.actions)
	n.actions = n.actions[:0]
	write(n)
	n.hangUp()
	n.send(w)
}
