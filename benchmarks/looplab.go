package benchmarks

import (
	"context"

	"github.com/looplab/fsm"

	"github.com/extflow/extflow/flow"
)

// Looplab is the flow on github.com/looplab/fsm. It has no guards, so what counts
// failures names the event.
type Looplab struct {
	call
	machine *fsm.FSM
}

// NewLooplab is a new call. The callbacks belong to the call, so each call builds
// its own machine.
func NewLooplab() *Looplab {
	c := &Looplab{}
	c.machine = fsm.NewFSM(idle.String(), looplabEvents, c.callbacks())
	return c
}

// String is the place's name.
func (p place) String() string { return placeNames[p] }

// limit is an event whose repeats are used up, by its trigger.
var limit = map[trigger]string{silence: "silence_limit", wrongEntry: "wrong_limit", unknown: "unknown_limit"}

var looplabEvents = func() fsm.Events {
	var out fsm.Events
	on := func(name string, to place, from ...place) {
		d := fsm.EventDesc{Name: name, Dst: to.String()}
		for _, p := range from {
			d.Src = append(d.Src, p.String())
		}
		out = append(out, d)
	}
	t := func(t trigger, to place, from ...place) { on(triggerNames[t], to, from...) }
	t(arrives, collecting, idle)
	t(silence, collecting, collecting)
	t(wrongEntry, collecting, collecting)
	t(unknown, collecting, finding)
	on(limit[silence], ending, collecting, inMenu)
	on(limit[wrongEntry], ending, collecting, inMenu)
	on(limit[unknown], ending, finding)
	t(entry, finding, collecting)
	t(star, joining, collecting)
	t(available, ringing, finding)
	t(busy, inMenu, finding)
	t(away, recording, finding, joining)
	t(silence, inMenu, inMenu)
	t(wrongEntry, inMenu, inMenu)
	t(key9, inMenu, inMenu)
	t(key1, joining, inMenu)
	t(key2, recording, inMenu)
	t(unanswered, joining, ringing)
	t(foundBusy, inMenu, ringing)
	t(unreachable, recording, ringing)
	t(answered, talking, ringing, offered)
	t(agentHungUp, ending, ringing, offered, talking)
	t(available, inLine, joining)
	t(busy, recording, joining)
	t(noticeDue, inLine, inLine)
	t(noticeDue, offered, offered)
	t(dialled, offered, inLine)
	t(waitOver, recording, inLine)
	t(left, recording, inLine)
	t(unanswered, inLine, offered)
	t(foundBusy, inLine, offered)
	t(unreachable, inLine, offered)
	t(recorded, ending, recording)
	t(tooShort, ending, recording)
	t(recorded, over, pending)
	t(tooShort, over, pending)
	t(hungUp, pending, recording)
	t(hungUp, over, collecting, finding, inMenu, ringing, talking, joining, inLine, offered, ending)
	t(failed, ending, collecting, finding, inMenu, ringing, talking, joining, inLine, offered, recording)
	return out
}()

// callbacks are what the call does. An event that stays where it is enters
// nothing, so what is said again hangs on the event.
func (c *Looplab) callbacks() fsm.Callbacks {
	ends := func(words string, r flow.Result) fsm.Callback {
		return func(context.Context, *fsm.Event) { c.end(words, r) }
	}
	fail := func(words string) fsm.Callback {
		return func(_ context.Context, e *fsm.Event) {
			c.tries++
			c.effects.add(Effect{Words: words})
			if e.Dst == placeNames[inMenu] {
				c.listenForKey()
				return
			}
			c.listen()
		}
	}
	return fsm.Callbacks{
		"after_arrives":       func(context.Context, *fsm.Event) { c.begin(); c.listen() },
		"after_silence":       fail(noInput),
		"after_wrong":         fail(wrong),
		"after_unknown":       fail(wrong),
		"after_silence_limit": ends(goodbye, flow.ResultGoodbye),
		"after_wrong_limit":   ends(goodbye, flow.ResultGoodbye),
		"after_unknown_limit": ends(goodbye, flow.ResultGoodbye),
		"after_key9":          func(context.Context, *fsm.Event) { c.listenForKey() },
		"after_notice":        func(context.Context, *fsm.Event) { c.again() },
		"after_failed":        ends(sorry, flow.ResultFailed),
		"after_agent_hung_up": ends("", flow.ResultAnswered),
		"after_recorded":      func(_ context.Context, e *fsm.Event) { c.kept(e.Dst, thanks, flow.ResultVoicemail) },
		"after_too_short":     func(_ context.Context, e *fsm.Event) { c.kept(e.Dst, goodbye, flow.ResultGoodbye) },
		"enter_finding":       func(context.Context, *fsm.Event) { c.find() },
		"enter_menu":          func(context.Context, *fsm.Event) { c.toMenu() },
		"enter_ringing":       func(context.Context, *fsm.Event) { c.connect(ring) },
		"enter_offered":       func(context.Context, *fsm.Event) { c.connect(offer) },
		"enter_talking":       func(context.Context, *fsm.Event) { c.talk() },
		"enter_joining":       func(context.Context, *fsm.Event) { c.join() },
		"enter_recording":     func(context.Context, *fsm.Event) { c.record() },
		"enter_pending":       func(context.Context, *fsm.Event) { c.wait() },
		"enter_over":          func(context.Context, *fsm.Event) { c.close() },
		"enter_line": func(_ context.Context, e *fsm.Event) {
			if e.Src == placeNames[joining] {
				c.holdFirst()
				return
			}
			c.hold()
		},
	}
}

func (c *Looplab) kept(to, words string, r flow.Result) {
	switch {
	case to == placeNames[ending]:
		c.end(words, r)
	case r == flow.ResultVoicemail:
		c.result = r
	}
}

// Happen tells the call of an event and returns what it asks for, until the next
// one. False is an event that changes nothing.
func (c *Looplab) Happen(w *flow.What) (*Effects, bool) {
	c.effects.n = 0
	at, most := collecting, uint8(failures)
	switch c.machine.Current() { // only there does it matter what a key means
	case placeNames[inMenu]:
		at, most = inMenu, menuFailures
	case placeNames[inLine]:
		at = inLine
	}
	t := sort(at, w)
	if t == none {
		return &c.effects, false
	}
	name := triggerNames[t]
	if c.tries >= most {
		if spent, ok := limit[t]; ok {
			name = spent
		}
	}
	err := c.machine.Event(context.Background(), name)
	if stayed, ok := err.(fsm.NoTransitionError); ok {
		err = stayed.Err
	}
	return &c.effects, err == nil
}

// Reset makes it a new call with the same machine.
func (c *Looplab) Reset() {
	c.call = call{}
	c.machine.SetState(placeNames[idle])
}

// Place is where the call is.
func (c *Looplab) Place() string { return c.machine.Current() }
