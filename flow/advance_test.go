package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestAdvance_aCallBeginsByArriving(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for _, w := range []What{
		{Kind: Pressed, Digits: "1"}, {Kind: HungUp}, {Kind: Woke, Clock: StepClock}, {Kind: Told, News: Dropped}, {Kind: Arrived}, {},
	} {
		c, m := b.Advance(Call{}, Event{At: noon, What: w})
		require.Equal(t, Call{}, c)
		require.NotZero(t, m.Ignored)
	}
	l := dials(t, b, "+12025550100").says(welcome).stands(theFlow, Listening)
	require.Equal(t, uint32(1), l.c.Rev)
	require.Equal(t, uint32(1), l.c.Standing)
	require.True(t, l.c.Live())
	require.False(t, l.c.IsLeg())
	l.ignores(Repeated, Event{What: What{Kind: Arrived, Start: l.c.Info}})
	l.hangsUp().ends(ResultAbandoned)
	require.False(t, l.c.Live())
	l.ignores(Over, Event{What: What{Kind: Arrived, Start: l.c.Info}})
	l.ignores(Over, Event{What: What{Kind: HungUp}})
}

func TestAdvance_anUnknownEntrySaysSorry(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), "nowhere")
	l.says("Sorry, we cannot complete your call. Please try again later. Goodbye.").does(Hangup)
	l.hangsUp().ends(ResultFailed)
}

func TestAdvance_aLoopIsRefusedAsBusy(t *testing.T) {
	t.Parallel()
	l := arrives(t, compiled(t, nil), &Info{Key: Key{"acme", "call"}, Entry: "+12025550100", Loop: true}, nil)
	l.says().does(Hangup)
	require.Equal(t, LineBusy, l.m.Do.Cause)
	l.hangsUp().ends(ResultRejected)
}

func TestAdvance_theProductMayEndACall(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).told(Dropped, "").says().does(Hangup)
	require.True(t, l.c.Owed, "nobody waits for it")
	l.ignores(Repeated, Event{What: What{Kind: Told, News: Dropped}})
	l.hangsUp().ends(ResultGoodbye)
}

func TestAdvance_aCarrierThatFailsLeadsToAnApologyOnce(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).happens(What{Kind: Failed}).does(Hangup)
	require.Equal(t, "sorry", l.b.StepName(l.c.State))
	l.ignores(NotNow, Event{Re: l.c.Standing, What: What{Kind: Failed}})
	l.ignores(Late, Event{Re: 1, What: What{Kind: Failed}})
	l.hangsUp().ends(ResultFailed)
}

func TestAdvance_whatAnswersAnOldTurnIsLate(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).keys("").keys("")
	require.Equal(t, uint32(3), l.c.Standing)
	l.ignores(Late, Event{Re: 1, What: What{Kind: Pressed, Digits: "1001"}})
	l.ignores(Late, Event{Re: 4, What: What{Kind: Pressed, Digits: "1001"}})
	l.ignores(JustAFact, Event{What: What{Kind: Pressed, Digits: "1001"}})
	l.ignores(Late, Event{Re: 2, What: What{Kind: Failed}})
	l.accepts(Event{Re: 1, What: What{Kind: HungUp}}) // that is so whenever it is told
	l.ends(ResultAbandoned)
}

func TestAdvance_theClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).after(-time.Hour).keys("")
	require.Equal(t, noon.UnixNano(), l.c.Last)
	at, clock, ok := l.c.Wake()
	require.True(t, ok)
	require.Equal(t, StepClock, clock)
	require.Equal(t, noon.Add(2*time.Minute), at)
	l.ignores(NotDue, Event{What: What{Kind: Woke, Clock: StepClock}})
	l.ignores(NotDue, Event{What: What{Kind: Woke, Clock: WaitClock}})
	l.ignores(NotDue, Event{What: What{Kind: Woke}})
	l.ignores(NotDue, Event{What: What{Kind: Woke, Clock: 9}})
	l.at = noon.Add(2 * time.Minute)
	l.happens(What{Kind: Woke, Clock: StepClock, Report: Alive})
	l.ignores(NotDue, Event{What: What{Kind: Woke, Clock: StepClock, Report: Alive}})
	require.Equal(t, l.at.Add(5*time.Minute).UnixNano(), l.c.Clocks[StepClock-1])
}

func TestAdvance_aTurnIsOwedWhereNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow)
	require.False(t, l.c.Owed)
	l.accepts(Event{Re: 1, What: What{Kind: Pressed}})
	require.True(t, l.c.Owed)

	l.accepts(Event{Re: 1, Reply: true, What: What{Kind: Pressed}}) // a repeated request fetches it
	require.False(t, l.c.Owed)
	require.Zero(t, l.m)
	require.Equal(t, uint32(2), l.c.Standing)
	l.ignores(Late, Event{Re: 1, Reply: true, What: What{Kind: Pressed}})

	l.accepts(Event{Re: 2, What: What{Kind: Pressed}})
	l.hangsUp()
	require.False(t, l.c.Owed, "there is nobody to say it to")
}

func TestAdvance_aRepeatedEventReturnsTheSameStandingTurn(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).keys("")
	was := l.c.Turn()
	require.Equal(t, Turn{Call: l.c.Key, Seq: 2, Move: l.m, Info: was.Info}, was)
	l.ignores(Late, Event{Re: 1, Reply: true, What: What{Kind: Pressed}})
	require.Equal(t, was, l.c.Turn())
	require.Equal(t, Turn{}, Call{}.Turn())
	require.Equal(t, Move{}, Call{}.Now())
}

// circling is an account where a caller can go round: from the flow to the menu
// and back, a key at a time.
func circling(t *testing.T) *Book {
	return compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.Star = ToMenu("main")
		s.Flows["front-desk"] = f
		s.Menus["main"].Keys["1"] = *ToFlow("front-desk")
	})
}

func TestAdvance_aCallEntersFiftyStepsAtMost(t *testing.T) {
	t.Parallel()
	l := dials(t, circling(t), theFlow)
	for l.c.Entries < 50 {
		l.keys("*")
		if l.c.Entries < 50 {
			l.keys("1")
		}
	}
	l.keys("1").says("Sorry, we cannot complete your call. Please try again later. Goodbye.").does(Hangup)
	require.Equal(t, "limit", l.b.StepName(l.c.State))
	l.hangsUp().ends(ResultLimit)
}

// talkative is a caller who has the prompt repeated until only one turn is left.
func talkative(t *testing.T, b *Book) *line {
	t.Helper()
	l := dials(t, b, theMenu)
	for l.c.Rev < 999 {
		l.keys("9")
	}
	return l
}

func TestAdvance_aCallMakesAThousandTurnsAtMost(t *testing.T) {
	t.Parallel()
	l := talkative(t, compiled(t, nil)).keys("9").says(mainMenu)
	require.Equal(t, uint32(1000), l.c.Rev)
	l.keys("9").does(Hangup)
	require.Equal(t, "limit", l.b.StepName(l.c.State))
	l.wakes(StepClock, What{Report: Alive}).hangsUp().ends(ResultLimit)
}

func TestAdvance_theLimitOfTurnsCutsNoTalkAndLosesNoMessage(t *testing.T) {
	t.Parallel()
	l := talkative(t, compiled(t, nil)).keys("2").stands(theBox, Recording)
	l.happens(What{Kind: Recorded, Ref: "RE1", Length: time.Minute})
	require.Equal(t, PostMessageLeft, l.posts[0].Kind)
	l.hangsUp().ends(ResultVoicemail)

	b := compiled(t, func(s *Settings) {
		s.Menus["main"].Keys["3"] = *ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, nil)
	})
	l = dials(t, b, theMenu)
	for l.c.Rev < 998 {
		l.keys("9")
	}
	l.keys("3").fact(What{Kind: Answered})
	require.Equal(t, uint32(1000), l.c.Rev)
	l.wakes(StepClock, What{Report: Talking}).stands(l.b.StepName(l.c.State), InTalk)
	l.happens(What{Kind: AgentHungUp}).hangsUp().ends(ResultHandedOff)
}

func TestAdvance_backupClocksNeverCutWhatTheCarrierReportsAlive(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow)
	for range 100 {
		at, clock, _ := l.c.Wake()
		l.at = at
		l.happens(What{Kind: Woke, Clock: clock, Report: Alive}).stands(theFlow, Listening)
	}
	at, clock, _ := l.c.Wake()
	l.at = at
	l.happens(What{Kind: Woke, Clock: clock, Report: Gone}).ends(ResultAbandoned)
	require.True(t, l.c.Has(Reconciled))
}

func TestAdvance_aCallThatNobodyCanAskAboutEndsWithItsLife(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow)
	for !l.c.Has(Closed) {
		at, clock, _ := l.c.Wake()
		l.at = at
		l.happens(What{Kind: Woke, Clock: clock})
	}
	require.Equal(t, noon.Add(6*time.Hour), l.at)
	l.ends(ResultAbandoned)
}

