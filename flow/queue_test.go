package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// waits is a caller in the line of the sample account's queue, changed.
func waits(t *testing.T, change func(*Queue)) *line {
	t.Helper()
	b := compiled(t, func(s *Settings) {
		q := s.Queues["support"]
		if change != nil {
			change(&q)
		}
		s.Queues["support"] = q
	})
	l := dials(t, b, theLine).does(Find)
	require.Equal(t, Command{Kind: Find, Name: "support"}, l.m.Do)
	return l.found(extension.ClassAvailable, nil).stands(theLine, InLine)
}

func TestQueue_holdsWithMusicAndTheKeyThatLeaves(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).says()
	require.Equal(t, Command{Kind: Hold, Keys: "*", Music: &Message{Play: "https://media.example.com/hold.mp3", Language: "en-US"}}, l.m.Do)
	require.Equal(t, []Post{{Kind: PostWaiting, Queue: "support"}}, l.posts)
	require.Equal(t, "support", l.b.Line(l.c))

	l = waits(t, func(q *Queue) { q.Hold, q.LeaveKey, q.OnLeave = Say("Please hold."), "", nil })
	l.says("Please hold.")
	require.Equal(t, Command{Kind: Hold}, l.m.Do)
}

func TestQueue_fullOrWithoutAnybodyAtWorkLeadsOn(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		q := s.Queues["support"]
		q.OnMaxSize, q.OnNoMembers = HangUp(Say("Full.")), HangUp(Say("Nobody."))
		s.Queues["support"] = q
	})
	dials(t, b, theLine).found(extension.ClassBusy, nil).says("Full.")
	dials(t, b, theLine).found(extension.ClassAway, nil).says("Nobody.")
	dials(t, compiled(t, nil), theLine).found(extension.ClassAway, nil).stands(theBox, Recording)
	dials(t, b, theLine).ignores(NotNow, Event{What: What{Kind: Opened}})
}

func TestQueue_withoutDestinationsLeadsToTheDefaultMailboxElseGoodbye(t *testing.T) {
	t.Parallel()
	bare := func(box string) *Book {
		return compiled(t, func(s *Settings) {
			s.Defaults.DefaultMailbox = box
			s.Queues["support"] = Queue{LeaveKey: "*"}
		})
	}
	for _, outcome := range []extension.Class{extension.ClassBusy, extension.ClassAway} {
		dials(t, bare("team"), theLine).found(outcome, nil).stands(theBox, Recording)
		dials(t, bare(""), theLine).found(outcome, nil).says("Goodbye.")
	}
	dials(t, bare(""), theLine).found(extension.ClassAvailable, nil).keys("*").says("Goodbye.")
}

func TestQueue_onlyTheLeaveKeyLeaves(t *testing.T) {
	t.Parallel()
	l := waits(t, nil)
	for _, keys := range []Digits{"", "1", "#", "12", "**"} {
		l.ignores(Meaningless, Event{Re: l.c.Standing, What: What{Kind: Pressed, Digits: keys}})
	}
	l.keys("*").stands(theBox, Recording)
	require.Contains(t, l.posts, Post{Kind: PostServed, Queue: "support"})
	waits(t, nil).keys("*#").stands(theBox, Recording)
	waits(t, func(q *Queue) { q.LeaveKey, q.OnLeave = "", nil }).ignores(Meaningless, Event{Re: 2, What: What{Kind: Pressed, Digits: "*"}})
}

// A caller who can go on for ever does not: a call makes a thousand turns at most.
func TestQueue_aCallWithoutEndEndsAtTheLimitOfItsTurns(t *testing.T) {
	t.Parallel()
	l := waits(t, func(q *Queue) { q.Callback = true })
	for l.c.Rev < maxTurns {
		l.keys("1").does(Vet).found(extension.ClassAvailable, nil).does(Listen)
		if l.c.Rev < maxTurns {
			l.keys("2").does(Hold)
		}
	}
	l.keys("1").says("Sorry, we cannot complete your call. Please try again later. Goodbye.").does(Hangup)
	require.Equal(t, ResultLimit, l.c.State.Result)
	require.Empty(t, l.b.Line(l.c), "and nobody stays in a line")
}

func TestQueue_longestWaitLeadsOnWhateverTheCallerHears(t *testing.T) {
	t.Parallel()
	l := waits(t, nil)
	for range 4 {
		l.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 2}).says("You are number 2 in line.").does(Hold)
	}
	at, which, _ := l.c.Wake()
	require.Equal(t, noon.Add(5*time.Minute), at)
	l.at = at
	if which == NoticeClock { // both at once
		l.happens(What{Kind: Woke, Clock: NoticeClock, Class: extension.ClassAvailable})
	}
	l.wakes(WaitClock, What{}).stands(theBox, Recording)
}

