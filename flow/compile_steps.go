package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
)

// The settings of flows, menus, queues and mailboxes, each compiled to its steps.

// flow makes the two steps of an agent extension flow: collect, then ring.
func (c *compiler) flow(name string) StepID {
	id := c.place("flow " + name)
	if c.b.nodes[id].action != nothing {
		return id
	}
	f := c.s.Flows[name]
	c.b.entries["flow "+name] = id
	in := scope{again: id, ring: c.ringing(f.Ring, f.Screening, f.CallerID)}
	n := c.collector(f.Repeats, f.Counters)
	n.entries, n.discreet = true, f.Discreet
	listen := c.listening(f.Collect)
	n.plain = &Move{Do: listen, arm: new(stepArms(firstProbe))}
	n.standing = n.plain.saying(c.message(f.Greeting, "welcome"))
	n.find = &Move{Do: Command{Kind: Find}}
	c.put(id, "flow "+name, n) // what follows may lead back here

	n.silent = c.failing(f.NoInput, "no-input", n.standing, n.plain)
	n.invalid = c.failing(f.Invalid, "invalid", n.standing, n.plain)
	c.put(id, "flow "+name, n)
	n.next[OnSilent] = c.leading(f.NoInput, in)
	n.next[OnInvalid] = c.leading(f.Invalid, in)
	n.next[OnLimit] = c.dest(f.AfterRepeats, HangUp(nil), scope{ring: in.ring}) // there is nothing left to repeat
	n.next[OnStar] = c.dest(f.Star, c.starDefault(), in)
	n.next[OnEntered] = c.fill("flow "+name+": ring", func() node {
		r := c.ruled(f, in)
		if f.Discreet {
			c.discreet(&r, id)
		}
		return r
	})
	c.put(id, "flow "+name, n)
	return id
}

// ruled rings an agent by a flow's rules a to c; by those of a flow that says nothing they
// lead to the personal mailbox.
func (c *compiler) ruled(f Flow, in scope) node {
	r := c.ringer(in.ring)
	r.next[OnUnavailable] = c.dest(f.Unavailable, ToPersonal(), in)
	r.next[OnUnanswered] = c.dest(f.NoAnswer, ToPersonal(), in)
	r.next[OnDeclined] = r.next[OnUnanswered]
	r.next[OnBusy] = c.dest(f.Busy, ToPersonal(), in)
	return r
}

func (c *compiler) put(id StepID, name string, n node) {
	n.name = name
	c.b.nodes[id] = n
}

func (c *compiler) starDefault() *Dest {
	if q := c.s.Defaults.DefaultQueue; q != "" {
		return ToQueue(q)
	}
	return HangUp(nil)
}

func (c *compiler) collector(repeats *int, counters Counters) node {
	n := node{action: collect, repeats: 3, separate: counters == Separate, trail: c.b.back}
	if repeats != nil {
		n.repeats = uint8(*repeats)
	}
	return n
}

func (c *compiler) listening(set Collecting) Command {
	d := c.s.Defaults
	return Command{
		Kind:    Listen,
		Digits:  uint8(cmp.Or(set.Digits, d.extensionLength())),
		First:   cmp.Or(set.FirstDigit, d.firstDigit()),
		Inter:   cmp.Or(set.InterDigit, d.interDigit()),
		Finish:  finish(cmp.Or(set.Terminator, d.Terminator, "#")),
		NoBarge: set.NoBargeIn,
		Star:    true,
	}
}

// NoTerminator is the setting of a terminator for entries that end by length and
// time alone.
const NoTerminator = "none"

func finish(terminator string) string {
	if terminator == NoTerminator {
		return ""
	}
	return terminator
}

// failing is what rule d or e says inside the step, where it does not lead out.
func (c *compiler) failing(d *Dest, otherwise string, prompt, listen *Move) *Move {
	switch {
	case d == nil:
		return listen.saying(c.message(nil, otherwise))
	case d.To == TargetRepeat && d.Message != nil && d.Language == "":
		return listen.saying(c.message(d.Message, otherwise))
	}
	return prompt
}

// leading is where rule d or e leads, where it leads out; 0 stays.
func (c *compiler) leading(d *Dest, in scope) StepID {
	if d == nil || d.To == TargetRepeat && d.Language == "" {
		return 0
	}
	return c.dest(d, nil, in)
}

// saying is the move with a message before all that it says.
func (m *Move) saying(before Message) *Move {
	out := *m
	out.Say = append([]Message{before}, m.Say...)
	return &out
}

// defaultRing is how long an agent rings unless the flow says otherwise.
const defaultRing = 20 * time.Second

// ringing is how an agent is rung.
func (c *compiler) ringing(set Ringing, screening extension.Switch, id CallerID) Command {
	d := c.s.Defaults
	return Command{
		Kind:     Connect,
		Time:     cmp.Or(set.Time, defaultRing),
		Limit:    d.maxTalk(),
		CallerID: cmp.Or(id, d.CallerID, ShowCaller),
		Screen: &Screen{
			Policy:  cmp.Or(screening, d.Screening),
			Message: c.message(nil, "screening"),
			Time:    screenTime,
			Times:   screenSaid,
		},
	}
}

func (c *compiler) ringer(how Command) node {
	return node{action: ring, standing: &Move{Do: how, arm: new(stepArms(how.Time + screenSaid*screenTime + ringMargin))}}
}

