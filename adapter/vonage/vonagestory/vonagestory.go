// Package vonagestory plays stories of package flowtest on the telephones of a small
// Vonage: the same .call files that prove a flow prove the server that answers
// Vonage's webhooks.
//
//	far := vonagetest.Start(t, vonagetest.Config{Start: start})
//	telephones := vonagestory.New(t, far, server.URL+"/vonage")
//
// flowtest.RunOutcomes takes them as what a story is played on.
package vonagestory

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/extflow/extflow/adapter/vonage/vonagetest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/flowtest"
)

// Telephones are those of a small Vonage. Every number that is dialled leads to one
// server. They are a flowtest.Telephones.
type Telephones struct {
	*vonagetest.Carrier
	Webhooks string // where the server's webhooks are, without a slash at its end

	t      testing.TB
	broken bool // something was to go wrong
	befell int  // what did
}

// New makes telephones whose webhooks are requested below url, as in
// https://calls.example.com/vonage. The test fails at its end where Vonage would have
// complained, unless the story has something go wrong.
func New(t testing.TB, far *vonagetest.Carrier, url string) *Telephones {
	far.Link(vonagetest.Application{AnswerURL: url + "/answer", FallbackURL: url + "/answer", EventURL: url + "/event"})
	return &Telephones{Carrier: far, Webhooks: url, t: t}
}

// Attach has the exchange's clockwork go off as time passes.
func (l *Telephones) Attach(x flowtest.Exchange) error {
	l.Drive(x)
	l.t.Cleanup(func() {
		switch faults := l.Errors(); {
		case l.broken && l.befell == 0:
			l.t.Error("something was to go wrong, and nothing has")
		case !l.broken && len(faults) > 0:
			l.t.Errorf("Vonage would have complained: %+v", faults)
		}
	})
	l.Observe(func(h vonagetest.Happening) {
		if h.What == vonagetest.Lost || h.What == vonagetest.Asked && strings.HasSuffix(h.Note, " 403") {
			l.befell++
		}
	})
	return nil
}

// Owns has a number lead to the server.
func (l *Telephones) Owns(number string) { l.Assign(digits(number)) }

// Dial calls a number with a new telephone. Vonage does not say who passed a call on.
func (l *Telephones) Dial(ctx context.Context, from, to, _ string) (flowtest.Caller, error) {
	l.Owns(to)
	p, err := l.Carrier.Dial(ctx, cmp.Or(digits(from), "anonymous"), digits(to), vonagetest.Options{})
	return caller{p}, err
}

// digits is a number as Vonage writes it.
func digits(number string) string { return strings.TrimPrefix(number, "+") }

// Callers are the telephones whose calls have not ended.
func (l *Telephones) Callers() []flowtest.Caller {
	var out []flowtest.Caller
	for _, p := range l.Phones() {
		out = append(out, caller{p})
	}
	return out
}

// Agent is the telephone at an address.
func (l *Telephones) Agent(address string) flowtest.Handset { return handset{l.Carrier.Agent(address)} }

// Legs are the agents' telephones that ring or talk.
func (l *Telephones) Legs() []flowtest.Leg {
	var out []flowtest.Leg
	for _, leg := range l.Carrier.Legs() {
		out = append(out, flowtest.Leg{Address: leg.Phone, State: l.Agent(leg.Phone).State(), Gone: leg.Gone})
	}
	return out
}

// Befall has something go wrong next.
func (l *Telephones) Befall(a flowtest.Act) {
	l.broken = true
	if a.Does == flowtest.Refuses {
		refused, unmoved := vonagetest.APIFault{Method: "POST", Status: 403}, vonagetest.APIFault{Method: "PUT", Status: 403}
		l.Break(vonagetest.Faults{API: []vonagetest.APIFault{refused, refused, unmoved}}) // ada has two telephones; a turn is refused when both are
		return
	}
	if a.Does == flowtest.LosesTape {
		l.Break(vonagetest.Faults{LosesTapes: 1})
		return
	}
	l.Break(vonagetest.Faults{Next: []vonagetest.Fault{{Twice: a.Does == flowtest.Twice, Lost: a.Does == flowtest.Lost, Late: a.For}}})
}

// Strained says that errors are to come.
func (l *Telephones) Strained() { l.broken, l.befell = true, 1 }

// Mend takes back what has not gone wrong yet.
func (l *Telephones) Mend() { l.Break(vonagetest.Faults{}) }

// Overhear has heard called with what is said at telephones.
func (l *Telephones) Overhear(heard func(address string, said flow.Message)) {
	l.Observe(func(h vonagetest.Happening) {
		if h.What == vonagetest.Heard {
			heard(h.Phone, flow.Message{Say: h.Said.Text, Play: h.Said.Play, Language: h.Said.Language})
		}
	})
}

// Impossible reports whether there was no chance for an act.
func (*Telephones) Impossible(err error) bool {
	return errors.Is(err, vonagetest.ErrIdle) || errors.Is(err, vonagetest.ErrOver)
}

type caller struct{ *vonagetest.Phone }

func (p caller) Ref() string         { return p.View().UUID }
func (p caller) Over() bool          { return p.View().State == vonagetest.Over }
func (p caller) Refused() *flow.Move { return nil }

type handset struct{ *vonagetest.Agent }

func (h handset) Address() string           { return h.View().Phone }
func (h handset) Behaves(m flowtest.Manner) { h.Set(vonagetest.Manner(m), 0) }

// State is screening while the agent hears what is asked for a direct ring: which is a
// document like any other at Vonage.
func (h handset) State() flowtest.State {
	v := h.View()
	asked := strings.Contains(v.Source, "/ask?") || strings.Contains(v.Source, "/accept?")
	if asked && (v.State == vonagetest.Hearing || v.State == vonagetest.Listening) {
		return flowtest.Screening
	}
	return flowtest.State(v.State)
}
