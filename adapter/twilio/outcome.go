package twilio

import (
	"strconv"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// How rings end: what a Dial or a placed leg reports, over all the groups that have
// rung one after the other.

// rung is how far the ring had come that a request reports of.
func (q *request) rung() webhook.Ringing { return webhook.Rung(q.ask, q.asked.get("o")) }

// rang makes the event of a Dial that ended: none while there are groups left to
// ring. Gone says that the caller hung up after the talk.
func (q *request) rang(e *flow.Event, over bool, bridged string) (far webhook.Ringing, gone bool) {
	how := q.dialled(bridged)
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
	next := q.rung().After(how)
	if next.Stage < q.ask("k") {
		return next, false
	}
	e.What.Kind = next.Outcome()
	return far, false
}

// bridged is whether a Dial led to a talk, as its action says it; empty where nothing is
// said. Where it never is, an agent who was asked to press 1 did so if this node saw it,
// or if the talk was longer than the asking.
func (a *Adapter) bridged(q *request) string {
	if !a.cfg.Dialect.NoBridged || q.ask("w") != 1 {
		return string(q.get("DialBridged"))
	}
	return strconv.FormatBool(a.known.accepted(q.call, q.seq) || q.seconds("DialCallDuration") > asked)
}

// declined is the SIP code of a phone at which somebody refuses; error 31603 of
// Twilio's documentation. Not every phone that is declined answers so: to the others
// it is busy.
const declined = "603"

// dialled is how one Dial ended: AgentHungUp is a talk that is over. A mobile's
// voicemail and an agent who does not accept are "completed" too; only DialBridged
// tells them from a talk, where the carrier sends it.
func (q *request) dialled(bridged string) flow.Kind {
	status := string(q.get("DialCallStatus"))
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
