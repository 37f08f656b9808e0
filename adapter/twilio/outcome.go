package twilio

import (
	"strconv"

	"github.com/extflow/extflow/flow"
)

// How rings end: what a Dial or a placed leg reports, over all the groups that have
// rung one after the other.

// outcomes are how a ring can end without a talk, the weightiest first, by the
// letter that stands for each in URLs.
var outcomes = []struct {
	letter byte
	kind   flow.Kind
}{{'b', flow.FoundBusy}, {'d', flow.Declined}, {'n', flow.Unanswered}, {'u', flow.Unreachable}}

func letterOf(k flow.Kind) byte {
	for _, o := range outcomes {
		if o.kind == k {
			return o.letter
		}
	}
	return 0
}

// weightier is the outcome of two groups together.
func weightier(a, b byte) byte {
	for _, o := range outcomes {
		if o.letter == a || o.letter == b {
			return o.letter
		}
	}
	return 'u'
}

func kindOf(letter byte) flow.Kind {
	for _, o := range outcomes {
		if o.letter == letter {
			return o.kind
		}
	}
	return flow.Unreachable
}

// ringing is how far a ring has come: the group that rings next, and what became
// of those before it, the weightiest outcome first of all.
type ringing struct {
	stage  int
	worst  byte
	failed int // groups that could not be reached
}

// before says in a URL what became of the groups before.
func (r ringing) before() (query string) {
	if r.worst != 0 {
		query = "&o=" + string(r.worst)
	}
	if r.failed > 0 {
		query += "&f=" + strconv.Itoa(r.failed)
	}
	return query
}

// after is how far the ring has come when the group that rings has ended so.
func (r ringing) after(how flow.Kind) ringing {
	r.stage++
	r.worst = weightier(r.worst, letterOf(how))
	if how == flow.Unreachable {
		r.failed++
	}
	return r
}

// rung is how far the ring had come that a request reports of.
func (q *request) rung() ringing {
	r := ringing{stage: q.ask("s")}
	r.failed = max(0, min(q.ask("f"), r.stage))
	if before := q.asked.get("o"); len(before) == 1 {
		r.worst = before[0]
	}
	return r
}

// rang makes the event of a Dial that ended: none while there are groups left to
// ring. Gone says that the caller hung up after the talk.
func (q *request) rang(e *flow.Event, over bool) (far ringing, gone bool) {
	how := q.dialled()
	e.Cause = string(q.get("DialCallStatus"))
	switch {
	case how == flow.AgentHungUp && over:
		e.What.Kind = flow.Answered
		return far, true
	case over:
		e.What.Kind = flow.HungUp
		return far, false
	case how == flow.AgentHungUp:
		e.What.Kind = how
		return far, false
	}
	next := q.rung().after(how)
	if next.stage < q.ask("k") {
		return next, false
	}
	e.What.Kind = kindOf(next.worst)
	return far, false
}

// declined is the SIP code of a phone at which somebody refuses; error 31603 of
// Twilio's documentation. Not every phone that is declined answers so: to the others
// it is busy.
const declined = "603"

// dialled is how one Dial ended: AgentHungUp is a talk that is over. A mobile's
// voicemail and an agent who does not accept are "completed" too; only DialBridged
// tells them from a talk, where the carrier sends it.
func (q *request) dialled() flow.Kind {
	status, bridged := string(q.get("DialCallStatus")), string(q.get("DialBridged"))
	talked := status == "completed" || status == "answered"
	switch {
	case bridged == "true", bridged == "" && talked:
		return flow.AgentHungUp
	case talked && q.ask("w") == 1:
		return flow.Unanswered // nobody pressed 1
	case talked:
		return flow.Declined
	case string(q.get("DialSipResponseCode")) == declined:
		return flow.Declined
	case status == "busy":
		return flow.FoundBusy
	case status == "no-answer":
		return flow.Unanswered
	}
	return flow.Unreachable
}
