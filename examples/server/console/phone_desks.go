package console

import (
	"context"
	"errors"
	"strings"

	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// Agents' desks on the page of the phone: those whose telephones do something first.

// desk is an agent with telephones.
type desk struct {
	ID, Name, Extension string
	Presence            string
	Presences           []extension.Presence
	Reason              string
	Active              bool
	Phones              []telephone
}

// deskSize is how many agents are shown who have nothing to do with a call.
const deskSize = 8

// desks are the agents whose telephones do something, then the first others.
func (c *Console) desks(ctx context.Context, s *simulator.Simulator, d *phoneData) error {
	seen := map[string]bool{}
	add := func(g extension.Agent) {
		if seen[g.ID] {
			return
		}
		seen[g.ID] = true
		k := desk{ID: g.ID, Name: g.Name, Extension: g.Extension, Presence: string(g.Presence), Reason: g.Reason, Presences: extension.Presences()}
		if k.Name == "" {
			k.Name = g.ID
		}
		for _, e := range g.Endpoints {
			t := c.telephone(s, s.Carrier.Agent(e.Address).View(), d.Now)
			k.Active = k.Active || !t.Over
			k.Phones = append(k.Phones, t)
		}
		d.Desk = append(d.Desk, k)
	}
	for _, leg := range s.Carrier.Legs() {
		call, err := s.Store.Calls().Load(ctx, leg.Call)
		if errors.Is(err, storage.ErrNotFound) || err == nil && call.Party == nil {
			continue
		}
		if err != nil {
			return err
		}
		if d.Filter == "" && (leg.Caller.ID == d.call() || leg.Call.ID == d.call()) || len(d.Desk) < deskSize {
			if g, err := s.Store.Directory().Agent(ctx, c.cfg.Account, call.Party.Agent); err == nil {
				add(g)
			}
		}
	}
	quiet := 0
	for g, err := range s.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		if seen[g.ID] || !strings.Contains(strings.ToLower(g.Name+" "+g.ID+" "+g.Extension), strings.ToLower(d.Filter)) {
			continue
		}
		if quiet == deskSize {
			d.More = true
			break
		}
		quiet++
		add(g)
	}
	return nil
}