func TestQueue_announcesPlaceAndWait(t *testing.T) {
	t.Parallel()
	l := waits(t, func(q *Queue) { q.Announce = Announce{Every: 20 * time.Second, Wait: extension.On} })
	l.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 3, Length: 90 * time.Second})
	l.says("You are number 3 in line.", "The estimated wait is 2 minutes.")
	require.Equal(t, noon.Add(20*time.Second), l.at)

	l = waits(t, func(q *Queue) { q.Announce = Announce{Position: extension.Off} })
	l.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 3}).says()
	require.Zero(t, l.m.Do.Kind)
	require.Equal(t, noon.Add(2*time.Minute).UnixNano(), l.c.Clocks[NoticeClock-1])
}

func TestQueue_leadsOnWhenNobodyIsAtWorkForHalfAMinute(t *testing.T) {
	t.Parallel()
	alone := waits(t, func(q *Queue) { q.Announce.Every, q.OnNoMembers = 15*time.Second, HangUp(Say("Nobody.")) })
	alone.wakes(NoticeClock, What{Class: extension.ClassAway}).says()
	require.Equal(t, noon.Add(15*time.Second), alone.at)
	alone.wakes(NoticeClock, What{Class: extension.ClassAway}).says("Nobody.")
	require.Equal(t, noon.Add(45*time.Second), alone.at)

	told := waits(t, func(q *Queue) { q.OnNoMembers = HangUp(Say("Nobody.")) })
	told.after(7*time.Second).told(Deserted, "").ignores(NotNow, Event{What: What{Kind: Told, News: Deserted}})
	told.wakes(NoticeClock, What{Class: extension.ClassAway}).says("Nobody.")
	require.Equal(t, noon.Add(37*time.Second), told.at)

	back := waits(t, nil)
	back.told(Deserted, "").wakes(NoticeClock, What{Class: extension.ClassAvailable}).stands(theLine, InLine)
	require.False(t, back.c.Has(Alone))
	back.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 1}).says("You are number 1 in line.")
}

func TestQueue_aMemberWhoDoesNotTakeItCostsNoPlace(t *testing.T) {
	t.Parallel()
	l := waits(t, nil)
	l.told(Offered, "leg1").stands(theLine, InLine).says()
	require.Equal(t, []string{"leg1"}, l.c.Legs)
	require.Equal(t, 1, l.c.Offered())
	l.ignores(Repeated, Event{What: What{Kind: Told, News: Offered, Leg: "leg1"}})
	l.told(Missed, "leg1")
	require.Empty(t, l.posts)
	require.Empty(t, l.c.Legs)
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Missed, Leg: "leg1"}})
	l.told(Offered, "leg2").told(Accepted, "leg2").does(Join)
	require.Equal(t, "call", l.m.Do.Room)
	require.Zero(t, l.m.Tell)
	require.Equal(t, []Post{{Kind: PostServed, Queue: "support"}}, l.posts)
}

func TestQueue_offersToFiveAtMostAndTheFirstToAcceptWins(t *testing.T) {
	t.Parallel()
	l := waits(t, func(q *Queue) { q.Strategy = RingAll })
	for _, leg := range []string{"a", "b", "c", "d", "e"} {
		l.told(Offered, leg)
	}
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Offered, Leg: "f"}})
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Accepted, Leg: "f"}})
	l.told(Missed, "b")
	require.Equal(t, []string{"a", "c", "d", "e"}, l.c.Legs)
	l.told(Accepted, "c").does(Join)
	require.Equal(t, Withdrawn, l.m.Tell)
	require.Equal(t, []string{"c"}, l.c.Legs)
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Accepted, Leg: "a"}})
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Left, Leg: "a"}})
	l.told(Left, "c").does(Hangup)
	require.Zero(t, l.m.Tell)
	l.hangsUp().ends(ResultAnswered)
}

func TestQueue_theTalkEndsWhenTheAgentsSideDoes(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).told(Offered, "leg").told(Accepted, "leg")
	l.ignores(NotNow, Event{Re: l.c.Standing, What: What{Kind: Unanswered}})
	l.happens(What{Kind: AgentHungUp}).does(Hangup)
	require.Equal(t, Withdrawn, l.m.Tell)
	l.ignores(NotNow, Event{What: What{Kind: Told, News: Left, Leg: "leg"}})
	l.hangsUp().ends(ResultAnswered)
}

