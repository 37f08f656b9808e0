package flow

import "cmp"

// Calls of ours to somebody outside, and the agents' legs of them.

// reaching makes the steps of a queue's callbacks, or of calls that the product asks
// for.
func (c *compiler) reaching(queue string, ring Command) {
	name, screening, tries := "call outside", "call-screening", uint8(1)
	if queue != "" {
		name, screening, tries = "queue "+queue+": callback", "callback-screening", reachTries
	}
	c.b.reaches[queue] = c.fill(name, func() node {
		n := node{
			action: reach, tries: tries,
			standing: &Move{Do: Command{Kind: Await}, arm: new(stepArms(0))},
			again:    &Move{Do: Command{Kind: Await, Time: reachAgain}, arm: new(stepArms(0).with(NoticeClock, reachAgain))},
			plain:    &Move{Do: Command{Kind: Await, Name: untilOpen}, arm: new(stepArms(0).with(NoticeClock, closedFor))},
			dial: &Move{
				Do:  Command{Kind: Originate, CallerID: ShowNumber, Time: reachRing, Limit: c.s.Defaults.maxTalk()},
				arm: new(stepArms(reachRing + ringMargin)),
			},
			join: &Move{Do: Command{Kind: Join, Limit: c.s.Defaults.maxTalk()}, arm: new(stepArms(nextProbe))},
			told: c.hangup(Normal),
		}
		if queue != "" {
			n.find = &Move{Do: Command{Kind: AskHours}}
		}
		return n
	})
	c.b.summons[queue] = c.fill(name+" leg", func() node {
		n := c.placedLeg(ring.Time)
		message := c.message(nil, screening)
		screen := *n.standing.Do.Screen
		screen.Message = message
		n.standing.Do.Screen, n.ask.Say = &screen, []Message{message}
		n.hold = &Move{Say: []Message{c.message(nil, "calling")}, Do: Command{Kind: Hold}, arm: new(stepArms(firstProbe)), fills: true}
		n.hold.Do.Music, _ = whileWaiting(c.message(nil, "hold"))
		n.noAnswer = c.hangup(Normal, c.message(nil, "not-reached"))
		return n
	})
}

// offering is what a queue says of callbacks; nil where it has none.
func (c *compiler) offering(n *node, q Queue) *offering {
	if !q.Callback {
		return nil
	}
	say := func(name string) *Move {
		m := *n.plain
		m.Say = []Message{c.message(nil, name)}
		return &m
	}
	return &offering{
		key:     q.callbackKey()[0],
		vet:     &Move{Do: Command{Kind: Vet}},
		standIn: &Move{Do: Command{Kind: StandIn}},
		open:    say("callback-open"),
		refused: say("callback-refused"),
		confirm: &Move{
			Say: []Message{c.message(nil, "callback-confirm")}, fills: true,
			Do:  Command{Kind: Listen, Digits: 1, First: screenTime, Inter: screenTime, Keys: string(confirms)},
			arm: new(arms{}.with(StepClock, firstProbe)),
		},
	}
}

// invitation is what tells callers that they can be called back.
func (c *compiler) invitation(q Queue) []Message {
	if !q.Callback {
		return nil
	}
	m := c.message(nil, "callback-offer")
	m.Say = withKey(m.Say, q.callbackKey(), m.Language)
	return []Message{m}
}

func (q Queue) callbackKey() string { return cmp.Or(q.CallbackKey, "1") }
