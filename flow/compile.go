package flow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
)

// Compile checks settings and makes the book of them. Steps, where given, are the
// names of the steps of an earlier compilation, in order (Book.StepNames): a
// release keeps its own, so that a call stored by one version of this library
// stands at the same step in the next. The error is Faults and matches
// ErrSettings; all faults are in it.
func Compile(s Settings, steps ...string) (*Book, error) {
	faults := Check(s, World{})
	if len(faults) > 0 {
		return nil, append(faults, CheckSteps(s)...)
	}
	tongues := s.tongues()
	b := compile(s, steps, tongues, 0)
	if faults = b.faults(); len(faults) > 0 {
		return nil, faults
	}
	for tongue := 1; tongue < len(tongues); tongue++ {
		b.translate(tongue, compile(s, steps, tongues, tongue))
	}
	return b, nil
}

// faults are those of all steps together.
func (b *Book) faults() Faults {
	if steps := len(b.nodes) - 1; steps > maxSteps {
		return Faults{{Path: "settings", Problem: fmt.Sprintf("%d steps in all; an account has at most %d, so use fewer menus, flows and destinations", steps, maxSteps)}}
	}
	return b.cycles()
}

// compile makes the book of settings, in the words of one of its languages. It goes no
// further than CheckSteps where they have faults.
func compile(s Settings, steps, tongues []string, tongue int) *Book {
	c := newCompiler(s, steps, tongues, tongues[tongue])
	c.builtin()
	for _, name := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		c.mailbox(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Queues)) {
		c.queue(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Menus)) {
		c.menu(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Flows)) {
		c.flow(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Questions)) {
		c.question(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Directories)) {
		c.directory(name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Entries)) {
		c.entry(name)
	}
	c.moving() // these last, so that they move no other step
	c.reaching("", c.ringing(Ringing{}, "", ""))
	return c.b
}

// compiler makes the nodes of a book. Steps that are named are placed before
// they are filled in, so that they may lead to each other.
type compiler struct {
	b      *Book
	s      *Settings
	tongue string            // the language of its words
	ids    map[string]StepID // by the step's name
}

// scope is what a destination may refer to: the step that "repeat" goes back to,
// and how an agent is rung here.
type scope struct {
	again StepID
	ring  Command
}

func newCompiler(s Settings, steps, tongues []string, tongue string) *compiler {
	b := &Book{
		nodes:    make([]node, 1, 64),
		entries:  map[string]StepID{},
		boxes:    map[string]StepID{},
		legs:     map[string]StepID{},
		reaches:  map[string]StepID{},
		summons:  map[string]StepID{},
		settings: s,
		tongues:  tongues,
		spoken:   map[string]uint8{},
		guesses:  uint8(min(s.Defaults.maxGuesses(), 255)),
		talk:     stepArms(nextProbe),
	}
	for _, m := range s.Menus {
		b.back = b.back || m.Back != ""
	}
	for _, d := range s.Directories {
		b.back = b.back || d.Back != ""
	}
	c := &compiler{b: b, s: &b.settings, tongue: tongue, ids: map[string]StepID{}}
	for _, name := range steps {
		c.place(name)
	}
	return c
}

// place is the step of a name, placed now if it has no place yet.
func (c *compiler) place(name string) StepID {
	id, ok := c.ids[name]
	if !ok {
		id = StepID(len(c.b.nodes))
		c.b.nodes = append(c.b.nodes, node{name: name})
		c.ids[name] = id
	}
	return id
}

// message is what a setting says, in the language of the compilation.
func (c *compiler) message(m *Message, otherwise string) Message {
	return c.s.message(m, otherwise, c.tongue)
}

// maxSteps is how many steps a StepID can tell apart.
const maxSteps = 1<<16 - 1

// fill makes a step of a name, unless it is made already; body must not keep n.
func (c *compiler) fill(name string, body func() node) StepID {
	id := c.place(name)
	if c.b.nodes[id].action == nothing {
		c.b.nodes[id].action = end // so that a step that leads to itself is not made twice
		n := body()
		n.name = cmp.Or(n.name, name)
		c.b.nodes[id] = n
	}
	return id
}

// stepArms are the clocks of a step that waits for the carrier alone.
func stepArms(silence time.Duration) arms {
	return arms{}.with(StepClock, silence).with(WaitClock, 0).with(NoticeClock, 0)
}

// builtin makes the steps that every book has.
func (c *compiler) builtin() {
	c.b.bye = c.hangup(Normal)
	c.b.sorry = c.end("sorry", "sorry", ResultFailed)
	c.b.limit = c.end("limit", "sorry", ResultLimit)
	c.b.refuse = c.fill("refuse", func() node {
		return node{action: end, result: ResultRejected, standing: c.hangup(LineBusy)}
	})
	c.end("goodbye", "goodbye", ResultGoodbye)
	c.end("thanks", "thanks", ResultVoicemail)
	c.b.legs[""] = c.fill("leg", func() node { return c.placedLeg(15 * time.Second) })
	c.b.boxes[Personal] = c.fill("voicemail personal", func() node { return c.recorder("", Mailbox{}, nil) })
	c.personal(nil)
}

