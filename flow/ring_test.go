package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// rings is a caller who keyed ada's extension, and ada's telephone rings.
func rings(t *testing.T, b *Book) *line {
	t.Helper()
	return dials(t, b, theFlow).keys("1001").found(extension.ClassAvailable, ada).stands(theRing, InRing)
}

func TestRing_connectsToTheAgentFoundAndReservesIt(t *testing.T) {
	t.Parallel()
	l := rings(t, compiled(t, nil))
	require.Equal(t, Connect, l.m.Do.Kind)
	require.Equal(t, ada, l.m.Do.Party)
	require.Equal(t, 20*time.Second, l.m.Do.Time)
	require.Equal(t, 2*time.Hour, l.m.Do.Limit)
	require.Equal(t, ShowCaller, l.m.Do.CallerID)
	require.Equal(t, "ada", l.c.Agent())
	require.Equal(t, ada, l.c.Now().Do.Party)
}

func TestRing_screensTelephonesUnlessSomebodySaysOtherwise(t *testing.T) {
	t.Parallel()
	tel, client := extension.Endpoint{Address: "tel:+12025550111"}, extension.Endpoint{Address: "client:ada"}
	screens := func(flow, agent extension.Switch) (bool, bool) {
		b := compiled(t, func(s *Settings) {
			f := s.Flows["front-desk"]
			f.Screening = flow
			s.Flows["front-desk"] = f
		})
		l := dials(t, b, theFlow).keys("1001").found(extension.ClassAvailable, &extension.Party{Agent: "ada", Screening: agent})
		return l.m.Do.Screens(tel), l.m.Do.Screens(client)
	}
	for _, is := range []struct {
		flow, agent extension.Switch
		tel, client bool
	}{
		{"", "", true, false}, {extension.On, "", true, true}, {extension.Off, "", false, false},
		{"", extension.On, true, true}, {extension.On, extension.Off, false, false}, {extension.Off, extension.On, true, true},
	} {
		onTel, onClient := screens(is.flow, is.agent)
		require.Equal(t, []bool{is.tel, is.client}, []bool{onTel, onClient}, "flow %q, agent %q", is.flow, is.agent)
	}
	require.False(t, Command{Kind: Connect}.Screens(tel), "nothing to say is no screening")
}

// A carrier may ring an agent's telephones one after the other, 10 s each at least, and
// have each ask by itself: until the last has had its turn our clock must not cut in.
func TestRing_theBackupClockWaitsUntilEveryTelephoneHadItsTurn(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil) // rings for 20 s
	for _, is := range []struct {
		ends  []string
		after time.Duration
	}{
		{[]string{"client:ada"}, 51 * time.Second},
		{[]string{"client:ada", "tel:+12025550111"}, 51 * time.Second},
		{[]string{"sip:1@a.example", "sip:2@a.example", "sip:3@a.example", "sip:4@a.example"}, 71 * time.Second},
		{[]string{"tel:+12025550111", "tel:+12025550112", "tel:+12025550113"}, 93 * time.Second},
	} {
		party := &extension.Party{Agent: "ada"}
		for _, at := range is.ends {
			party.Endpoints = append(party.Endpoints, extension.Endpoint{Address: at})
		}
		l := dials(t, b, theFlow).keys("1001").found(extension.ClassAvailable, party).does(Connect)
		require.Equal(t, is.after, time.Duration(l.c.Clocks[StepClock-1]-l.c.Last), "%v", is.ends)
		at, clock, armed := l.c.Wake()
		require.True(t, armed)
		require.Equal(t, StepClock, clock)
		require.Equal(t, is.after, time.Duration(at.UnixNano()-l.c.Last))
	}
}

func TestRing_ruleAWhenTheAgentCannotBeRung(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	dials(t, b, theFlow).keys("1002").found(extension.ClassAway, grace).stands(theBox, Recording)
	rings(t, b).happens(What{Kind: Unreachable}).stands(theBox, Recording)
}

func TestRing_ruleBWhenNobodyTakesIt(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	rings(t, b).happens(What{Kind: Unanswered}).stands(theLine, Finding)
	rings(t, b).happens(What{Kind: Declined}).stands(theLine, Finding)
}

func TestRing_ruleCWhenTheAgentIsBusy(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	dials(t, b, theFlow).keys("1003").found(extension.ClassBusy, ada).stands(theMenu, Listening)
	rings(t, b).happens(What{Kind: FoundBusy}).stands(theMenu, Listening)
}

func TestRing_freesTheAgentWhenItIsOver(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Unreachable, Unanswered, Declined, FoundBusy, HungUp, Failed} {
		l := rings(t, compiled(t, nil)).happens(What{Kind: kind})
		require.Empty(t, l.c.Agent())
		require.Nil(t, l.c.Party)
	}
}

func TestRing_becomesATalkThatEndsOnEitherSide(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := rings(t, b).fact(What{Kind: Answered}).stands(theRing, InTalk)
	require.Equal(t, "ada", l.c.Agent())
	l.happens(What{Kind: AgentHungUp}).says().does(Hangup)
	require.Empty(t, l.c.Agent())
	l.hangsUp().ends(ResultAnswered)

	rings(t, b).fact(What{Kind: Answered}).hangsUp().ends(ResultAnswered)
	rings(t, b).happens(What{Kind: AgentHungUp}).hangsUp().ends(ResultAnswered) // a carrier that tells of no answer
	rings(t, b).hangsUp().ends(ResultAbandoned)
}

