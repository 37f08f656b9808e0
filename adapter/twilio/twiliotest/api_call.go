package twiliotest

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Calls that are placed and moved by REST.

const longestTwiml = 4000

// place places a call, as the dialect asks for it.
func (c *Carrier) place(r *http.Request) answer {
	if c.cfg.Dialect.App == "" {
		return c.create(r.Form)
	}
	form := c.cfg.Dialect.placed(r)
	if form == nil {
		return refused(http.StatusUnprocessableEntity, 10015, "The body is no JSON, or names another application")
	}
	a := c.create(form)
	if a.status == http.StatusCreated {
		return answer{status: http.StatusOK, body: map[string]any{"from": form.Get("From"), "to": form.Get("To"), "status": queued}}
	}
	return a
}

// create places a call. It rings with the next act.
func (c *Carrier) create(form url.Values) answer {
	to, from := form.Get("To"), form.Get("From")
	bad := func(code int, format string, args ...any) answer {
		return refused(http.StatusBadRequest, code, format, args...)
	}
	switch {
	case to == "":
		return bad(21201, "No 'To' number is specified")
	case from == "":
		return bad(21213, "No 'From' number is specified")
	case !reachable(to):
		return bad(21211, "The 'To' number %s is not a valid phone number", to)
	case !c.owns(from) && !strings.HasPrefix(from, "client:"):
		return bad(21210, "The source phone number provided, %s, is not yet verified for your account", from)
	case form.Get("Url") == "" && form.Get("Twiml") == "":
		return bad(21205, "Url parameter is required")
	case form.Get("Url") != "" && !absolute(form.Get("Url")):
		return bad(21205, "Url is not a valid URL: %s", form.Get("Url"))
	case form.Get("StatusCallback") != "" && (!absolute(form.Get("StatusCallback")) || !callback(form.Get("StatusCallback"))):
		return bad(21609, "Invalid 'StatusCallback' URL")
	case len(form.Get("Twiml")) > longestTwiml:
		return bad(32018, "The Twiml parameter is longer than 4000 characters")
	}
	l := c.newCall(from, to, "outbound-api")
	l.agent = c.agents.At(c.cfg.Dialect.party(to))
	l.phone = l.agent.ear
	l.number = Number{VoiceURL: form.Get("Url"), VoiceMethod: form.Get("Method"), FallbackURL: form.Get("FallbackUrl"), FallbackMethod: form.Get("FallbackMethod")}
	if l.number.VoiceURL == "" {
		l.twiml = form.Get("Twiml")
	}
	l.report = report{url: form.Get("StatusCallback"), method: form.Get("StatusCallbackMethod"), events: map[string]bool{}}
	for _, e := range form["StatusCallbackEvent"] {
		for _, word := range strings.Fields(e) {
			l.report.events[word] = true
		}
	}
	if len(l.report.events) == 0 {
		l.report.events["completed"] = true
	}
	l.limit = time.Duration(whole(form.Get("TimeLimit"), 14400)) * time.Second
	c.time.After(0, func() {
		if l.over() {
			return
		}
		l.clocks.Start("ring", time.Duration(min(whole(form.Get("Timeout"), 60), 600))*time.Second, func() {
			l.note(Happening{What: Fired, Note: "ring"})
			l.finish(noAnswer, "stopped ringing")
		})
		l.alert()
	})
	return answer{status: http.StatusCreated, body: l.json()}
}

// reachable reports whether somebody can be called there.
func reachable(to string) bool {
	digits, isNumber := strings.CutPrefix(to, "+")
	if isNumber {
		return len(digits) >= 7 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
	}
	return strings.HasPrefix(to, "client:") || strings.HasPrefix(to, "sip:") || strings.HasPrefix(to, "sips:")
}

