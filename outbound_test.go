package extflow_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// outside is a carrier that places calls, and tells what it was asked for.
type outside struct {
	recorder
	place func(t flow.Turn) (string, error)
}

func (o *outside) Place(ctx context.Context, t flow.Turn) (string, error) {
	if err := o.Do(ctx, t); err != nil || o.place == nil {
		return "CA" + t.Call.ID, err
	}
	return o.place(t)
}

// placed are the addresses that were called.
func (o *outside) placed() (addresses []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.turns {
		if t.Move.Do.Kind == flow.Originate {
			addresses = append(addresses, t.Move.Do.Party.Endpoints[t.Move.Do.Tried].Address)
		}
	}
	return addresses
}

// calling is an exchange that may call numbers in the United States, with callbacks in
// its queue.
func calling(t *testing.T, setup func(*extflow.Setup), limit extflow.OutboundLimit, log *slog.Logger) (*exchange, *outside) {
	t.Helper()
	x, carrier := open(t), &outside{}
	s := desk()
	s.Account, s.Region, s.Numbers[0].Number = "calling", "US", "+12025550101"
	s.Settings.Queues["support"] = flow.Queue{MaxWait: time.Minute, Callback: true}
	if setup != nil {
		setup(&s)
	}
	_, err := extflow.Install(t.Context(), x.store, s, x.now)
	require.NoError(t, err)
	x.Engine, err = extflow.New(extflow.Config{
		Store: x.store, Carriers: map[string]adapter.Carrier{"test": carrier}, Dialable: written.Dialable, Outbound: limit, Logger: log,
	})
	require.NoError(t, err)
	return x, carrier
}

// wanted is a request for Ada to be connected with Alice.
func wanted(key string) extflow.CallOut {
	return extflow.CallOut{Account: "calling", Key: key, Agent: "ada", From: "+12025550101", To: alice}
}

// accepted has Ada accept the call that is hers: the other side is to be called then.
func (x *exchange) accepted(key flow.Key) flow.Turn {
	x.t.Helper()
	require.NoError(x.t, x.Wake(x.t.Context()))
	c, err := x.store.Calls().Load(x.t.Context(), key)
	require.NoError(x.t, err)
	require.Len(x.t, c.Legs, 1)
	leg, err := x.store.Calls().Load(x.t.Context(), flow.Key{Account: key.Account, ID: c.Legs[0]})
	require.NoError(x.t, err)
	holding := x.then(leg.Turn(), flow.What{Kind: flow.Answered, Yes: true})
	require.Equal(x.t, flow.Hold, holding.Move.Do.Kind)
	require.NoError(x.t, x.Wake(x.t.Context()))
	return holding
}

func TestCallOut_nobodyOutsideIsCalledUnlessTheHostSaysWhom(t *testing.T) {
	t.Parallel()
	x, carrier := calling(t, nil, extflow.OutboundLimit{}, nil)
	x.Dialable = nil
	_, err := x.CallOut(t.Context(), wanted("1"))
	require.ErrorIs(t, err, extflow.ErrNotCallable)
	require.ErrorContains(t, err, "Config.Dialable")

	x.Dialable = written.Dialable
	x2, _ := calling(t, func(s *extflow.Setup) { s.Region, s.Countries = "", nil }, extflow.OutboundLimit{}, nil)
	_, err = x2.CallOut(t.Context(), wanted("1"))
	require.ErrorIs(t, err, extflow.ErrNotCallable, "no country is not every country")
	require.ErrorContains(t, err, "settings.countries")

	require.NoError(t, x.Wake(t.Context()))
	require.Empty(t, carrier.placed())
	_, err = x.CallOut(t.Context(), wanted("1"))
	require.NoError(t, err)
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []string{"client:ada"}, carrier.placed(), "the agent first")
}

func TestCallOut_theSameKeyIsTheSameCallHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	x, carrier := calling(t, nil, extflow.OutboundLimit{Number: 16}, nil)
	keys := make([]flow.Key, 16)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = x.CallOut(t.Context(), wanted("ticket 4711")); err != nil && !errors.Is(err, extflow.ErrNotFree) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		require.Equal(t, keys[0], k)
	}
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []string{"client:ada"}, carrier.placed())
	for name, change := range map[string]func(*extflow.CallOut){
		"agent":     func(o *extflow.CallOut) { o.Agent = "grace" },
		"extension": func(o *extflow.CallOut) { o.Agent, o.Extension = "", "1002" },
		"number":    func(o *extflow.CallOut) { o.To = bob },
	} {
		another := wanted("ticket 4711")
		change(&another)
		_, err := x.CallOut(t.Context(), another)
		require.ErrorIs(t, err, storage.ErrConflict, "the key is of a call with another %s", name)
	}
}

