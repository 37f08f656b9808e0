package vonagetest

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// What the carrier says of a leg, in the words and the order of what was recorded.

// fields are what a webhook says, in order.
type fields []field

type field struct {
	name  string
	value any
}

// json is the compact body that is posted.
func (f fields) json() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(encoded(x.name))
		b.WriteByte(':')
		b.Write(encoded(x.value))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func encoded(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return bytes.TrimSpace(b.Bytes())
}

// query is the parameters of a GET: nested values are JSON.
func (f fields) query() string {
	var b bytes.Buffer
	for _, x := range f {
		text, ok := x.value.(string)
		if !ok {
			text = string(encoded(x.value))
		}
		if x.value == nil {
			text = ""
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(x.name) + "=" + url.QueryEscape(text))
	}
	return b.String()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// answerFields are what an answer webhook says.
func (l *call) answerFields() fields {
	f := fields{{"from", l.fromField()}, {"to", l.to}, {"uuid", l.uuid}, {"conversation_uuid", l.conversation}}
	if l.options.User {
		f[0] = field{"from_user", l.from}
	}
	f = append(f, field{"region_url", l.c.url + "/" + l.region}, field{"endpoint_type", l.kind()})
	for name, value := range l.options.Headers {
		f = append(f, field{"SipHeader_" + name, value})
	}
	return f
}

func (l *call) kind() string {
	if l.dials.kind != "" {
		return l.dials.kind
	}
	if l.options.User {
		return "app"
	}
	return "phone"
}

// fromField is who calls; nobody at all is null.
func (l *call) fromField() any {
	if l.from == "" {
		return nil
	}
	return l.from
}

// base is what every event says.
func (l *call) base(status string) fields {
	return fields{
		{"headers", map[string]any{}}, {"from", l.fromField()}, {"to", l.to}, {"uuid", l.uuid}, {"conversation_uuid", l.conversation},
		{"status", status}, {"direction", l.direction}, {"timestamp", stamp(l.c.Now())},
	}
}

// tell sends an event of the leg's progress.
func (l *call) tell(status string) {
	f := l.base(status)
	if status == answered {
		f = append(fields{{"start_time", nil}, {"rate", nil}, {"network", nil}}, f...)
	}
	l.event(f)
}

func (l *call) tellFailure(f Failure) { l.event(l.failed(f)) }

// failed are the fields of a failure.
func (l *call) failed(f Failure) fields {
	out := l.base(f.Status)
	if f.Detail != "" {
		out = append(out, field{"detail", f.Detail})
	}
	if f.Code != 0 {
		out = append(out, field{"sip_code", f.Code})
	}
	return out
}

// tellEnd is the "completed" of a leg that was not answered.
func (l *call) tellEnd(f Failure) {
	out := append(l.base(completed), field{"duration", "0"}, field{"disconnected_by", "user"})
	if f.Code != 0 {
		out = append(out, field{"sip_code", f.Code})
	}
	l.event(out)
}

// completed is the end of a leg that was answered.
func (l *call) completed(by string) {
	f := append(l.base(completed),
		field{"start_time", stamp(l.answered.Truncate(time.Second))}, field{"end_time", stamp(l.ended.Truncate(time.Second))},
		field{"duration", strconv.Itoa(l.seconds())}, field{"rate", "0.00450000"}, field{"price", "0.00052500"},
		field{"network", "US-FIXED"}, field{"disconnected_by", by}, field{"sip_code", 200})
	if l.status != completed {
		f = l.base(completed)
	}
	l.event(f)
}

// event sends one to whoever hears of this leg.
func (l *call) event(f fields) {
	to, method := l.eventURL, l.eventMethod
	if to == "" {
		to, method = l.c.app.EventURL, l.c.app.EventMethod
	}
	if to != "" {
		l.c.request(l, ForEvent, method, to, f, nil)
	}
}

// err is what the carrier has to say of a document.
func (l *call) err(reason string) {
	if to := l.c.app.EventURL; to != "" {
		l.c.request(l, ForEvent, l.c.app.EventMethod, to, fields{{"reason", reason}, {"conversation_uuid", l.conversation}, {"timestamp", stamp(l.c.Now())}}, nil)
	}
}

// seconds is how long the leg has lasted, from when it was answered.
func (l *call) seconds() int {
	switch {
	case l.answered.IsZero():
		return 0
	case l.over():
		return int(l.ended.Sub(l.answered) / time.Second)
	}
	return int(l.c.Now().Sub(l.answered) / time.Second)
}
