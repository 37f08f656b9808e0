package twiliotest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Dialect is how a carrier differs from Twilio that speaks as it does. The zero value is
// Twilio.
type Dialect struct {
	Sign    func(h http.Header, body []byte, now time.Time) // signs a webhook, instead of X-Twilio-Signature
	Calls   string                                          // what the SIDs of calls begin with, and those of recordings do not; CA, and RE
	Clients string                                          // the host at which app users are SIP users; empty where they are Clients
	NoWait  bool                                            // no document is requested for somebody who is alone in a conference

	Answers     bool // a call is answered whatever its first document says
	NoForwarded bool // who passed a call on is not told
	NoCodes     bool // a request does not tell the SIP code of a leg's end

	Unknown    string        // attributes that it refuses, and elements in <>
	Ring       time.Duration // the longest timeout of a Dial; 10 min
	Talk       time.Duration // the least timeLimit; 1 s
	Transcribe string        // what it calls a Record's transcribe, and with Callback its transcribeCallback; those

	Root   string // of the REST API, before /Accounts; /2010-04-01
	Bare   string // a resource whose addresses do not end with .json
	Token  string // sent as a bearer token by those who may use the API
	App    string // a call is placed by JSON which names this application, and its SID is not told
	Over   int    // the code of an answer to moving a call that is over; in a list of errors. 21220
	Listed string // the only parameters by which calls are listed; all
}

// refuses reports whether the dialect does not know an element or an attribute.
func (d *Dialect) refuses(e *element) *refusal {
	if among("<"+e.tag+">", d.Unknown) {
		return refuse(codeSchema, "<%s> is not known", e.tag)
	}
	for name := range e.attrs {
		if among(name, d.Unknown) {
			return refuse(codeSchema, "<%s> has no attribute %s", e.tag, name)
		}
	}
	if e.tag == "Dial" {
		if d.Ring > 0 && e.seconds("timeout", 30) > d.Ring {
			return refuse(codeSchema, "<Dial timeout=%q> is more than %s", e.attrs["timeout"], d.Ring)
		}
		if e.has("timeLimit") && e.seconds("timeLimit", 0) < d.Talk {
			return refuse(codeSchema, "<Dial timeLimit=%q> is less than %s", e.attrs["timeLimit"], d.Talk)
		}
	}
	for _, kid := range e.kids {
		if err := d.refuses(kid); err != nil {
			return err
		}
	}
	return nil
}

// translate has a document say in Twilio's words what the dialect has words of its own for.
func (d *Dialect) translate(e *element) {
	if d.Transcribe == "" {
		return
	}
	for _, end := range []string{"", "Callback"} {
		if v, ok := e.attrs[d.Transcribe+end]; ok && e.tag == "Record" {
			delete(e.attrs, d.Transcribe+end)
			e.attrs["transcribe"+end] = v
		}
	}
	for _, kid := range e.kids {
		d.translate(kid)
	}
}

// path is the parts of an API's address below the account; false where there is none.
func (d *Dialect) path(rest string) ([]string, bool) {
	bare, json := strings.CutSuffix(rest, ".json")
	parts := strings.Split(bare, "/")
	if d.Bare != "" {
		named := parts[max(len(parts)-2, 0):]
		if json == (named[0] == d.Bare || named[len(named)-1] == d.Bare) {
			return nil, false
		}
	}
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return parts, true
}

// placed reads a request that places a call as JSON; nil where it is none.
func (d *Dialect) placed(r *http.Request) url.Values {
	if r.Header.Get("Content-Type") != "application/json" {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	var fields map[string]any
	if err != nil || json.Unmarshal(body, &fields) != nil || fields["ApplicationSid"] != d.App {
		return nil
	}
	form := url.Values{}
	for name, v := range fields {
		switch v := v.(type) {
		case string:
			form.Set(name, v)
		case float64:
			form.Set(name, strconv.Itoa(int(v)))
		default:
			return nil
		}
	}
	form.Set("Method", form.Get("UrlMethod"))
	return form
}

// party is the agent's telephone at an address that is dialled.
func (d *Dialect) party(to string) string {
	if name, ok := strings.CutSuffix(to, "@"+d.Clients); ok && d.Clients != "" {
		return "client:" + strings.TrimPrefix(name, "sip:")
	}
	return addressOf(to)
}

// failed is the shape of an error, where it is a list.
func (d *Dialect) failed(a answer) answer {
	if code, bad := a.body["code"]; bad && d.Over != 0 {
		a.body = map[string]any{"errors": []any{map[string]any{"code": strconv.Itoa(code.(int)), "title": a.body["message"]}}}
	}
	return a
}

// tape is what a recording's SID begins with.
func (d *Dialect) tape() string {
	if d.Calls == "" {
		return "RE"
	}
	return ""
}
