package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

const asksForOne = "Call from 1 4 1 5 5 5 5 0 1 0 0. Press 1 to accept."

func TestAgent_doesByItselfWhatIsSetAhead(t *testing.T) {
	t.Parallel()
	for manner, want := range map[sim.Manner]flow.Kind{
		sim.Takes: flow.Answered, sim.Declines: flow.Declined, sim.Engaged: flow.FoundBusy,
		sim.Unreachable: flow.Unreachable, sim.RingsOut: flow.Unanswered, sim.Voicemail: flow.Answered,
	} {
		d, c := newDesk(t, sim.Config{})
		c.Agent(ada).Set(manner, 4*time.Second)
		phone := dial(t, c, office)
		press(t, phone, "1001")
		wait(t, c, 4*time.Second)
		if manner == sim.RingsOut {
			wait(t, c, 16*time.Second)
		}
		require.Equal(t, want, d.turns[len(d.turns)-1].Event.Kind, manner)
		require.Equal(t, want == flow.Answered, len(c.Legs()) == 1, manner)
	}
}

func TestScreening_hasTheAgentPress1AndIsNoPartOfTheRingTime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	press(t, phone, "1003")
	wait(t, c, 19*time.Second)
	cell := c.Agent(adaCell)
	require.ErrorIs(t, cell.Press(ctx, "1"), sim.ErrIdle) // it only rings
	require.NoError(t, cell.Answer(ctx))
	require.Equal(t, sim.Screening, cell.View().State)
	require.Equal(t, []string{asksForOne}, said(cell.View()))
	wait(t, c, 7*time.Second) // the ring time is long over
	require.Equal(t, sim.Ringing, phone.View().State)
	wait(t, c, time.Second)
	require.Equal(t, []string{asksForOne, asksForOne}, said(cell.View()))
	require.Len(t, d.turns, 3)
	require.NoError(t, cell.Press(ctx, "1"))
	require.Equal(t, sim.Talking, phone.View().State)
	require.Equal(t, flow.ResultAnswered, d.of(phone).Result)
}

func TestScreening_notAcceptedCountsAsNoAnswer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, refuse := range map[string]func(*sim.Carrier) error{
		"time passes":       func(c *sim.Carrier) error { return c.Wait(ctx, 16*time.Second) },
		"two other keys":    func(c *sim.Carrier) error { return c.Agent(adaCell).Press(ctx, "29") },
		"a key, then time":  func(c *sim.Carrier) error { _ = c.Agent(adaCell).Press(ctx, "2"); return c.Wait(ctx, 8*time.Second) },
		"more keys than it": func(c *sim.Carrier) error { return c.Agent(adaCell).Press(ctx, "2345") },
	} {
		d, c := newDesk(t, sim.Config{})
		c.Agent(adaCell).Set(sim.Voicemail, time.Second)
		phone := dial(t, c, office)
		press(t, phone, "1003")
		wait(t, c, time.Second)
		require.NoError(t, refuse(c), name)
		require.Equal(t, flow.Unanswered, d.turns[len(d.turns)-1].Event.Kind, name)
		require.Empty(t, c.Legs(), name)
		require.Equal(t, sim.Recording, phone.View().State, name)
	}
}

func TestScreening_thatTheAgentHangsUpOnIsDeclined(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	press(t, dial(t, c, office), "1003")
	require.ErrorIs(t, c.Agent(adaCell).HangUp(ctx), sim.ErrIdle)
	require.NoError(t, c.Agent(adaCell).Answer(ctx))
	require.NoError(t, c.Agent(adaCell).HangUp(ctx))
	require.Equal(t, flow.Declined, d.turns[len(d.turns)-1].Event.Kind)
}

func TestScreening_takesAsLongAsItsWords(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{Words: 60})
	c.Agent(adaCell).Set(sim.Takes, 0)
	phone := dial(t, c, office)
	press(t, phone, "1003")
	require.Equal(t, sim.Screening, c.Agent(adaCell).View().State)
	wait(t, c, 18*time.Second) // as many words
	require.Equal(t, sim.Talking, phone.View().State)
	require.Equal(t, flow.Answered, d.turns[len(d.turns)-1].Event.Kind)
}

func TestRing_theOthersRingOnWhileOneIsScreenedAndTheFirstToAcceptTakesTheCall(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	c.Agent(adaCell).Set(sim.Voicemail, 2*time.Second)
	phone := dial(t, c, office)
	press(t, phone, "1002")
	require.Equal(t, []string{ada, adaCell}, c.Ringing())
	wait(t, c, 2*time.Second)
	require.Equal(t, []string{ada}, c.Ringing())
	require.Equal(t, sim.Screening, c.Agent(adaCell).View().State)
	require.Equal(t, []string{ada, adaCell}, phone.View().With)
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.Equal(t, []string{ada}, phone.View().With)
	require.Equal(t, sim.Idle, c.Agent(adaCell).View().State)
	wait(t, c, time.Hour)
	require.Equal(t, []flow.Kind{flow.Arrived, flow.Pressed, flow.Answered}, d.kinds(phone.View().Call)[:3])
}

