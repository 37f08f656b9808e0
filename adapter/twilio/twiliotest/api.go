package twiliotest

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The REST API: calls are placed, moved, ended and looked up, recordings looked up
// and deleted, conferences counted. What follows from it happens with the next act,
// or Wait of 0.

// ServeHTTP answers a request to the REST API, below any path.
func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.answer(r)
	c.note(Happening{What: Asked, Note: r.Method + " " + r.URL.Path + " " + strconv.Itoa(a.status)})
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if a.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(a.retry))
	}
	if a.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Twilio API"`)
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

// refused is the shape of the API's errors.
func refused(status, code int, format string, args ...any) answer {
	return answer{status: status, body: map[string]any{
		"code": code, "message": fmt.Sprintf(format, args...), "status": status,
		"more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code),
	}}
}

func (c *Carrier) answer(r *http.Request) answer {
	if fault, ok := c.faults.api(r.Method); ok {
		if fault.Done {
			c.serve(r)
		}
		a := refused(fault.Status, fault.Code, "a fault")
		a.raw, a.retry = fault.Body, int(fault.RetryAfter.Seconds())
		return a
	}
	return c.cfg.Dialect.failed(c.serve(r))
}

func (c *Carrier) serve(r *http.Request) answer {
	dialect := &c.cfg.Dialect
	if sid, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok { // whoever knows the address may fetch it
		return c.serveTape(r, sid)
	}
	_, rest, ok := strings.Cut(r.URL.Path, cmp.Or(dialect.Root, "/"+apiVersion)+"/Accounts/")
	account, rest, _ := strings.Cut(rest, "/")
	switch {
	case !c.knows(r):
		return refused(http.StatusUnauthorized, 20003, "Authenticate")
	case !ok || account != c.cfg.AccountSID || r.ParseForm() != nil:
		return notFound(r)
	}
	path, ok := dialect.path(rest)
	if !ok {
		return notFound(r)
	}
	list := path[1] == ""
	switch path[0] + "/" + path[2] {
	case "Calls/":
		return c.serveCalls(r, path[1])
	case "Calls/Recordings":
		if c.bySid[path[1]] == nil {
			return notFound(r)
		}
		return c.listTapes(r, path[1])
	case "Recordings/":
		if list {
			return c.listTapes(r, r.Form.Get("CallSid"))
		}
		return c.serveTape(r, path[1])
	case "Conferences/Participants":
		return c.listParticipants(r, path[1])
	}
	return notFound(r)
}

func notFound(r *http.Request) answer {
	return refused(http.StatusNotFound, 20404, "The requested resource %s was not found", r.URL.Path)
}

func notAllowed(r *http.Request) answer {
	return refused(http.StatusMethodNotAllowed, 20004, "Method %s not allowed", r.Method)
}

// knows reports whether the request comes from the account.
func (c *Carrier) knows(r *http.Request) bool {
	if token := c.cfg.Dialect.Token; token != "" {
		return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) == 1
	}
	user, password, ok := r.BasicAuth()
	same := func(wantUser, want string) bool {
		return user == wantUser && want != "" && subtle.ConstantTimeCompare([]byte(password), []byte(want)) == 1
	}
	return ok && (same(c.cfg.AccountSID, c.cfg.AuthToken) || same(c.cfg.APIKey, c.cfg.APISecret))
}

func (c *Carrier) serveCalls(r *http.Request, sid string) answer {
	if sid == "" {
		switch r.Method {
		case http.MethodPost:
			return c.place(r)
		case http.MethodGet:
			return c.listCalls(r)
		}
		return notAllowed(r)
	}
	l := c.bySid[sid]
	switch {
	case l == nil:
		return notFound(r)
	case r.Method == http.MethodPost:
		return c.update(l, r.Form)
	case r.Method == http.MethodGet:
		return answer{status: http.StatusOK, body: l.json()}
	}
	return notAllowed(r)
}

// listing is a page of a list: all of it, up to PageSize.
func listing(r *http.Request, name string, all []map[string]any) answer {
	size := 50
	if n, err := strconv.Atoi(r.Form.Get("PageSize")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	if len(all) > size {
		all = all[:size]
	}
	if all == nil {
		all = []map[string]any{}
	}
	return answer{status: http.StatusOK, body: map[string]any{
		name: all, "page": 0, "page_size": size, "start": 0, "end": max(len(all)-1, 0),
		"uri": r.URL.RequestURI(), "first_page_uri": r.URL.RequestURI(), "next_page_uri": nil, "previous_page_uri": nil,
	}}
}

// listCalls lists the newest first, by From, To, Status and ParentCallSid.
func (c *Carrier) listCalls(r *http.Request) answer {
	for name := range r.Form {
		if only := c.cfg.Dialect.Listed; only != "" && !among(name, only) {
			return refused(http.StatusUnprocessableEntity, 20001, "Calls are not listed by %s", name)
		}
	}
	var all []map[string]any
	for _, l := range slices.Backward(c.calls) {
		parent := ""
		if l.parent != nil {
			parent = l.parent.sid
		}
		if asked(r.Form, "From", l.from) && asked(r.Form, "To", l.to) && asked(r.Form, "Status", l.status) && asked(r.Form, "ParentCallSid", parent) {
			all = append(all, l.json())
		}
	}
	return listing(r, "calls", all)
}

// asked reports whether a filter lets a value through.
func asked(form url.Values, name, value string) bool {
	want := form.Get(name)
	return want == "" || want == value
}

func (c *Carrier) listTapes(r *http.Request, callSid string) answer {
	if r.Method != http.MethodGet {
		return notAllowed(r)
	}
	var all []map[string]any
	for _, t := range slices.Backward(c.tapes) {
		if !t.deleted && (callSid == "" || t.call.sid == callSid) {
			all = append(all, t.json())
		}
	}
	return listing(r, "recordings", all)
}

// soundSuffix is what the address of a recording's sound ends with.
const soundSuffix = ".mp3"

// serveTape is a recording: what is known of it, or with .mp3 its sound, which here
// is silence of the recording's length.
func (c *Carrier) serveTape(r *http.Request, sid string) answer {
	sid, sound := strings.CutSuffix(sid, soundSuffix)
	i := slices.IndexFunc(c.tapes, func(t *tape) bool { return t.sid == sid && !t.deleted })
	switch {
	case i < 0:
		return notFound(r)
	case sound && !c.tapes[i].ready:
		return notFound(r)
	case sound && r.Method == http.MethodGet:
		return answer{status: http.StatusOK, raw: "ID3\x04\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 4000*c.tapes[i].seconds())}
	case r.Method == http.MethodGet:
		return answer{status: http.StatusOK, body: c.tapes[i].json()}
	case r.Method == http.MethodDelete:
		c.tapes[i].deleted = true
		return answer{status: http.StatusNoContent}
	}
	return notAllowed(r)
}

func (c *Carrier) listParticipants(r *http.Request, sid string) answer {
	k := c.byRoom[sid]
	switch {
	case k == nil:
		return notFound(r)
	case r.Method != http.MethodGet:
		return notAllowed(r)
	}
	var all []map[string]any
	for _, p := range k.in {
		all = append(all, map[string]any{
			"call_sid": p.r.call.sid, "conference_sid": k.sid, "account_sid": c.cfg.AccountSID, "status": "connected",
			"end_conference_on_exit": p.noun.yes("endConferenceOnExit"),
		})
	}
	return listing(r, "participants", all)
}
