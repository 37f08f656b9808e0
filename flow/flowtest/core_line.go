package flowtest

import (
	"slices"
	"strconv"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// What the core knows beside its calls: hours, extensions, lines and mailboxes.

// guessLimit is how many wrong entries one caller may key within guessPer, whatever
// the call.
const (
	guessLimit = 20
	guessPer   = time.Hour
)

// open reports whether hours are open now; those that nobody defined always are.
func (c *core) open(name string) bool {
	h, now := c.hours(name)
	return h == nil || h.OpenAt(now)
}

// opened is the answer to whether hours are open, those of the number called where they
// have no name.
func (c *core) opened(call flow.Call, name string) flow.What {
	if name == "" {
		name = c.book.EntryHours(call.Entry)
	}
	h, now := c.hours(name)
	what := flow.What{Kind: flow.Opened, Yes: h == nil || h.OpenAt(now)}
	if !what.Yes && call.IsOutbound() {
		what.Length = h.Opens(now)
	}
	return what
}

// hours are those of a name and the time in their zone; nil where nobody defined any.
func (c *core) hours(name string) (*flow.Hours, time.Time) {
	h, ok := c.book.Hours(name)
	if !ok {
		return nil, c.Now()
	}
	zone := c.zones[h.Timezone]
	if zone == nil {
		var err error
		if zone, err = time.LoadLocation(h.Timezone); err != nil {
			return nil, c.Now()
		}
		c.zones[h.Timezone] = zone
	}
	return &h, c.Now().In(zone)
}

func (c *core) inquiry(call flow.Call) extension.Inquiry {
	q := extension.Inquiry{Now: c.Now(), Closed: func(hours string) bool { return !c.open(hours) }}
	if call.Info != nil {
		q.Call, q.Caller, q.Carrier = call.ID, call.From, call.Carrier
	}
	return q
}

// find looks an entry up. What callers key is refused once they have guessed too
// often.
func (c *core) find(call flow.Call, entry string, keyed bool) flow.What {
	if keyed && c.guessedTooOften(call.From) {
		return flow.What{Kind: flow.Exhausted, Budget: flow.Guesses}
	}
	class, party := c.agents.Find(entry, c.inquiry(call))
	return flow.What{Kind: flow.Found, Class: class, Party: party}
}

// spelled looks a name up.
func (c *core) spelled(call flow.Call, keyed flow.Digits) flow.What {
	if c.guessedTooOften(call.From) {
		return flow.What{Kind: flow.Exhausted, Budget: flow.Guesses}
	}
	return flow.Spelled(keyed, c.agents.Spelled(string(keyed), flow.MaxChoices+1))
}

// guessedTooOften reports whether a caller may look nobody up any more.
func (c *core) guessedTooOften(caller number.E164) bool {
	if caller == "" {
		return false
	}
	c.guesses[caller] = slices.DeleteFunc(c.guesses[caller], func(at time.Time) bool { return !at.After(c.Now().Add(-guessPer)) })
	return len(c.guesses[caller]) >= guessLimit
}

// lineOpen sees whether a line has room and anybody to serve it.
func (c *core) lineOpen(queue string) extension.Class {
	q, _ := c.book.Queue(queue)
	switch {
	case len(c.lines[queue]) >= q.MaxSize:
		return extension.ClassBusy
	case !c.waiting(queue).AtWork(c.Name):
		return extension.ClassAway
	}
	return extension.ClassAvailable
}

// room sees whether a mailbox has room.
func (c *core) room(mailbox string) extension.Class {
	if box, _ := c.book.Mailbox(mailbox); box.MaxMessages > 0 && len(c.boxes[mailbox]) >= box.MaxMessages {
		return extension.ClassBusy
	}
	return extension.ClassAvailable
}

// post does what a turn's post says.
func (c *core) post(call flow.Call, p flow.Post) {
	switch p.Kind {
	case flow.PostWaiting:
		c.join(p.Queue, call.ID, c.Now().Add(-p.Length))
		c.look(c.Now(), p.Queue)
	case flow.PostServed:
		c.lines[p.Queue] = slices.DeleteFunc(c.lines[p.Queue], func(id string) bool { return id == call.ID })
	case flow.PostMessagePending, flow.PostMessageLeft:
		if c.boxes[p.Mailbox] == nil {
			c.boxes[p.Mailbox] = map[string]bool{}
		}
		c.boxes[p.Mailbox][call.ID] = true
	case flow.PostMessageDropped, flow.PostMessageLost:
		delete(c.boxes[p.Mailbox], call.ID)
	case flow.PostTalked:
		c.agents.Talked(p.Agent, c.Now(), p.Length)
	case flow.PostMissed:
		if p.Queue != "" && p.Cause != "" {
			c.agents.Missed(p.Agent, p.Cause, c.Now())
		}
	}
	if p.Agent != "" { // whom a call let go of
		c.look(c.Now(), c.serving(p.Agent)...)
		c.look(c.Now(), p.Queue)
	}
}

// serving are the queues to look at when an agent frees: its own, and those of whoever
// shares a telephone with it.
func (c *core) serving(agent string) []string {
	queues := slices.Clone(c.agents.QueuesOf(agent))
	a, _ := c.agents.Agent(agent)
	for _, e := range a.Endpoints {
		for other := range c.agents.At(e.Address) {
			queues = append(queues, c.agents.QueuesOf(other.ID)...)
		}
	}
	return queues
}

// join gives a call its place in a line: behind everybody who joined no later.
func (c *core) join(queue, call string, since time.Time) {
	c.since[call] = since
	line := c.lines[queue]
	i := len(line)
	for i > 0 && c.since[line[i-1]].After(since) {
		i--
	}
	c.lines[queue] = slices.Insert(line, i, call)
}

// look marks queues to be looked at, from an instant on.
func (c *core) look(at time.Time, queues ...string) {
	for _, q := range queues {
		if due, ok := c.serve[q]; q != "" && (!ok || at.Before(due)) {
			c.serve[q] = at
		}
	}
}

// serveLines looks at the queues that are due, and reports whether any was.
func (c *core) serveLines() bool {
	var due []string
	for q, at := range c.serve {
		if !at.After(c.Now()) {
			due = append(due, q)
			delete(c.serve, q)
		}
	}
	slices.Sort(due)
	var lines []flow.Waiting
	for _, q := range due {
		if w := c.waiting(q); w.Size > 0 {
			lines = append(lines, w)
			c.lookAgain(w)
		}
	}
	for _, o := range flow.Offers(lines...) {
		c.offer(o)
	}
	return len(due) > 0
}

// lookAgain sees when a line wants to be looked at again by itself, and tells its
// callers where nobody is at work any more.
func (c *core) lookAgain(w flow.Waiting) {
	if at := w.Again(c.Now()); !at.IsZero() {
		c.look(at, w.Queue)
	}
	if w.AtWork("") {
		return
	}
	for _, caller := range w.Callers {
		work := c.begin()
		_, err := work.happen(flow.Event{Call: c.calls[caller.Call].call.Key, What: flow.What{Kind: flow.Told, News: flow.Deserted}})
		if err == nil {
			_ = work.commit() // nobody is reserved by it
		}
	}
}

// waiting is a line and its members as they are now.
func (c *core) waiting(queue string) flow.Waiting {
	q, _ := c.book.Queue(queue)
	w := flow.Waiting{Queue: queue, Strategy: q.Strategy, Size: len(c.lines[queue])}
	for _, id := range c.lines[queue] {
		call := c.calls[id].call
		w.Callers = append(w.Callers, flow.Waiter{Call: id, From: call.From, Carrier: call.Carrier, Since: c.since[id], Legs: call.Offered()})
	}
	inquiry := c.inquiry(flow.Call{})
	for _, id := range c.agents.Members(queue) {
		a, _ := c.agents.Agent(id)
		w.Members = append(w.Members, flow.Member{
			Party: c.agents.Party(id, c.Name), Free: c.agents.Free(id, inquiry), AtWork: a.AtWork(inquiry),
			IdleSince: a.Duty.IdleSince, Rest: a.Duty.RestUntil, Hours: a.Hours,
		})
	}
	return w
}

// offer rings a member for a waiting caller: by a leg that is placed, or directly
// where the queue wants that or the carrier can do nothing else. A member whom
// another call holds by now is not rung.
func (c *core) offer(o flow.Offer) {
	caller := c.calls[o.Call].call
	q, _ := c.book.Queue(o.Queue)
	direct := !caller.IsOutbound() && (q.Offer == flow.Dial || !adapter.AbilitiesOf(c.Carrier).Place)
	w := c.begin()
	if m, err := c.ring(w, caller, o, direct, ""); err == nil && m.Ignored == 0 {
		_ = w.commit()
	}
}

// ring tells a caller's call that an agent is rung for it, and begins the leg.
func (c *core) ring(w *coreWork, caller flow.Call, o flow.Offer, direct bool, id string) (flow.Move, error) {
	told := flow.Event{Call: caller.Key, ID: id, What: flow.What{Kind: flow.Told, News: flow.Dialled, Party: o.Party}}
	if direct {
		return w.happen(told)
	}
	c.legs++
	start := *caller.Info
	start.Key.ID = "leg " + strconv.Itoa(c.legs)
	start.Ref, start.ForwardedFrom, start.Entry, start.After, start.Since = "", "", "", "", time.Time{}
	start.Peer, start.Queue = caller.ID, o.Queue
	told.News, told.Leg = flow.Offered, start.ID
	if m, err := w.happen(told); err != nil || m.Ignored != 0 {
		return m, err
	}
	if i := w.load(caller.ID); !slices.Contains(w.changes[i].now.Legs, start.ID) { // it waits no more
		return flow.Move{}, nil
	}
	return w.happen(flow.Event{Call: start.Key, What: flow.What{Kind: flow.Arrived, Start: &start, Party: o.Party}})
}

// place is where a waiting caller stands, and whether anybody is at work.
func (c *core) place(call flow.Call, w *flow.What) {
	queue := c.book.Line(call)
	if queue == "" {
		return
	}
	w.Class = extension.ClassAway
	if c.waiting(queue).AtWork(call.Carrier) {
		w.Class = extension.ClassAvailable
	}
	w.Position = uint16(slices.Index(c.lines[queue], call.ID) + 1)
	c.look(c.Now(), queue)
}
