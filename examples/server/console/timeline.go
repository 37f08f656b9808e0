package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What happened in a call, for people: the same for simulated calls and for real
// ones, in the notation of stories, logs and tests.

// entry is an event, and what answered it.
type entry struct {
	Nth     int // in the timeline, from 1
	Seq     uint32
	At      time.Time
	Who     string // whose call, where it is a leg that was placed
	Event   string
	Answer  []string
	Posts   []string
	From    string // the step before
	To      string // and after, where it is another
	Rule    string // which of the flow's rules decided
	Clocks  []string
	Ignored string // why it changed nothing

	steps []flow.StepID // of the caller's call, by now
	after int           // 1 comes after what happened at the same instant elsewhere
}

// timeline is a call with all that happened in it and in its legs.
type timeline struct {
	Call    flow.Call
	Legs    []flow.Call
	Entries []entry
	Step    string // where it stands
	Release pinned
	Store   storage.Store
	turns   [][]flow.Turn // the caller's first
}

// find is a call and the store that has it.
func (c *Console) find(ctx context.Context, id string) (flow.Call, storage.Store, error) {
	var err error
	for _, s := range append(c.stores(), c.trials.stores()...) {
		var call flow.Call
		if call, err = s.Calls().Load(ctx, flow.Key{Account: c.cfg.Account, ID: id}); err == nil {
			return call, s, nil
		} else if !errors.Is(err, storage.ErrNotFound) {
			return call, s, err
		}
	}
	return flow.Call{}, nil, notFound("There is no such call. It may be older than calls are kept.")
}

// timeline reads a call.
func (c *Console) timeline(ctx context.Context, id string, masked bool) (*timeline, error) {
	call, store, err := c.find(ctx, id)
	if err != nil {
		return nil, err
	}
	t := &timeline{Call: call, Store: store}
	if t.Release, err = c.book(ctx, store, call.Info.Release); err != nil {
		return nil, err
	}
	t.Step = t.Release.StepName(call.State)
	turns, err := store.Calls().Turns(ctx, call.Key, 0)
	if err != nil {
		return nil, err
	}
	script := flow.Script{Masked: masked}
	t.turns = append(t.turns, turns)
	t.Entries = entries(t.Release.Book, turns, script, "")
	names := map[string]string{}
	for _, leg := range legs(turns) {
		key := flow.Key{Account: c.cfg.Account, ID: leg}
		l, err := store.Calls().Load(ctx, key)
		if err != nil {
			continue // forgotten already
		}
		of, err := store.Calls().Turns(ctx, key, 0)
		if err != nil {
			return nil, err
		}
		t.Legs, t.turns = append(t.Legs, l), append(t.turns, of)
		who := "leg"
		if len(of) > 0 && of[0].Event.Party != nil {
			who = of[0].Event.Party.Agent
		}
		names[leg] = who
		t.Entries = append(t.Entries, entries(t.Release.Book, of, flow.Script{Masked: masked, Agent: who, Caller: who}, who)...)
	}
	for _, o := range c.cfg.News.ignoredOf(call.ID) {
		t.Entries = append(t.Entries, entry{
			At: o.Turn.Event.At, Event: script.Event(o.Turn.Event), Ignored: "changed nothing: " + o.Turn.Move.Ignored.String(),
		})
	}
	for i := range t.Entries {
		for id, who := range names {
			t.Entries[i].Event = strings.ReplaceAll(t.Entries[i].Event, id, who+"'s leg")
		}
	}
	slices.SortStableFunc(t.Entries, func(a, b entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.after, b.after)) })
	var steps []flow.StepID
	for i := range t.Entries {
		t.Entries[i].Nth = i + 1
		if t.Entries[i].steps == nil {
			t.Entries[i].steps = steps
		}
		steps = t.Entries[i].steps
	}
	return t, nil
}

// legs are the ids of those that were placed for a caller.
func legs(turns []flow.Turn) []string {
	var ids []string
	for _, t := range turns {
		if id := t.Event.Leg; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// entries are the turns of one call.
func entries(b *flow.Book, turns []flow.Turn, script flow.Script, who string) []entry {
	var out []entry
	var call flow.Call
	var steps []flow.StepID
	for _, t := range turns {
		was := call
		call, _ = b.Advance(call, t.Event)
		e := entry{
			Seq: t.Seq, At: t.Event.At, Who: who, Event: script.Event(t.Event), Answer: script.Move(t.Move),
			Rule: rule(b, was, call, t.Event), Clocks: clocks(was, call),
		}
		for _, p := range t.Posts {
			e.Posts = append(e.Posts, script.Post(p))
		}
		if was.At != call.At {
			e.To = b.StepName(call.State)
			if was.At != 0 {
				e.From = b.StepName(was.State)
			}
			steps = append(slices.Clone(steps), call.At)
		}
		if who == "" {
			e.steps = steps
		}
		if t.Event.Kind == flow.Told && t.Event.Leg != "" {
			e.after = 1
		}
		if p := t.Move.Do.Party; p != nil && p.Agent != "" {
			script.Agent = p.Agent
		}
		out = append(out, e)
	}
	return out
}

// rule is which rule of the flow an event fell under, where it did.
func rule(b *flow.Book, was, now flow.Call, e flow.Event) string {
	if was.Info == nil || was.At == 0 {
		return ""
	}
	moved, byName := was.At != now.At, strings.HasPrefix(b.StepName(was.State), "directory ")
	switch e.Kind {
	case flow.Pressed:
		switch {
		case was.Phase != flow.Listening:
		case e.Digits == "" && moved:
			return "f, repeats used up"
		case e.Digits == "":
			return "d, nothing keyed"
		case len(e.Digits) > 0 && e.Digits[len(e.Digits)-1] == '*' && moved && !byName:
			return "g, star"
		}
	case flow.Found:
		switch {
		case was.Phase != flow.Finding || was.Info.Peer != "":
		case b.Guessed(was, &e.What):
			if moved {
				return "f, repeats used up"
			}
			if byName {
				return "e, nobody has such a name"
			}
			return "e, no such extension"
		case e.Party == nil: // a queue or a mailbox was asked about
		case e.Class == extension.ClassAway:
			return "a, unavailable"
		case e.Class == extension.ClassBusy:
			return "c, busy"
		}
	case flow.FoundBusy:
		return "c, busy"
	case flow.Unanswered, flow.Declined:
		return "b, no answer"
	case flow.Unreachable:
		if b.Guessed(was, &e.What) {
			return "e, as if there were no such extension"
		}
		return "a, unavailable"
	case flow.Exhausted:
		return "f, repeats used up"
	}
	return ""
}

// brief is a duration to the second, as in 6h, 2m30s.
func brief(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var clockNames = [...]string{"the carrier is asked", "the longest wait is over", "the next announcement", "the call is given up"}

// clocks are those that were armed, or called off, by a turn.
func clocks(was, now flow.Call) []string {
	var out []string
	for i, name := range clockNames {
		before, after := was.Clocks[i], now.Clocks[i]
		switch {
		case after != 0 && before == 0:
			long := time.Duration(after - now.Last)
			out = append(out, fmt.Sprintf("timer set: %s in %s", name, brief(long)))
		case after == 0 && before != 0:
			out = append(out, "timer off: "+name)
		}
	}
	return out
}

// story is the call, and its legs, as a story that can be played again.
func (t *timeline) story(masked bool) string { return flow.Script{Masked: masked}.Story(t.turns...) }