func whole(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// update moves a call, or ends it.
func (c *Carrier) update(l *call, form url.Values) answer {
	to, twiml, status := form.Get("Url"), form.Get("Twiml"), form.Get("Status")
	bad := func(code int, text string) answer { return refused(http.StatusBadRequest, code, "%s", text) }
	switch {
	case l.over():
		return bad(cmp.Or(c.cfg.Dialect.Over, 21220), "Call is not in-progress. Cannot redirect.")
	case to != "" && twiml != "":
		return bad(20001, "Url and Twiml cannot both be given")
	case len(twiml) > longestTwiml:
		return bad(32018, "The Twiml parameter is longer than 4000 characters")
	case status != "":
		return c.endBy(l, status)
	case to == "" && twiml == "":
		return bad(20001, "There is nothing to change")
	case l.status != inProgress:
		return bad(21220, "Call is not in-progress. Cannot redirect.")
	case to != "" && !absolute(to):
		return bad(21205, "Url is not a valid URL: "+to)
	}
	l.move(func(r *run) {
		if twiml != "" {
			r.inlined(twiml)
			return
		}
		r.fetch(ForUpdate, form.Get("Method"), to, l.params())
	})
	return answer{status: http.StatusOK, body: l.json()}
}

// endBy ends a call by REST: canceled ends only one that was not answered.
func (c *Carrier) endBy(l *call, status string) answer {
	switch {
	case status != completed && status != canceled:
		return refused(http.StatusBadRequest, 20001, "Status %s is not allowed; completed and canceled are", status)
	case status == canceled && l.status == inProgress:
		return refused(http.StatusBadRequest, 21220, "Call is in-progress. Cannot cancel.")
	case l.status == queued:
		l.report.url = "" // no callback of a call that was never begun
		fallthrough
	case l.status != inProgress:
		status = canceled
	}
	l.finish(status, "hung up by REST")
	return answer{status: http.StatusOK, body: l.json()}
}

// inlined carries out a document that came by REST.
func (r *run) inlined(twiml string) {
	doc, err := parse([]byte(twiml))
	if err == nil {
		err = r.load(doc, "", http.MethodPost, true)
	}
	if err != nil {
		why := err.(*refusal)
		r.c.fault(r.call, why.code, "", why.text)
		r.broke(ForVoice, reply{code: why.code, text: why.text})
	}
}

// json is a call as the API shows it.
func (l *call) json() map[string]any {
	body := map[string]any{
		"sid": l.sid, "account_sid": l.c.cfg.AccountSID, "from": l.from, "to": l.to, "from_formatted": l.from, "to_formatted": l.to,
		"direction": l.direction, "status": l.status, "api_version": apiVersion, "parent_call_sid": nil, "forwarded_from": nil,
		"date_created": stamp(l.created), "date_updated": stamp(l.c.Now()), "start_time": stamp(l.answered), "end_time": stamp(l.ended),
		"duration": nil, "price": nil, "price_unit": "USD", "answered_by": nil, "caller_name": nil,
		"uri":              "/" + apiVersion + "/Accounts/" + l.c.cfg.AccountSID + "/Calls/" + l.sid + ".json",
		"subresource_uris": map[string]any{"recordings": "/" + apiVersion + "/Accounts/" + l.c.cfg.AccountSID + "/Calls/" + l.sid + "/Recordings.json"},
	}
	if l.parent != nil {
		body["parent_call_sid"] = l.parent.sid
	}
	if l.forwarded != "" {
		body["forwarded_from"] = l.forwarded
	}
	if l.over() {
		body["duration"] = strconv.Itoa(l.seconds())
	}
	return body
}

// json is a recording as the API shows it.
func (t *tape) json() map[string]any {
	status := "processing"
	switch {
	case t.failed:
		status = "failed"
	case t.ready:
		status = completed
	}
	return map[string]any{
		"sid": t.sid, "account_sid": t.c.cfg.AccountSID, "call_sid": t.call.sid, "conference_sid": nil, "status": status, "source": "RecordVerb",
		"duration": strconv.Itoa(t.seconds()), "channels": 1, "start_time": stamp(t.since), "date_created": stamp(t.since), "date_updated": stamp(t.c.Now()),
		"api_version": apiVersion, "price": nil, "price_unit": "USD", "error_code": nil,
		"uri":       "/" + apiVersion + "/Accounts/" + t.c.cfg.AccountSID + "/Recordings/" + t.sid + ".json",
		"media_url": t.c.url + "/media/" + t.sid + soundSuffix,
	}
}

// stamp is an instant as the API writes it; nothing where there was none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC1123Z)
}
