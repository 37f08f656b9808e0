package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

const theLeg = "queue support: leg"

func TestLeg_ringsTheAgentAndReservesIt(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").does(Originate).stands(theLeg, Calling)
	require.Equal(t, ada, l.m.Do.Party)
	require.Equal(t, 15*time.Second, l.m.Do.Time)
	require.Equal(t, "ada", l.c.Agent())
	require.True(t, l.c.IsLeg())
	offered(t, compiled(t, nil), "a queue of another release").does(Originate).stands("leg", Calling)
}

func TestLeg_takesTheCallerOnceTheAgentAccepts(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := offered(t, b, "support").happens(What{Kind: Answered}).stands(theLeg, Screening)
	l.says("Call from 1 4 1 5 5 5 5 0 1 0 0. Press 1 to accept.").does(Listen)
	l.keys("1").does(Tell)
	require.Equal(t, Accepted, l.m.Do.News)
	l.happens(What{Kind: Replied, Yes: true}).does(Join)
	require.Equal(t, "call", l.m.Do.Room)
	require.Equal(t, "ada", l.c.Agent())
	l.fact(What{Kind: HungUp})
	require.Equal(t, Left, l.m.Tell)
	require.Contains(t, l.posts, Post{Kind: PostTalked, Agent: "ada", Queue: "support", Length: 10 * time.Second})
	l.ends(ResultAnswered)
}

func TestLeg_needsNoKeyWhereTheCarrierHadTheAgentAccept(t *testing.T) {
	t.Parallel()
	offered(t, compiled(t, nil), "support").happens(What{Kind: Answered, Yes: true}).does(Tell)
}

func TestLeg_asksTwiceAndIsThenMissed(t *testing.T) {
	t.Parallel()
	for _, keys := range []Digits{"", "2", "11", "1*"} {
		l := offered(t, compiled(t, nil), "support").happens(What{Kind: Answered})
		l.keys(keys).does(Listen).stands(theLeg, Screening)
		l.keys(keys).does(Hangup)
		require.Equal(t, Missed, l.m.Tell)
		require.Equal(t, "ada", l.c.Agent(), "the agent is held until the line is free")
		l.fact(What{Kind: HungUp})
		require.Zero(t, l.m.Tell)
		require.Equal(t, Post{Kind: PostMissed, Agent: "ada", Queue: "support", Cause: extension.Unanswered, Length: 30 * time.Second}, l.posts[0])
		l.ends(ResultMissed)
	}
	offered(t, compiled(t, nil), "support").happens(What{Kind: Answered}).keys("1#").does(Tell)
}

func TestLeg_tellsTheCallersCallHowItWasMissed(t *testing.T) {
	t.Parallel()
	for kind, cause := range map[Kind]extension.Miss{
		FoundBusy: extension.Engaged, Unanswered: extension.Unanswered, Declined: extension.Declined,
		Unreachable: extension.Unreachable, Failed: extension.Unreachable,
	} {
		l := offered(t, compiled(t, nil), "support").fact(What{Kind: kind})
		require.Equal(t, Missed, l.m.Tell)
		require.Equal(t, Post{Kind: PostMissed, Agent: "ada", Queue: "support", Cause: cause, Length: cause.Rest()}, l.posts[0])
		l.ends(ResultMissed)
	}
	offered(t, compiled(t, nil), "support").fact(What{Kind: AgentHungUp}).ends(ResultMissed)
}

func TestLeg_isHungUpWhenItIsNoLongerWanted(t *testing.T) {
	t.Parallel()
	for _, news := range []News{Withdrawn, Dropped} {
		l := offered(t, compiled(t, nil), "support").happens(What{Kind: Placing}).told(news, "call").says().does(Hangup)
		require.Equal(t, news == Dropped, l.m.Tell == Missed, "who withdraws it knows")
		l.ignores(Repeated, Event{What: What{Kind: Told, News: news}})
		l.ignores(Repeated, Event{What: What{Kind: Told, News: Withdrawn}})
		l.ignores(NotNow, Event{Re: l.c.Standing, What: What{Kind: Answered}})
		l.fact(What{Kind: Unanswered})
		require.Zero(t, l.m.Tell, "the caller's call knows")
		require.Equal(t, PostFreed, l.posts[0].Kind, "and nobody missed anything")
		l.ends(ResultMissed)
	}
}

