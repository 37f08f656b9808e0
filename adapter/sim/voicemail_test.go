package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

func TestVoicemail_lastsAsLongAsTheCallerSpeaks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025550103")
	require.Equal(t, []string{"Leave a message."}, said(phone.View()))
	require.NoError(t, phone.Speak(ctx, 12*time.Second))
	wait(t, c, 17*time.Second-1)
	require.Equal(t, sim.Recording, phone.View().State)
	wait(t, c, 1) // 5 s of silence end it
	e := d.turns[1].Event
	require.Equal(t, flow.Recorded, e.Kind)
	require.Equal(t, 12*time.Second, e.Length)
	require.Contains(t, e.Ref, phone.View().Ref)
	require.True(t, e.Reply)
	require.Equal(t, flow.ResultVoicemail, d.of(phone).Result)
	require.Equal(t, sim.Over, phone.View().State)
	status, err := c.Probe(ctx, d.of(phone))
	require.NoError(t, err)
	require.Equal(t, flow.Gone, status.Report)
	require.Equal(t, e.Ref, status.Ref)
	require.Equal(t, 12*time.Second, status.Length)
}

func TestVoicemail_endsByPoundByItsLongestOrInSilence(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, story := range map[string]struct {
		speaks, waits time.Duration
		keys          string
		want          time.Duration
	}{
		"pound":   {time.Minute, 10*time.Second + 345*time.Millisecond, "5#", 10 * time.Second}, // carriers tell whole seconds
		"longest": {time.Hour, 2 * time.Minute, "", 2 * time.Minute},
		"silence": {0, 5 * time.Second, "", 0},
	} {
		d, c := newDesk(t, sim.Config{})
		phone := dial(t, c, "+12025550103")
		require.NoError(t, phone.Speak(ctx, story.speaks))
		wait(t, c, story.waits)
		if story.keys != "" {
			press(t, phone, story.keys)
		}
		require.Equal(t, flow.Recorded, d.turns[1].Event.Kind, name)
		require.Equal(t, story.want, d.turns[1].Event.Length, name)
		require.Equal(t, story.want == 0, d.turns[1].Event.Ref == "", name)
	}
}

func TestVoicemail_ofACallerWhoHangsUpComesLaterAsAFact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025550103")
	require.NoError(t, phone.Speak(ctx, time.Minute))
	wait(t, c, 30*time.Second)
	require.NoError(t, phone.HangUp(ctx))
	require.Equal(t, flow.Pending, d.of(phone).Phase)
	wait(t, c, 2*time.Second)
	last := d.turns[len(d.turns)-1].Event
	require.Equal(t, flow.Recorded, last.Kind)
	require.Equal(t, 30*time.Second, last.Length)
	require.False(t, last.Reply)
	require.NotEmpty(t, last.ID)
	require.True(t, d.of(phone).Has(flow.Kept|flow.Closed))
}

func TestVoicemail_aKeyDuringTheGreetingLeadsElsewhere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, words := range []int{0, 60} {
		d, c := newDesk(t, sim.Config{Words: words})
		phone := dial(t, c, "+12025550103")
		press(t, phone, "50") // 5 means nothing
		require.Equal(t, sim.Ringing, phone.View().State)
		require.Equal(t, []string{switchb}, c.Ringing())
		wait(t, c, 3*time.Second)
		require.Equal(t, []flow.Kind{flow.Arrived, flow.Pressed}, d.kinds(phone.View().Call)) // no recording follows

		require.NoError(t, c.Agent(switchb).Answer(ctx)) // a hand-off is not screened
		require.Equal(t, flow.ResultHandedOff, d.of(phone).Result)
	}
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, "+12025550103")
	require.NoError(t, phone.Speak(ctx, 3*time.Second))
	wait(t, c, time.Second)
	press(t, phone, "0") // a key in the recording is only heard there
	require.Equal(t, sim.Recording, phone.View().State)
	require.Len(t, d.turns, 1)
}
