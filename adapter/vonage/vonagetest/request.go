package vonagetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/farend"
)

// Webhooks: requests on their way to the server under test, and what comes back.

// Purpose is what a webhook is requested for.
type Purpose string

// The purposes.
const (
	ForAnswer   Purpose = "answer"   // the first document of a leg
	ForFallback Purpose = "fallback" // another could not be had, or not be carried out
	ForInput    Purpose = "input"
	ForNotify   Purpose = "notify"
	ForConnect  Purpose = "connect"  // a connect with synchronous events failed
	ForTransfer Purpose = "transfer" // the leg was moved by REST
	ForEvent    Purpose = "event"    // nobody waits for what comes back
	ForRecord   Purpose = "record"   // a recording is there: nor here
)

// callback reports whether nobody waits for a document.
func (p Purpose) callback() bool { return p == ForEvent || p == ForRecord }

// required reports whether there must be a document.
func (p Purpose) required() bool { return p == ForAnswer || p == ForTransfer || p == ForFallback }

// Request is a webhook that was requested, and its answer.
type Request struct {
	At          time.Time
	For         Purpose
	UUID        string
	Method, URL string      // as requested
	Sent        string      // the body
	Header      http.Header // of the request
	Try         int         // 0 is the first
	Status      int         // of the answer; 0 where there was none, or it was lost
	Type        string      // its Content-Type
	Body        string
	Fault       string // what is wrong with it
	Err         error  // why there was no answer
}

// letter is a request on its way.
type letter struct {
	farend.Letter
	call    *call
	purpose Purpose
	method  string
	url     string
	fields  fields
	id      string // of its token
	since   time.Time
	then    func(reply) // nil: nobody waits
}

func (m *letter) uuid() string {
	if m.call == nil {
		return ""
	}
	return m.call.uuid
}

// reply is what came of a request.
type reply struct {
	url   string
	body  []byte
	mime  string
	text  string // what is wrong; empty is well
	retry bool   // it is worth another try
	field fields // what was asked, for the fallback
}

// The carrier's times (Vonage's support, article 17498678806044).
const (
	readAnswer  = 5 * time.Second
	readEvent   = 10 * time.Second
	longestRead = 15 * time.Second // of this process, whatever the virtual time says
	mostTries   = 2
	maxDocument = 1 << 20
)

func (m *letter) readTime() time.Duration {
	if m.purpose == ForAnswer || m.purpose == ForFallback || m.purpose == ForTransfer {
		return readAnswer
	}
	return readEvent
}

// request sends a webhook.
func (c *Carrier) request(l *call, p Purpose, method, address string, f fields, then func(reply)) {
	if method == "" {
		method = http.MethodPost
	}
	c.post.Send(&letter{call: l, purpose: p, method: method, url: address, fields: f, id: dashed(c.hex(32)), since: c.Now(), then: then})
}

// deliver makes a request, and has what follows from its answer happen once the
// answer has arrived.
func (c *Carrier) deliver(ctx context.Context, m *letter) error {
	entry, r := c.send(ctx, m)
	c.mu.Lock()
	defer c.mu.Unlock()
	took := m.Late
	if !m.purpose.callback() {
		took += c.cfg.Latency
	}
	switch {
	case m.Cut:
		took = 0
	case m.Mute:
		r, took = reply{text: "the answer was lost", retry: true}, m.readTime()
		entry.Status, entry.Type, entry.Body = 0, "", ""
	case took > m.readTime():
		r, took = reply{text: "the answer took longer than " + m.readTime().String(), retry: true}, m.readTime()
	}
	r.url, r.field = m.url, m.fields
	entry.Fault = r.text
	if m.Copy {
		entry.Fault = ""
	}
	c.log = append(c.log, entry)
	c.note(Happening{What: Sent, UUID: entry.UUID, Request: entry})
	c.post.Release()
	switch {
	case m.Copy:
	case took == 0:
		c.arrived(m, r)
	default:
		c.time.After(took, func() { c.arrived(m, r) })
	}
	return nil
}

// arrived is the answer arriving, or failing to: then the request is made once more.
func (c *Carrier) arrived(m *letter, r reply) {
	if r.retry && m.Tries+1 < mostTries {
		m.Again()
		m.id = dashed(c.hex(32))
		c.post.Hurry(m)
		return
	}
	if m.purpose.callback() {
		if r.text != "" {
			c.fault(m.call, m.url, r.text)
		}
		return
	}
	if m.then != nil {
		m.then(r)
	}
}

// send makes a request. It is called without the lock.
func (c *Carrier) send(ctx context.Context, m *letter) (entry Request, r reply) {
	address, body := m.url, []byte(nil)
	if m.method == http.MethodGet {
		address = withQuery(address, m.fields.query())
	} else {
		body = m.fields.json()
	}
	entry = Request{At: c.Now(), For: m.purpose, UUID: m.uuid(), Method: m.method, URL: address, Sent: string(body), Try: m.Tries}
	req, err := http.NewRequestWithContext(ctx, m.method, address, bytes.NewReader(body))
	if err != nil || req.URL.Host == "" {
		return entry, reply{text: "the address cannot be requested"}
	}
	payload := body
	if m.method == http.MethodGet {
		_, query, _ := strings.Cut(address, "?")
		payload = QueryText(query)
	}
	h := req.Header
	h.Set("User-Agent", "Apache-HttpAsyncClient/4.1")
	h.Set("Content-Type", "application/json")
	h.Set("Authorization", "Bearer "+c.sign(m, payload))
	entry.Header = h
	if m.Cut {
		return entry, reply{text: "it could not be connected", retry: true}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		entry.Err = err
		return entry, reply{text: failure(err), retry: true}
	}
	defer resp.Body.Close()
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	r.mime = resp.Header.Get("Content-Type")
	entry.Status, entry.Type, entry.Body = resp.StatusCode, r.mime, string(r.body)
	switch {
	case err != nil:
		entry.Err, r.text, r.retry = err, failure(err), true
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		r.text = "the answer was " + resp.Status
		r.retry = resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusGatewayTimeout
	}
	return entry, r
}

// failure says why there was no answer.
func failure(err error) string {
	var slow net.Error
	var u *url.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return "there was no answer in time"
	case errors.As(err, &u):
		return "it could not be requested: " + u.Err.Error()
	}
	return "it could not be requested"
}

// document is the document that a request was answered with; nil where it was
// answered with none.
func (r reply) document(required bool) ([]any, string) {
	if r.text != "" {
		return nil, r.text
	}
	body := bytes.TrimSpace(r.body)
	if !required && (len(body) == 0 || body[0] == '{') {
		return nil, ""
	}
	if media, _, _ := strings.Cut(r.mime, ";"); media != "application/json" {
		return nil, "its Content-Type is " + r.mime + ", not application/json"
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc []any
	if err := d.Decode(&doc); err != nil || d.More() {
		return nil, "Syntax error in NCCO. It is no JSON array."
	}
	if doc == nil {
		doc = []any{}
	}
	return doc, ""
}