func TestLeg_comingTooLateSaysThatTheCallerHasGone(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").happens(What{Kind: Answered, Yes: true})
	l.happens(What{Kind: Replied}).says("The caller has gone. Goodbye.").does(Hangup)
	l.fact(What{Kind: HungUp}).ends(ResultMissed)
}

func TestLeg_thatTheCarrierFailsIsOverOnlyOnceItIsHungUp(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").happens(What{Kind: Answered, Yes: true}).happens(What{Kind: Replied, Yes: true})
	l.happens(What{Kind: Failed}).does(Hangup)
	require.Equal(t, Left, l.m.Tell)
	require.Equal(t, "ada", l.c.Agent())
	l.happens(What{Kind: Failed}).ends(ResultAnswered) // nor can it be hung up: it is not there

	l = offered(t, compiled(t, nil), "support").happens(What{Kind: Answered}).happens(What{Kind: Failed}).does(Hangup)
	require.Equal(t, Missed, l.m.Tell)
}

func TestLeg_silentLegsAreAskedAfter(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := offered(t, b, "support")
	at, _, _ := l.c.Wake()
	require.Equal(t, noon.Add(15*time.Second+16*time.Second+time.Minute), at)
	l.wakes(StepClock, What{Report: Alive}).does(Hangup)
	require.Equal(t, Missed, l.m.Tell)
	l.c.Owed = false
	l.wakes(StepClock, What{Report: Alive})
	require.True(t, l.c.Owed, "it is to be hung up once more")
	l.wakes(StepClock, What{Report: Unknown}).ends(ResultMissed)

	l = offered(t, b, "support").wakes(StepClock, What{Report: Unknown})
	require.Equal(t, Missed, l.m.Tell)
	l.ends(ResultMissed)
	offered(t, b, "support").wakes(StepClock, What{Report: Gone}).ends(ResultMissed)
	l = offered(t, b, "support")
	l.at = noon.Add(6 * time.Hour)
	l.happens(What{Kind: Woke, Clock: LifeClock, Report: Alive}).does(Hangup)
	l.ignores(NotDue, Event{What: What{Kind: Woke, Clock: LifeClock, Report: Alive}})

	l = offered(t, b, "support").happens(What{Kind: Answered}).wakes(StepClock, What{Report: Unknown}).stands(theLeg, Screening)
	l = l.keys("1").happens(What{Kind: Replied, Yes: true}).wakes(StepClock, What{Report: Talking}).stands(theLeg, InTalk)
	l.at = noon.Add(6 * time.Hour)
	l.happens(What{Kind: Woke, Clock: LifeClock, Report: Talking}).stands(theLeg, InTalk)
	l.at = l.at.Add(6 * time.Hour)
	l.happens(What{Kind: Woke, Clock: LifeClock, Report: Unknown})
	require.Equal(t, Left, l.m.Tell)
	l.ends(ResultAnswered)
}

func TestLeg_thatWasNeverPlacedIsSimplyOver(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").told(Withdrawn, "call")
	require.Zero(t, l.m.Tell)
	require.Equal(t, PostFreed, l.posts[0].Kind)
	l.ends(ResultMissed)
	l.ignores(Over, Event{Re: 1, What: What{Kind: Placing}})
}

func TestLeg_isPlacedOnce(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support")
	l.c.Owed = true
	l.accepts(Event{Re: 1, What: What{Kind: Placing}})
	require.False(t, l.c.Owed, "the carrier is told now, and never again for this")
	l.ignores(NotNow, Event{Re: 1, What: What{Kind: Placing}})
	l.ignores(Late, Event{Re: 2, What: What{Kind: Began, Ref: "CA1"}})
	l.accepts(Event{Re: 1, What: What{Kind: Began, Ref: "CA1"}})
	require.Equal(t, "CA1", l.c.Ref)
	l.ignores(Repeated, Event{Re: 1, What: What{Kind: Began, Ref: "CA1"}})
	l.stands(theLeg, Calling)
}

