package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

const line = "+12025550102" // the queue

// holds is a caller who waits for the members.
func holds(t *testing.T, c sim.Config, members ...string) (*desk, *sim.Carrier, *sim.Phone) {
	t.Helper()
	d, carrier := newDesk(t, c)
	d.members = members
	return d, carrier, dial(t, carrier, line)
}

// last is the newest turn of a call.
func last(d *desk, id string) flow.Turn {
	var out flow.Turn
	for _, turn := range d.turns {
		if turn.Call.ID == id {
			out = turn
		}
	}
	return out
}

func TestQueue_aMemberIsRungWhileTheCallerHearsMusicAndThenTheyTalk(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{}, "1001")
	require.Equal(t, sim.Holding, phone.View().State)
	require.Equal(t, []string{ada}, c.Ringing())
	require.Equal(t, sim.Leg{Phone: ada, State: sim.Ringing, Call: flow.Key{Account: "acme", ID: "leg 1"}, Caller: phone.View().Call}, c.Legs()[0])
	require.NoError(t, c.Agent(ada).Answer(ctx)) // an app user is not screened
	require.Equal(t, sim.Talking, phone.View().State)
	require.Equal(t, sim.Talking, c.Agent(ada).View().State)
	require.Equal(t, []string{caller}, c.Agent(ada).View().With)
	require.Equal(t, []string{ada}, phone.View().With)
	leg := d.calls[flow.Key{Account: "acme", ID: "leg 1"}]
	for _, call := range []flow.Call{leg, d.of(phone)} {
		status, err := c.Probe(ctx, call)
		require.NoError(t, err)
		require.Equal(t, flow.Talking, status.Report)
	}

	require.NoError(t, c.Agent(ada).HangUp(ctx))
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, "hung up by the flow", phone.View().Cause)
	require.Empty(t, c.Legs())
	require.True(t, d.of(phone).Has(flow.Closed))
}

func TestQueue_aTelephoneIsAskedByTheTurnsThatFollow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{}, "1003")
	require.NoError(t, c.Agent(adaCell).Answer(ctx))
	v := c.Agent(adaCell).View()
	require.Equal(t, sim.Listening, v.State)
	require.Equal(t, []string{asksForOne}, said(v))
	require.Equal(t, "first digit", v.Timers[0].Name)
	require.NoError(t, c.Agent(adaCell).Press(ctx, "1"))
	require.Equal(t, sim.Talking, phone.View().State)
	require.NoError(t, phone.HangUp(ctx))
	require.Empty(t, c.Legs())
	require.Equal(t, flow.ResultAnswered, d.of(phone).Result)
}

func TestQueue_anAgentWhoTakesCallsPresses1WhereTurnsAsk(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{Words: 60})
	d.members = []string{"1003"}
	c.Agent(adaCell).Set(sim.Takes, time.Second)
	phone := dial(t, c, line)
	wait(t, c, time.Minute)
	require.Equal(t, sim.Talking, phone.View().State)
}

func TestQueue_aMobilesVoicemailIsNotGivenTheCaller(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	d.members = []string{"1003"}
	c.Agent(adaCell).Set(sim.Voicemail, time.Second)
	phone := dial(t, c, line)
	wait(t, c, 17*time.Second-1)
	require.Equal(t, []string{asksForOne, asksForOne}, said(c.Agent(adaCell).View()))
	require.Equal(t, sim.Holding, phone.View().State)
	wait(t, c, 1)
	require.Empty(t, c.Legs())
	require.Equal(t, sim.Holding, phone.View().State)
	require.True(t, d.calls[flow.Key{Account: "acme", ID: "leg 1"}].Has(flow.Closed))
}

func TestQueue_ofSeveralPhonesTheFirstToAcceptTakesTheLeg(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{}, "1005") // two telephones
	require.NoError(t, c.Agent(adaCell).Answer(ctx))
	require.Equal(t, sim.Screening, c.Agent(adaCell).View().State)
	require.Equal(t, []string{mary}, c.Ringing())
	require.NoError(t, c.Agent(mary).Answer(ctx))
	require.NoError(t, c.Agent(mary).Press(ctx, "1"))
	require.Equal(t, sim.Talking, c.Agent(mary).View().State)
	require.Equal(t, sim.Idle, c.Agent(adaCell).View().State)
	require.Equal(t, sim.Talking, phone.View().State)
	require.Contains(t, d.kinds(flow.Key{Account: "acme", ID: "leg 1"}), flow.Answered)
}

