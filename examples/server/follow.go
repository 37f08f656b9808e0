package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/examples/server/console"
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
	s.followers = map[string]*feed.Follower{}
	for name, take := range takers {
		f := &feed.Follower{Store: s.store, Account: s.account, Name: name, Node: node, Take: take, Logger: s.log}
		s.followers[name] = f
		s.runs = append(s.runs, f.Run)
	}
	return errors.Join(s.meter.WatchFeed(s.store, s.followers), s.watchQuestions())
}

// advice is what to look at where a receiver takes nothing.
var advice = map[string]string{
	"recordings": "Recordings stay at the carrier meanwhile, and can be heard there. See that the carrier can be reached, and that the folder of -recordings has room.",
	"webhook":    "What happens meanwhile is kept, and comes in its order. See that EXTFLOW_WEBHOOK_URL answers 2xx within 10 s.",
}

// signsOf is how it goes with those who follow the feed, for the console: e-mail has
// a sign of its own.
func (s *server) signs(ctx context.Context) []console.Sign {
	var out []console.Sign
	for _, name := range slices.Sorted(maps.Keys(advice)) {
		f, follows := s.followers[name]
		if !follows {
			continue
		}
		st, err := f.State(ctx)
		sign := console.Sign{Name: "Feed to " + name, Good: err == nil && st.Failing.IsZero(), Text: "what happens is taken"}
		switch {
		case err != nil:
			sign.Text = "where it stands cannot be read: " + err.Error()
		case !sign.Good:
			sign.Text = fmt.Sprintf("nothing is taken since %s: %s. The next try is at %s. %s",
				st.Failing.UTC().Format(time.RFC3339), st.Fault, st.Again.UTC().Format(time.RFC3339), advice[name])
		case st.Lost > 0:
			sign.Text += fmt.Sprintf("; %d were passed over, ever, which nobody took for 3 days; the log says which", st.Lost)
		}
		out = append(out, sign)
	}
	out = append(out, s.carrierSigns(time.Now())...)
	return append(append(out, s.askSign()...), s.mailSign()...)
}