func TestAdvance_aCallOfAnotherBookSaysSorry(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for _, at := range []StepID{0, 9999} {
		c := Call{Info: &Info{Key: Key{"acme", "call"}}, State: State{At: at, Phase: Listening, Armed: LifeClock.Of()}, Rev: 7, Standing: 7}
		next, m := b.Advance(c, Event{Re: 7, At: noon, What: What{Kind: Pressed, Digits: "1"}})
		require.Equal(t, Hangup, m.Do.Kind)
		require.Equal(t, "sorry", b.StepName(next.State))
		require.True(t, next.Armed.Has(StepClock))
		next, _ = b.Advance(c, Event{At: noon, What: What{Kind: HungUp}})
		require.True(t, next.Has(Closed))
	}
	require.Empty(t, b.StepName(State{At: 9999}))
}

func TestAdvance_isTheSameEveryTime(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := rings(t, b)
	e := Event{Call: l.c.Key, Re: l.c.Standing, At: noon.Add(time.Second), What: What{Kind: FoundBusy}}
	c1, m1 := b.Advance(l.c, e)
	c2, m2 := b.Advance(l.c, e)
	require.Equal(t, c1, c2)
	require.Equal(t, m1, m2)
	other := compiled(t, nil)
	c3, m3 := other.Advance(l.c, e)
	require.Equal(t, c1, c3)
	require.Equal(t, m1, m3)
}

func TestSpoken_readsTheDigitsOneByOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1 2 0", Spoken("+120"))
	require.Equal(t, "a caller who withheld the number", Spoken(""))
	require.Equal(t, "a caller who withheld the number", Spoken("client:ada"))
}

func TestEvents_areThoseThatChangeAState(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := dials(t, b, theFlow)
	kinds := map[Kind]bool{}
	for _, w := range b.Events(l.c.State) {
		kinds[w.Kind] = true
		require.NotEqual(t, NoticeClock, w.Clock)
	}
	require.Equal(t, map[Kind]bool{Pressed: true, HungUp: true, Failed: true, Woke: true, Told: true, Exhausted: true}, kinds)
	for _, w := range b.Events(State{}) {
		require.Equal(t, Arrived, w.Kind)
	}
	l.hangsUp()
	require.Empty(t, b.Events(l.c.State))
}

func TestOutcome_isAWordOrAKey(t *testing.T) {
	t.Parallel()
	require.Equal(t, "busy", OnBusy.String())
	require.Equal(t, "7", keyOutcome('7').String())
	require.Equal(t, "*", OnKeyStar.String())
	require.Equal(t, "#", OnKeyHash.String())
	require.Empty(t, Outcome(200).String())
	require.Equal(t, NoOutcome, keyOutcome('A'))
}

func TestAdvance_aCallSaysWhenItBeganWhenItsCallerLeftAndWhoTookIt(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := rings(t, b)
	began := l.c.Last
	require.Equal(t, began, l.c.Began)
	require.Empty(t, l.c.TakenBy, "it rings")
	l.after(3 * time.Second).happens(What{Kind: Answered})
	require.Equal(t, "ada", l.c.TakenBy)
	long, known := l.c.Lasted(noon.Add(5 * time.Second))
	require.True(t, known)
	require.Equal(t, 5*time.Second, long, "so far")
	l.after(time.Minute).happens(What{Kind: AgentHungUp})
	require.Zero(t, l.c.Left)
	l.after(time.Second).hangsUp().ends(ResultAnswered)
	require.Equal(t, "ada", l.c.TakenBy, "also when it is over")
	long, known = l.c.Lasted(noon.Add(time.Hour))
	require.True(t, known)
	require.Equal(t, 64*time.Second, long)

	machine := rings(t, b).happens(What{Kind: Answered}).happens(What{Kind: Unanswered})
	require.Empty(t, machine.c.TakenBy, "what answered was a mobile's voicemail")
	box := dials(t, b, theFlow).keys("1002").found(extension.ClassAway, grace).stands(theBox, Recording).after(8 * time.Second).hangsUp()
	left := box.c.Left
	box.after(time.Minute).accepts(Event{What: What{Kind: Recorded, Ref: "r", Length: 8 * time.Second}})
	require.Equal(t, left, box.c.Left, "the recording came after the caller had gone")

	waits := waits(t, nil).told(Offered, "leg")
	waits.accepts(Event{What: What{Kind: Told, News: Accepted, Leg: "leg", Party: grace}})
	require.Equal(t, "grace", waits.c.TakenBy, "the member whose leg it was")

	old := Call{Info: waits.c.Info, State: State{Marks: CallerGone}}
	_, known = old.Lasted(noon)
	require.False(t, known, "a version before did not say")
}
