package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

func member(agent string, free bool, idle time.Duration) Member {
	return Member{Party: &extension.Party{Agent: agent, Endpoints: []extension.Endpoint{{Address: "client:" + agent}}}, Free: free, IdleSince: noon.Add(-idle)}
}

// offersInWords are the offers as "call agent".
func offersInWords(lines ...Waiting) []string {
	var out []string
	for _, o := range Offers(lines...) {
		out = append(out, o.Call+" "+o.Party.Agent)
	}
	return out
}

func TestOffers_firstComeFirstServedToTheLongestIdle(t *testing.T) {
	t.Parallel()
	w := Waiting{
		Callers: []Waiter{{Call: "first"}, {Call: "second"}, {Call: "third"}},
		Members: []Member{
			member("ada", true, time.Minute), member("grace", false, 5*time.Hour), member("linus", true, time.Hour),
			{Party: nil, Free: true},
		},
	}
	require.Equal(t, []string{"first linus", "second ada"}, offersInWords(w))
	w.Strategy = InOrder
	require.Equal(t, []string{"first ada", "second linus"}, offersInWords(w))
	w.Callers[0].Legs = 1
	require.Equal(t, []string{"second ada", "third linus"}, offersInWords(w))
	w.Members = nil
	require.Empty(t, Offers(w))
	require.Empty(t, Offers(Waiting{Members: []Member{member("ada", true, 0)}}))
}

func TestOffers_ringAllTriesFiveMembersForTheCallerAtTheHead(t *testing.T) {
	t.Parallel()
	w := Waiting{Strategy: RingAll, Callers: []Waiter{{Call: "first", Legs: 1}, {Call: "second"}}}
	for i := range 7 {
		w.Members = append(w.Members, member(fmt.Sprint(i), true, 0))
	}
	require.Equal(t, []string{"first 0", "first 1", "first 2", "first 3", "second 4", "second 5", "second 6"}, offersInWords(w))
}

func TestOffers_whoeverIsEqualGoesByTheQueuesOrder(t *testing.T) {
	t.Parallel()
	w := Waiting{Strategy: LongestIdle, Callers: []Waiter{{Call: "a"}, {Call: "b"}}, Members: []Member{member("x", true, 0), member("y", true, 0)}}
	require.Equal(t, []string{"a x", "b y"}, offersInWords(w))
}

func TestOffers_membersAtOneTelephoneAreOneMember(t *testing.T) {
	t.Parallel()
	mary := member("mary", true, 0)
	mary.Party.Endpoints = append(mary.Party.Endpoints, extension.Endpoint{Address: "sips:ADA@pbx.example.com"})
	ada := member("ada", true, time.Hour)
	ada.Party.Endpoints[0].Address = "sip:ADA@pbx.example.com"
	w := Waiting{
		Callers: []Waiter{{Call: "first"}, {Call: "second"}, {Call: "third"}},
		Members: []Member{mary, ada, member("linus", true, time.Minute)},
	}
	require.Equal(t, []string{"first ada", "second linus"}, offersInWords(w), "nobody is passed over for whom Mary's telephone is in use")
	w.Strategy = RingAll
	require.Equal(t, []string{"first mary", "first linus"}, offersInWords(w))
}

func TestOffers_aCallerWhomNobodyReachesKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	via := func(agent, carrier string) Member {
		m := member(agent, true, 0)
		m.Party.Endpoints[0].Via = carrier
		return m
	}
	w := Waiting{
		Queue:   "support",
		Callers: []Waiter{{Call: "first", Carrier: "vonage"}, {Call: "second", Carrier: "twilio"}, {Call: "third", Carrier: "vonage"}},
		Members: []Member{via("ada", "twilio"), via("grace", "vonage")},
	}
	require.Equal(t, []string{"first grace", "second ada"}, offersInWords(w))
	w.Members = w.Members[:1]
	require.Equal(t, []string{"second ada"}, offersInWords(w))
	o := Offers(w)[0]
	require.Equal(t, "support", o.Queue)
	require.Equal(t, "twilio", o.Carrier)
	mixed := &extension.Party{Agent: "mary", Endpoints: []extension.Endpoint{{Address: "client:mary", Via: "twilio"}, {Address: "tel:+12025550114"}}}
	o = Offers(Waiting{Callers: w.Callers, Members: []Member{{Party: mixed, Free: true}}})[0]
	require.Equal(t, "first", o.Call)
	require.Equal(t, []extension.Endpoint{{Address: "tel:+12025550114"}}, o.Party.Endpoints, "only what the caller's carrier reaches is rung")
}