func TestRing_aMobilesVoicemailThatAnsweredIsNoAnswerInTheEnd(t *testing.T) {
	t.Parallel()
	l := rings(t, compiled(t, nil)).fact(What{Kind: Answered}).stands(theRing, InTalk)
	l.happens(What{Kind: Unanswered}).stands(theLine, Finding)
	require.Equal(t, []Post{{Kind: PostMissed, Agent: "ada", Cause: extension.Unanswered}}, l.posts)
	require.Equal(t, NoResult, l.c.State.Result)
	l.found(extension.ClassAway, nil).says(leaveOne).hangsUp().wakes(LifeClock, What{}).ends(ResultAbandoned)
}

func TestRing_factsAndLateOutcomesDoNotMoveIt(t *testing.T) {
	t.Parallel()
	l := rings(t, compiled(t, nil))
	for _, kind := range []Kind{Unreachable, Unanswered, Declined, FoundBusy} {
		l.ignores(JustAFact, Event{What: What{Kind: kind}})
		l.ignores(Late, Event{Re: l.c.Standing - 1, What: What{Kind: kind}})
	}
	l.ignores(Late, Event{Re: 1, What: What{Kind: AgentHungUp}})
	l.ignores(Late, Event{Re: 1, What: What{Kind: Answered}})
}

func TestRing_backupClockActsOnlyIfTheCarrierKnowsOfNoAnswer(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := rings(t, b)
	at, _, _ := l.c.Wake()
	require.Equal(t, l.at.Add(20*time.Second+16*time.Second+15*time.Second), at)
	l.wakes(StepClock, What{Report: Alive}).stands(theLine, Finding)

	rings(t, b).wakes(StepClock, What{Report: Unknown}).stands(theLine, Finding)
	l = rings(t, b).wakes(StepClock, What{Report: Talking}).stands(theRing, InTalk)
	l.wakes(StepClock, What{Report: Talking}).stands(theRing, InTalk) // we never cut a talk
	require.Zero(t, l.m.Do.Kind)
	l.wakes(StepClock, What{Report: Gone}).ends(ResultAnswered)
	require.True(t, l.c.Has(Reconciled))

	l = rings(t, b).wakes(StepClock, What{Report: Gone})
	l.ends(ResultAbandoned)
	require.Equal(t, PostFreed, l.posts[0].Kind, "a caller who is gone is nobody's miss")
}

func TestRing_overflowRingsTheNamedAgentOnce(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.Busy = ToExtension("1002", ToQueue("support"))
		s.Flows["front-desk"] = f
	})
	busy := func() *line {
		l := dials(t, b, theFlow).keys("1003").found(extension.ClassBusy, ada).does(Find)
		require.Equal(t, Digits("1002"), l.m.Do.Entry)
		return l
	}
	for _, class := range []extension.Class{extension.ClassAway, extension.ClassBusy} {
		busy().found(class, grace).stands(theLine, Finding)
	}
	busy().found(extension.ClassUnknown, nil).stands(theLine, Finding)
	for _, kind := range []Kind{Unreachable, Unanswered, Declined, FoundBusy} {
		l := busy().found(extension.ClassAvailable, grace).does(Connect)
		require.Equal(t, "grace", l.c.Agent())
		l.happens(What{Kind: kind}).stands(theLine, Finding)
	}
	busy().ignores(NotNow, Event{What: What{Kind: Opened}})
}

func TestRing_overflowWithoutAnOtherwiseIsVoicemail(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) { s.Entries["direct"] = Entry{Dest: *ToExtension("1002", nil)} })
	l := dials(t, b, "direct").found(extension.ClassAway, grace).does(Record)
	require.Equal(t, "grace", l.m.Do.Mailbox)

	l = dials(t, b, "direct").found(extension.ClassUnknown, nil).does(Record) // nobody's: the account's own
	require.Equal(t, "team", l.m.Do.Mailbox)
}

func TestRing_handoffGivesTheCallAwayAndReservesNobody(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Entries["away"] = Entry{Dest: *ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, ToQueue("support"))}
	})
	l := dials(t, b, "away").does(Connect)
	require.Equal(t, "tel:+12025550199", l.m.Do.Party.Endpoints[0].Address)
	require.Nil(t, l.m.Do.Screen)
	require.Empty(t, l.c.Agent())
	l.fact(What{Kind: Answered}).hangsUp().ends(ResultHandedOff)

	dials(t, b, "away").happens(What{Kind: AgentHungUp}).does(Hangup).hangsUp().ends(ResultHandedOff)
	for _, kind := range []Kind{Unreachable, Unanswered, Declined, FoundBusy} {
		dials(t, b, "away").happens(What{Kind: kind}).stands(theLine, Finding)
	}
	b = compiled(t, func(s *Settings) {
		s.Entries["away"] = Entry{Dest: *ToHandoff(extension.Endpoint{Address: "sip:a@b.example.com"}, nil)}
	})
	dials(t, b, "away").happens(What{Kind: FoundBusy}).says("Goodbye.").hangsUp().ends(ResultGoodbye)
}
