package twiliotest

import (
	"context"
	"io"
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
	ForVoice     Purpose = "voice"     // the first document of a call
	ForFallback  Purpose = "fallback"  // another could not be had, or not be carried out
	ForGather    Purpose = "gather"    // actions
	ForDial      Purpose = "dial"      //
	ForRecord    Purpose = "record"    //
	ForEnqueue   Purpose = "enqueue"   //
	ForRedirect  Purpose = "redirect"  //
	ForUpdate    Purpose = "update"    // the call was moved by REST
	ForWhisper   Purpose = "whisper"   // the url of a phone in a Dial, or of a Queue
	ForWait      Purpose = "wait"      // the waitUrl of an Enqueue or a Conference
	ForStatus    Purpose = "status"    // callbacks
	ForRecording Purpose = "recording" //

	ForTranscription Purpose = "transcription" //
)

// callback reports whether nobody waits for a document.
func (p Purpose) callback() bool { return p == ForStatus || p == ForRecording || p == ForTranscription }

// Request is a webhook that was requested, and its answer.
type Request struct {
	At          time.Time
	For         Purpose
	CallSid     string
	Method, URL string      // as requested
	Form        url.Values  // the parameters, whether posted or in the URL
	Header      http.Header // of the request
	Try         int         // 0 is the first
	Status      int         // of the answer; 0 where there was none, or it was lost
	Type        string      // its Content-Type
	Body        string
	Code        int   // Twilio's code for what is wrong with it; 0 is nothing
	Err         error // why there was no answer
}

// letter is a request on its way.
type letter struct {
	farend.Letter
	call    *call
	purpose Purpose
	method  string
	url     string // with its fragment
	form    url.Values
	rules   overrides
	token   string
	since   time.Time
	then    func(reply) // nil: nobody waits
}

// reply is what came of a request.
type reply struct {
	url, method string // of the document: where relative addresses start from
	status      int
	mime        string
	body        []byte
	code        int // Twilio's code; 0 is well
	text        string
	fail        string // ct, rt, 4xx, 5xx: what a retry may be for
}

// request sends a webhook. The form belongs to it.
func (c *Carrier) request(l *call, p Purpose, method, address string, form url.Values, then func(reply)) {
	if method == "" {
		method = http.MethodPost
	}
	c.post.Send(&letter{
		call: l, purpose: p, method: method, url: address, form: form, rules: parseOverrides(address),
		token: c.hex(32), since: c.Now(), then: then,
	})
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
	if m.Mute {
		r, took = reply{code: codeFetch, text: "the answer was lost", fail: "rt"}, m.rules.rt
		entry.Status, entry.Type, entry.Body = 0, "", ""
	}
	if r.fail == "ct" {
		took = 0
	} else if took > m.rules.rt {
		r, took = reply{code: codeFetch, text: "the answer took longer than " + m.rules.rt.String(), fail: "rt"}, m.rules.rt
	}
	if left := m.since.Add(m.rules.tt).Sub(c.Now()); took > left {
		r, took = reply{code: codeFetch, text: "there was no answer within " + m.rules.tt.String()}, max(left, 0)
	}
	entry.Code = r.code
	if m.Copy {
		entry.Code = 0
	}
	c.log = append(c.log, entry)
	c.note(Happening{What: Sent, CallSid: entry.CallSid, Request: entry})
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

// arrived is the answer arriving, or failing to: then the request may be made again.
func (c *Carrier) arrived(m *letter, r reply) {
	if r.fail != "" && m.rules.retries(r.fail) && m.Tries < m.rules.rc && c.Now().Sub(m.since) < m.rules.tt {
		m.Again()
		c.post.Hurry(m)
		return
	}
	if m.purpose.callback() {
		if r.code != 0 {
			c.fault(m.call, codeCallback, m.url, r.text)
		}
		return
	}
	if m.then != nil {
		m.then(r)
	}
}

// send makes a request, following redirects as Twilio does: without what the verb
// had to say. It is called without the lock.
func (c *Carrier) send(ctx context.Context, m *letter) (Request, reply) {
	address, _, _ := strings.Cut(m.url, "#")
	method, form := m.method, m.form
	for hop := 0; ; hop++ {
		entry, r, next := c.once(ctx, m, method, address, form)
		if next == "" {
			return entry, r
		}
		if hop == mostRedirects {
			return entry, reply{code: codeRedirects, text: "more than 10 redirects"}
		}
		address, method, form = next, http.MethodGet, only(form, standard)
	}
}

const mostRedirects = 10

// once makes one HTTP request. Next is where it was redirected to.
func (c *Carrier) once(ctx context.Context, m *letter, method, address string, form url.Values) (entry Request, r reply, next string) {
	body := form.Encode()
	if method == http.MethodGet {
		address, body = withQuery(address, body), ""
	}
	entry = Request{At: c.Now(), For: m.purpose, CallSid: m.call.sid, Method: method, URL: address, Form: form, Try: m.Tries}
	r = reply{url: address, method: method}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil || req.URL.Host == "" {
		r.code, r.text = codeHost, "the address cannot be requested"
		return entry, r, ""
	}
	h := req.Header
	h.Set("User-Agent", "TwilioProxy/1.1")
	h.Set("Accept", "*/*")
	h.Set("X-Home-Region", "us1")
	h.Set("I-Twilio-Idempotency-Token", m.token)
	posted := form
	if method == http.MethodPost {
		h.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	} else {
		posted = nil
	}
	if sign := c.cfg.Dialect.Sign; sign != nil {
		sign(h, []byte(body), c.Now())
	} else {
		h.Set("X-Twilio-Signature", Sign(c.cfg.AuthToken, address, posted))
	}
	for _, cookie := range m.call.jar.Cookies(req.URL) {
		req.AddCookie(cookie)
	}
	entry.Header = h
	if m.Cut {
		r.code, r.text, r.fail = codeConnect, "it could not be connected", "ct"
		return entry, r, ""
	}
	resp, err := c.client.Do(req)
	if err != nil {
		entry.Err = err
		r.code, r.text, r.fail = failure(err)
		return entry, r, ""
	}
	defer resp.Body.Close()
	m.call.jar.SetCookies(req.URL, resp.Cookies())
	if to := resp.Header.Get("Location"); resp.StatusCode >= 300 && resp.StatusCode < 400 && to != "" {
		if u, err := req.URL.Parse(to); err == nil {
			entry.Status = resp.StatusCode
			return entry, r, u.String()
		}
	}
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, longestDocument+1))
	r.status, r.mime = resp.StatusCode, resp.Header.Get("Content-Type")
	entry.Status, entry.Type, entry.Body = r.status, r.mime, string(r.body)
	switch {
	case err != nil:
		entry.Err = err
		r.code, r.text, r.fail = failure(err)
	case r.status >= 500:
		r.code, r.text, r.fail = codeFetch, "the answer was "+resp.Status, "5xx"
	case r.status >= 400:
		r.code, r.text, r.fail = codeFetch, "the answer was "+resp.Status, "4xx"
	}
	return entry, r, ""
}
