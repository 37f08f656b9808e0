package vonagetest

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The REST API: legs are placed, moved, ended and looked up, at /v1/calls or below a
// region's path. What follows from it happens with the next act, or Wait of 0.

// ServeHTTP answers a request to the REST API.
func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxDocument))
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.answer(r, body)
	c.note(Happening{What: Asked, Note: r.Method + " " + r.URL.Path + " " + strconv.Itoa(a.status)})
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if a.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(a.retry))
	}
	w.WriteHeader(a.status)
	if a.raw != "" {
		_, _ = w.Write([]byte(a.raw))
	} else if a.status != http.StatusNoContent {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// answer is what the API answers.
type answer struct {
	status int
	body   map[string]any
	raw    string // instead of body
	retry  int    // seconds
}

// The API's errors have three shapes: the gateway's, that of what is wrong with a
// request, and the one with an address.
func gateway(status int, kind, title string) answer {
	return answer{status: status, body: map[string]any{"type": kind, "error_title": title}}
}

func invalid(name, reason string) answer {
	return answer{status: http.StatusBadRequest, body: map[string]any{
		"type": 400, "title": "Bad Request", "invalid_parameters": []any{map[string]any{"reason": reason, "name": name}},
	}}
}

func notFound() answer { return gateway(http.StatusNotFound, "NOT_FOUND", "Not Found") }

func tooMany() answer {
	return answer{status: http.StatusTooManyRequests, body: map[string]any{
		"type": "https://developer.nexmo.com/api-errors/#throttled", "title": "Too Many Requests", "detail": "You have exceeded your request limit", "instance": "1",
	}}
}

func (c *Carrier) answer(r *http.Request, body []byte) answer {
	if fault, ok := c.faults.api(r.Method); ok {
		if fault.Done {
			c.serve(r, body)
		}
		a := gateway(fault.Status, "FAULT", "a fault")
		a.raw, a.retry = fault.Body, int(fault.RetryAfter.Seconds())
		return a
	}
	return c.serve(r, body)
}

func (c *Carrier) serve(r *http.Request, body []byte) answer {
	region, rest, ok := strings.Cut(strings.TrimSuffix(r.URL.Path, "/"), "/v1/calls")
	if region = strings.Trim(region, "/"); region == "" {
		region = homeRegion
	}
	if id, file := strings.CutPrefix(r.URL.Path, filesPath); file {
		return c.serveFile(r, id)
	}
	switch rest = strings.Trim(rest, "/"); {
	case !ok:
		return notFound()
	case !c.knows(r):
		return gateway(http.StatusUnauthorized, "UNAUTHORIZED", "Unauthorized")
	case rest == "" && r.Method == http.MethodPost:
		return c.create(region, body)
	case rest == "" && r.Method == http.MethodGet:
		return c.list(r, region)
	}
	l := c.byUUID[rest]
	if l == nil || l.region != region {
		return notFound()
	}
	switch r.Method {
	case http.MethodGet:
		return answer{status: http.StatusOK, body: l.json()}
	case http.MethodPut:
		return c.update(l, body)
	}
	return gateway(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "Method Not Allowed")
}

// knows reports whether the request bears a token of the application's: RS256, not
// expired.
func (c *Carrier) knows(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	text, mac, two := cutLast(token)
	head, body, one := strings.Cut(text, ".")
	if !ok || !one || !two {
		return false
	}
	var h struct{ Alg string }
	var claims struct {
		Application string `json:"application_id"`
		IssuedAt    int64  `json:"iat"`
		Expires     int64  `json:"exp"`
		ID          string `json:"jti"`
	}
	if decode(head, &h) != nil || h.Alg != "RS256" || decode(body, &claims) != nil || claims.ID == "" || claims.IssuedAt == 0 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(mac)
	sum := sha256.Sum256([]byte(text))
	return err == nil && rsa.VerifyPKCS1v15(&c.key.PublicKey, crypto.SHA256, sum[:], signature) == nil &&
		claims.Application == c.cfg.ApplicationID && claims.Expires > time.Now().Unix()
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

func decode(part string, into any) error {
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// object reads a body.
func objectOf(body []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil || o == nil {
		return nil, errors.New("it is no JSON object")
	}
	return o, nil
}

// creates is what a request that places a leg may say.
var creates = shape{
	"to!": oneTo, "from": object(shape{"type!": filled, "number!": filled}), "random_from_number": truth,
	"answer_url": oneLink, "answer_method": oneOf("GET", "POST"), "ncco": func(v any) bool { _, ok := v.([]any); return ok },
	"event_url": oneLink, "event_method": oneOf("GET", "POST"), "length_timer": whole(1, 86400), "ringing_timer": whole(1, 120),
}

func oneTo(v any) bool { return oneEndpoint(v) }

func (c *Carrier) create(region string, body []byte) answer {
	raw, err := objectOf(body)
	if err != nil {
		return gateway(http.StatusBadRequest, "BAD_REQUEST", err.Error())
	}
	o := action(raw)
	if why := creates.wrong(raw); why != "" {
		return invalid("body", why)
	}
	ends, _ := o["to"].([]any)
	to := endpointOf(ends[0])
	fromObject, _ := o["from"].(map[string]any)
	from := action(fromObject).text("number", "")
	inline, _ := o["ncco"].([]any)
	switch {
	case (o.link("answer_url") == "") == (inline == nil):
		return invalid("answer_url", "either answer_url or ncco")
	case (from == "") == !o.yes("random_from_number"):
		return invalid("from", "either from or random_from_number")
	case !o.yes("random_from_number") && !c.numbers[from]:
		return invalid("number", "it is no number of the application")
	case !c.inTime():
		return tooMany()
	}
	l := c.newCall(from, to.text, outbound)
	l.region, l.dials, l.inline = region, to, inline
	l.answerURL, l.answerMethod = o.link("answer_url"), o.text("answer_method", http.MethodGet)
	l.eventURL, l.eventMethod = o.link("event_url"), o.text("event_method", http.MethodPost)
	l.limit = o.seconds("length_timer", 7200)
	l.agent = c.agents.At(to.address)
	l.phone = l.agent.ear
	c.time.After(0, func() {
		if l.over() {
			return
		}
		l.clocks.Start("ring", o.seconds("ringing_timer", 60), func() {
			l.note(Happening{What: Fired, Note: "ring"})
			l.fail(Failure{Status: timeout}, "stopped ringing")
		})
		l.alert()
	})
	return answer{status: http.StatusCreated, body: map[string]any{
		"uuid": l.uuid, "status": started, "direction": outbound, "conversation_uuid": l.conversation,
	}}
}

// updates is what a request that moves or ends a leg may say.
var updates = shape{"action!": oneOf("transfer", "hangup"), "destination": object(shape{
	"type!": oneOf("ncco"), "url": oneLink, "ncco": func(v any) bool { _, ok := v.([]any); return ok },
})}

func (c *Carrier) update(l *call, body []byte) answer {
	raw, err := objectOf(body)
	if err != nil {
		return gateway(http.StatusBadRequest, "BAD_REQUEST", err.Error())
	}
	o := action(raw)
	if why := updates.wrong(raw); why != "" {
		return invalid("action", why)
	}
	if l.over() {
		return notFound()
	}
	if o.text("action", "") == "hangup" {
		if l.status != answered && l.agent != nil {
			l.fail(Failure{Status: cancelled, Code: 487}, "hung up by REST")
		} else {
			l.finish(completed, "hung up by REST", "platform")
		}
		return answer{status: http.StatusNoContent}
	}
	to, _ := o["destination"].(map[string]any)
	d := action(to)
	inline, _ := d["ncco"].([]any)
	switch {
	case (d.link("url") == "") == (inline == nil):
		return invalid("destination", "either url or ncco")
	case l.agent != nil && l.status != answered:
		return gateway(http.StatusBadRequest, "BAD_REQUEST", "the leg was not answered")
	}
	c.time.After(0, func() {
		if l.over() {
			return
		}
		l.move(func(r *run) {
			if inline == nil {
				r.fetch(ForTransfer, http.MethodGet, d.link("url"), nil)
			} else if !r.accept(ForTransfer, inline, "") {
				l.finish(completed, "the document cannot be carried out", "platform")
			}
		})
	})
	return answer{status: http.StatusNoContent}
}

// json is a leg as the API shows it.
func (l *call) json() map[string]any {
	body := map[string]any{
		"uuid": l.uuid, "conversation_uuid": l.conversation, "status": l.status, "direction": l.direction, "rate": "0.00450000", "network": "US-FIXED",
		"to": l.side(l.to, l.dials.kind), "from": l.side(l.from, "phone"),
		"_links": map[string]any{"self": map[string]any{"href": "/v1/calls/" + l.uuid}},
	}
	if l.over() {
		body["duration"], body["price"] = strconv.Itoa(l.seconds()), "0.00052500"
		body["end_time"] = stamp(l.ended)
		if !l.answered.IsZero() {
			body["start_time"] = stamp(l.answered)
		}
	}
	return body
}

func (l *call) side(who, kind string) map[string]any {
	switch kind {
	case "app":
		return map[string]any{"type": "app", "user": who}
	case "sip":
		return map[string]any{"type": "sip", "uri": who}
	}
	return map[string]any{"type": "phone", "number": who}
}

// list lists a region's legs, the oldest first unless order says otherwise.
func (c *Carrier) list(r *http.Request, region string) answer {
	q := r.URL.Query()
	size, err := strconv.Atoi(cmp.Or(q.Get("page_size"), "10"))
	if err != nil || size < 1 || size > 100 {
		return invalid("page_size", "1 to 100")
	}
	var since time.Time
	if from := q.Get("date_start"); from != "" {
		if since, err = time.Parse(time.RFC3339, from); err != nil {
			return invalid("date_start", "it is no date")
		}
	}
	all := []any{}
	calls := slices.Clone(c.calls)
	if q.Get("order") == "desc" {
		slices.Reverse(calls)
	}
	for _, l := range calls {
		if l.region == region && !l.created.Before(since) && asked(q.Get("status"), l.status) && asked(q.Get("conversation_uuid"), l.conversation) {
			all = append(all, l.json())
		}
	}
	count := len(all)
	return answer{status: http.StatusOK, body: map[string]any{
		"count": count, "page_size": size, "record_index": 0, "_embedded": map[string]any{"calls": all[:min(size, count)]},
		"_links": map[string]any{"self": map[string]any{"href": r.URL.RequestURI()}},
	}}
}

// asked reports whether a filter lets a value through.
func asked(want, value string) bool { return want == "" || want == value }