func TestCallOut_noNumberOfRequestsAtOnceExceedsALimit(t *testing.T) {
	t.Parallel()
	x, carrier := calling(t, func(s *extflow.Setup) {
		for i := range 12 {
			s.Agents = append(s.Agents, extension.Agent{
				ID: fmt.Sprint("agent", i), Presence: extension.Available, Endpoints: []extension.Endpoint{{Address: fmt.Sprint("client:agent", i)}},
			})
		}
	}, extflow.OutboundLimit{Account: 3}, nil)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			o := wanted(fmt.Sprint(i))
			o.Agent, o.To = fmt.Sprint("agent", i), number.E164(fmt.Sprintf("+1415555%04d", 200+i))
			if _, err := x.CallOut(t.Context(), o); err != nil && !errors.Is(err, extflow.ErrLimit) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.NoError(t, x.Wake(t.Context()))
	require.Len(t, carrier.placed(), 3)
	x.now = x.now.Add(24 * time.Hour)
	_, err := x.CallOut(t.Context(), wanted("tomorrow"))
	require.NoError(t, err)
}

func TestCallOut_accountsAreApart(t *testing.T) {
	t.Parallel()
	x, carrier := calling(t, nil, extflow.OutboundLimit{Account: 1}, nil)
	s := desk()
	s.Account, s.Region, s.Numbers[0].Number = "globex", "US", "+12025550102"
	_, err := extflow.Install(t.Context(), x.store, s, x.now)
	require.NoError(t, err)

	first, err := x.CallOut(t.Context(), wanted("ticket 4711"))
	require.NoError(t, err)
	theirs := wanted("ticket 4711")
	theirs.Account = "globex"
	_, err = x.CallOut(t.Context(), theirs)
	require.ErrorIs(t, err, storage.ErrNotFound, "the number is another account's")
	theirs.From = "+12025550102"
	second, err := x.CallOut(t.Context(), theirs)
	require.NoError(t, err, "neither the key, nor the agent, nor the limit is shared")
	require.Equal(t, first.ID, second.ID)
	require.NoError(t, x.Wake(t.Context()))
	require.Len(t, carrier.placed(), 2)

	require.NoError(t, x.Signal(t.Context(), flow.Event{Call: first, What: flow.What{Kind: flow.Told, News: flow.Dropped}}))
	c, err := x.store.Calls().Load(t.Context(), second)
	require.NoError(t, err)
	require.True(t, c.Live())
}

// A request to the carrier of which nobody knows whether it arrived is not made again.
func TestCallOut_nobodyIsCalledTwiceWhereTheOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for name, carriersAnswer := range map[string]func(x *exchange, o *outside) (string, error){
		"the carrier's answer got lost": func(*exchange, *outside) (string, error) { return "", nil },
		"another node takes over while it is placed": func(x *exchange, _ *outside) (string, error) {
			x.now = x.now.Add(31 * time.Second) // every lease is over
			return "", x.Wake(x.t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, carrier := calling(t, nil, extflow.OutboundLimit{}, nil)
			key, err := x.CallOut(t.Context(), wanted("1"))
			require.NoError(t, err)
			carrier.place = func(t flow.Turn) (string, error) {
				if t.Call != key {
					return "CA" + t.Call.ID, nil
				}
				return carriersAnswer(x, carrier)
			}
			holding := x.accepted(key)
			for range 20 {
				x.now = x.now.Add(30 * time.Second)
				require.NoError(t, x.Wake(t.Context()))
			}
			require.Equal(t, []string{"client:ada", "tel:" + string(alice)}, carrier.placed())
			c, err := x.store.Calls().Load(t.Context(), key)
			require.NoError(t, err)
			require.True(t, c.Has(flow.Closed))
			require.Equal(t, flow.ResultMissed, c.Result)
			x.then(holding, kind(flow.HungUp))
			a, err := x.store.Directory().Agent(t.Context(), "calling", "ada")
			require.NoError(t, err)
			require.False(t, a.Duty.Held())
		})
	}
}

