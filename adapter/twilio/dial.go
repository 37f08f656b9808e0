package twilio

import (
	"strings"

	"github.com/extflow/extflow/adapter/internal/webhook"
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

// dial writes the Dial of a group.
func (v *view) dial(p *page, t *flow.Turn) {
	a, do := v.adapter, &t.Move.Do
	groups := a.stages(do)
	if t.Seq == flow.SafeSeq { // the emergency: no further request, so nobody is asked to accept
		groups = unscreened(groups)
	}
	if v.Stage >= len(groups) {
		if t.Seq != flow.SafeSeq {
			p.goOn(a, t, atDial, "DialCallStatus=failed")
		}
		return
	}
	g := groups[v.Stage]
	p.start("Dial")
	if t.Seq != flow.SafeSeq {
		query := ""
		if len(groups) > 1 || g.screened {
			if g.screened {
				query = "&w=1"
			}
			query = v.Query(len(groups), query)
		}
		p.link("action", v.adapter, t, atDial, query)
	}
	p.attr("answerOnBridge", "true")
	if id := v.callerID(do.CallerID); id != "" {
		p.attr("callerId", id)
	}
	if do.Limit > 0 {
		p.number("timeLimit", seconds(do.Limit, a.cfg.Dialect.leastTalk(), 86400))
	}
	p.number("timeout", seconds(webhook.Share(do.Time, len(groups)-v.Failed)-a.cfg.Dialect.ExtraRing, 5, atMost(a.cfg.Dialect.Limits.Ring, 600)))
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
	tag, text := "Sip", v.adapter.cfg.Dialect.at(e)
	switch {
	case e.Scheme() == extension.Tel:
		tag = "Number"
	case strings.HasPrefix(text, "client:"):
		tag, text = "Client", strings.TrimPrefix(text, "client:")
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