func TestQueue_everyWayOutWithdrawsTheOffers(t *testing.T) {
	t.Parallel()
	out := map[string]Event{
		"hung up":     {What: What{Kind: HungUp}},
		"leave key":   {Re: 2, What: What{Kind: Pressed, Digits: "*"}},
		"product":     {What: What{Kind: Told, News: Dropped}},
		"the carrier": {Re: 2, What: What{Kind: Failed}},
		"turns":       {What: What{Kind: Exhausted, Budget: Turns}},
	}
	for name, e := range out {
		l := waits(t, nil).told(Offered, "a").told(Offered, "b")
		l.accepts(e)
		require.Equal(t, Withdrawn, l.m.Tell, name)
		require.Empty(t, l.c.Legs, name)
		require.Zero(t, l.c.State.Legs, name)
	}
	l := waits(t, nil).told(Offered, "a")
	l.at = noon.Add(5 * time.Minute)
	l.happens(What{Kind: Woke, Clock: WaitClock})
	require.Equal(t, Withdrawn, l.m.Tell)
	l = waits(t, nil).told(Offered, "a").told(Deserted, "").wakes(NoticeClock, What{Class: extension.ClassAway})
	require.Equal(t, Withdrawn, l.m.Tell)
	l = waits(t, nil).told(Offered, "a").told(Accepted, "a").hangsUp()
	require.Equal(t, Withdrawn, l.m.Tell)
	l.ends(ResultAnswered)
}

func TestQueue_dialRingsTheMemberDirectly(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).told(Dialled, "").does(Connect)
	require.Equal(t, ada, l.m.Do.Party)
	require.Equal(t, 15*time.Second, l.m.Do.Time)
	require.Equal(t, "ada", l.c.Agent())
	require.Equal(t, 1, l.c.Offered())
	require.Equal(t, "support", l.b.Line(l.c))
	l.happens(What{Kind: Declined}).does(Hold).says()
	require.Equal(t, []Post{{Kind: PostMissed, Agent: "ada", Queue: "support", Cause: extension.Declined, Length: 15 * time.Second}}, l.posts)
	require.Empty(t, l.c.Agent())

	l.told(Dialled, "").fact(What{Kind: Answered}).stands(theLine, InTalk)
	require.Equal(t, []Post{{Kind: PostServed, Queue: "support"}}, l.posts)
	l.happens(What{Kind: AgentHungUp}).does(Hangup)
	require.Equal(t, []Post{{Kind: PostTalked, Agent: "ada", Queue: "support", Length: 10 * time.Second}}, l.posts)
	l.hangsUp().ends(ResultAnswered)
	waits(t, nil).ignores(NotNow, Event{What: What{Kind: Told, News: Dialled}})                    // nobody to ring
	waits(t, nil).told(Offered, "a").ignores(NotNow, Event{What: What{Kind: Told, News: Dialled}}) // somebody rings already
}

func TestQueue_aWaitThatEndsDuringADirectRingEndsWithIt(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).told(Dialled, "")
	l.at = noon.Add(5 * time.Minute)
	l.happens(What{Kind: Woke, Clock: WaitClock}).stands(theLine, InRing).says()
	l.happens(What{Kind: Woke, Clock: NoticeClock}).stands(theLine, InRing)
	l.happens(What{Kind: Unanswered}).stands(theBox, Recording)
}

func TestQueue_aMobilesVoicemailThatAnsweredKeepsTheWaitRunning(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).told(Dialled, "").fact(What{Kind: Answered}).stands(theLine, InTalk)
	l.happens(What{Kind: Unanswered}).stands(theLine, InLine).does(Hold)
	require.Equal(t, NoResult, l.c.State.Result)
	require.True(t, l.c.Armed.Has(WaitClock) && l.c.Armed.Has(NoticeClock))
	require.Equal(t, noon.Add(5*time.Minute).UnixNano(), l.c.Clocks[WaitClock-1])

	l = waits(t, nil).told(Dialled, "").fact(What{Kind: Answered})
	l.at = noon.Add(5 * time.Minute)
	l.happens(What{Kind: Woke, Clock: WaitClock}).stands(theLine, InTalk)
	l.happens(What{Kind: Declined}).stands(theBox, Recording)
}

func TestQueue_aSilentCarrierIsAskedAndGivenTheStandingTurnAgain(t *testing.T) {
	t.Parallel()
	l := waits(t, func(q *Queue) { q.Announce.Every = 10 * time.Minute })
	l.c.Owed = false
	l.wakes(StepClock, What{Report: Alive}).says()
	require.Equal(t, noon.Add(2*time.Minute), l.at)
	require.True(t, l.c.Owed)
	l.c.Owed = false
	l.at = noon.Add(5 * time.Minute)
	l.happens(What{Kind: Woke, Clock: WaitClock})

	l = waits(t, nil)
	l.at = noon.Add(2 * time.Minute)
	l.c.Owed = false
	l.happens(What{Kind: Woke, Clock: StepClock, Report: Unknown})
	require.False(t, l.c.Owed, "a carrier that cannot be asked is not told again")
}
