package vonage

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What a webhook says. The same comes as a JSON body, as the parameters of a GET,
// whose nested values are JSON, and, where the adapter asked to be told again, as the
// payload of a notify.

// said is a webhook's content: what of it the adapter goes by.
type said struct {
	Status       text     `json:"status,omitzero"`
	UUID         text     `json:"uuid,omitzero"`      // the leg
	CallUUID     text     `json:"call_uuid,omitzero"` // the same, in machine detection
	Conversation text     `json:"conversation_uuid,omitzero"`
	From         text     `json:"from,omitzero"`
	To           text     `json:"to,omitzero"`
	Direction    text     `json:"direction,omitzero"`
	Region       text     `json:"region_url,omitzero"`
	Detail       text     `json:"detail,omitzero"`
	Reason       text     `json:"reason,omitzero"`
	Type         text     `json:"type,omitzero"`
	Stamp        text     `json:"timestamp,omitzero"`
	Code         text     `json:"sip_code,omitzero"`
	DTMF         dtmf     `json:"dtmf,omitzero"`
	RecordingURL text     `json:"recording_url,omitzero"`
	Recording    text     `json:"recording_uuid,omitzero"`
	Transcript   text     `json:"transcription_url,omitzero"`
	Start        text     `json:"start_time,omitzero"`
	End          text     `json:"end_time,omitzero"`
	Original     original `json:"original_request,omitzero"`
	Payload      again    `json:"payload,omitzero"`
}

// original is the request for which a fallback is made.
type original struct {
	URL  text `json:"url"`
	Type text `json:"type"`
}

// text is a value that carriers write as a string, a number or null.
type text string

// UnmarshalJSON takes any value; what is neither string nor number is nothing.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) > 0 && b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case len(b) > 0 && (b[0] >= '0' && b[0] <= '9' || b[0] == '-'):
		*t = text(b)
	}
	return nil
}

// dtmf is an entry: an object, the bare digits of old, or null.
type dtmf string

// UnmarshalJSON reads either form.
func (d *dtmf) UnmarshalJSON(b []byte) error {
	*d = ""
	if len(b) > 0 && b[0] == '{' {
		var o struct {
			Digits text `json:"digits"`
		}
		err := json.Unmarshal(b, &o)
		*d = dtmf(o.Digits)
		return err
	}
	return (*text)(d).UnmarshalJSON(b)
}

// again is the payload of a notify: what a request said that is now made again. That
// of anybody else's notify means nothing here.
type again struct{ said *said }

// UnmarshalJSON reads a payload of our own.
func (a *again) UnmarshalJSON(b []byte) error {
	var p struct {
		Again *said `json:"again"`
	}
	if json.Unmarshal(b, &p) == nil && p.Again != nil {
		p.Again.Payload = again{}
		a.said = p.Again
	}
	return nil
}

// read takes in a body. One that is empty says nothing.
func (s *said) read(body []byte) error {
	if body = bytes.TrimSpace(body); len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, s); err != nil {
		return err
	}
	if s.Payload.said != nil {
		*s = *s.Payload.said
	}
	return nil
}

// ask takes in the parameters of a GET. Those with nested values are JSON.
func (s *said) ask(query string) error {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range pairs(query) {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(p.name)
		b.Write(name)
		b.WriteByte(':')
		if nested := p.value != "" && strings.IndexByte(`{["`, p.value[0]) >= 0 && json.Valid([]byte(p.value)); nested {
			b.WriteString(p.value)
			continue
		}
		value, _ := json.Marshal(p.value)
		b.Write(value)
	}
	b.WriteByte('}')
	return s.read(b.Bytes())
}

// pair is a parameter, in the order in which it came.
type pair struct{ name, value string }

func pairs(query string) []pair {
	var out []pair
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, bad1 := url.QueryUnescape(name)
		v, bad2 := url.QueryUnescape(value)
		if bad1 == nil && bad2 == nil {
			out = append(out, pair{n, v})
		}
	}
	return out
}

// canonical is what the hash of a GET is computed of: an object of its parameters, in
// their order, as strings (Vonage's support, article 19033783342876).
func canonical(query string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	write := func(s string) {
		_ = e.Encode(s)
		b.Truncate(b.Len() - 1) // the line's end
	}
	b.WriteByte('{')
	for i, p := range pairs(query) {
		if i > 0 {
			b.WriteByte(',')
		}
		write(p.name)
		b.WriteByte(':')
		write(p.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// leg is the reference of the leg that a webhook is about.
func (s *said) leg() string {
	if s.UUID != "" {
		return string(s.UUID)
	}
	return string(s.CallUUID)
}

// length is how long a recording is.
func (s *said) length() time.Duration {
	from, bad1 := time.Parse(time.RFC3339, string(s.Start))
	to, bad2 := time.Parse(time.RFC3339, string(s.End))
	if bad1 != nil || bad2 != nil || to.Before(from) {
		return 0
	}
	return to.Sub(from)
}

// code is the SIP code; 0 where none is given.
func (s *said) code() int {
	n, _ := strconv.Atoi(string(s.Code))
	return n
}

// repeated is what a request that is made again must bring along.
func (s *said) repeated() map[string]any {
	r := *s
	r.Original, r.Payload = original{}, again{}
	return map[string]any{"again": &r}
}