func TestCallOut_whatTheCarrierRefusesTheAgentHearsAndTheOperatorReads(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&syncWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	x, carrier := calling(t, nil, extflow.OutboundLimit{}, logger)
	key, err := x.CallOut(t.Context(), wanted("1"))
	require.NoError(t, err)
	carrier.place = func(t flow.Turn) (string, error) {
		if t.Call != key {
			return "CA" + t.Call.ID, nil
		}
		return "", fmt.Errorf("Geo permission is not enabled for %v: %w", alice, adapter.ErrRefused) //nolint:staticcheck // as a carrier says it
	}
	holding := x.accepted(key)
	require.NoError(t, x.Wake(t.Context()))
	leg, err := x.store.Calls().Load(t.Context(), holding.Call)
	require.NoError(t, err)
	require.Contains(t, leg.Now().Say[0].Say, "There is no answer")
	require.Equal(t, flow.Hangup, leg.Now().Do.Kind)

	turns, err := x.store.Calls().Turns(t.Context(), key, 0)
	require.NoError(t, err)
	last := turns[len(turns)-1]
	require.Contains(t, last.Event.Cause, "Geo permission is not enabled")
	require.Equal(t, flow.ResultMissed, last.Posts[len(last.Posts)-1].Result)
	require.NotContains(t, last.Event.Cause+log.String(), string(alice)[2:])
	require.Contains(t, log.String(), "Geo permission", "an operator need not read every call")
}

// wants has Alice ask for a callback in the queue, and confirm; it is the turn after.
func (x *exchange) wants(from number.E164, ref string) flow.Turn {
	x.t.Helper()
	e := arrival(from, ref)
	e.Start.To = "+12025550101"
	turn, err := x.Handle(x.t.Context(), e)
	require.NoError(x.t, err)
	return x.then(x.then(x.then(turn, pressed("*")), pressed("1")), pressed("1"))
}

func TestCallback_aNumberCanBeCalledBackAgainAndAgain(t *testing.T) {
	t.Parallel()
	x, _ := calling(t, nil, extflow.OutboundLimit{Number: 1000}, nil)
	seen := map[string]bool{}
	for i := range 70 {
		promised := x.wants(alice, fmt.Sprint("CA", i))
		require.Contains(t, promised.Move.Say[0].Say, "we will call you back", "callback %d", i)
		for c, err := range x.store.Calls().List(t.Context(), "calling", storage.Query{From: alice, Limit: 2}) {
			require.NoError(t, err)
			if !c.IsOutbound() {
				continue
			}
			require.False(t, seen[c.ID])
			seen[c.ID] = true
			require.NoError(t, x.Signal(t.Context(), flow.Event{Call: c.Key, What: flow.What{Kind: flow.Told, News: flow.Dropped}}))
		}
		x.now = x.now.Add(time.Second)
	}
	require.Len(t, seen, 70)
}

func TestCallback_ofTwoWhoAskAtOnceOneIsPromisedIt(t *testing.T) {
	t.Parallel()
	x, _ := calling(t, nil, extflow.OutboundLimit{}, nil)
	var both sync.WaitGroup
	said := make([]string, 2)
	for i := range said {
		both.Go(func() { said[i] = x.wants(alice, fmt.Sprint("CA", i)).Move.Say[0].Say })
	}
	both.Wait()
	require.ElementsMatch(t, []string{
		"Thank you. You keep your place in line, and we will call you back. Goodbye.",
		"We are going to call you back at this number already.",
	}, said)
}

func TestCallback_beyondTheLimitTheCallerWaitsOnAndTheProductIsTold(t *testing.T) {
	t.Parallel()
	x, _ := calling(t, nil, extflow.OutboundLimit{Account: 1}, nil)
	require.Contains(t, x.wants(alice, "CA1").Move.Say[0].Say, "we will call you back")
	e := arrival(bob, "CA2")
	e.Start.To = "+12025550101"
	turn, err := x.Handle(t.Context(), e)
	require.NoError(t, err)
	waits := x.then(x.then(turn, pressed("*")), pressed("1"))
	require.Contains(t, waits.Move.Say[0].Say, "we cannot call you back")
	require.Equal(t, flow.Hold, waits.Move.Do.Kind)
	entries, err := x.store.Feed().After(t.Context(), "calling", 0, 100)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(entries, func(e storage.Entry) bool { return e.Post.Kind == flow.PostCapped }))
}