func TestLeg_thatCouldNotBePlacedIsTriedAgainUntilItsTimeIsUp(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := offered(t, b, "support")
	for range 3 {
		l.accepts(Event{Re: 1, What: What{Kind: Placing}})
		l.accepts(Event{Re: 1, What: What{Kind: NotPlaced}})
		require.False(t, l.c.Owed)
		l.wakes(NoticeClock, What{}).stands(theLeg, Calling)
		require.True(t, l.c.Owed, "5 s later")
	}
	require.Equal(t, noon.Add(15*time.Second), l.at)
	l.wakes(StepClock, What{})
	require.Equal(t, Missed, l.m.Tell)
	require.Equal(t, PostFreed, l.posts[0].Kind, "nothing rang, so that nobody missed it")
	l.ends(ResultMissed)

	l = offered(t, b, "support").happens(What{Kind: Placing}).told(Withdrawn, "call").does(Hangup)
	l.accepts(Event{Re: 1, What: What{Kind: NotPlaced}})
	require.Zero(t, l.m.Tell)
	l.ends(ResultMissed)
}

func TestLeg_thatBeginsWhenItIsNoLongerWantedIsHungUp(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").happens(What{Kind: Placing}).told(Withdrawn, "call").does(Hangup)
	l.c.Owed = false // the carrier did not know of any such leg yet
	l.accepts(Event{Re: 1, What: What{Kind: Began, Ref: "CA1"}})
	require.True(t, l.c.Owed)
	require.Equal(t, "CA1", l.c.Ref)
	require.Equal(t, Hangup, l.c.Now().Do.Kind)
	require.Equal(t, "ada", l.c.Agent(), "until it is over")
	l.fact(What{Kind: HungUp}).ends(ResultMissed)
}

func TestLeg_anAnswerSaysByWhatReferenceToo(t *testing.T) {
	t.Parallel()
	l := offered(t, compiled(t, nil), "support").happens(What{Kind: Placing}).happens(What{Kind: Answered, Ref: "CA1"})
	require.Equal(t, "CA1", l.c.Ref)
}

func TestLeg_ringsTheAgentsTelephonesOneAfterTheOther(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := offered(t, b, "support").happens(What{Kind: Placing}).happens(What{Kind: Began, Ref: "CA1"})
	first := l.c.Standing
	l.ignores(Late, Event{What: What{Kind: Unreachable, Yes: true}})
	l.accepts(Event{Re: first, What: What{Kind: Unreachable, Yes: true}})
	l.does(Originate).stands(theLeg, Calling)
	require.Equal(t, uint8(1), l.m.Do.Tried)
	require.Equal(t, uint8(1), l.m.Do.Lost)
	require.True(t, l.c.Owed)
	require.Empty(t, l.c.Ref, "the next telephone has another")
	for _, w := range []What{{Kind: Unreachable, Yes: true}, {Kind: Unreachable}, {Kind: Began, Ref: "CA1"}, {Kind: Placing}} {
		l.ignores(Late, Event{Re: first, What: w})
	}
	l.happens(What{Kind: Placing})
	l.ignores(Late, Event{Re: first, What: What{Kind: Unreachable, Yes: true}})
	second := l.c.Standing
	l.accepts(Event{Re: second, What: What{Kind: FoundBusy, Yes: true}})
	require.Equal(t, uint8(2), l.m.Do.Tried)
	require.Equal(t, uint8(1), l.m.Do.Lost)
	l.happens(What{Kind: Placing}).fact(What{Kind: Unanswered})
	require.Equal(t, extension.Engaged, l.posts[0].Cause, "busy outweighs the others")
	l.ends(ResultMissed)

	l = offered(t, b, "support").happens(What{Kind: Placing})
	l.accepts(Event{Re: l.c.Standing, What: What{Kind: Unanswered, Yes: true}})
	l.told(Withdrawn, "call")
	require.Equal(t, PostFreed, l.posts[0].Kind)
	l.ends(ResultMissed)

	l = offered(t, b, "support")
	for range maxTelephones {
		l.happens(What{Kind: Declined, Yes: true}).does(Originate)
	}
	l.happens(What{Kind: Declined, Yes: true}).ends(ResultMissed)
}
