package enginetest_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// An auditor that finds nothing proves nothing unless it finds what is there.

// few is a quarter of a busy hour.
var few = enginetest.Floor{Callers: 60, Agents: 6, Queues: 3, Nodes: 2, Deaths: 1, Beside: 20, For: 30 * time.Minute}

func TestAudit_findsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	hour := func() *enginetest.Hour {
		h, err := enginetest.Play(t.Context(), 0, few, inMemory)
		require.NoError(t, err)
		return h
	}
	// turn is the first turn of a caller's call that something is true of, and its call.
	turn := func(h *enginetest.Hour, is func(c flow.Call, t *flow.Turn) bool) *flow.Turn {
		for _, c := range h.Calls {
			for i := range h.Turns[c.ID] {
				if t := &h.Turns[c.ID][i]; is(c, t) {
					return t
				}
			}
		}
		require.Fail(t, "nothing of the kind happened")
		return nil
	}
	offered := func(c flow.Call, t *flow.Turn) bool {
		return !c.IsLeg() && !c.IsOutbound() && t.Event.News == flow.Offered
	}
	n := 0
	for name, c := range map[string]struct {
		tamper func(h *enginetest.Hour)
		says   string
	}{
		"a call that ended twice":              {func(h *enginetest.Hour) { h.Feed = append(h.Feed, h.Feed[len(h.Feed)-1]) }, "ended 2 times"},
		"a call that never ended":              {func(h *enginetest.Hour) { h.Calls[0].State.Marks &^= flow.Closed }, "is not over"},
		"a turn that is missing":               {func(h *enginetest.Hour) { id := h.Calls[0].ID; h.Turns[id] = h.Turns[id][1:] }, "follows upon"},
		"a call that its turns do not lead to": {func(h *enginetest.Hour) { h.Calls[0].State.Result = flow.ResultFailed }, "its turns lead to"},
		"a reservation that stays":             {func(h *enginetest.Hour) { h.Agents[0].Duty.HeldBy = "nobody" }, "still reserved"},
		"somebody left in a line":              {func(h *enginetest.Hour) { h.Lines = []storage.Line{{Account: "acme", Queue: "q0"}} }, "still waits"},
		"a telephone left in use":              {func(h *enginetest.Hour) { h.Open = []string{"client:agent1"} }, "still in use"},
		"another account's call":               {func(h *enginetest.Hour) { h.Feed[0].Call.Account = "globex" }, "another account's"},
		"a telephone rung that is no agent's":  {func(h *enginetest.Hour) { happened(h, sim.Rang).Phone = "tel:+19005550100" }, "no agent's"},
		"a ring for a caller who is gone": {func(h *enginetest.Hour) {
			late := *happened(h, sim.Rang)
			late.At = h.Happened[len(h.Happened)-1].At
			h.Happened = append(h.Happened, late)
		}, "who hung up"},
		"a telephone of the other account": {func(h *enginetest.Hour) { happened(h, sim.Rang).Phone = h.Beside.Agents[0].Endpoints[0].Address }, "no agent's"},
		"a telephone that rings twice": {func(h *enginetest.Hour) {
			rang := *happened(h, sim.Rang)
			h.Happened = append(h.Happened, rang, rang)
		}, "which was told to ring"},
		"a leg that nobody asked for": {func(h *enginetest.Hour) { turn(h, offered).Event.News = flow.Missed }, "it was asked for by []"},
		"a message that became nothing": {func(h *enginetest.Hour) {
			recorded := turn(h, func(_ flow.Call, t *flow.Turn) bool {
				return slices.ContainsFunc(t.Posts, func(p flow.Post) bool { return p.Kind == flow.PostMessageLeft })
			})
			recorded.Posts = nil
		}, "of which nothing is known"},
		"a callback that nobody asked for": {func(h *enginetest.Hour) { ended(h, flow.ResultCallback).State.Result = flow.ResultAbandoned }, "calls call back"},
		"a callback in a worse place":      {func(h *enginetest.Hour) { turn(h, ours(flow.Arrived)).Posts[0].Length = 0 }, "the callback"},
		"a callback that was forgotten": {func(h *enginetest.Hour) {
			forgotten := outbound(h, func(c flow.Call) bool { return c.Queue != "" && c.State.Result == flow.ResultAnswered })
			forgotten.State.Result = flow.ResultMissed
		}, "tries of 2"},
		"somebody outside rung once too often": {func(h *enginetest.Hour) {
			called := outbound(h, func(flow.Call) bool { return true })
			rang := sim.Happening{What: sim.Rang, Call: called.Key, Phone: "tel:" + string(called.From)}
			h.Happened = append(h.Happened, rang, rang, rang)
		}, "is rung"},
		"a call that the product asked for and is not there": {func(h *enginetest.Hour) { h.Placed = append(h.Placed, flow.Key{ID: "nothing"}) }, "which there is not"},
		"a call that nobody asked for":                       {func(h *enginetest.Hour) { h.Placed = nil }, "asked for by nobody"},
		"a word that the product never said":                 {func(h *enginetest.Hour) { h.Answers = nil }, "did not say"},
		"an offer without a leg":                             {func(h *enginetest.Hour) { turn(h, offered).Event.Leg = "nobody's" }, "which there is not"},
		"an answer that was not stored":                      {func(h *enginetest.Hour) { pressed(h).Event.Digits = "9999" }, "stored nothing of it"},
		"something wrong in the other account":               {func(h *enginetest.Hour) { h.Beside.Calls[0].State.Marks &^= flow.Closed }, "account globex"},
		"a turn told that was not stored":                    {func(h *enginetest.Hour) { happened(h, sim.Got).Turn.Seq = 999 }, "never stored"},
		"a caller offered after hanging up":                  {func(h *enginetest.Hour) { o := turn(h, offered); o.Event.At = o.Event.At.Add(time.Hour) }, "hung up at"},
		"callers served before others who came first": {func(h *enginetest.Hour) {
			for i, c := range h.Calls { // the newest has waited for longest
				for j := range h.Turns[c.ID] {
					if t := &h.Turns[c.ID][j]; waiting(c, t) {
						t.Posts[0].Length = time.Duration(len(h.Calls)-i) * 10 * time.Minute
					}
				}
			}
		}, "has waited in"},
		"a caller who waited longer than allowed":    {func(h *enginetest.Hour) { turn(h, waiting).Posts[0].Length = 50 * time.Minute }, "the longest is"},
		"a member who was free while somebody waits": {func(h *enginetest.Hour) { forget(h, offered) }, "is free"},
	} {
		if n++; testing.Short() && n%4 > 0 { // some of them, every time others
			continue
		}
		h := hour()
		require.NoError(t, enginetest.Audit(h))
		c.tamper(h)
		require.ErrorContains(t, enginetest.Audit(h), c.says, name)
	}
}