// menu makes the step of a menu, and before it the one that asks for its hours.
func (c *compiler) menu(name string) StepID {
	m := c.s.Menus[name]
	id := c.place("menu " + name)
	first := id
	if m.Hours != "" {
		first = c.place("hours of menu " + name)
	}
	if c.b.nodes[id].action != nothing {
		return first
	}
	c.b.entries["menu "+name] = first
	in := scope{again: id, ring: c.ringing(Ringing{}, "", "")}
	n := c.collector(m.Repeats, m.Counters)
	n.entries, n.discreet = m.Extensions, m.Discreet
	if m.Back != "" {
		n.back = m.Back[0]
	}
	listen := c.listening(Collecting{})
	listen.Star, listen.Keys = false, strings.Join(slices.Sorted(maps.Keys(m.Keys)), "")+m.Back
	if !m.Extensions {
		listen.Digits, listen.Finish = 1, ""
	}
	if strings.Contains(listen.Keys, "#") {
		listen.Finish = ""
	}
	n.standing = &Move{Say: []Message{c.message(&m.Prompt, "")}, Do: listen, arm: new(stepArms(firstProbe))}
	n.find = &Move{Do: Command{Kind: Find}}
	n.silent = c.failing(m.NoInput, "no-input", n.standing, n.standing)
	n.invalid = c.failing(m.Invalid, "invalid", n.standing, n.standing)
	c.put(id, "menu "+name, n)
	if m.Hours != "" {
		closed := c.dest(m.Closed, HangUp(nil), in)
		c.opening("hours of menu "+name, m.Hours, id, closed)
	}
	n.next[OnSilent] = c.leading(m.NoInput, in)
	n.next[OnInvalid] = c.leading(m.Invalid, in)
	n.next[OnLimit] = c.dest(m.AfterRepeats, HangUp(nil), scope{ring: in.ring})
	c.keys(&n, m.Keys, in)
	if m.Extensions {
		n.next[OnEntered] = c.fill("menu "+name+": ring", func() node {
			r := c.ruled(Flow{}, in)
			if m.Discreet {
				c.discreet(&r, id)
			}
			return r
		})
	}
	c.put(id, "menu "+name, n)
	return first
}

// keys has single keys lead out of a step that collects.
func (c *compiler) keys(n *node, keys map[string]Dest, in scope) {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		o, to := keyOutcome(key[0]), keys[key]
		n.keys |= 1 << o
		n.next[o] = c.dest(&to, nil, in)
	}
}

// whileWaiting is a message to somebody who is kept waiting: music that goes on, or words
// said first.
func whileWaiting(m Message) (music *Message, first []Message) {
	if m.Play != "" {
		return &m, nil
	}
	return nil, []Message{m}
}

// queue makes the step of a queue.
func (c *compiler) queue(name string) StepID {
	id := c.place("queue " + name)
	if c.b.nodes[id].action != nothing {
		return id
	}
	q := c.s.Queues[name]
	c.b.entries["queue "+name] = id
	every := cmp.Or(q.Announce.Every, time.Minute)
	n := node{action: queue, find: &Move{Do: Command{Kind: Find, Name: name}}}
	n.notice = arms{}.with(NoticeClock, every)
	n.deserted = arms{}.with(NoticeClock, noMembers)
	hold := Command{Kind: Hold, Keys: q.LeaveKey}
	if q.Callback {
		hold.Keys += q.callbackKey()
	}
	var first []Message
	hold.Music, first = whileWaiting(c.message(q.Hold, "hold"))
	if q.LeaveKey != "" {
		n.leave = q.LeaveKey[0]
	}
	lap := n.notice.with(StepClock, firstProbe)
	first = append(first, c.invitation(q)...)
	n.plain = &Move{Do: hold, arm: new(lap)}
	n.callback = c.offering(&n, q)
	n.standing = &Move{Say: first, Do: hold, arm: new(lap.with(WaitClock, cmp.Or(q.MaxWait, 10*time.Minute)))}
	if says := append(c.announcement(q.Announce), c.invitation(q)...); len(says) > 0 {
		n.told = &Move{Say: says, Do: hold, arm: new(lap), fills: true}
	}
	ring := c.ringing(Ringing{Time: cmp.Or(q.Ring, 15*time.Second)}, "", "")
	n.dial = &Move{Do: ring, arm: new(arms{}.with(StepClock, ring.Time+screenSaid*screenTime+ringMargin))}
	n.join = &Move{Do: Command{Kind: Join, Limit: c.s.Defaults.maxTalk()}, arm: new(stepArms(nextProbe))}
	c.put(id, "queue "+name, n)
	c.b.legs[name] = c.fill("queue "+name+": leg", func() node { return c.placedLeg(ring.Time) })
	if q.Callback {
		c.reaching(name, ring)
		n.next[OnCallback] = c.end("called back", "callback-promised", ResultCallback)
	}

	in := scope{ring: c.ringing(Ringing{}, "", "")}
	late := q.OnMaxWait
	if late == nil {
		late = HangUp(nil)
		if box := c.s.Defaults.DefaultMailbox; box != "" {
			late = ToVoicemail(box)
		}
	}
	n.next[OnUnanswered] = c.dest(late, nil, in)
	n.next[OnBusy] = c.dest(q.OnMaxSize, late, in)
	n.next[OnUnavailable] = c.dest(q.OnNoMembers, late, in)
	if n.leave != 0 {
		n.next[OnLeave] = c.dest(q.OnLeave, late, in)
	}
	c.put(id, "queue "+name, n)
	return id
}

// announcement is what a waiting caller is told every so often.
func (c *compiler) announcement(a Announce) []Message {
	var says []Message
	if a.Position != extension.Off {
		says = append(says, c.message(nil, "position"))
	}
	if a.Wait == extension.On {
		says = append(says, c.message(nil, "wait"))
	}
	return says
}
