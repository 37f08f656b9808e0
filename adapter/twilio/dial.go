package twilio

import (
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Rings. Endpoints that need no acceptance ring together first; each one at which
// the agent must press 1 rings alone after them, because nobody says who wins while
// one of several is being screened. Each group is a Dial of its own, and the
// request that ends one is answered with the next. The call hears of one outcome.

// stage is what rings together.
type stage struct {
	endpoints []extension.Endpoint
	screened  bool
}

// together is the most that one Dial rings.
const together = 10

// stages are the groups in their order. Endpoints that this carrier does not reach
// are left out.
func (a *Adapter) stages(do *flow.Command) []stage {
	if do.Party == nil {
		return nil
	}
	var open, screened []stage
	for _, e := range do.Party.Endpoints {
		switch {
		case !e.Reachable(a.cfg.Name), a.cfg.Dialect.NoClient && e.Scheme() == extension.Client:
		case do.Screens(e):
			screened = append(screened, stage{[]extension.Endpoint{e}, true})
		case len(open) == 0 || len(open[len(open)-1].endpoints) == together:
			open = append(open, stage{[]extension.Endpoint{e}, false})
		default:
			last := &open[len(open)-1]
			last.endpoints = append(last.endpoints, e)
		}
	}
	return append(open, screened...)
}

// share is how long each of so many groups rings.
func share(ring time.Duration, groups int) time.Duration {
	if groups <= 1 {
		return ring
	}
	return max(ring/time.Duration(groups), 10*time.Second)
}

// dial writes the Dial of a group.
func (v *view) dial(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	groups := a.stages(do)
	if t.Seq == flow.SafeSeq { // the emergency: no further request, so nobody is asked to accept
		groups = unscreened(groups)
	}
	if v.stage >= len(groups) {
		if t.Seq != flow.SafeSeq {
			p.goOn(a, t, atDial, "DialCallStatus=failed")
		}
		return
	}
	g := groups[v.stage]
	p.start("Dial")
	if t.Seq != flow.SafeSeq {
		query := ""
		if len(groups) > 1 || g.screened {
			query = "s=" + strconv.Itoa(v.stage) + "&k=" + strconv.Itoa(len(groups))
			if g.screened {
				query += "&w=1"
			}
			if v.worst != 0 {
				query += "&o=" + string(v.worst)
			}
		}
		p.link("action", v.adapter, t, atDial, query)
	}
	p.attr("answerOnBridge", "true")
	if id := v.callerID(do.CallerID); id != "" {
		p.attr("callerId", id)
	}
	if do.Limit > 0 {
		p.number("timeLimit", seconds(do.Limit, 1, 86400))
	}
	p.number("timeout", seconds(share(do.Time, len(groups))-a.cfg.Dialect.ExtraRing, 5, 600))
	for _, e := range g.endpoints {
		v.noun(p, t, e, g.screened)
	}
	p.end("Dial")
}

// unscreened is the groups with nobody asked to accept.
func unscreened(groups []stage) []stage {
	var all []extension.Endpoint
	for _, g := range groups {
		all = append(all, g.endpoints...)
	}
	if len(all) == 0 {
		return nil
	}
	return []stage{{endpoints: all[:min(len(all), together)]}}
}

// noun writes one endpoint.
func (v *view) noun(p *page, t *flow.Turn, e extension.Endpoint, screened bool) {
	tag, text := "Sip", e.Address
	switch e.Scheme() {
	case extension.Tel:
		tag, text = "Number", strings.TrimPrefix(e.Address, "tel:")
	case extension.Client:
		tag, text = "Client", strings.TrimPrefix(e.Address, "client:")
	}
	p.start(tag)
	switch {
	case t.Seq == flow.SafeSeq:
	case screened:
		p.link("url", v.adapter, t, atAsk, "")
	default:
		p.link("statusCallback", v.adapter, t, atTaken, "")
		p.attr("statusCallbackEvent", "answered")
	}
	p.text(text)
	p.end(tag)
}

// callerID is the number that an agent sees: the caller's, or the one that was
// called where the flow says so, or where the caller's is withheld or no number
// that a carrier would show. Empty leaves it to the carrier.
func (v *view) callerID(choice flow.CallerID) string {
	if v.info == nil {
		return ""
	}
	return callerID(v.info, choice)
}

func callerID(info *flow.Info, choice flow.CallerID) string {
	for _, n := range []number.E164{info.From, info.To} {
		if n.Valid() && (choice != flow.ShowNumber || n == info.To) {
			return string(n)
		}
	}
	return ""
}

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

// ringing is how far a ring has come: the group that rings next, and the
// weightiest outcome of those before it.
type ringing struct {
	stage int
	worst byte
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
	worst := letterOf(how)
	if before := q.asked.get("o"); len(before) == 1 {
		worst = weightier(before[0], worst)
	}
	if next := q.ask("s") + 1; next < q.ask("k") {
		return ringing{stage: next, worst: worst}, false
	}
	e.What.Kind = kindOf(worst)
	return far, false
}

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
	case status == "busy":
		return flow.FoundBusy
	case status == "no-answer":
		return flow.Unanswered
	}
	return flow.Unreachable
}
