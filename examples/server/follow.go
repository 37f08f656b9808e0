package main

import (
	"context"

	"github.com/google/uuid"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/voicemail"
)

// Who follows the feed: the keeper of recordings, and the product's webhook.

// adapters are the carriers by name; the simulator is one where it is alone.
func (s *server) adapters() map[string]adapter.Carrier {
	all := map[string]adapter.Carrier{}
	for _, c := range s.carriers {
		all[c.Name] = c.adapter
	}
	if sim := s.sim.Load(); sim != nil && sim.Engine == s.engine {
		all[simulator.Name] = sim.Carrier
	}
	return all
}

// keep is where recordings are kept; nil leaves them at the carrier.
func (s *server) keep() voicemail.Recordings {
	if s.set.recordings == "" {
		return nil
	}
	return voicemail.Files{Dir: s.set.recordings}
}

// follow has the feed followed until the server stops.
func (s *server) follow() error {
	keeper := &voicemail.Keeper{Store: s.store, Carriers: s.adapters(), Keep: s.keep()}
	takers := map[string]func(context.Context, storage.Entry) error{"recordings": keeper.Take}
	if s.set.webhook.URL != "" {
		takers["webhook"] = s.set.webhook.Take
	}
	if s.mail = s.sender(); s.mail != nil {
		takers["mail"] = s.mail.Take
		if err := s.meter.WatchMail(s.mail.State); err != nil {
			return err
		}
	}
	node := uuid.NewString()
	for name, take := range takers {
		f := &feed.Follower{Store: s.store, Account: s.account, Name: name, Node: node, Take: take, Logger: s.log}
		s.runs = append(s.runs, f.Run)
	}
	return nil
}
