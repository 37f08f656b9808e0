package enginetest

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What older versions left in their databases, each written by that version's own
// code in the middle of seven calls. None is ever changed.
//
//go:embed testdata/v*.sql
var released embed.FS

// Left is the rows that the code of an older schema left behind, as statements.
type Left struct {
	Schema int
	Rows   []string
}

// Releases are what all older versions left, the oldest first.
func Releases(t testing.TB) (all []Left) {
	t.Helper()
	files, err := released.ReadDir("testdata")
	require.NoError(t, err)
	for _, f := range files {
		text, err := released.ReadFile("testdata/" + f.Name())
		require.NoError(t, err)
		schema, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(f.Name(), "v"), ".sql"))
		require.NoError(t, err)
		all = append(all, Left{schema, strings.Split(strings.TrimSpace(string(text)), "\n")})
	}
	return all
}

// Recorded is when the rows were recorded: a store that has them must go by a clock
// that starts here.
var Recorded = time.Date(2026, 3, 2, 9, 0, 30, 0, time.UTC)

// CarryOn has the seven calls of a store that has such rows go on where they stood,
// and end. Pass lets time go by on the store's clock.
func CarryOn(t *testing.T, s storage.Store, pass func(time.Duration)) {
	t.Helper()
	x := heir{t: t, s: s, pass: pass, calls: map[string]flow.Call{}}
	var err error
	x.e, err = extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
	require.NoError(t, err)
	x.replay()
	require.Len(t, x.calls, 7)

	for i, waits := range []string{"waits", "waits behind"} {
		place, err := s.Queues().Place(t.Context(), "acme", "support", x.calls[waits].ID)
		require.NoError(t, err)
		require.Equal(t, i+1, place.Position)
		require.Equal(t, 2, place.Size)
	}
	standing := x.calls["rings"].Standing
	require.Equal(t, standing, x.control("rings", 1, flow.What{Kind: flow.Pressed, Digits: "1001"}).Seq, "the older version has answered that")
	require.Equal(t, flow.Record, x.control("listens", 1, flow.What{Kind: flow.Pressed, Digits: "1001"}).Move.Do.Kind, "ada is on another call")
	x.fact("talks", flow.What{Kind: flow.Answered}) // again: the older version has stored it under the same id
	x.fact("rings", flow.What{Kind: flow.Answered})
	x.fact("rings", flow.What{Kind: flow.HungUp})
	x.fact("talks", flow.What{Kind: flow.HungUp})
	x.free("ada", "grace")
	x.fact("waits", flow.What{Kind: flow.HungUp})
	place, err := s.Queues().Place(t.Context(), "acme", "support", x.calls["waits behind"].ID)
	require.NoError(t, err)
	require.Equal(t, 1, place.Position)
	x.control("records", x.calls["records"].Standing, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 20 * time.Second})
	x.fact("gone", flow.What{Kind: flow.Recorded, Ref: "RE2", Length: 10 * time.Second})
	for range 100 { // the rest runs out by itself
		pass(time.Hour)
		require.NoError(t, x.e.Wake(t.Context()))
	}
	x.over()
}

// heir carries on what an older version began.
type heir struct {
	t     *testing.T
	s     storage.Store
	e     *extflow.Engine
	pass  func(time.Duration)
	calls map[string]flow.Call // by the carrier's reference
	facts int
}

// replay sees that every turn can be read, and that they lead to the calls as they
// are stored.
func (x *heir) replay() {
	r, err := x.s.Releases().Latest(x.t.Context(), "acme")
	require.NoError(x.t, err)
	book, err := r.Book()
	require.NoError(x.t, err)
	for c, err := range x.s.Calls().List(x.t.Context(), "acme", storage.Query{}) {
		require.NoError(x.t, err)
		turns, err := x.s.Calls().Turns(x.t.Context(), c.Key, 0)
		require.NoError(x.t, err)
		require.Len(x.t, turns, int(c.Rev))
		again := book.Replay(turns)
		require.Equal(x.t, c.State, again.State, c.Ref)
		require.Equal(x.t, c.Clocks, again.Clocks, c.Ref)
		require.Equal(x.t, c.Standing, again.Standing, c.Ref)
		// Whose mailbox it is, say, is the call's own, and not the book's move's: Now puts
		// the two together, and so they are written.
		stands, err := json.Marshal(c.Now())
		require.NoError(x.t, err)
		leads, err := json.Marshal(again.Now())
		require.NoError(x.t, err)
		require.JSONEq(x.t, string(stands), string(leads), c.Ref)
		x.calls[c.Ref] = c
	}
}

func (x *heir) control(ref string, re uint32, what flow.What) flow.Turn {
	x.t.Helper()
	turn, err := x.e.Handle(x.t.Context(), flow.Event{Call: x.calls[ref].Key, Re: re, Reply: true, What: what})
	require.NoError(x.t, err)
	return turn
}

func (x *heir) fact(ref string, what flow.What) {
	x.t.Helper()
	x.facts++
	id := fmt.Sprint("new ", x.facts)
	if ref == "talks" && what.Kind == flow.Answered {
		id = "talks1"
	}
	_, err := x.e.Handle(x.t.Context(), flow.Event{Call: x.calls[ref].Key, Re: x.calls[ref].Standing, ID: id, What: what})
	require.NoError(x.t, err)
}

// free sees that nobody reserves these agents.
func (x *heir) free(agents ...string) {
	x.t.Helper()
	for _, id := range agents {
		a, err := x.s.Directory().Agent(x.t.Context(), "acme", id)
		require.NoError(x.t, err)
		require.Empty(x.t, a.Duty.HeldBy, id)
	}
}

// over sees that nothing is left, and that everything is there that was said.
func (x *heir) over() {
	x.t.Helper()
	results := map[string]flow.Result{}
	for c, err := range x.s.Calls().List(x.t.Context(), "acme", storage.Query{}) {
		require.NoError(x.t, err)
		require.True(x.t, c.Has(flow.Closed), "%s has not ended: %v", c.Ref, c.State)
		results[c.Ref] = c.Result
	}
	require.Equal(x.t, flow.ResultAnswered, results["rings"])
	require.Equal(x.t, flow.ResultAnswered, results["talks"])
	require.Equal(x.t, flow.ResultVoicemail, results["records"])
	require.Equal(x.t, flow.ResultVoicemail, results["gone"])
	require.Equal(x.t, flow.ResultAbandoned, results["waits"])
	x.free("ada", "grace", "mary")
	for call, mailbox := range map[string]string{"records": "team", "gone": "mary"} {
		m, err := x.s.Mailboxes().Message(x.t.Context(), "acme", mailbox, x.calls[call].ID)
		require.NoError(x.t, err)
		require.Equal(x.t, storage.Left, m.State, call)
	}
	for l, err := range x.s.Queues().Lines(x.t.Context()) {
		require.NoError(x.t, err)
		x.t.Errorf("somebody waits in %v", l)
	}
}
