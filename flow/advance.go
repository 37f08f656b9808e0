package flow

import (
	"slices"
	"strings"
)

// Advance is what a call becomes when something happens to it, and what is to be
// done about it. It is total and deterministic: it reads no clock, never panics
// and returns no error. An event that changes nothing comes back with the call as
// it was and a move that says why it was ignored.
func (b *Book) Advance(c Call, e Event) (next Call, m Move) {
	next = c
	now := max(e.At.UnixNano(), c.Last)
	if why := c.refuses(&e, now); why != 0 {
		m.Ignored = next.ignore(&e, why, now)
		return next, m
	}
	w := &e.What
	if w.Kind == Recorded && !e.Reply && b.tooShort(&c, w) {
		m.Ignored = JustAFact
		return next, m
	}
	if short := b.exhausted(&c, w); short != nil {
		w = short
	}
	eff := b.change(&next.State, w)
	if eff.entered > 0 && int(c.Entries)+int(eff.entered) > maxEntries && eff.ignored == 0 {
		w = &outOfEntries
		next.State = c.State
		eff = b.change(&next.State, w)
	}
	if eff.ignored != 0 {
		next.State = c.State
		m.Ignored = next.ignore(&e, eff.ignored, now)
		return next, m
	}
	if b.guessed(&c, w) && c.Guesses < 255 {
		next.Guesses++
	}
	next.carry(&c.State, &e.What)
	next.become(b, &e, eff, now)
	if next.Marks.Has(CallerGone) && !c.Marks.Has(CallerGone) {
		next.Left = now
	}
	next.answer(&m, &e, eff, &c)
	return next, m
}

var (
	outOfEntries = What{Kind: Exhausted, Budget: Entries}
	outOfTurns   = What{Kind: Exhausted, Budget: Turns}
	outOfGuesses = What{Kind: Exhausted, Budget: Guesses}
)

// become numbers the turn and lets the effect stand: its move, its clocks, and
// whether the move must still be delivered.
func (c *Call) become(b *Book, e *Event, eff effect, now int64) {
	if c.Rev++; c.Rev == 1 {
		c.Began = now
	}
	c.Last = now
	c.Entries += eff.entered
	if eff.move != nil {
		stood := c.Move
		c.arm(eff.move.arm, now, 0)
		if eff.move.Do.Kind == Connect && c.Party != nil && c.Armed.Has(StepClock) {
			c.Clocks[StepClock-1] += int64(eff.move.Do.inTurn(c.Party))
		}
		c.Move, c.Standing = b.moveFor(c, eff.move), c.Rev
		if eff.move.fills {
			c.Move = c.gapsOf(&e.What, stood).words(c.Move)
		}
	}
	c.arm(eff.arm, now, e.Length)
	if c.Marks.Has(Closed) {
		c.Clocks = Clocks{}
	}
	switch {
	case e.Reply, e.Kind == Placing, c.Marks.Has(CallerGone), eff.move != nil && eff.move.Do.Kind == Await:
		c.Owed = false
	case eff.move != nil, eff.again:
		c.Owed = true
	}
}

// answer makes m what the effect asks for, with what only the call knows. Was is the
// call before.
func (c *Call) answer(m *Move, e *Event, eff effect, was *Call) {
	if eff.move != nil {
		*m = *c.Move
		c.fill(m)
		if m.Do.asksWhom() && (e.Kind == Pressed || e.News == Moved) {
			m.Do.Entry = was.keyed(e.Digits)
		}
	}
	m.Tell = eff.tell
}

// carry takes over what an event brings besides the state: the call itself, the
// agent that it reserves, the mailbox, the legs that are out. Was is the state
// before it.
func (c *Call) carry(was *State, w *What) {
	if w.Kind == Arrived {
		c.Info = w.Start
	}
	if c.Info.IsPlaced() {
		c.place(was, w)
	}
	c.taken(was, w)
	switch {
	case !c.Marks.Has(Held):
		c.Party = nil
	case w.Party != nil && !was.Marks.Has(Held):
		c.Party = w.Party
	}
	if w.Party != nil && (c.Box != was.Box || c.Marks.Has(BoxKeyed) != was.Marks.Has(BoxKeyed)) {
		c.Mailbox = w.Party.Mailbox
	}
	switch {
	case c.State.Legs == 0:
		c.Legs = nil
	case w.Kind != Told:
	case w.News == Offered:
		c.Legs = append(slices.Clone(c.Legs), w.Leg)
	case w.News == Missed:
		c.Legs = slices.DeleteFunc(slices.Clone(c.Legs), func(id string) bool { return id == w.Leg })
	case w.News == Accepted:
		c.Legs = []string{w.Leg}
	}
}

// taken takes over which agent took the call. A ring that was reported as answered and
// was not, as when nobody pressed 1, was taken by nobody.
func (c *Call) taken(was *State, w *What) {
	switch {
	case w.Kind == Told && w.News == Accepted && w.Party != nil:
		c.TakenBy = w.Party.Agent
	case c.Result == ResultAnswered && was.Result != ResultAnswered && c.Party != nil:
		c.TakenBy = c.Party.Agent
	case c.Result == NoResult && was.Result == ResultAnswered:
		c.TakenBy = ""
	}
}