// ours is a turn of a callback.
func ours(kind flow.Kind) func(flow.Call, *flow.Turn) bool {
	return func(c flow.Call, t *flow.Turn) bool { return c.IsOutbound() && c.Queue != "" && t.Event.Kind == kind }
}

// outbound is the first call of ours of which something is true.
func outbound(h *enginetest.Hour, is func(flow.Call) bool) *flow.Call {
	return &h.Calls[slices.IndexFunc(h.Calls, func(c flow.Call) bool { return c.IsOutbound() && is(c) })]
}

// ended is the first call that ended so.
func ended(h *enginetest.Hour, r flow.Result) *flow.Call {
	return &h.Calls[slices.IndexFunc(h.Calls, func(c flow.Call) bool { return c.State.Result == r })]
}

func waiting(c flow.Call, t *flow.Turn) bool {
	return len(t.Posts) == 1 && t.Posts[0].Kind == flow.PostWaiting
}

// pressed is the first entry that a carrier sent and that led on.
func pressed(h *enginetest.Hour) *enginetest.Handled {
	i := slices.IndexFunc(h.Handled, func(x enginetest.Handled) bool {
		return x.Event.Kind == flow.Pressed && x.Event.Reply && x.Turn.Call.Account == h.Account && x.Turn.Seq > x.Event.Re
	})
	h.Handled[i].Turn.Seq = h.Handled[i].Event.Re
	return &h.Handled[i]
}

// happened is the first of its kind.
func happened(h *enginetest.Hour, what sim.What) *sim.Happening {
	return &h.Happened[slices.IndexFunc(h.Happened, func(x sim.Happening) bool { return x.What == what })]
}

// forget has one caller's offers, and the legs that they were, not have happened.
func forget(h *enginetest.Hour, is func(flow.Call, *flow.Turn) bool) {
	for _, c := range h.Calls {
		for i := range h.Turns[c.ID] {
			if t := &h.Turns[c.ID][i]; is(c, t) && len(t.Event.Leg) > 0 {
				leg := t.Event.Leg
				h.Turns[leg] = nil
				for j := range h.Turns[c.ID] {
					if e := &h.Turns[c.ID][j].Event; e.Leg == leg {
						e.Kind = flow.Replied
					}
				}
				return
			}
		}
	}
}

// lastFirst is a store that gives lines the wrong way round.
type lastFirst struct{ storage.Store }

func (s lastFirst) Queues() storage.Queues { return lastFirstQueues{s.Store.Queues()} }

type lastFirstQueues struct{ storage.Queues }

func (q lastFirstQueues) Waiting(ctx context.Context, account, queue string, n int, open func(string) bool) (flow.Waiting, error) {
	w, err := q.Queues.Waiting(ctx, account, queue, n, open)
	slices.Reverse(w.Callers)
	for i := range w.Callers {
		w.Callers[i].Since = time.Time{}
	}
	return w, err
}

// forgetful is a store in which nobody is free who has just talked, and nobody is
// found by a sweep.
type forgetful struct{ storage.Store }

func (s forgetful) Queues() storage.Queues { return forgetfulQueues{s.Store.Queues()} }

type forgetfulQueues struct{ storage.Queues }

func (q forgetfulQueues) Serving(context.Context, string, string) ([]string, error) { return nil, nil }
func (q forgetfulQueues) Lines(context.Context) iter.Seq2[storage.Line, error] {
	return func(func(storage.Line, error) bool) {}
}

func TestAudit_findsAStoreThatServesWrongly(t *testing.T) {
	t.Parallel()
	for says, wrap := range map[string]func(storage.Store) storage.Store{
		"has waited in": func(s storage.Store) storage.Store { return lastFirst{s} },
		"is free":       func(s storage.Store) storage.Store { return forgetful{s} },
	} {
		hour, err := enginetest.Play(t.Context(), 1, enginetest.Busy, func(now func() time.Time) (storage.Store, error) {
			s, err := inMemory(now)
			return wrap(s), err
		})
		require.NoError(t, err)
		require.ErrorContains(t, enginetest.Audit(hour), says)
	}
}