func TestOffers_queuesThatShareMembersServeWhoeverHasWaitedLongest(t *testing.T) {
	t.Parallel()
	at := func(call string, s int) Waiter {
		return Waiter{Call: call, Since: noon.Add(time.Duration(s) * time.Second)}
	}
	ada, grace := member("ada", true, 0), member("grace", true, time.Hour)
	sales := Waiting{Queue: "sales", Callers: []Waiter{at("s1", 2), at("s2", 3)}, Members: []Member{ada}}
	support := Waiting{Queue: "support", Callers: []Waiter{at("t1", 1), at("t2", 4)}, Members: []Member{ada, grace}}
	require.Equal(t, []string{"t1 grace", "s1 ada"}, offersInWords(sales, support))
	require.Equal(t, []string{"t1 grace", "s1 ada"}, offersInWords(support, sales), "whatever the order in which they are looked at")
	support.Members = support.Members[:1]
	require.Equal(t, []string{"t1 ada"}, offersInWords(sales, support), "an agent is offered once")
}

func TestOffers_moreOfALineIsWorthReadingOnlyWhereSomebodyIsLeftWithoutACaller(t *testing.T) {
	t.Parallel()
	w := Waiting{Size: 3, Callers: []Waiter{{Call: "first"}}, Members: []Member{member("ada", true, 0), member("grace", false, 0)}}
	require.False(t, w.Short(Offers(w)), "ada has a caller")
	w.Callers[0].Legs = 1
	require.True(t, w.Short(Offers(w)), "the first has a member already, the others may have none")
	w.Size = 1
	require.False(t, w.Short(Offers(w)), "that is the whole line")
}

func TestOffers_neverTwiceTheSameMemberNorABusyOneNorOutOfTurn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := Waiting{Strategy: rapid.SampledFrom([]Strategy{"", LongestIdle, InOrder, RingAll}).Draw(t, "strategy")}
		for i := range rapid.IntRange(0, 6).Draw(t, "callers") {
			w.Callers = append(w.Callers, Waiter{Call: fmt.Sprint("call", i), Legs: rapid.IntRange(0, 6).Draw(t, "legs")})
		}
		for i := range rapid.IntRange(0, 8).Draw(t, "members") {
			w.Members = append(w.Members, member(fmt.Sprint(i), rapid.Bool().Draw(t, "free"), time.Duration(rapid.IntRange(0, 3).Draw(t, "idle"))*time.Minute))
		}
		most := 1
		if w.Strategy == RingAll {
			most = MaxLegs
		}
		before := slices.Clone(w.Members)
		offers, seen, legs := Offers(w), map[string]bool{}, map[string]int{}
		for _, c := range w.Callers {
			legs[c.Call] = c.Legs
		}
		for _, o := range offers {
			if seen[o.Party.Agent] {
				t.Fatalf("%s is offered twice", o.Party.Agent)
			}
			seen[o.Party.Agent] = true
			legs[o.Call]++
		}
		free := 0
		for i, m := range w.Members {
			if m.Free {
				free++
			} else if seen[m.Party.Agent] {
				t.Fatalf("%s is not free", m.Party.Agent)
			}
			if m != before[i] {
				t.Fatal("the members were changed")
			}
		}
		for _, c := range w.Callers {
			if legs[c.Call] > max(most, c.Legs) {
				t.Fatalf("%s has too many offers", c.Call)
			}
			if free > len(offers) && legs[c.Call] < most {
				t.Fatalf("%s waits though somebody is free", c.Call)
			}
		}
	})
}

func TestAtWork_isAnyMemberWhoIs(t *testing.T) {
	t.Parallel()
	require.False(t, Waiting{Members: []Member{{Free: true}}}.AtWork(""))
	ada, via := member("ada", true, 0), member("grace", false, 0)
	ada.AtWork, via.AtWork, via.Party.Endpoints[0].Via = true, true, "twilio"
	require.True(t, Waiting{Members: []Member{{}, ada}}.AtWork(""))
	require.True(t, Waiting{Members: []Member{via}}.AtWork("twilio"))
	require.False(t, Waiting{Members: []Member{via}}.AtWork("vonage"), "a member whom the caller's carrier cannot reach is not waited for")
	ada.Party.Endpoints = nil
	require.False(t, Waiting{Members: []Member{ada}}.AtWork(""), "nor is one without an endpoint")
}

func TestQueue_settingsHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) { s.Queues["bare"] = Queue{} })
	q, ok := b.Queue("bare")
	require.True(t, ok)
	require.Equal(t, Queue{Strategy: LongestIdle, Offer: Place, MaxSize: 100, Ring: 15 * time.Second, MaxWait: 10 * time.Minute}, q)
	q, _ = b.Queue("support")
	require.Equal(t, 5*time.Minute, q.MaxWait)
	_, ok = b.Queue("none")
	require.False(t, ok)
	box, ok := b.Mailbox("team")
	require.True(t, ok)
	require.Equal(t, leaveOne, box.Greeting.Say)
	_, ok = b.Mailbox("ada")
	require.False(t, ok)
}