// place takes over how far the carrier is with what we place: which turn it was told to
// place, and by what reference it knows it.
func (c *Call) place(was *State, w *What) {
	ref := c.Info.Ref
	switch {
	case w.Kind == Placing:
		c.Placed = c.Standing
	case was.Marks.Has(Placed) && !c.Marks.Has(Placed): // the next telephone, or the same once more
		c.Placed, ref = 0, ""
	case (w.Kind == Began || w.Kind == Answered) && w.Ref != "":
		ref = w.Ref
	}
	if w.Kind == Unreachable && c.Phase == Calling && c.Info.leg() && c.Try > was.Try {
		c.Lost++
	}
	if ref != c.Info.Ref {
		info := *c.Info
		info.Ref = ref
		c.Info = &info
	}
}

// ignore leaves the call as it was. Only what a waiting carrier is about to fetch
// is no longer owed to it, and that counts as a turn.
func (c *Call) ignore(e *Event, why Ignored, now int64) Ignored {
	if e.Reply && c.Owed {
		c.Owed, c.Last = false, now
		c.Rev++
		return 0
	}
	return why
}

// refuses is why an event can be set aside before the machine sees it: it answers
// an old turn, it only reports what a control request must say, its clock was
// moved since, or it comes from a leg that is not out.
func (c *Call) refuses(e *Event, now int64) Ignored {
	leg := c.Info.IsPlaced()
	if c.Info == nil && e.Kind != Arrived {
		return NotNow
	}
	switch e.Kind {
	case HungUp:
		if c.Info.outward() && e.Re != 0 {
			return c.earlier(e)
		}
		return 0
	case Pressed, Answered, Failed, Beeped:
		if e.Re == 0 {
			return JustAFact
		}
	case FoundBusy, Unanswered, Declined, Unreachable, AgentHungUp:
		if leg { // a leg has one ring and one talk: whatever ends them is about those
			return c.earlier(e)
		}
		if e.Re == 0 {
			return JustAFact
		}
	case Woke:
		if e.Clock < StepClock || e.Clock > LifeClock || !c.Armed.Has(e.Clock) || c.Clocks[e.Clock-1] > now {
			return NotDue
		}
	case Told:
		if e.News == Advised && e.Re != c.Standing {
			return Late
		}
		return c.refusesNews(&e.What)
	case NotPlaced, Began:
		switch {
		case !leg || e.Re == 0 || e.Re != c.Placed:
			return Late
		case e.Kind == Began && e.Ref == c.Info.Ref:
			return Repeated
		}
		return 0
	}
	if e.Re != 0 && e.Re != c.Standing {
		return Late
	}
	return 0
}

// earlier sets aside how one telephone of a leg ended when the next rings already.
func (c *Call) earlier(e *Event) Ignored {
	rings := c.Placed
	if c.Phase == Calling {
		rings = c.Standing
	}
	if e.Re != 0 && e.Re < rings || e.Yes && e.Re != rings {
		return Late
	}
	return 0
}

// refusesNews is why what another call says is set aside.
func (c *Call) refusesNews(w *What) Ignored {
	switch w.News {
	case Offered:
		if slices.Contains(c.Legs, w.Leg) {
			return Repeated
		}
	case Missed, Accepted, Left, Reached:
		if !slices.Contains(c.Legs, w.Leg) && (!c.Info.leg() || w.Leg != c.Info.Peer) {
			return NotNow
		}
	}
	return 0
}

// exhausted is the budget that an event overdraws, nil where none.
func (b *Book) exhausted(c *Call, w *What) *What {
	switch {
	case c.Rev >= maxTurns && c.live() && !c.Info.leg() && c.Phase != Ending && c.Phase != InTalk && w.Kind != HungUp && w.Kind != Recorded:
		return &outOfTurns
	case c.Guesses >= b.guesses && b.guessed(c, w):
		return &outOfGuesses
	}
	return nil
}

// key is the one key that was keyed, the key that ended it aside; 0 where it was
// none or several.
func (d Digits) key() byte {
	if len(d) == 1 || len(d) == 2 && d[1] == '#' {
		return d[0]
	}
	return 0
}

// entry is what was keyed without the key that ended it.
func (d Digits) entry() Digits { return Digits(strings.TrimSuffix(string(d), "#")) }

// asksWhom reports whether the engine is asked for somebody whom the caller keyed.
func (c Command) asksWhom() bool {
	return c.Kind == Spell || c.Kind == Find && c.Entry == "" && c.Name == "" && c.Mailbox == ""
}

// keyed is what is looked up for the keys that were pressed: they, or the extension of
// whom they choose.
func (c *Call) keyed(d Digits) Digits {
	if i := c.choice(d); i > 0 && c.Move != nil && i <= c.Move.Choices.count() {
		return Digits((*c.Move.Choices)[i-1].Extension)
	}
	return d.entry()
}

// Replay is the call that the turns lead to: the same as the one that was stored
// with the last of them, but for Owed, which deliveries clear.
func (b *Book) Replay(turns []Turn) Call {
	var c Call
	for i := range turns {
		c, _ = b.Advance(c, turns[i].Event)
	}
	return c
}
