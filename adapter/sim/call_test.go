package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// said is what a phone heard, in words.
func said(v sim.View) []string {
	var out []string
	for _, s := range v.Heard {
		out = append(out, s.Message.Say+s.Message.Play)
	}
	return out
}

// kinds are the events that reached the desk and counted.
func (d *desk) kinds(from flow.Key) []flow.Kind {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []flow.Kind
	for _, t := range d.turns {
		if t.Call == from && t.Event.Kind != flow.Found {
			out = append(out, t.Event.Kind)
		}
	}
	return out
}

func dial(t *testing.T, c *sim.Carrier, to string) *sim.Phone {
	t.Helper()
	p, err := c.Dial(context.Background(), caller, to, sim.Options{})
	require.NoError(t, err)
	return p
}

func press(t *testing.T, p *sim.Phone, keys string) {
	t.Helper()
	require.NoError(t, p.Press(context.Background(), keys))
}

func wait(t *testing.T, c *sim.Carrier, d time.Duration) {
	t.Helper()
	require.NoError(t, c.Wait(context.Background(), d))
}

func TestDial_reachesAnAgentWhoTalksUntilOneOfThemHangsUp(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	require.Equal(t, sim.Listening, phone.View().State)
	require.Equal(t, []string{"one two three four"}, said(phone.View()))
	require.Equal(t, sim.Idle, c.Agent(ada).View().State)

	press(t, phone, "100")
	require.EqualValues(t, "100", phone.View().Entry)
	press(t, phone, "1")
	require.Equal(t, sim.Ringing, phone.View().State)
	require.Equal(t, []string{ada}, c.Ringing())
	require.Equal(t, []string{ada}, phone.View().With)
	v := c.Agent(ada).View()
	require.Equal(t, sim.Ringing, v.State)
	require.Equal(t, caller, v.Shown)
	require.Equal(t, []sim.Timer{{Name: "ring", At: c.Now().Add(20 * time.Second)}}, phone.View().Timers)

	wait(t, c, 3*time.Second)
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.Equal(t, sim.Talking, phone.View().State)
	require.Equal(t, []string{caller}, c.Agent(ada).View().With)
	require.Equal(t, []sim.Leg{{Phone: ada, State: sim.Talking, Call: phone.View().Call, Caller: phone.View().Call}}, c.Legs())
	require.Equal(t, flow.ResultAnswered, d.of(phone).Result)
	press(t, phone, "7") // heard by ada, and by nobody else
	require.NoError(t, c.Agent(ada).Press(ctx, "7"))
	require.ErrorIs(t, c.Agent(ada).Answer(ctx), sim.ErrIdle)

	wait(t, c, time.Minute)
	require.NoError(t, c.Agent(ada).HangUp(ctx))
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, "hung up by the flow", phone.View().Cause)
	require.Empty(t, c.Legs())
	require.Empty(t, c.Phones())
	require.Equal(t, []flow.Kind{flow.Arrived, flow.Pressed, flow.Answered, flow.AgentHungUp, flow.HungUp}, d.kinds(phone.View().Call))
	require.True(t, d.of(phone).Has(flow.Closed))
}

func TestHangUp_ofTheCallerStopsWhatRingsAndEndsTheTalk(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, answered := range []bool{false, true} {
		d, c := newDesk(t, sim.Config{})
		phone := dial(t, c, office)
		press(t, phone, "1001")
		if answered {
			require.NoError(t, c.Agent(ada).Answer(ctx))
		}
		require.Len(t, c.Legs(), 1)
		require.NoError(t, phone.HangUp(ctx))
		require.Empty(t, c.Legs())
		require.Equal(t, sim.Idle, c.Agent(ada).View().State)
		require.Equal(t, "the caller hung up", phone.View().Cause)
		require.True(t, d.of(phone).Has(flow.Closed))
		require.NoError(t, phone.HangUp(ctx))
		require.ErrorIs(t, phone.Press(ctx, "1"), sim.ErrOver)
		require.ErrorIs(t, phone.Speak(ctx, time.Second), sim.ErrOver)
	}
}

func TestPress_makesAnEntryByItsLengthItsFinishAStarOrTime(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]flow.Digits{"1001": "1001", "12#": "12", "1*": "1*", "99": "99", "#": "", "": ""} {
		d, c := newDesk(t, sim.Config{})
		phone := dial(t, c, office)
		press(t, phone, keys)
		if keys == "99" || keys == "" {
			require.Len(t, d.kinds(phone.View().Call), 1)
			wait(t, c, 5*time.Second-1)
			require.Len(t, d.kinds(phone.View().Call), 1)
			wait(t, c, 1)
		}
		require.Equal(t, flow.Pressed, d.turns[1].Event.Kind)
		require.Equal(t, want, d.turns[1].Event.Digits, keys)
		require.True(t, d.turns[1].Event.Reply)
		require.EqualValues(t, 1, d.turns[1].Event.Re)
	}
}

func TestPress_waitsBetweenKeysFromTheLastOne(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	for range 3 {
		wait(t, c, 4*time.Second)
		press(t, phone, "1")
	}
	require.Len(t, d.turns, 1)
	require.Equal(t, "next digit", phone.View().Timers[0].Name)
	wait(t, c, 5*time.Second)
	require.EqualValues(t, "111", d.turns[1].Event.Digits)
}

