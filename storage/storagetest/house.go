package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// house is a furnished store: two accounts with the same agents, queue and
// mailbox, and a book that advances their calls. Its methods fail the test when
// the store does.
type house struct {
	*testing.T
	ctx     context.Context
	store   storage.Store
	pass    func(time.Duration)
	open    func(*testing.T) Harness
	account string
	book    *flow.Book

	at   time.Time // of the last event
	past bool      // events happen from at on, not now

	neighbour string // what there was of the other account
}

// The accounts, and who calls.
const (
	acme   = "acme"
	globex = "globex" // the neighbour
	caller = number.E164("+14155550100")
	line   = number.E164("+12025550100") // acme's number; globex has one of its own
)

// newHouse furnishes a store, and has the neighbour's calls under way.
func newHouse(t *testing.T, open func(*testing.T) Harness) *house {
	h := empty(t, open)
	h.account = globex
	h.furnish()
	c1 := h.ring("c1", "ada")
	h.stores(h.draftAs(c1, flow.Event{ID: "e1", At: h.next(), What: flow.What{Kind: flow.Answered}}))
	h.waits("c2")
	c3 := h.records("c3")
	h.happens(&c3, flow.What{Kind: flow.Recorded, Ref: "RE3", Length: 5 * time.Second})
	h.spend("key", 1, 3, time.Hour)
	h.note("test", "call", "{}")
	h.uploads("hold.wav", Wave(1000))
	h.neighbour = h.snapshot()
	h.account = acme
	h.furnish()
	return h
}

// empty is a house without furniture.
func empty(t *testing.T, open func(*testing.T) Harness) *house {
	s := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	book, err := flow.Compile(settings())
	require.NoError(t, err)
	return &house{T: t, ctx: ctx, store: s.Store, pass: s.Pass, open: open, book: book, account: acme}
}

// alone is a house in another store, without a neighbour.
func (h *house) alone() *house {
	other := empty(h.T, h.open)
	other.furnish()
	return other
}

// in is the same house, seen by another account.
func (h *house) in(account string) *house {
	other := *h
	other.account = account
	return &other
}

// neighbourIsAsItWas sees that nothing of the other account has changed.
func (h *house) neighbourIsAsItWas() {
	h.Helper()
	require.Equal(h, h.neighbour, h.in(globex).snapshot(), "the other account has changed")
}

// settings are what both accounts publish.
func settings() flow.Settings {
	return flow.Settings{
		Mailboxes: map[string]flow.Mailbox{"team": {}},
		Queues: map[string]flow.Queue{
			"support": {LeaveKey: "*", OnLeave: flow.ToQueue("support"), OnMaxWait: flow.ToVoicemail("team")},
			"sales":   {Offer: flow.Dial},
		},
		Flows: map[string]flow.Flow{"desk": {NoAnswer: flow.ToVoicemail("team")}},
		Entries: map[string]flow.Entry{
			"ada":       {Dest: *flow.ToExtension("1001", flow.ToVoicemail("team"))},
			"ada again": {Dest: *flow.ToExtension("1001", flow.ToExtension("1001", flow.ToVoicemail("team")))},
			"grace":     {Dest: *flow.ToExtension("1002", flow.ToVoicemail("team"))},
			"mary":      {Dest: *flow.ToExtension("1003", flow.ToVoicemail("team"))},
		},
	}
}

// furnish makes the account: agents ada (1001), grace (1002) and mary (1003), who
// serve the queue support; a number and a release.
func (h *house) furnish() {
	h.Helper()
	require.NoError(h, h.store.Accounts().Put(h.ctx, storage.Account{
		ID: h.account, Range: extension.Range{First: 1001, Last: 1010}, Region: "US",
	}))
	h.agent("ada", "1001", "client:ada", "tel:+12025550111")
	h.agent("grace", "1002", "sip:grace@pbx.example.com")
	h.agent("mary", "1003", "tel:+12025550114")
	require.NoError(h, h.store.Queues().SetMembers(h.ctx, h.account, "support", []string{"ada", "grace", "mary"}))
	own := line
	if h.account != acme {
		own = "+12025550200"
	}
	require.NoError(h, h.store.Numbers().Assign(h.ctx, number.Assignment{Number: own, Account: h.account, Entry: "flow desk"}))
	r, err := flow.NewRelease(h.account, "r1", 1, h.now(), settings())
	require.NoError(h, err)
	require.NoError(h, h.store.Releases().Publish(h.ctx, r))
}

// agent adds an agent who is available, and listed in the other account alone.
func (h *house) agent(id, ext string, addresses ...string) extension.Agent {
	h.Helper()
	a := extension.Agent{ID: id, Name: id, Extension: ext, Presence: extension.Available, Listed: h.account != acme}
	for _, address := range addresses {
		a.Endpoints = append(a.Endpoints, extension.Endpoint{Address: address})
	}
	stored, err := h.store.Directory().Put(h.ctx, h.account, a)
	require.NoError(h, err)
	return stored
}

// found is an agent as the store has it.
func (h *house) found(id string) extension.Agent {
	h.Helper()
	a, err := h.store.Directory().Agent(h.ctx, h.account, id)
	require.NoError(h, err)
	return a
}

// find looks an entry up, as for a caller from outside.
func (h *house) find(entry string) (extension.Class, *extension.Party) {
	h.Helper()
	class, party, err := h.store.Directory().Find(h.ctx, h.account, storage.Lookup{Entry: entry, Caller: caller})
	require.NoError(h, err)
	return class, party
}

// class is what the store answers to an entry.
func (h *house) class(entry string) extension.Class {
	h.Helper()
	class, _ := h.find(entry)
	return class
}

// spend takes from a budget and returns whether anything was left.
func (h *house) spend(key string, cost, limit int, per time.Duration) bool {
	h.Helper()
	left, err := h.store.Budget().Spend(h.ctx, h.account, key, cost, limit, per)
	require.NoError(h, err)
	return left
}
