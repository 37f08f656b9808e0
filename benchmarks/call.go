package benchmarks

import (
	"time"

	"github.com/extflow/extflow/flow"
)

// Effect is one thing that a peer asks for: words, a command, or a clock.
type Effect struct {
	Words  string
	Do     flow.CommandKind
	Clock  flow.Clock
	Digits uint8
	Time   time.Duration
}

// Effects are what one event asks for.
type Effects struct {
	list [4]Effect
	n    int
}

// All are the effects in their order.
func (e *Effects) All() []Effect { return e.list[:e.n] }

func (e *Effects) add(all ...Effect) {
	e.n += copy(e.list[e.n:], all)
}

// call is what both peers keep beside their machine.
type call struct {
	at      place
	tries   uint8
	held    bool
	result  flow.Result
	effects Effects
}

func (c *call) listen() {
	c.effects.add(Effect{Do: flow.Listen, Digits: 4, Time: digit}, Effect{Clock: flow.StepClock, Time: firstProbe})
}

func (c *call) listenForKey() {
	c.effects.add(Effect{Words: prompt}, Effect{Do: flow.Listen, Digits: 1, Time: digit}, Effect{Clock: flow.StepClock, Time: firstProbe})
}

func (c *call) begin() {
	c.effects.add(Effect{Words: welcome}, Effect{Clock: flow.LifeClock, Time: callLife})
}

func (c *call) find() { c.effects.add(Effect{Do: flow.Find}) }

func (c *call) join() {
	c.tries, c.held = 0, false
	c.effects.add(Effect{Do: flow.Find})
}

func (c *call) toMenu() {
	c.tries, c.held = 0, false
	c.listenForKey()
}

func (c *call) connect(d time.Duration) {
	c.held = true
	c.effects.add(Effect{Do: flow.Connect, Time: d}, Effect{Clock: flow.StepClock, Time: d + margin})
}

func (c *call) hold() {
	c.held = false
	c.effects.add(Effect{Do: flow.Hold}, Effect{Clock: flow.StepClock, Time: firstProbe}, Effect{Clock: flow.NoticeClock, Time: notice})
}

func (c *call) holdFirst() {
	c.effects.add(Effect{Do: flow.Hold, Words: please}, Effect{Clock: flow.StepClock, Time: firstProbe},
		Effect{Clock: flow.NoticeClock, Time: notice}, Effect{Clock: flow.WaitClock, Time: longest})
}

func (c *call) again() { c.effects.add(Effect{Clock: flow.NoticeClock, Time: notice}) }

func (c *call) talk() {
	c.result = flow.ResultAnswered
	c.effects.add(Effect{Clock: flow.StepClock, Time: nextProbe})
}

func (c *call) record() {
	c.held = false
	c.effects.add(Effect{Words: greeting}, Effect{Do: flow.Record, Time: length}, Effect{Clock: flow.StepClock, Time: length + firstProbe})
}

func (c *call) end(words string, r flow.Result) {
	c.held = false
	if c.result == flow.NoResult || r == flow.ResultFailed {
		c.result = r
	}
	if words != "" {
		c.effects.add(Effect{Words: words})
	}
	c.effects.add(Effect{Do: flow.Hangup}, Effect{Clock: flow.StepClock, Time: firstProbe})
}

func (c *call) wait() {
	c.close()
	c.effects.add(Effect{Clock: flow.LifeClock, Time: lateLife})
}

func (c *call) close() {
	c.held = false
	if c.result == flow.NoResult {
		c.result = flow.ResultAbandoned
	}
}

// goes is what is done when the call goes from one place to another, or comes
// back to the same.
func (c *call) goes(from, to place, t trigger) {
	switch to {
	case collecting:
		switch t {
		case arrives:
			c.begin()
		case silence:
			c.fail(noInput)
		default:
			c.fail(wrong)
		}
		c.listen()
	case finding:
		c.find()
	case inMenu:
		switch t {
		case silence:
			c.fail(noInput)
		case wrongEntry:
			c.fail(wrong)
		case busy, foundBusy:
			c.tries, c.held = 0, false
		}
		c.listenForKey()
	case ringing:
		c.connect(ring)
	case offered:
		if from == offered {
			c.again()
			return
		}
		c.connect(offer)
	case talking:
		c.talk()
	case joining:
		c.join()
	case inLine:
		switch from {
		case inLine:
			c.again()
		case joining:
			c.holdFirst()
		default:
			c.hold()
		}
	case recording:
		c.record()
	case ending:
		c.ends(t)
	case pending:
		c.wait()
	case over:
		if t == recorded {
			c.result = flow.ResultVoicemail
		}
		c.close()
	}
}

// ends says why the call ends, and hangs up.
func (c *call) ends(t trigger) {
	switch t {
	case recorded:
		c.end(thanks, flow.ResultVoicemail)
	case failed:
		c.end(sorry, flow.ResultFailed)
	case agentHungUp:
		c.end("", flow.ResultAnswered)
	default:
		c.end(goodbye, flow.ResultGoodbye)
	}
}

func (c *call) fail(words string) {
	c.tries++
	c.effects.add(Effect{Words: words})
}