func TestRing_endsOnlyWhenTheLastPhoneHasStopped(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	c.Agent(adaCell).Set(sim.Voicemail, 15*time.Second)
	phone := dial(t, c, office)
	press(t, phone, "1002")
	wait(t, c, 20*time.Second) // ada has rung out, the voicemail is still asked
	require.Empty(t, c.Ringing())
	require.Equal(t, sim.Ringing, phone.View().State)
	wait(t, c, 11*time.Second)
	require.Equal(t, flow.Unanswered, d.turns[len(d.turns)-1].Event.Kind)
	require.Equal(t, 31*time.Second, c.Now().Sub(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)))
}

func TestRing_ofSeveralPhonesEndsWithTheStrongestCause(t *testing.T) {
	t.Parallel()
	for _, story := range []struct {
		one, two sim.Manner
		want     flow.Kind
	}{
		{sim.Engaged, sim.Declines, flow.FoundBusy},
		{sim.Declines, sim.Engaged, flow.FoundBusy},
		{sim.Declines, sim.RingsOut, flow.Declined},
		{sim.RingsOut, sim.Unreachable, flow.Unanswered},
		{sim.Unreachable, sim.Engaged, flow.FoundBusy},
		{sim.Unreachable, sim.Unreachable, flow.Unreachable},
	} {
		d, c := newDesk(t, sim.Config{})
		c.Agent(ada).Set(story.one, time.Second)
		c.Agent(adaCell).Set(story.two, time.Second)
		press(t, dial(t, c, office), "1002")
		wait(t, c, 20*time.Second)
		require.Equal(t, story.want, d.turns[2+1].Event.Kind, story)
	}
}

func TestRing_ofAPhoneInAnotherCallIsBusy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	c.Agent(ada).Set(sim.Takes, 0)
	first := dial(t, c, office)
	press(t, first, "1001")
	second := dial(t, c, office)
	press(t, second, "1002") // another agent by the directory, but one of the phones is the same
	require.Equal(t, []string{adaCell}, c.Ringing())
	require.NoError(t, c.Agent(adaCell).Decline(ctx))
	require.Equal(t, flow.FoundBusy, d.turns[len(d.turns)-1].Event.Kind)
	require.Equal(t, sim.Talking, first.View().State)

	// Whoever calls from their own telephone cannot be rung there.
	own, err := c.Dial(ctx, "+12025550111", office, sim.Options{})
	require.NoError(t, err)
	press(t, own, "1003")
	require.Equal(t, flow.FoundBusy, d.turns[len(d.turns)-1].Event.Kind)
}

func TestRing_leavesOutEndpointsThatOnlyAnotherCarrierReaches(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	a := d.people["1001"]
	a.Endpoints = []extension.Endpoint{{Address: ada, Via: "other"}, {Address: mary, Via: "sim"}}
	d.people["1001"] = a
	phone := dial(t, c, office)
	press(t, phone, "1001")
	require.Equal(t, []string{mary}, c.Ringing())
	require.NoError(t, c.Agent(mary).Decline(context.Background()))

	a.Endpoints = a.Endpoints[:1]
	d.people["1001"] = a
	press(t, dial(t, c, office), "1001")
	require.Equal(t, flow.Unreachable, d.turns[len(d.turns)-1].Event.Kind)
}

func TestTalk_endsAtItsLimit(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	c.Agent(ada).Set(sim.Takes, 0)
	phone := dial(t, c, office)
	press(t, phone, "1001")
	wait(t, c, 2*time.Hour-1)
	require.Equal(t, sim.Talking, phone.View().State)
	wait(t, c, 1)
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, flow.AgentHungUp, d.turns[len(d.turns)-2].Event.Kind)
	require.Empty(t, c.Legs())
}

func TestAgents_areListedByAddressWithWhatTheyDo(t *testing.T) {
	t.Parallel()
	_, c := newDesk(t, sim.Config{})
	press(t, dial(t, c, office), "1002")
	require.Same(t, c.Agent("sip:x@example.com"), c.Agent("sip:x@example.com"))
	var states []string
	for _, a := range c.Agents() {
		v := a.View()
		states = append(states, v.Phone+" "+string(v.State))
	}
	require.Equal(t, []string{"client:ada ringing", "sip:x@example.com idle", "tel:+12025550111 ringing"}, states)
}
