package sim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
)

// answers is a handler that gives the same turn to everybody.
type answers flow.Turn

func (a answers) Handle(context.Context, flow.Event) (flow.Turn, error) {
	t := flow.Turn(a)
	t.Call, t.Seq = flow.Key{ID: "call"}, 1
	return t, nil
}

func TestWait_movesTheClockAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, c := newDesk(t, sim.Config{})
	start := c.Now()
	require.Equal(t, "Monday 2026-01-05T09:00:00Z", start.Format("Monday 2006-01-02T15:04:05Z07:00"))
	dial(t, c, office)
	require.Equal(t, start, c.Now())
	wait(t, c, time.Hour)
	require.Equal(t, start.Add(time.Hour), c.Now())
	require.NoError(t, c.WaitUntil(ctx, start)) // never back
	require.Equal(t, start.Add(time.Hour), c.Now())
	require.NoError(t, c.WaitUntil(ctx, start.Add(2*time.Hour)))
	require.Equal(t, start.Add(2*time.Hour), c.Now())
}

func TestWait_hasTimersAndTheClockworkGoOffInTheirOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := sim.New(sim.Config{})
	var order []string
	listen := flow.Command{Kind: flow.Listen, Digits: 4, First: 3 * time.Second}
	c.Attach(answers{Move: flow.Move{Do: listen}})
	c.Observe(func(h sim.Happening) {
		if h.What == sim.Fired {
			order = append(order, h.Note+" at "+c.Now().Format("05"))
		}
	})
	due := []time.Time{c.Now().Add(2 * time.Second), c.Now().Add(3 * time.Second), c.Now().Add(4 * time.Second)}
	c.Clockwork(
		func() (time.Time, bool) {
			if len(due) == 0 {
				return time.Time{}, false
			}
			return due[0], true
		},
		func(context.Context) error {
			order = append(order, "clockwork at "+c.Now().Format("05"))
			due = due[1:]
			return nil
		})
	dial(t, c, office)
	wait(t, c, 6*time.Second)
	require.Equal(t, []string{"clockwork at 02", "first digit at 03", "clockwork at 03", "clockwork at 04", "first digit at 06"}, order)

	more, err := c.SkipToNext(ctx)
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, "09", c.Now().Format("05"))
}

// engine is a clockwork as Drive takes it.
type engine struct {
	at    time.Time
	woken int
	err   error
}

func (e *engine) Next(context.Context) (time.Time, bool, error) { return e.at, e.woken == 0, e.err }

func (e *engine) Wake(context.Context) error { e.woken++; return nil }

func TestDrive_wakesTheEngineUnlessItCannotSayWhen(t *testing.T) {
	t.Parallel()
	_, c := newDesk(t, sim.Config{})
	e := &engine{at: c.Now().Add(time.Second), err: errDown}
	c.Drive(e)
	wait(t, c, time.Minute)
	require.Zero(t, e.woken)
	e.err = nil
	wait(t, c, 0)
	require.Equal(t, 1, e.woken)
}

func TestSettle_givesUpOnAHandlerThatGoesRoundInCircles(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := sim.New(sim.Config{})
	c.Attach(answers{Move: flow.Move{Do: flow.Command{Kind: flow.Connect}}}) // rings nobody, again and again
	_, err := c.Dial(ctx, caller, office, sim.Options{})
	require.ErrorContains(t, err, "goes round in circles")

	_, c = newDesk(t, sim.Config{})
	c.Clockwork(func() (time.Time, bool) { return c.Now(), true }, func(context.Context) error { return errDown })
	err = c.Wait(ctx, time.Second)
	require.ErrorContains(t, err, "only complains")
	require.Less(t, strings.Count(err.Error(), errDown.Error()), 20)
}

func TestActs_endWithTheirContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	d, c := newDesk(t, sim.Config{})
	phone := dial(t, c, office)
	c.Observe(func(h sim.Happening) {
		if h.What == sim.Keyed && h.Note == "2" {
			cancel()
		}
	})
	require.ErrorIs(t, phone.Press(ctx, "1234"), context.Canceled)
	require.EqualValues(t, "12", phone.View().Entry)
	require.ErrorIs(t, c.Wait(ctx, time.Minute), context.Canceled)
	require.Len(t, d.turns, 1)
	wait(t, c, 5*time.Second) // everything is as it was, and goes on
	require.EqualValues(t, "12", d.turns[1].Event.Digits)
}