func TestQueue_aLegThatNobodyTakesKeepsTheCallersPlace(t *testing.T) {
	t.Parallel()
	for manner, want := range map[sim.Manner]flow.Kind{
		sim.Declines: flow.Declined, sim.Engaged: flow.FoundBusy, sim.Unreachable: flow.Unreachable, sim.RingsOut: flow.Unanswered,
	} {
		d, c := newDesk(t, sim.Config{})
		d.members = []string{"1004", "1001"}
		c.Agent(mary).Set(manner, 0)
		phone := dial(t, c, line)
		if manner == sim.RingsOut {
			wait(t, c, 15*time.Second)
		}
		outcome := last(d, "leg 1").Event
		require.Equal(t, want, outcome.Kind)
		require.False(t, outcome.Reply)
		require.EqualValues(t, 1, outcome.Re)
		require.Equal(t, sim.Holding, phone.View().State)
		require.Equal(t, []string{ada}, c.Ringing(), manner) // the next member
	}
}

func TestQueue_theCallersEndStopsTheRingingLeg(t *testing.T) {
	t.Parallel()
	d, c, phone := holds(t, sim.Config{}, "1001")
	require.NoError(t, phone.HangUp(context.Background()))
	require.Empty(t, c.Legs())
	require.Equal(t, flow.HungUp, d.turns[len(d.turns)-1].Event.Kind) // of the leg: nothing rings any more
	require.Equal(t, "leg 1", d.turns[len(d.turns)-1].Call.ID)
}

func TestQueue_theLeaveKeyEndsTheMusicAndOtherKeysDoNot(t *testing.T) {
	t.Parallel()
	_, c, phone := holds(t, sim.Config{}, "1001")
	press(t, phone, "5")
	require.Equal(t, sim.Holding, phone.View().State)
	press(t, phone, "*")
	require.Equal(t, sim.Recording, phone.View().State)
	require.Empty(t, c.Ringing())

	_, _, phone = holds(t, sim.Config{Words: 60}, "1001")
	require.Equal(t, sim.Hearing, phone.View().State)
	press(t, phone, "*") // also while words are said
	require.Equal(t, []string{"Please hold while we find somebody to take your call.", "Leave a message."}, said(phone.View()))
}

func TestQueue_aCarrierThatPlacesNoLegsIsAskedForDirectRings(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{NoPlacing: true}, "1001")
	require.False(t, adapter.AbilitiesOf(c).Place)
	require.Equal(t, sim.Ringing, phone.View().State)
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.Equal(t, flow.ResultAnswered, d.of(phone).Result)
	place := flow.Turn{Call: flow.Key{Account: "acme", ID: "x"}, Seq: 1, Move: flow.Move{Do: flow.Command{Kind: flow.Originate}}}
	require.ErrorIs(t, c.Do(ctx, place), adapter.ErrRefused)
}

func TestTalk_whoIsLeftAloneInItIsHungUpWithinSeconds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{}, "1001")
	require.NoError(t, c.Agent(ada).Answer(ctx))
	c.Break(sim.Faults{Next: []sim.Fault{{Kind: flow.HungUp, Lost: true}}})
	require.NoError(t, phone.HangUp(ctx)) // and the engine never hears of it
	require.Equal(t, sim.Joining, c.Agent(ada).View().State)
	require.True(t, c.Legs()[0].Gone)
	wait(t, c, 5*time.Second)
	require.Empty(t, c.Legs())
	require.True(t, d.calls[flow.Key{Account: "acme", ID: "leg 1"}].Has(flow.Closed))
}

func TestTalk_ofTwoCallsEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c, phone := holds(t, sim.Config{}, "1001")
	require.NoError(t, c.Agent(ada).Answer(ctx))
	wait(t, c, 2*time.Hour)
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, "the talk reached its limit", phone.View().Cause)
	require.Empty(t, c.Legs())
	require.True(t, d.of(phone).Has(flow.Closed))
}
