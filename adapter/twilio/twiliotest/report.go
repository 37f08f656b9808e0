package twiliotest

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What a call says of itself: in every request, and in status callbacks.

// report is who hears of a call's progress.
type report struct {
	url, method string
	events      map[string]bool
	next        int // SequenceNumber
}

// params are what every request says of the call, with more.
func (l *call) params(more ...string) url.Values {
	v := url.Values{
		"CallSid": {l.sid}, "AccountSid": {l.c.cfg.AccountSID}, "From": {l.from}, "To": {l.to}, "Caller": {l.from}, "Called": {l.to},
		"CallStatus": {l.status}, "ApiVersion": {apiVersion}, "Direction": {l.direction},
	}
	if l.forwarded != "" {
		v.Set("ForwardedFrom", l.forwarded)
		v.Set("CalledVia", l.forwarded)
	}
	if l.named {
		v.Set("CallerName", l.name)
	}
	if l.parent != nil {
		v.Set("ParentCallSid", l.parent.sid)
	}
	place(v, l.from, "From", "Caller")
	place(v, l.to, "To", "Called")
	maps.Copy(v, l.extra)
	return with(v, more...)
}

const apiVersion = "2010-04-01"

// place says where a telephone number is; nothing of any other address.
func place(v url.Values, number string, names ...string) {
	if !strings.HasPrefix(number, "+") {
		return
	}
	country := ""
	if strings.HasPrefix(number, "+1") {
		country = "US"
	}
	for _, n := range names {
		v.Set(n+"City", "")
		v.Set(n+"State", "")
		v.Set(n+"Zip", "")
		v.Set(n+"Country", country)
	}
}

// with adds names and values.
func with(v url.Values, more ...string) url.Values {
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// tell sends a status callback, if it was asked for.
func (l *call) tell(event string) {
	if l.report.url == "" || !l.report.events[event] {
		return
	}
	v := url.Values{
		"CallSid": {l.sid}, "AccountSid": {l.c.cfg.AccountSID}, "From": {l.from}, "To": {l.to}, "Caller": {l.from}, "Called": {l.to},
		"CallStatus": {l.status}, "ApiVersion": {apiVersion}, "Direction": {l.direction},
	}
	if l.parent != nil {
		v.Set("ParentCallSid", l.parent.sid)
	} else {
		v = l.params()
	}
	with(v, "Timestamp", l.c.Now().UTC().Format(time.RFC1123Z), "CallbackSource", "call-progress-events", "SequenceNumber", strconv.Itoa(l.report.next))
	l.report.next++
	if l.over() {
		seconds := l.seconds()
		with(v, "CallDuration", strconv.Itoa(seconds), "Duration", strconv.Itoa((seconds+59)/60), "SipResponseCode", l.sipCode())
		if t := l.c.newestTape(l); t != nil && l.direction == "inbound" {
			with(v, "RecordingSid", t.sid, "RecordingUrl", t.url(), "RecordingDuration", strconv.Itoa(t.seconds()))
		}
	}
	if l.c.cfg.Dialect.NoCodes {
		v.Del("SipResponseCode")
	}
	l.c.request(l, ForStatus, l.report.method, l.report.url, v, nil)
}

// sipCode is how the phone answered. One that speaks SIP itself says that it was
// declined; to the others that is busy.
func (l *call) sipCode() string {
	if l.refused && strings.HasPrefix(l.to, "sip:") {
		return "603"
	}
	return sipCodes[l.status]
}

var sipCodes = map[string]string{completed: "200", busy: "486", noAnswer: "487", canceled: "487", failed: "404"}

// seconds is how long the call has lasted, from when it was answered.
func (l *call) seconds() int {
	switch {
	case l.answered.IsZero():
		return 0
	case l.over():
		return int(l.ended.Sub(l.answered) / time.Second)
	}
	return int(l.c.Now().Sub(l.answered) / time.Second)
}
