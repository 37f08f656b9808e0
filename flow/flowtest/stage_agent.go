package flowtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// What agents do at their telephones, and what they hear there.

// agent is something that an agent does: at the endpoint named, or at the first
// one where it can be done.
func (st *stage) agent(ctx context.Context, a Act) error {
	phones, err := st.endpoints(a.Who)
	if err != nil {
		return err
	}
	at := slices.DeleteFunc(phones, func(p Handset) bool { return !ripe(p, a.Does) })
	if len(at) == 0 {
		return fmt.Errorf("%w: no telephone of %s is rung, or talks, so that this could be done", ErrImpossible, a.Who)
	}
	switch a.Does {
	case Answers:
		return at[0].Answer(ctx)
	case Presses:
		return at[0].Press(ctx, string(a.Keys))
	case HangsUp:
		return at[0].HangUp(ctx)
	case Declines:
		for _, p := range at {
			if err := p.Decline(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%w: agents do no such thing", ErrImpossible)
}

// ripe reports whether a telephone gives a chance for what an agent does.
func ripe(p Handset, d Deed) bool {
	switch p.State() {
	case OnHook:
		return false
	case Ringing:
		return d == Answers || d == Declines
	}
	return d == Presses || d == HangsUp
}

// manner is what an agent's telephones do by themselves from now on.
func (st *stage) manner(ctx context.Context, a Act) error {
	phones, err := st.endpoints(a.Who)
	if err != nil {
		return err
	}
	for _, p := range phones {
		switch a.Does {
		case Engaged:
			p.Behaves(Busy)
		case Unreachable:
			p.Behaves(Off)
		case LetsRing:
			p.Behaves(RingsOut)
		case Machine:
			if !strings.HasPrefix(p.Address(), "tel:") {
				continue
			}
			p.Behaves(Voicemail)
			if p.State() == Ringing {
				if err := p.Answer(ctx); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// endpoints are the telephones of an agent, or the one at an address.
func (st *stage) endpoints(who string) ([]Handset, error) {
	if strings.Contains(who, ":") {
		return []Handset{st.lines.Agent(who)}, nil
	}
	if _, dialled := st.phones[who]; dialled && st.numbers[who] != "" {
		return []Handset{st.lines.Agent("tel:" + string(st.numbers[who]))}, nil
	}
	i := slices.IndexFunc(st.script.doc.Agents, func(a extension.Agent) bool { return a.ID == who })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s is neither an agent of the account nor on the telephone", ErrImpossible, who)
	}
	var phones []Handset
	for _, e := range st.script.doc.Agents[i].Endpoints {
		phones = append(phones, st.lines.Agent(e.Address))
	}
	return phones, nil
}

// overhear keeps what an agent is told at a telephone that the carrier screens. Of
// a leg that is asked by turns of its own, those tell it.
func (st *stage) overhear(address string, said flow.Message) {
	if !strings.Contains(address, ":") || st.lines.Agent(address).State() != Screening {
		return
	}
	line := flow.Script{}.Move(flow.Move{Say: []flow.Message{said}})[0]
	owns := func(a extension.Agent) bool {
		return slices.ContainsFunc(a.Endpoints, func(e extension.Endpoint) bool { return e.Address == address })
	}
	if i := slices.IndexFunc(st.script.doc.Agents, owns); i >= 0 {
		st.asides = append(st.asides, answer{at: st.lines.Now(), rank: overheard, text: st.script.doc.Agents[i].ID + ": " + line})
	}
}
