package simulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow/account"
)

// exchange is a simulator with the sample account, on a real clock that the test
// holds in its hands.
func exchange(t *testing.T) (*simulator.Simulator, *time.Time) {
	t.Helper()
	real := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	s, err := simulator.New(simulator.Config{Now: func() time.Time { return real }})
	require.NoError(t, err)
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), s.Store, extflow.Setup(*doc), real)
	require.NoError(t, err)
	return s, &real
}

func dial(t *testing.T, s *simulator.Simulator) *sim.Phone {
	t.Helper()
	var phone *sim.Phone
	require.NoError(t, s.Act(t.Context(), func(ctx context.Context) (err error) {
		phone, err = s.Carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
		return err
	}))
	return phone
}

func TestClock_isRealTimePlusWhatWasSkipped(t *testing.T) {
	t.Parallel()
	s, real := exchange(t)
	began := *real
	*real = real.Add(time.Minute)
	require.NoError(t, s.Skip(t.Context(), time.Hour))
	require.Equal(t, simulator.Clock{Now: began.Add(time.Hour + time.Minute), Running: true, Ahead: time.Hour}, s.Clock())

	now, err := s.Store.Agenda().Now(t.Context())
	require.NoError(t, err)
	require.Equal(t, began.Add(time.Hour+time.Minute), now, "the store goes by the same clock")
}

func TestClock_standsStillWhileItIsStoppedAndGoesOnFromThere(t *testing.T) {
	t.Parallel()
	s, real := exchange(t)
	began := *real
	require.NoError(t, s.Stop(t.Context()))
	*real = real.Add(time.Hour)
	require.Equal(t, simulator.Clock{Now: began, Ahead: -time.Hour}, s.Clock())
	require.NoError(t, s.Skip(t.Context(), time.Second))
	require.NoError(t, s.Start(t.Context()))
	*real = real.Add(time.Minute)
	require.Equal(t, began.Add(time.Minute+time.Second), s.Clock().Now)
}

func TestClock_refusesToGoBackAndToLeapTooFar(t *testing.T) {
	t.Parallel()
	s, _ := exchange(t)
	require.ErrorIs(t, s.Skip(t.Context(), -time.Second), simulator.ErrSkip)
	require.ErrorIs(t, s.Skip(t.Context(), simulator.MaxSkip+1), simulator.ErrSkip)
}

func TestSimulator_whatWasDueHappensBeforeTheNextAct(t *testing.T) {
	t.Parallel()
	s, real := exchange(t)
	phone := dial(t, s)
	require.Equal(t, sim.Listening, phone.View().State)
	*real = real.Add(19 * time.Second) // silence: three times asked again, every 5 s

	require.NoError(t, s.Act(t.Context(), func(ctx context.Context) error { return phone.Press(ctx, "1001") }))
	require.Equal(t, sim.Ringing, phone.View().State)
	require.Len(t, phone.View().Heard, 4, "the greeting, and three times that nothing was heard")
}

func TestSimulator_skipsToWhateverIsDueNext(t *testing.T) {
	t.Parallel()
	s, real := exchange(t)
	phone := dial(t, s)
	some, err := s.SkipToNext(t.Context())
	require.NoError(t, err)
	require.True(t, some)
	require.Equal(t, real.Add(5*time.Second), s.Clock().Now, "the time for the first key is over")
	require.Len(t, phone.View().Heard, 2)
}

func TestSimulator_anActIsCarriedOutAlsoForWhoeverHasGone(t *testing.T) {
	t.Parallel()
	s, _ := exchange(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var phone *sim.Phone
	require.NoError(t, s.Act(gone, func(ctx context.Context) (err error) {
		phone, err = s.Carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
		return err
	}))
	require.Equal(t, sim.Listening, phone.View().State)
}

func TestRun_endsWithItsContext(t *testing.T) {
	t.Parallel()
	s, _ := exchange(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}
