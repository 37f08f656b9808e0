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
	Call  string
	Party *extension.Party
}

// Offers says which waiting caller is to be offered to which free member now:
// first come first served, one offer for a caller and one for a member, or, with
// ring-all, up to MaxLegs members for the caller at the head. It is pure; that an
// agent is reserved only once is the store's to keep.
func Offers(w Waiting) []Offer {
	free := make([]Member, 0, len(w.Members))
	for _, m := range w.Members {
		if m.Free && m.Party != nil {
			free = append(free, m)
		}
	}
	if w.Strategy != InOrder && w.Strategy != RingAll {
		slices.SortStableFunc(free, func(a, b Member) int { return a.IdleSince.Compare(b.IdleSince) })
	}
	most := 1
	if w.Strategy == RingAll {
		most = MaxLegs
	}
	var offers []Offer
	for _, caller := range w.Callers {
		for out := caller.Legs; out < most; out++ {
			i := slices.IndexFunc(free, func(m Member) bool { return !m.calls(caller.From) })
			if i < 0 {
				break
			}
			offers = append(offers, Offer{Call: caller.Call, Party: free[i].Party})
			free = slices.Delete(free, i, i+1)
		}
		if len(free) == 0 {
			break
		}
	}
	return offers
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

// Free counts the members who may be offered a caller now.
func (w Waiting) Free() (n int) {
	for _, m := range w.Members {
		if m.Free && m.Party != nil {
			n++
		}
	}
	return n
}

// AtWork reports whether any member is at work.
func (w Waiting) AtWork() bool {
	return slices.ContainsFunc(w.Members, func(m Member) bool { return m.AtWork })
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
