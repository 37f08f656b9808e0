package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// sent are the events that reached the handler, also those that changed nothing.
func sent(c *sim.Carrier) *[]flow.Event {
	var out []flow.Event
	c.Observe(func(h sim.Happening) {
		if h.What == sim.Sent {
			out = append(out, h.Event)
		}
	})
	return &out
}

func next(f sim.Fault) sim.Faults { return sim.Faults{Next: []sim.Fault{f}} }

func TestFault_anEventThatComesTwiceIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	events := sent(c)
	phone := dial(t, c, office)
	c.Break(next(sim.Fault{Kind: flow.Pressed, Twice: true}))
	press(t, phone, "1001")
	require.Equal(t, (*events)[1], (*events)[2])
	require.Len(t, *events, 3)
	require.Equal(t, []flow.Ignored{flow.Late}, d.ignored)
	require.Equal(t, []string{ada}, c.Ringing())

	c.Break(next(sim.Fault{Twice: true}))
	require.NoError(t, phone.HangUp(context.Background()))
	require.Equal(t, (*events)[3].ID, (*events)[4].ID) // one id: one fact
	require.NotEmpty(t, (*events)[3].ID)
}

func TestFault_aRequestWithoutAnAnswerIsMadeAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sim.Fault{"lost": {Lost: true}, "its answer lost": {Mute: true}} {
		d, c := newDesk(t, sim.Config{})
		phone := dial(t, c, office)
		c.Break(next(fault))
		press(t, phone, "1001")
		require.Equal(t, sim.Waiting, phone.View().State, name)
		press(t, phone, "9") // nothing listens
		require.Equal(t, fault.Mute, len(d.turns) > 1)
		wait(t, c, 5*time.Second)
		require.Equal(t, sim.Ringing, phone.View().State, name)
		require.Equal(t, []flow.Kind{flow.Arrived, flow.Pressed}, d.kinds(phone.View().Call), name)
	}
}

func TestFault_aRequestLostTwiceIsFoundByTheEnginesClock(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	c.Break(sim.Faults{Next: []sim.Fault{{Mute: true}, {Mute: true}}})
	press(t, phone, "1001")
	wait(t, c, 30*time.Second)
	require.Equal(t, sim.Waiting, phone.View().State) // silence: the engine believes that ada rings
	require.Empty(t, c.Ringing())
	wait(t, c, 22*time.Second) // ring, screening and a margin later it gives up waiting
	require.Equal(t, sim.Recording, phone.View().State)
	require.Contains(t, d.kinds(phone.View().Call), flow.Woke)

	_, c = newDesk(t, sim.Config{})
	phone = dial(t, c, office)
	c.Break(sim.Faults{Next: []sim.Fault{{Lost: true}, {Lost: true}}})
	press(t, phone, "1001")
	wait(t, c, 2*time.Minute) // the entry never came: the same turn is carried out again
	require.Equal(t, []string{"one two three four", "one two three four"}, said(phone.View()))
}

func TestFault_aCallWhoseArrivalIsLostIsKnownOnlyToTheCarrier(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	c.Break(next(sim.Fault{Kind: flow.Arrived, Lost: true}))
	phone := dial(t, c, office)
	require.Zero(t, phone.View().Call)
	require.NoError(t, phone.HangUp(ctx)) // before the engine heard of it, and it never will
	wait(t, c, time.Minute)
	require.Empty(t, d.calls)

	c.Break(next(sim.Fault{Kind: flow.Arrived, Late: 3 * time.Second}))
	phone = dial(t, c, office)
	require.NoError(t, phone.HangUp(ctx))
	require.Empty(t, d.calls)
	wait(t, c, 3*time.Second) // the hang-up waits until the call has a name
	require.Equal(t, []flow.Kind{flow.Arrived, flow.HungUp}, d.kinds(phone.View().Call))
	require.True(t, d.of(phone).Has(flow.Closed))
}

func TestFault_aLateEventIsAFactOfTelephony(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	c.Agent(ada).Set(sim.Takes, time.Second)
	phone := dial(t, c, office)
	press(t, phone, "1001")
	c.Break(next(sim.Fault{Kind: flow.Answered, Late: 10 * time.Second}))
	wait(t, c, 2*time.Second)
	require.Equal(t, sim.Talking, phone.View().State)
	require.Equal(t, flow.InRing, d.of(phone).Phase)
	require.NoError(t, c.Agent(ada).HangUp(ctx))
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, flow.ResultAnswered, d.of(phone).Result) // the request said so
	wait(t, c, 10*time.Second)
	require.Equal(t, []flow.Ignored{flow.Late}, d.ignored)
}

