package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Request is one webhook as it goes over the wire, and what extflow answers.
type Request struct {
	Wire   []byte
	Status int
	Answer []byte
}

// Call is the webhooks of one call, in their order.
type Call []Request

// param is a parameter of a webhook; they are sent in Twilio's order, which is none.
type param struct{ name, value string }

// common are the parameters of every webhook about a caller's call, as recorded ones
// have them, but for the call's own.
var common = []param{
	{"AccountSid", "AC00000000000000000000000000000001"}, {"ToZip", "20001"}, {"FromState", "CA"}, {"Called", office},
	{"FromCountry", "US"}, {"CallerCountry", "US"}, {"CalledZip", "20001"}, {"Direction", "inbound"},
	{"FromCity", "SAN FRANCISCO"}, {"CalledCountry", "US"}, {"CallerState", "CA"}, {"CalledState", "DC"}, {"CallerZip", "94107"},
	{"FromZip", "94107"}, {"ToCity", "WASHINGTON"}, {"ToState", "DC"}, {"To", office}, {"ToCountry", "US"},
	{"CallerCity", "SAN FRANCISCO"}, {"ApiVersion", "2010-04-01"}, {"CalledCity", "WASHINGTON"},
	{"ApplicationSid", "AP00000000000000000000000000000001"},
}

// recorder plays calls on an office and keeps what was asked and answered. Ids of
// calls follow from Twilio's, so another office answers the same.
type recorder struct {
	server http.Handler
	call   Call
	sid    string
	from   string
	err    error
}

// Record draws up n calls. Each arrives, keys an extension that nobody has, then
// that of somebody who is free, is answered there, and ends: six webhooks, of which
// two are status callbacks. The n-th call rings the same desk as the one 256 later.
func Record(n int) ([]Call, error) {
	server, err := NewHandler(Extflow)
	if err != nil {
		return nil, err
	}
	calls := make([]Call, n)
	for i := range calls {
		r := &recorder{server: server, sid: fmt.Sprintf("CA%032x", i+1), from: fmt.Sprintf("+1415%07d", 5550000+i)}
		r.play(i % desks)
		if r.err != nil {
			return nil, fmt.Errorf("call %d: %w", i, r.err)
		}
		calls[i] = r.call
	}
	return calls, nil
}

func (r *recorder) play(at int) {
	person := desk(at)
	leg := "CB" + r.sid[2:]
	welcome := r.ask(origin+"/twilio/voice", param{"CallStatus", "ringing"}, param{"StirVerstat", "TN-Validation-Passed-A"})
	sorry := r.ask(link(welcome, "action"), param{"CallStatus", "in-progress"}, param{"Digits", wrong}, param{"FinishedOnKey", ""}, param{"msg", "Gather End"})
	ring := r.ask(link(sorry, "action"), param{"CallStatus", "in-progress"},
		param{"Digits", strconv.Itoa(firstDesk + at)}, param{"FinishedOnKey", ""}, param{"msg", "Gather End"})
	if r.err == nil && !strings.Contains(ring, ">"+person+"</Client>") {
		r.err = fmt.Errorf("%s is not rung: %s", person, ring)
		return
	}
	r.send(link(ring, "statusCallback"), []param{
		{"Called", "client:" + person}, {"ParentCallSid", r.sid}, {"ToState", ""}, {"CallerCountry", "US"}, {"Direction", "outbound-dial"},
		{"Timestamp", "Mon, 05 Jan 2026 14:00:09 +0000"}, {"CallbackSource", "call-progress-events"}, {"SipResponseCode", "200"},
		{"CallerState", "CA"}, {"ToZip", ""}, {"SequenceNumber", "0"}, {"CallSid", leg}, {"To", "client:" + person},
		{"CallerZip", "94107"}, {"ToCountry", ""}, {"CalledZip", ""}, {"ApiVersion", "2010-04-01"}, {"CalledCity", ""},
		{"CallStatus", "in-progress"}, {"From", r.from}, {"AccountSid", "AC00000000000000000000000000000001"}, {"CalledCountry", ""},
		{"CallerCity", "SAN FRANCISCO"}, {"ToCity", ""}, {"FromCountry", "US"}, {"Caller", r.from}, {"FromCity", "SAN FRANCISCO"},
		{"CalledState", ""}, {"FromZip", "94107"}, {"FromState", "CA"},
	})
	bye := r.ask(link(ring, "action"), param{"CallStatus", "in-progress"}, param{"DialCallStatus", "completed"},
		param{"DialCallDuration", "62"}, param{"DialCallSid", leg}, param{"DialBridged", "true"})
	if r.err == nil && !strings.Contains(bye, "<Hangup/>") {
		r.err = fmt.Errorf("the call is not over: %s", bye)
	}
	r.ask(origin+"/twilio/status", param{"CallStatus", "completed"}, param{"Duration", "2"}, param{"CallDuration", "75"},
		param{"Timestamp", "Mon, 05 Jan 2026 14:01:15 +0000"}, param{"SequenceNumber", "0"}, param{"CallbackSource", "call-progress-events"})
}

// ask makes a webhook about the caller's call, and returns the document.
func (r *recorder) ask(to string, more ...param) string {
	params := slices.Clone(common)
	params = append(params, param{"From", r.from}, param{"Caller", r.from}, param{"CallSid", r.sid})
	return r.send(to, append(params, more...))
}

func (r *recorder) send(to string, params []param) string {
	path, ok := strings.CutPrefix(to, origin)
	if r.err == nil && !ok {
		r.err = fmt.Errorf("after %d webhooks the document leads nowhere", len(r.call))
	}
	if r.err != nil {
		return ""
	}
	var body strings.Builder
	for i, p := range params {
		if i > 0 {
			body.WriteByte('&')
		}
		body.WriteString(url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value))
	}
	signature := sign(to, params)
	q := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body.String()))
	q.Header.Set("Content-Type", formType)
	q.Header.Set("X-Twilio-Signature", signature)
	answer := httptest.NewRecorder()
	r.server.ServeHTTP(answer, q)
	if answer.Code/100 != 2 {
		r.err = fmt.Errorf("%s was answered %d: %s", path, answer.Code, answer.Body)
		return ""
	}
	wire := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: calls.example.com\r\nContent-Type: %s\r\nContent-Length: %d\r\nX-Twilio-Signature: %s\r\n"+
		"I-Twilio-Idempotency-Token: %s-%d\r\nX-Home-Region: us1\r\nAccept: */*\r\nUser-Agent: TwilioProxy/1.1\r\n\r\n%s",
		path, formType, body.Len(), signature, r.sid, len(r.call), body.String())
	r.call = append(r.call, Request{Wire: []byte(wire), Status: answer.Code, Answer: bytes.Clone(answer.Body.Bytes())})
	return answer.Body.String()
}

const formType = "application/x-www-form-urlencoded; charset=UTF-8"

// sign is Twilio's signature of a request.
func sign(to string, params []param) string {
	sorted := slices.SortedFunc(slices.Values(params), func(a, b param) int { return strings.Compare(a.name, b.name) })
	h := hmac.New(sha1.New, []byte(token))
	h.Write([]byte(to))
	for _, p := range sorted {
		h.Write([]byte(p.name + p.value))
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

var attribute = regexp.MustCompile(` (action|statusCallback)="([^"]*)"`)

// link is the address in the first such attribute of a document; empty where there is none.
func link(doc, name string) string {
	for _, found := range attribute.FindAllStringSubmatch(doc, -1) {
		if found[1] == name {
			return html.UnescapeString(found[2])
		}
	}
	return ""
}
