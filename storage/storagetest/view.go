package storagetest

import (
	"encoding/json"
	"iter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// view is all of a call that a store keeps, in a form that can be compared.
type view struct {
	Info             *flow.Info
	Rev, Standing    uint32
	State            flow.State
	Clocks           map[flow.Clock]int64 // those that are armed
	Last             int64
	Move             flow.Move
	Agent            string
	Party            any
	Mailbox          string
	Legs             []string
	Owed             bool
	Entries, Guesses uint8
	Began, Left      int64
	TakenBy          string
}

func viewed(c flow.Call) view {
	v := view{
		Info: c.Info, Rev: c.Rev, Standing: c.Standing, State: c.State, Last: c.Last, Move: c.Now(), Agent: c.Agent(),
		Party: c.Party, Mailbox: c.Mailbox, Legs: append([]string{}, c.Legs...), Owed: c.Owed, Entries: c.Entries, Guesses: c.Guesses,
		Began: c.Began, Left: c.Left, TakenBy: c.TakenBy,
	}
	v.Clocks = map[flow.Clock]int64{}
	for k := flow.StepClock; k <= flow.LifeClock; k++ {
		if c.Armed.Has(k) {
			v.Clocks[k] = c.Clocks[k-1]
		}
	}
	return v
}

// text is a value in JSON: what stores keep of it, and easy to compare.
func (h *house) text(v any) string {
	h.Helper()
	if c, ok := v.(flow.Call); ok {
		v = viewed(c)
	}
	out, err := json.MarshalIndent(v, "", " ")
	require.NoError(h, err)
	return string(out)
}

// same sees that two values are kept alike.
func (h *house) same(want, got any) {
	h.Helper()
	require.Equal(h, h.text(want), h.text(got))
}

// all collects what a store yields, which must not fail.
func all[T any](h *house, seq iter.Seq2[T, error]) []T {
	h.Helper()
	var out []T
	for x, err := range seq {
		require.NoError(h, err)
		out = append(out, x)
	}
	return out
}

// ids are the ids of calls.
func ids(calls []flow.Call) []string {
	out := []string{}
	for _, c := range calls {
		out = append(out, c.ID)
	}
	return out
}

// turns are a call's turns.
func (h *house) turns(id string) []flow.Turn {
	h.Helper()
	turns, err := h.store.Calls().Turns(h.ctx, h.key(id), 0)
	require.NoError(h, err)
	return turns
}

// waiting is the line of the queue support and its members.
func (h *house) waiting() flow.Waiting {
	h.Helper()
	w, err := h.store.Queues().Waiting(h.ctx, h.account, "support", 1000, nil)
	require.NoError(h, err)
	return w
}

// inLine are the ids of the calls that wait in the queue support, in order.
func (h *house) inLine() []string {
	h.Helper()
	return inLine(h.waiting())
}

// inLine are the ids of the calls at the head of a line, in order.
func inLine(w flow.Waiting) []string {
	out := []string{}
	for _, c := range w.Callers {
		out = append(out, c.Call)
	}
	return out
}

// snapshot is everything that the store has of the account.
func (h *house) snapshot() string {
	h.Helper()
	s := map[string]any{}
	keep := func(name string, v any, err error) {
		require.NoError(h, err)
		s[name] = v
	}
	account, err := h.store.Accounts().Load(h.ctx, h.account)
	keep("account", account, err)
	s["agents"] = all(h, h.store.Directory().Agents(h.ctx, h.account))
	named, err := h.store.Directory().Spelled(h.ctx, h.account, "232", 10) // ada
	keep("named", named, err)
	var calls []any
	for _, c := range all(h, h.store.Calls().List(h.ctx, h.account, storage.Query{})) {
		calls = append(calls, viewed(c), h.turns(c.ID))
	}
	s["calls"] = calls
	w := h.waiting()
	var members []string
	for _, m := range w.Members {
		members = append(members, m.Party.Agent)
	}
	s["callers"], s["members"] = w.Callers, members
	messages, err := h.store.Mailboxes().Messages(h.ctx, h.account, "team")
	keep("messages", messages, err)
	entries, err := h.store.Feed().After(h.ctx, h.account, 0, 1000)
	keep("feed", entries, err)
	s["numbers"] = all(h, h.store.Numbers().List(h.ctx, h.account))
	s["releases"] = all(h, h.store.Releases().List(h.ctx, h.account))
	s["notes"] = all(h, h.store.Notes().List(h.ctx, h.account, "test"))
	s["files"] = all(h, h.store.Audio().Files(h.ctx, h.account))
	s["left"] = h.spend("key", 0, 2, time.Hour) // true unless others spent it
	return h.text(s)
}