func TestFault_swappedEventsArriveInTheOtherOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	press(t, phone, "1001")
	events := sent(c)
	c.Break(next(sim.Fault{Kind: flow.Answered, Swapped: true}))
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.NoError(t, c.Agent(ada).HangUp(ctx))
	require.Equal(t, flow.AgentHungUp, (*events)[0].Kind)
	require.Equal(t, flow.Answered, (*events)[1].Kind)
	require.True(t, d.of(phone).Has(flow.Closed))

	// Alone, it comes a second later.
	phone = dial(t, c, office)
	c.Break(next(sim.Fault{Swapped: true}))
	press(t, phone, "1001")
	require.Empty(t, c.Ringing())
	wait(t, c, time.Second)
	require.Equal(t, []string{ada}, c.Ringing())
}

func TestSafeTurn_bringsTheSameRequestAgainASecondLater(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	events := sent(c)
	d.down = 2
	phone, err := c.Dial(ctx, caller, office, sim.Options{})
	require.ErrorIs(t, err, errDown)
	require.Equal(t, sim.Waiting, phone.View().State)
	require.Equal(t, []string{"One moment, please."}, said(phone.View()))
	require.ErrorIs(t, c.Wait(ctx, time.Second), errDown)
	require.NoError(t, c.Wait(ctx, time.Second))
	require.Equal(t, sim.Listening, phone.View().State)
	var tries []uint8
	for _, e := range *events {
		require.Equal(t, flow.Arrived, e.Kind)
		tries = append(tries, e.Try)
	}
	require.Equal(t, []uint8{0, 1, 2}, tries)
}

func TestSafeTurn_theEmergencyNeedsNoFurtherRequest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, manner := range []sim.Manner{sim.Takes, sim.Declines} {
		d, c := newDesk(t, sim.Config{})
		c.Agent(switchb).Set(manner, time.Second)
		phone := dial(t, c, office)
		d.down = 3
		require.ErrorIs(t, phone.Press(ctx, "1001"), errDown)
		require.ErrorIs(t, c.Wait(ctx, 2*time.Second), errDown)
		require.Equal(t, []string{switchb}, c.Ringing())
		events := sent(c)
		wait(t, c, time.Second)
		if manner == sim.Takes {
			require.Equal(t, sim.Talking, phone.View().State)
			require.NoError(t, c.Agent(switchb).HangUp(ctx))
		}
		require.Equal(t, sim.Over, phone.View().State)
		require.Len(t, *events, 1)
		require.Equal(t, flow.HungUp, (*events)[0].Kind)
		require.True(t, d.of(phone).Has(flow.Closed))
	}
}

func TestFault_aFactThatTheHandlerCannotTakeIsSentAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	d.down = 2
	require.ErrorIs(t, phone.HangUp(ctx), errDown)
	require.False(t, d.of(phone).Has(flow.Closed))
	require.ErrorIs(t, c.Wait(ctx, 3*time.Second-1), errDown)
	require.False(t, d.of(phone).Has(flow.Closed))
	wait(t, c, 1)
	require.True(t, d.of(phone).Has(flow.Closed))

	phone = dial(t, c, office)
	d.down = 4
	require.ErrorIs(t, phone.HangUp(ctx), errDown)
	require.ErrorIs(t, c.Wait(ctx, time.Minute), errDown)
	require.False(t, d.of(phone).Has(flow.Closed)) // given up; the clock asks
	wait(t, c, 2*time.Minute)
	require.True(t, d.of(phone).Has(flow.Closed|flow.Reconciled))
}

func TestFault_doFailsAsOftenAsItIsToldTo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	d.members = []string{"1001"}
	c.Break(sim.Faults{DoFails: 2})
	phone, err := c.Dial(ctx, caller, line, sim.Options{})
	require.ErrorIs(t, err, sim.ErrDown)
	require.Empty(t, c.Ringing())
	require.ErrorIs(t, c.Wait(ctx, time.Second), sim.ErrDown)
	wait(t, c, time.Second)
	require.Equal(t, []string{ada}, c.Ringing())

	// An error would say that the leg was not placed.
	require.NoError(t, phone.HangUp(ctx))
	c.Break(sim.Faults{DoUnsure: 2})
	phone = dial(t, c, line)
	require.Equal(t, []string{ada}, c.Ringing())

	// It was carried out, though nobody can know: the second time changes nothing.
	require.ErrorIs(t, phone.HangUp(ctx), sim.ErrDown)
	require.Empty(t, c.Ringing())
	wait(t, c, time.Second)
	require.Empty(t, c.Ringing())

	// Refused for good, the leg has failed.
	d, c = newDesk(t, sim.Config{})
	d.members = []string{"1001"}
	c.Break(sim.Faults{DoRefuses: 1})
	dial(t, c, line)
	require.Empty(t, c.Ringing())
	require.Contains(t, d.kinds(flow.Key{Account: "acme", ID: "leg 1"}), flow.Failed)
}