func TestActs_needAHandler(t *testing.T) {
	t.Parallel()
	c := sim.New(sim.Config{})
	_, err := c.Dial(context.Background(), caller, office, sim.Options{})
	require.ErrorContains(t, err, "call Attach")
	require.ErrorContains(t, c.Wait(context.Background(), 0), "call Attach")
}

func TestHandler_thatAnswersNothingACarrierCanDoEndsTheCall(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, do := range map[string]flow.Command{
		"the handler answered nothing that a carrier can do":        {Kind: flow.Find},
		"the turn does not fit a leg that was answered, or was not": {Kind: flow.Originate},
		"the handler answered nothing that a carrier can do ":       {},
	} {
		c := sim.New(sim.Config{})
		var failed []string
		c.Observe(func(h sim.Happening) {
			if h.What == sim.Failed {
				failed = append(failed, h.Note)
			}
		})
		c.Attach(answers{Move: flow.Move{Do: do}})
		phone, err := c.Dial(ctx, caller, office, sim.Options{})
		require.NoError(t, err)
		require.Equal(t, sim.Over, phone.View().State)
		require.Equal(t, []string{strings.TrimSpace(name)}, failed)
	}
}

func TestConfig_playedFilesLastAsLongAsItSays(t *testing.T) {
	t.Parallel()
	c := sim.New(sim.Config{Audio: 10 * time.Second})
	listen := flow.Command{Kind: flow.Listen, Digits: 4}
	c.Attach(answers{Move: flow.Move{Say: []flow.Message{{Play: "https://x.example/a.mp3"}, {Say: "Hello."}}, Do: listen}})
	phone := dial(t, c, office)
	require.Equal(t, sim.Hearing, phone.View().State)
	require.Equal(t, []string{"https://x.example/a.mp3"}, said(phone.View()))
	wait(t, c, 10*time.Second)
	require.Equal(t, []string{"https://x.example/a.mp3", "Hello."}, said(phone.View()))
	wait(t, c, 5*time.Second) // without times of its own a key is awaited for 5 s
	require.Len(t, phone.View().Heard, 3)
}

func TestObserve_tellsWhatHappensInOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, c := newDesk(t, sim.Config{})
	var log []string
	c.Observe(func(h sim.Happening) {
		line := string(h.What) + " " + h.Phone
		if h.What == sim.Sent {
			line = "sent " + h.Event.Text()
		}
		log = append(log, strings.TrimSpace(line+" "+h.Note+h.Said.Say))
	})
	phone := dial(t, c, office)
	press(t, phone, "1001")
	require.NoError(t, c.Agent(ada).Answer(ctx))
	require.NoError(t, phone.HangUp(ctx))
	require.Equal(t, []string{
		"dialled " + caller + " " + office,
		"sent caller dials " + office + " from " + caller,
		"got " + caller,
		"heard " + caller + " one two three four",
		"keyed " + caller + " 1", "keyed " + caller + " 0", "keyed " + caller + " 0", "keyed " + caller + " 1",
		"sent caller presses 1001",
		"got " + caller,
		"rang " + ada + " " + caller,
		"picked up " + ada,
		"joined " + caller,
		"joined " + ada,
		"sent agent answers",
		"ended " + ada + " hung up",
		"ended " + caller + " the caller hung up",
		"sent caller hangs up",
	}, log)
}

func TestCarrier_isSafeForManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, c := newDesk(t, sim.Config{})
	seen := 0
	c.Observe(func(sim.Happening) { seen++ })
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 8 {
		wg.Go(func() {
			p, err := c.Dial(ctx, fmt.Sprintf("+1415555010%d", i), office, sim.Options{})
			errs <- errors.Join(err, p.Press(ctx, "1001"), p.Speak(ctx, time.Second), c.Wait(ctx, time.Second))
			_, _, _ = p.View(), c.Legs(), c.Phones()
			c.Agent(ada).Set(sim.Takes, 0)
			_, err = c.Probe(ctx, d.of(p))
			errs <- errors.Join(err, p.HangUp(ctx), c.Do(ctx, flow.Turn{Call: p.View().Call, Seq: 9, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}))
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	wait(t, c, time.Hour)
	require.Empty(t, c.Legs())
	require.Empty(t, c.Phones())
	for _, call := range d.sorted() {
		require.True(t, call.Has(flow.Closed))
	}
	require.Positive(t, seen)
}
