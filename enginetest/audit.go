package enginetest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// Audit says what callers were promised and did not get, all of it. It goes by what
// was stored and by what happened on the telephones, and asks the engine nothing:
//
//   - every call ends once, and leaves nothing behind: no clock, no reservation, no
//     turn that is owed, nobody in a line, no telephone in use
//   - turns are numbered without a gap and lead to the call that was stored; a live
//     call always has a clock; nobody is told what was not stored
//   - an agent is on one call, a caller talks to one agent, and only agents are rung
//   - callers of a queue are offered first come first served, and so are those of
//     queues that share an agent
//   - nobody waits while a member is free, nobody waits for longer than the queue
//     says, who hangs up leaves the line at once and is offered to nobody
//   - every call that we place was asked for once, every telephone rings as often as it
//     was told to, and what a carrier was answered had been stored for what it sent
//   - who is called back asked for it and was not served before, keeps the place, and is
//     called by one call at a time; nobody outside is called before an agent accepted, or
//     more often than that; no callback, and no call that the product asked for, is
//     forgotten
//   - a caller of whom the product is asked is led on in time, and by its word or none
//   - an account meets nothing of another's
func Audit(h *Hour) error {
	var errs []error
	for ; h != nil; h = h.Beside {
		errs = append(errs, audit(h))
	}
	return errors.Join(errs...)
}

func audit(h *Hour) error {
	a := &auditor{Hour: h, kinds: map[string]int{}, ended: map[string]int64{}, calls: map[string]flow.Call{}}
	a.callsEnd()
	a.telephones()
	a.lines()
	a.causes()
	a.outside()
	if len(a.faults) > 0 {
		return fmt.Errorf("seed %d, account %s: %w", h.Seed, h.Account, errors.Join(a.faults...))
	}
	return nil
}

// auditor is an audit under way.
type auditor struct {
	*Hour
	faults []error
	kinds  map[string]int // how many of each there are

	book  *flow.Book
	calls map[string]flow.Call
	ended map[string]int64 // when a caller's telephone was put down, by call
	waits []*wait
	stood map[string][]flow.Call // what each call was after each turn
	held  map[string][]hold      // when each agent was reserved, and by which call
	free  map[string][]span      // when each agent could have been offered a caller
}

const mostFaults = 5 // of one kind

func (a *auditor) fault(format string, args ...any) {
	if a.kinds[format]++; a.kinds[format] <= mostFaults {
		a.faults = append(a.faults, fmt.Errorf(format, args...))
	}
}

// never is later than everything.
const never = math.MaxInt64

// callsEnd is about each call by itself.
func (a *auditor) callsEnd() {
	b, err := flow.Compile(a.Settings)
	if err != nil {
		a.fault("settings: %w", err)
		return
	}
	ends := map[string]int{}
	for _, e := range a.Feed {
		if e.Call.Account != a.Account {
			a.fault("call %s is another account's", e.Call.ID)
		}
		if e.Post.Kind == flow.PostEnded {
			ends[e.Call.ID]++
		}
	}
	a.held, a.stood, a.book = map[string][]hold{}, map[string][]flow.Call{}, b
	for _, c := range a.Calls {
		a.calls[c.ID] = c
		if ends[c.ID] != 1 {
			a.fault("call %s ended %d times", c.ID, ends[c.ID])
		}
		if _, _, armed := c.Wake(); !c.Has(flow.Closed) || armed || c.Owed || c.Agent() != "" {
			a.fault("call %s is not over: %+v", c.ID, c.State)
		}
		if c.Entries > 50 {
			a.fault("call %s entered %d steps", c.ID, c.Entries)
		}
		a.replay(b, c)
	}
	a.oneCall()
	for _, g := range a.Agents {
		if g.Duty.Held() {
			a.fault("agent %s is still reserved by %s", g.ID, g.Duty.HeldBy)
		}
	}
	for _, l := range a.Lines {
		a.fault("somebody still waits in %s", l.Queue)
	}
}

// replay advances a call by its turns again, and notes whom it reserved and when.
func (a *auditor) replay(b *flow.Book, c flow.Call) {
	var again flow.Call
	for i, t := range a.Turns[c.ID] {
		if int(t.Seq) != i+1 {
			a.fault("call %s: turn %d follows upon %d", c.ID, t.Seq, i)
		}
		was := again
		a.stood[c.ID] = append(a.stood[c.ID], was)
		again, _ = b.Advance(again, t.Event)
		if _, _, armed := again.Wake(); again.Live() && !armed && !t.Move.Do.Kind.Engine() {
			a.fault("call %s has no clock after turn %d", c.ID, t.Seq)
		}
		a.holds(was, again)
	}
	a.stood[c.ID] = append(a.stood[c.ID], again)
	again.Owed = c.Owed
	if !reflect.DeepEqual(again.State, c.State) || again.Rev != c.Rev || again.Clocks != c.Clocks {
		a.fault("call %s: its turns lead to %+v, not to %+v", c.ID, again.State, c.State)
	}
}

// hold is an agent reserved by a call.
type hold struct {
	call string
	span
}

// holds notes when a call takes an agent, and when it lets go.
func (a *auditor) holds(was, now flow.Call) {
	if was.Agent() == now.Agent() {
		return
	}
	if all := a.held[was.Agent()]; was.Agent() != "" {
		all[len(all)-1].to = now.Last // calls are looked at one by one
	}
	if id := now.Agent(); id != "" {
		a.held[id] = append(a.held[id], hold{now.ID, span{now.Last, never}})
	}
}

// oneCall sees that no two calls reserved an agent at once.
func (a *auditor) oneCall() {
	for id, all := range a.held {
		slices.SortFunc(all, func(x, y hold) int { return cmp.Or(x.before(y.span), cmp.Compare(x.to, y.to)) }) // some are let go at once
		for i := 1; i < len(all); i++ {
			if all[i].from < all[i-1].to {
				a.fault("agent %s is reserved by %s and by %s at %s", id, all[i-1].call, all[i].call, clock(all[i].from))
			}
		}
	}
}

// clock is an instant as people read it.
func clock(at int64) string { return time.Unix(0, at).UTC().Format("15:04:05.000") }
