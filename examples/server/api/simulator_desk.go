package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
)

// Agents' phones, and time.

// agentActs are what agents do with their phones.
var agentActs = []struct {
	word, summary string
	act           func(*sim.Agent, context.Context) error
}{
	{"answer", "Answer the phone that rings", (*sim.Agent).Answer},
	{"decline", "Refuse the call that rings", (*sim.Agent).Decline},
	{"hangup", "Hang up an agent's phone", (*sim.Agent).HangUp},
}

type AgentAct struct {
	AgentPath
	Endpoint string `query:"endpoint" maxLength:"255" doc:"which of the agent's phones; the first for which it makes sense"`
}

func (a *API) agentActs(act func(*sim.Agent, context.Context) error) func(context.Context, *AgentAct) (*phoneBody, error) {
	return func(ctx context.Context, in *AgentAct) (*phoneBody, error) {
		return a.atDesk(ctx, in, act)
	}
}

func (a *API) agentKeys(ctx context.Context, in *struct {
	AgentAct
	Body keysBody
}) (*phoneBody, error) {
	return a.atDesk(ctx, &in.AgentAct, func(g *sim.Agent, ctx context.Context) error { return g.Press(ctx, in.Body.Keys) })
}

// atDesk does something at the first of an agent's phones that allows it.
func (a *API) atDesk(ctx context.Context, in *AgentAct, act func(*sim.Agent, context.Context) error) (*phoneBody, error) {
	s := a.sim()
	desk, err := a.desk(ctx, s, in)
	if err != nil {
		return nil, err
	}
	err = sim.ErrIdle
	for _, address := range desk {
		g := s.Carrier.Agent(address)
		if err = s.Act(ctx, func(ctx context.Context) error { return act(g, ctx) }); !is(err, sim.ErrIdle) {
			p := phone(s, g.View())
			p.Agent, p.ID = in.Agent, ""
			return &phoneBody{p}, err
		}
	}
	return nil, err
}

// desk are the addresses of an agent's phones, or the one that is asked for; of
// somebody outside, whom a call of ours rings, the address itself.
func (a *API) desk(ctx context.Context, s *simulator.Simulator, in *AgentAct) ([]string, error) {
	if strings.HasPrefix(in.Agent, "tel:") {
		return []string{in.Agent}, nil
	}
	g, err := s.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range g.Endpoints {
		all = append(all, e.Address)
	}
	switch {
	case in.Endpoint == "":
		return all, nil
	case slices.ContainsFunc(g.Endpoints, func(e extension.Endpoint) bool { return e.Address == in.Endpoint }):
		return []string{in.Endpoint}, nil
	}
	return nil, at(http.StatusUnprocessableEntity, "query.endpoint", "agent %s has no phone %q; there are %v", in.Agent, in.Endpoint, all)
}

func (a *API) setManner(ctx context.Context, in *struct {
	AgentAct
	Body struct {
		Manner string  `json:"manner" enum:"rings out,takes,declines,voicemail,engaged,unreachable" doc:"rings out does nothing; takes answers and presses 1; voicemail is a mobile's, which answers and presses nothing; engaged is busy"`
		After  Lasting `json:"after,omitempty" doc:"how long it rings before that; at once"`
	}
}) (*struct {
	Body struct {
		Phones []Phone `json:"phones"`
	}
}, error) {
	s := a.sim()
	desk, err := a.desk(ctx, s, &in.AgentAct)
	if err != nil {
		return nil, err
	}
	manner := sim.Manner(in.Body.Manner)
	if in.Body.Manner == "rings out" {
		manner = sim.RingsOut
	}
	out := new(struct {
		Body struct {
			Phones []Phone `json:"phones"`
		}
	})
	out.Body.Phones = []Phone{}
	for _, address := range desk {
		g := s.Carrier.Agent(address)
		g.Set(manner, time.Duration(in.Body.After))
		p := phone(s, g.View())
		p.Agent, p.ID = in.Agent, ""
		out.Body.Phones = append(out.Body.Phones, p)
	}
	return out, nil
}

type clockBody struct{ Body ClockReading }

func (a *API) setClock(ctx context.Context, in *struct {
	Body struct {
		Running bool `json:"running" doc:"false: only skipping moves it"`
	}
}) (*clockBody, error) {
	s := a.sim()
	turn := s.Stop
	if in.Body.Running {
		turn = s.Start
	}
	if err := turn(ctx); err != nil {
		return nil, err
	}
	return &clockBody{reading(s)}, nil
}

func (a *API) skip(ctx context.Context, in *struct {
	Body struct {
		For    *Lasting `json:"for,omitempty" doc:"up to 24h; 0s does what is due now"`
		ToNext bool     `json:"to_next,omitempty" doc:"until the next thing is due"`
	}
}) (*clockBody, error) {
	s := a.sim()
	if (in.Body.For == nil) == !in.Body.ToNext {
		return nil, at(http.StatusUnprocessableEntity, "body", `give either for, as in {"for": "20s"}, or {"to_next": true}`)
	}
	if !in.Body.ToNext {
		err := s.Skip(ctx, time.Duration(*in.Body.For))
		return &clockBody{reading(s)}, err
	}
	some, err := s.SkipToNext(ctx)
	if err == nil && !some {
		return nil, at(http.StatusConflict, "body.to_next", "nothing is due: no call is under way")
	}
	return &clockBody{reading(s)}, err
}

func (a *API) renew(ctx context.Context, _ *struct{}) (*none, error) {
	return nil, a.cfg.Renew(ctx)
}
