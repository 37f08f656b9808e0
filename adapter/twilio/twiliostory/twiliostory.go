// Package twiliostory plays stories of package flowtest on the telephones of a small
// Twilio: the same .call files that prove a flow prove the server that answers
// Twilio's webhooks.
//
//	far := twiliotest.Start(t, twiliotest.Config{Start: start})
//	telephones := twiliostory.New(t, far, server.URL+"/twilio")
//
// flowtest.RunOutcomes takes them as what a story is played on.
package twiliostory

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/flowtest"
)

// Telephones are those of a small Twilio. Every number that is dialled leads to one
// server. They are a flowtest.Telephones.
type Telephones struct {
	*twiliotest.Carrier
	Webhooks string // where the server's webhooks are, without a slash at its end

	t      testing.TB
	broken bool // something was to go wrong
	befell int  // what did
}

// New makes telephones whose webhooks are requested below url, as in
// https://calls.example.com/twilio. The test fails at its end where Twilio would have
// complained, unless the story has something go wrong.
func New(t testing.TB, far *twiliotest.Carrier, url string) *Telephones {
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
			l.t.Errorf("Twilio would have complained: %+v", faults)
		}
	})
	l.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Lost || h.What == twiliotest.Asked && strings.HasSuffix(h.Note, " 400") {
			l.befell++
		}
	})
	return nil
}

// Owns has a number lead to the server.
func (l *Telephones) Owns(number string) {
	l.Assign(number, twiliotest.Number{VoiceURL: l.Webhooks + "/voice", FallbackURL: l.Webhooks + "/voice", StatusURL: l.Webhooks + "/status"})
}

// Dial calls a number with a new telephone.
func (l *Telephones) Dial(ctx context.Context, from, to, forwarded string) (flowtest.Caller, error) {
	l.Owns(to)
	p, err := l.Carrier.Dial(ctx, cmp.Or(from, "anonymous"), to, twiliotest.Options{ForwardedFrom: forwarded})
	return caller{p}, err
}

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
		out = append(out, flowtest.Leg{Address: leg.Phone, State: flowtest.State(leg.State), Gone: leg.Gone})
	}
	return out
}

// Befall has something go wrong next.
func (l *Telephones) Befall(a flowtest.Act) {
	l.broken = true
	if a.Does == flowtest.Refuses {
		refused := twiliotest.APIFault{Method: "POST", Status: 400, Code: 21201}
		l.Break(twiliotest.Faults{API: []twiliotest.APIFault{refused, refused}}) // ada has two telephones; a turn is refused when both are
		return
	}
	if a.Does == flowtest.LosesTape {
		l.Break(twiliotest.Faults{LosesTapes: 1})
		return
	}
	l.Break(twiliotest.Faults{Next: []twiliotest.Fault{{Twice: a.Does == flowtest.Twice, Lost: a.Does == flowtest.Lost, Late: a.For}}})
}

// Strained says that errors are to come.
func (l *Telephones) Strained() { l.broken, l.befell = true, 1 }

// Mend takes back what has not gone wrong yet.
func (l *Telephones) Mend() { l.Break(twiliotest.Faults{}) }

// Overhear has heard called with what is said at telephones.
func (l *Telephones) Overhear(heard func(address string, said flow.Message)) {
	l.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Heard {
			heard(h.Phone, flow.Message{Say: h.Said.Text, Play: h.Said.Play, Language: h.Said.Language})
		}
	})
}

// Impossible reports whether there was no chance for an act.
func (*Telephones) Impossible(err error) bool {
	return errors.Is(err, twiliotest.ErrIdle) || errors.Is(err, twiliotest.ErrOver)
}

type caller struct{ *twiliotest.Phone }

func (p caller) Ref() string         { return p.View().CallSid }
func (p caller) Over() bool          { return p.View().State == twiliotest.Over }
func (p caller) Refused() *flow.Move { return nil }

type handset struct{ *twiliotest.Agent }

func (h handset) Address() string           { return h.View().Phone }
func (h handset) State() flowtest.State     { return flowtest.State(h.View().State) }
func (h handset) Behaves(m flowtest.Manner) { h.Set(twiliotest.Manner(m), 0) }
