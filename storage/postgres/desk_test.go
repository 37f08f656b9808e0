package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage/postgres"
)

// A company on several nodes: each has a store and an engine of its own, and they
// have one database.

const mainLine = number.E164("+12025550100")

// desk is an account with Ada at 1001 and Grace at 1002.
func desk() extflow.Setup {
	return extflow.Setup{
		Account: "acme", Range: extension.Range{First: 1001, Last: 1999},
		Settings: flow.Settings{
			Mailboxes: map[string]flow.Mailbox{"team": {}},
			Flows:     map[string]flow.Flow{"desk": {NoAnswer: flow.ToVoicemail("team"), Busy: flow.ToVoicemail("team")}},
		},
		Agents: []extension.Agent{
			{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}},
			{ID: "grace", Extension: "1002", Endpoints: []extension.Endpoint{{Address: "client:grace"}}},
		},
		Numbers: []number.Assignment{{Number: mainLine, Entry: "flow desk"}},
	}
}

// phone is a carrier that notes what it was given to do.
type phone struct {
	mu   sync.Mutex
	did  []flow.Turn
	when []time.Time
}

func (p *phone) Do(_ context.Context, t flow.Turn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did, p.when = append(p.did, t), append(p.when, time.Now())
	return nil
}

func (p *phone) Abilities() adapter.Abilities { return adapter.Abilities{Place: true} }

func (p *phone) times() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Time(nil), p.when...)
}

// node is a store and an engine.
type node struct {
	store  *postgres.Store
	engine *extflow.Engine
	phone  *phone
}

// nodes are so many nodes of one database, with the account in it.
func nodes(t testing.TB, n int, url string) []node {
	t.Helper()
	all := make([]node, n)
	for i := range all {
		all[i] = opens(t, url)
	}
	_, err := extflow.Install(t.Context(), all[0].store, desk(), time.Now())
	require.NoError(t, err)
	return all
}

func opens(t testing.TB, url string) node {
	t.Helper()
	n := node{store: opened(t, postgres.Config{URL: url}), phone: &phone{}}
	var err error
	n.engine, err = extflow.New(extflow.Config{
		Store: n.store, Carriers: map[string]adapter.Carrier{"sim": n.phone}, Deadline: 20 * time.Second,
	})
	require.NoError(t, err)
	return n
}

// arrives is a caller who dials the main line, and then hears the greeting.
func (n node) arrives(t testing.TB, ref string) flow.Turn {
	t.Helper()
	turn, err := n.engine.Handle(t.Context(), arrival(ref))
	require.NoError(t, err)
	require.Equal(t, flow.Listen, turn.Move.Do.Kind)
	return turn
}

// callers counts them: each has a number of its own.
var callers atomic.Int64

func arrival(ref string) flow.Event {
	from := number.E164(fmt.Sprintf("+1415%07d", callers.Add(1)))
	return flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: &flow.Info{Carrier: "sim", Ref: ref, From: from, To: mainLine}}}
}

// then is what becomes of a call to whose turn the carrier says something.
func (n node) then(t testing.TB, turn flow.Turn, w flow.What) flow.Turn {
	t.Helper()
	next, err := n.engine.Handle(t.Context(), flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: w})
	require.NoError(t, err)
	return next
}

func (n node) call(t testing.TB, k flow.Key) flow.Call {
	t.Helper()
	c, err := n.store.Calls().Load(t.Context(), k)
	require.NoError(t, err)
	return c
}

func pressed(d flow.Digits) flow.What { return flow.What{Kind: flow.Pressed, Digits: d} }

func agentOf(t testing.TB, n node, id string) extension.Agent {
	t.Helper()
	a, err := n.store.Directory().Agent(t.Context(), "acme", id)
	require.NoError(t, err)
	return a
}
