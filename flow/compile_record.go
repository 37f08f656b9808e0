package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Mailboxes compiled, and the leg that we place: the steps that speak for others.

// mailbox makes the step that records for a mailbox.
func (c *compiler) mailbox(name string) StepID { return c.voicemail(name, nil) }

// voicemail records for a mailbox, with a greeting of the destination's own where
// it has one.
func (c *compiler) voicemail(name string, greeting *Message) StepID {
	box := c.s.Mailboxes[name]
	step := "voicemail " + name
	if greeting != nil {
		step += greeting.label()
	}
	id := c.fill(step, func() node { return c.recorder(name, box, greeting) })
	if greeting == nil {
		c.b.boxes[name] = id
		c.b.entries[step] = id
		if box.Owner != "" {
			c.b.boxes[box.Owner] = id
		}
	}
	return id
}

// recorder is a step that records; the mailbox without a name is the personal one
// of whoever was keyed.
func (c *compiler) recorder(name string, box Mailbox, greeting *Message) node {
	const owner = newerName
	do := Command{
		Kind:    Record,
		Mailbox: name,
		Time:    cmp.Or(box.MaxLength, 2*time.Minute),
		Silence: cmp.Or(box.Silence, 5*time.Second),
		Finish:  "#",
		Keys:    strings.Join(slices.Sorted(maps.Keys(box.Keys)), ""),
	}
	if box.Transcribe {
		do.Transcribe = c.tongue
	}
	standing := &Move{Do: do, arm: new(stepArms(do.Time + firstProbe))}
	n := node{action: record, shortest: max(0, cmp.Or(box.MinLength, shortest))}
	n.standing = standing.saying(c.message(cmp.Or(greeting, box.Greeting), owner))
	if greeting == nil {
		for _, r := range []Reason{ForUnavailable, ForBusy, ForNoAnswer} {
			if m, ok := box.Greetings[r]; ok {
				n.greetings[reason(r.outcome())] = standing.saying(c.message(&m, owner))
			}
		}
	}
	in := scope{ring: c.ringing(Ringing{}, "", "")}
	n.next[OnDone], n.next[OnOtherwise] = c.ids["thanks"], c.ids["goodbye"]
	if box.MaxMessages > 0 {
		n.find = &Move{Do: Command{Kind: Find, Mailbox: name}}
		n.next[OnBusy] = c.dest(box.OnFull, HangUp(nil), in)
	}
	for _, key := range slices.Sorted(maps.Keys(box.Keys)) {
		d := box.Keys[key]
		o := keyOutcome(key[0])
		n.keys |= 1 << o
		n.next[o] = c.dest(&d, nil, in)
	}
	return n
}

// outcome is the ring's outcome that a reason stands for.
func (r Reason) outcome() Outcome {
	switch r {
	case ForUnavailable:
		return OnUnavailable
	case ForBusy:
		return OnBusy
	}
	return OnUnanswered
}

// personal records for the agent first keyed; where nobody was, for the default
// mailbox.
func (c *compiler) personal(greeting *Message) StepID {
	name := "voicemail of the agent keyed"
	if greeting != nil {
		name += greeting.label()
	}
	return c.fill(name, func() node {
		n := node{action: record, personal: true}
		n.next[OnOtherwise] = c.ids["goodbye"]
		if box := c.s.Defaults.DefaultMailbox; box != "" {
			n.next[OnOtherwise] = c.voicemail(box, greeting)
		}
		if greeting == nil {
			return n
		}
		n.variants = map[StepID]StepID{c.b.boxes[Personal]: c.fill("voicemail personal"+greeting.label(),
			func() node { return c.recorder("", Mailbox{}, greeting) })}
		for _, box := range slices.Sorted(maps.Keys(c.s.Mailboxes)) {
			n.variants[c.voicemail(box, nil)] = c.voicemail(box, greeting)
		}
		return n
	})
}

// placedLeg is the script of a leg that we place to an agent, who rings that long.
func (c *compiler) placedLeg(long time.Duration) node {
	ring := c.ringing(Ringing{Time: long}, "", "")
	ring.Kind = Originate
	listen := Command{Kind: Listen, Digits: 1, First: screenTime, Inter: screenTime, Keys: "1"}
	return node{
		action:   leg,
		standing: &Move{Do: ring, arm: new(stepArms(ring.Time + screenSaid*screenTime + time.Minute))},
		ask:      &Move{Say: []Message{c.message(nil, "screening")}, Do: listen, arm: new(stepArms(firstProbe)), fills: true},
		find:     &Move{Do: Command{Kind: Tell, News: Accepted}},
		join:     &Move{Do: Command{Kind: Join, Limit: c.s.Defaults.maxTalk()}, arm: new(stepArms(nextProbe))},
		told:     c.hangup(Normal),
		gone:     c.hangup(Normal, c.message(nil, "gone")),
	}
}
