package flow

import (
	"cmp"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

// Waiting is a line of callers and the members who serve it, as the store sees
// them at one moment: all that decides who is offered to whom.
type Waiting struct {
	Queue    string
	Strategy Strategy
	Size     int      // callers in the line
	Callers  []Waiter // the first of them, in the order in which they joined
	Members  []Member // all, in the order of the queue
}

// Waiter is a caller in the line.
type Waiter struct {
	Call    string      // the id of the caller's call
	From    number.E164 // who calls: members are not offered their own calls
	Carrier string      // of the caller's call: members are rung through it
	Since   time.Time
	Legs    int // offers that are out for it
}

// Member is an agent of the queue.
type Member struct {
	Party     *extension.Party
	Free      bool      // available, not reserved, not resting: may be offered a caller now
	AtWork    bool      // available, on a call or wrapping up, inside hours
	IdleSince time.Time // the longest idle is first, under that strategy
	Rest      time.Time // when the rest after a miss or a talk ends; zero where there is none
	Hours     string    // the agent's, by name: time alone may end them while callers wait
}

// Offer is a waiting caller for a free member.
type Offer struct {
	Queue   string
	Call    string
	Carrier string           // of the caller's call
	Party   *extension.Party // the member, with the endpoints that the carrier reaches
}

// Offers says which waiting callers are to be offered to which free members now.
// Lines whose members are the same people are given together: who has waited for
// longest is served first, whatever the queue, so that none of them starves. A
// caller whom no free member can take, because the caller's carrier reaches none or
// calls from the member's own telephone, keeps nobody else waiting. There is one
// offer for a caller and one for a member, or, with ring-all, up to MaxLegs members
// for a caller. It is pure; that an agent is reserved only once is the store's to
// keep.
func Offers(lines ...Waiting) []Offer {
	type standing struct {
		Waiter
		line int
	}
	var callers []standing
	free := make([][]Member, len(lines))
	for i, l := range lines {
		free[i] = l.free()
		if len(free[i]) > 0 {
			for _, c := range l.Callers {
				callers = append(callers, standing{c, i})
			}
		}
	}
	slices.SortStableFunc(callers, func(a, b standing) int { return a.Since.Compare(b.Since) })
	var offers []Offer
	for _, c := range callers {
		for out := c.Legs; out < lines[c.line].most(); out++ {
			party := c.member(free[c.line])
			if party == nil {
				break
			}
			offers = append(offers, Offer{Queue: lines[c.line].Queue, Call: c.Call, Carrier: c.Carrier, Party: party})
			taken(free, party)
		}
	}
	return offers
}

// free are the members who may be offered a caller now, the first to be tried first.
func (w Waiting) free() []Member {
	var free []Member
	for _, m := range w.Members {
		if m.Free && m.Party != nil {
			free = append(free, m)
		}
	}
	if w.Strategy != InOrder && w.Strategy != RingAll {
		slices.SortStableFunc(free, func(a, b Member) int { return a.IdleSince.Compare(b.IdleSince) })
	}
	return free
}

// most is how many members may ring for a caller at once.
func (w Waiting) most() int {
	if w.Strategy == RingAll {
		return MaxLegs
	}
	return 1
}

// member is the first of the free members who can take the caller, as the caller's
// carrier reaches them; nil where there is none.
func (c Waiter) member(free []Member) *extension.Party {
	for _, m := range free {
		if m.calls(c.From) {
			continue
		}
		if party := m.Party.Via(c.Carrier); party != nil {
			return party
		}
	}
	return nil
}

// taken takes an agent off every list, and with it those at whose telephones it rings.
func taken(free [][]Member, rung *extension.Party) {
	for i := range free {
		free[i] = slices.DeleteFunc(free[i], func(m Member) bool { return m.Party.Agent == rung.Agent || m.Party.Shares(rung) })
	}
}

// calls reports whether a caller's number is an endpoint of the member's own.
func (m Member) calls(from number.E164) bool {
	return slices.ContainsFunc(m.Party.Endpoints, func(e extension.Endpoint) bool { return e.Is(from) })
}

// Again is when a line wants to be looked at again although nothing happened: a
// member's rest is over, or hours may have ended. Zero where that is never.
func (w Waiting) Again(now time.Time) time.Time {
	var again time.Time
	sooner := func(t time.Time) {
		if t.After(now) && (again.IsZero() || t.Before(again)) {
			again = t
		}
	}
	if len(w.Callers) == 0 {
		return again
	}
	for _, m := range w.Members {
		sooner(m.Rest)
		if m.Hours != "" {
			sooner(now.Add(noMembers))
		}
	}
	return again
}

// Short reports whether more of the line is worth reading: members are free whom
// none of the callers read so far has been offered to.
func (w Waiting) Short(offers []Offer) bool {
	if len(w.Callers) >= w.Size {
		return false
	}
	free := [][]Member{w.free()}
	for _, o := range offers {
		taken(free, o.Party)
	}
	return len(free[0]) > 0
}

// AtWork reports whether any member is at work whom a carrier reaches; the empty
// one reaches every endpoint. A member without any is nobody's to wait for.
func (w Waiting) AtWork(carrier string) bool {
	return slices.ContainsFunc(w.Members, func(m Member) bool {
		return m.AtWork && m.Party != nil && m.Party.Via(carrier) != nil
	})
}

// Queue is the queue's settings, defaults filled in; false where the book has
// none of that name.
func (b *Book) Queue(name string) (Queue, bool) {
	q, ok := b.settings.Queues[name]
	q.Strategy = cmp.Or(q.Strategy, LongestIdle)
	q.Offer = cmp.Or(q.Offer, Place)
	q.MaxSize = cmp.Or(q.MaxSize, 100)
	q.Ring = cmp.Or(q.Ring, 15*time.Second)
	q.MaxWait = cmp.Or(q.MaxWait, 10*time.Minute)
	return q, ok
}

// Mailbox is the mailbox's settings; false where the book has none of that name,
// as for agents' personal ones.
func (b *Book) Mailbox(name string) (Mailbox, bool) {
	m, ok := b.settings.Mailboxes[name]
	return m, ok
}
