package flowtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/extflow/extflow/flow"
)

// What holds in every story, whatever it is about.

// holds checks, between two acts, that calls are what their turns say, that each
// of them waits on something, and that agents are reserved by calls that ring or
// talk to them.
func (st *stage) holds(ctx context.Context) error {
	calls, err := st.exchange.Calls(ctx)
	if err != nil {
		return err
	}
	var faults []error
	holders := map[string]string{}
	for _, c := range calls {
		turns, err := st.exchange.Turns(ctx, c.Key, 0)
		if err != nil {
			return err
		}
		faults = append(faults, st.replays(c, turns), waits(c))
		if agent := c.Agent(); agent != "" {
			if other := holders[agent]; other != "" {
				faults = append(faults, fmt.Errorf("agent %s is reserved by two calls, %s and %s", agent, other, c.ID))
			}
			holders[agent] = c.ID
		}
	}
	faults = append(faults, st.reserved(ctx, holders))
	for _, leg := range st.lines.Legs() {
		if leg.Gone && !st.broken {
			faults = append(faults, fmt.Errorf("the telephone %s is %s for a caller who is gone", leg.Address, leg.State))
		}
	}
	return errors.Join(faults...)
}

// stored is a call as stores keep it, with what stands in full. What a store has read
// is no more than that: a move that it wrote in full stays so.
func stored(c flow.Call) string {
	now := c.Now()
	c.Move = &now
	text, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// replays checks that a call's turns lead to the call.
func (st *stage) replays(c flow.Call, turns []flow.Turn) error {
	again := st.script.book.Replay(turns)
	again.Owed = c.Owed
	if !reflect.DeepEqual(again, c) && stored(again) != stored(c) {
		return fmt.Errorf("call %s: replaying its %d turns leads to %+v at %+v, not to %+v at %+v",
			c.ID, len(turns), again.State, again.Now(), c.State, c.Now())
	}
	return nil
}

// waits checks that a live call waits on one thing, and is looked after if that
// never comes.
func waits(c flow.Call) error {
	do := c.Now().Do.Kind
	_, _, armed := c.Wake()
	switch {
	case !c.Live():
		return nil
	case do == 0 || do.Engine():
		return fmt.Errorf("call %s is live and waits on nothing", c.ID)
	case !armed:
		return fmt.Errorf("call %s is live, and no clock would end its wait", c.ID)
	}
	return nil
}

// reserved checks that the directory's reservations are the calls' own.
func (st *stage) reserved(ctx context.Context, holders map[string]string) error {
	agents, err := st.exchange.Agents(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, a := range agents {
		if by := a.Duty.HeldBy; by != holders[a.ID] {
			faults = append(faults, fmt.Errorf("agent %s is reserved by %q; the call that says so is %q", a.ID, by, holders[a.ID]))
		}
	}
	return errors.Join(faults...)
}

// clear has every caller hang up and time pass until nothing is left to happen,
// and checks that everything is as if nobody had called.
func (st *stage) clear(ctx context.Context) error {
	st.lines.Mend()
	for _, phone := range st.lines.Callers() {
		if err := phone.HangUp(ctx); err != nil {
			return err
		}
	}
	if err := st.holds(ctx); err != nil {
		return fmt.Errorf("once all callers have hung up: %w", err)
	}
	for range mostSkips {
		if more, err := st.lines.SkipToNext(ctx); err != nil || !more {
			return errors.Join(err, st.empty(ctx))
		}
	}
	return errors.New("all callers have hung up, and things go on for ever")
}

// mostSkips bounds what may still happen when all callers are gone.
const mostSkips = 1000

// empty checks that no call is open, no telephone rings, and no agent is reserved.
func (st *stage) empty(ctx context.Context) error {
	calls, err := st.exchange.Calls(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, c := range calls {
		if !c.Has(flow.Closed) {
			faults = append(faults, fmt.Errorf("call %s never ends: %s", c.ID, c.Now()))
		}
	}
	for _, leg := range st.lines.Legs() {
		faults = append(faults, fmt.Errorf("the telephone %s is still %s", leg.Address, leg.State))
	}
	agents, err := st.exchange.Agents(ctx)
	for _, a := range agents {
		if a.Duty.Held() {
			faults = append(faults, fmt.Errorf("agent %s is still reserved by %s", a.ID, a.Duty.HeldBy))
		}
	}
	return errors.Join(append(faults, err)...)
}