func (c *compiler) hangup(cause Cause, say ...Message) *Move {
	return &Move{Say: say, Do: Command{Kind: Hangup, Cause: cause}, arm: new(stepArms(firstProbe))}
}

func (c *compiler) end(name, message string, r Result) StepID {
	return c.fill(name, func() node {
		return node{action: end, result: r, standing: c.hangup(Normal, c.message(nil, message))}
	})
}

// dest is the step that a destination leads to; nil is the destination otherwise.
func (c *compiler) dest(d *Dest, otherwise *Dest, in scope) StepID {
	if d == nil {
		d = otherwise
	}
	if d.Language != "" {
		return c.speaking(*d, in)
	}
	switch d.To {
	case TargetQueue:
		return c.queue(d.Name)
	case TargetMenu:
		return c.menu(d.Name)
	case TargetFlow:
		return c.flow(d.Name)
	case TargetVoicemail:
		if d.Name == Personal {
			return c.personal(d.Message)
		}
		return c.voicemail(d.Name, d.Message)
	case TargetExtension:
		return c.extension(d, in)
	case TargetHandoff:
		return c.handoff(d, in)
	case TargetRepeat:
		return c.repeat(d, in)
	case TargetAsk:
		return c.question(d.Name)
	case TargetDirectory:
		return c.directory(d.Name)
	}
	if d.Message == nil {
		return c.ids["goodbye"]
	}
	m := c.message(d.Message, "goodbye")
	return c.fill(d.label(), func() node {
		return node{action: end, result: ResultGoodbye, standing: c.hangup(Normal, m)}
	})
}

// speaking leads on in another language.
func (c *compiler) speaking(d Dest, in scope) StepID {
	return c.fill(c.label(&d, in), func() node {
		n := node{action: speak, tongue: uint8(slices.Index(c.b.tongues, d.Language))}
		d.Language = ""
		n.next[OnDone] = c.dest(&d, nil, in)
		return n
	})
}

// extension rings the agent of an extension that the flow names.
func (c *compiler) extension(d *Dest, in scope) StepID {
	return c.fill(c.label(d, in), func() node {
		n := c.ringer(in.ring)
		n.fixed = d.Name
		n.find = &Move{Do: Command{Kind: Find, Entry: Digits(d.Name)}}
		to := c.dest(d.Otherwise, ToPersonal(), in)
		n.next[OnUnavailable], n.next[OnUnanswered], n.next[OnDeclined], n.next[OnBusy] = to, to, to, to
		return n
	})
}

// handoff gives the call to an address outside.
func (c *compiler) handoff(d *Dest, in scope) StepID {
	return c.fill(c.label(d, in), func() node {
		ring := in.ring
		ring.Screen = nil
		ring.Party = &extension.Party{Endpoints: []extension.Endpoint{{Address: d.Name}}}
		n := c.ringer(ring)
		n.handoff = true
		to := c.dest(d.Otherwise, HangUp(nil), in)
		n.next[OnUnavailable], n.next[OnUnanswered], n.next[OnDeclined], n.next[OnBusy] = to, to, to, to
		return n
	})
}

// repeat goes back to the step that collects: with a message of its own, or with
// the prompt.
func (c *compiler) repeat(d *Dest, in scope) StepID {
	if d.Message == nil || in.again == 0 {
		return in.again
	}
	return c.fill(c.label(d, in), func() node {
		listen := *c.b.nodes[in.again].standing
		if plain := c.b.nodes[in.again].plain; plain != nil {
			listen = *plain
		}
		listen.Say = append([]Message{c.message(d.Message, "invalid")}, listen.Say...)
		n := node{action: play, standing: &listen}
		n.next[OnDone] = in.again
		return n
	})
}

// entry is where callers of a number begin.
func (c *compiler) entry(name string) {
	e := c.s.Entries[name]
	in := scope{ring: c.ringing(Ringing{}, "", "")}
	open := c.dest(&e.Dest, nil, in)
	if e.Hours != "" {
		open = c.opening("hours of number "+name, e.Hours, open, c.dest(e.Closed, HangUp(nil), in))
	}
	c.b.entries[name] = open
	if e.Language != "" {
		c.b.spoken[name] = uint8(slices.Index(c.b.tongues, e.Language))
	}
}

// opening is the step that asks whether hours are open.
func (c *compiler) opening(name, which string, open, closed StepID) StepID {
	return c.fill(name, func() node {
		n := node{action: hours, find: &Move{Do: Command{Kind: AskHours, Name: which}}}
		n.next[OnOpen], n.next[OnClosed] = open, closed
		return n
	})
}