func TestPress_aKeyOfAMenuActsWhenNoOtherFollows(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025550101")
	press(t, phone, "2")
	wait(t, c, 4*time.Second)
	require.Equal(t, sim.Listening, phone.View().State)
	wait(t, c, time.Second)
	require.EqualValues(t, "2", d.turns[1].Event.Digits)
	require.Equal(t, sim.Recording, phone.View().State)

	phone = dial(t, c, "+12025550101")
	press(t, phone, "1001")
	require.Equal(t, sim.Ringing, phone.View().State)
}

func TestPress_stopsThePromptUnlessItMayNot(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{Words: 60}) // four words take four seconds
	phone := dial(t, c, office)
	require.Equal(t, sim.Hearing, phone.View().State)
	wait(t, c, time.Second)
	press(t, phone, "1")
	require.Equal(t, sim.Listening, phone.View().State)
	wait(t, c, 5*time.Second)
	require.EqualValues(t, "1", d.turns[1].Event.Digits)

	d, c = newDesk(t, sim.Config{Words: 60})
	phone = dial(t, c, "+12025550105")
	wait(t, c, 3*time.Second)
	press(t, phone, "1001")
	require.Equal(t, sim.Hearing, phone.View().State)
	wait(t, c, time.Second) // from here the first digit's time runs
	require.Equal(t, sim.Listening, phone.View().State)
	wait(t, c, 4*time.Second)
	press(t, phone, "1001")
	require.Equal(t, sim.Ringing, phone.View().State)
	require.Len(t, d.kinds(phone.View().Call), 2)
}

func TestPress_refusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	_, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	require.ErrorContains(t, phone.Press(context.Background(), "12a4"), `"a4" is no key`)
	require.Empty(t, phone.View().Entry)
}

func TestPress_whatComesAfterTheCallEndedIsLost(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	d.people = nil
	phone := dial(t, c, office)
	press(t, phone, "111122223333444455556666") // the fourth wrong entry ends the call
	require.Equal(t, sim.Over, phone.View().State)
	require.Equal(t, []string{"****", "****", "****", "****"}, digits(d))
}

func digits(d *desk) []string {
	var out []string
	for _, turn := range d.turns {
		if turn.Event.Kind == flow.Pressed {
			out = append(out, turn.Event.Digits.String())
		}
	}
	return out
}

func TestRing_thatNobodyTakesEndsWithTheCarriersTimer(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	press(t, phone, "1001")
	wait(t, c, 20*time.Second-1)
	require.Equal(t, []string{ada}, c.Ringing())
	wait(t, c, 1)
	require.Empty(t, c.Ringing())
	require.Equal(t, []flow.Kind{flow.Arrived, flow.Pressed, flow.Unanswered}, d.kinds(phone.View().Call))
	require.Equal(t, sim.Recording, phone.View().State)
	require.ErrorIs(t, c.Agent(ada).Decline(context.Background()), sim.ErrIdle)
}

func TestDial_toANumberThatNobodyHasIsRefused(t *testing.T) {
	t.Parallel()
	_, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025559999")
	v := phone.View()
	require.Equal(t, sim.Over, v.State)
	require.Equal(t, "refused: the number is not in service", v.Cause)
	require.Empty(t, v.Heard)
	require.Zero(t, v.Call)
	more, err := c.SkipToNext(context.Background())
	require.NoError(t, err)
	require.False(t, more)

	phone, err = c.Dial(context.Background(), office, office, sim.Options{})
	require.NoError(t, err)
	require.Equal(t, "refused as busy", phone.View().Cause)
}

func TestDial_bringsWhatTheCarrierKnowsOfTheCall(t *testing.T) {
	t.Parallel()
	d, c := newDesk(t, sim.Config{Name: "far"})
	phone, err := c.Dial(context.Background(), "Anonymous", office, sim.Options{ForwardedFrom: "+12025550177", Region: "eu"})
	require.NoError(t, err)
	info := d.of(phone).Info
	require.Equal(t, "far", info.Carrier)
	require.Equal(t, "eu", info.Region)
	require.Empty(t, string(info.From))
	require.Equal(t, "+12025550177", string(info.ForwardedFrom))
	require.Equal(t, phone.View().Ref, info.Ref)
	press(t, phone, "1001")
	require.Equal(t, office, c.Agent(ada).View().Shown) // the number called stands in for a withheld one

	other := dial(t, sim2(t, "far"), office)
	require.NotEqual(t, phone.View().Ref, other.View().Ref) // though both began the same way
	found, ok := c.Phone(phone.View().Ref)
	require.True(t, ok)
	require.Equal(t, phone.View(), found.View())
	_, ok = c.Phone("nobody")
	require.False(t, ok)
}

// sim2 is a carrier of the same name that began a day later.
func sim2(t *testing.T, name string) *sim.Carrier {
	_, c := newDesk(t, sim.Config{Name: name, Start: time.Date(2026, 1, 6, 9, 0, 0, 0, time.UTC)})
	return c
}
