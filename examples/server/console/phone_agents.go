package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
)

// Agents' telephones on the page of the phone.

// agentActs is an act at an agent's telephone.
func (c *Console) agentActs(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	address, call := r.FormValue("phone"), r.FormValue("call")
	if _, err := extension.ParseEndpoint(address); err != nil {
		return wrong("That is no telephone of an agent.")
	}
	g := s.Carrier.Agent(address)
	do, ok := map[string]func(context.Context) error{
		"answer": g.Answer, "decline": g.Decline, "hangup": g.HangUp,
		"1": func(ctx context.Context) error { return g.Press(ctx, "1") },
		"2": func(ctx context.Context) error { return g.Press(ctx, "2") },
	}[r.FormValue("act")]
	if !ok {
		return wrong("A telephone can be answered, declined or hung up, and 1 and 2 pressed.")
	}
	err := s.Act(r.Context(), do)
	if errors.Is(err, sim.ErrIdle) {
		return &problem{status: http.StatusConflict, text: "This telephone does not ring any more."}
	}
	if err != nil {
		return err
	}
	c.cfg.News.Changed()
	return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(call))
}

// manners are what agents' telephones may do by themselves, as people say it.
var manners = []struct {
	Value string
	Text  string
	is    sim.Manner
}{
	{"rings", "Rings until you answer", sim.RingsOut}, {"takes", "Is answered by itself", sim.Takes}, {"declines", "Is declined", sim.Declines},
	{"voicemail", "Mobile voicemail picks up", sim.Voicemail}, {"engaged", "Is busy", sim.Engaged}, {"unreachable", "Cannot be reached", sim.Unreachable},
}

func (c *Console) manner(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	for _, m := range manners {
		if m.Value == r.FormValue("manner") {
			s.Carrier.Agent(r.FormValue("phone")).Set(m.is, 0)
			c.set(s, r.FormValue("phone"), m.Value)
			c.cfg.News.Changed()
			return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(r.FormValue("call")))
		}
	}
	return wrong("When it rings: pick one of the list.")
}

// simPresence changes what an agent says about being there, at the simulator.
func (c *Console) simPresence(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	p := extension.Presence(r.FormValue("presence"))
	if !p.Valid() {
		return wrong("Presence: pick available, busy, away or offline.")
	}
	err := s.Engine.SetPresence(r.Context(), c.cfg.Account, r.FormValue("agent"), p, "")
	if err != nil {
		return err
	}
	_ = s.Catch(context.WithoutCancel(r.Context()))
	c.cfg.News.Changed()
	return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(r.FormValue("call")))
}

// mannered is a telephone of an exchange.
type mannered struct {
	exchange *simulator.Simulator
	address  string
}

// mannerOf is what a telephone does by itself, as it was last set here.
func (c *Console) mannerOf(s *simulator.Simulator, address string) string {
	if m, ok := c.mannersSet.Load(mannered{s, address}); ok {
		return m.(string)
	}
	return manners[0].Value
}

func (c *Console) set(s *simulator.Simulator, address, manner string) {
	c.mannersSet.Store(mannered{s, address}, manner)
}
