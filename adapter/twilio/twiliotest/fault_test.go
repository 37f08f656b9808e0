package twiliotest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// legs is a call whose leg reports all that happens to it.
var legs = dialling(``, `<Client statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">ada</Client>`)

func talk(t *testing.T, f twiliotest.Faults) (*twiliotest.Carrier, *site) {
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": legs["/voice"], "/dialled": legs["/dialled"]})
	c.Break(f)
	c.Agent(ada).Set(twiliotest.Takes, time.Second)
	p := dial(t, c)
	wait(t, c, 10*time.Second)
	hangUp(t, p)
	wait(t, c, time.Minute)
	return c, s
}

// Reference 1.6 and 2.9.

func TestFaults_aCallbackIsLostTwiceLateOrOutOfOrder(t *testing.T) {
	t.Parallel()
	status := func(f twiliotest.Fault) twiliotest.Faults {
		f.For = twiliotest.ForStatus
		return twiliotest.Faults{Next: []twiliotest.Fault{f}}
	}
	for want, f := range map[string]twiliotest.Faults{
		"0 1 2 3 ":   {},
		"1 2 3 ":     status(twiliotest.Fault{Lost: true}),
		"0 0 1 2 3 ": status(twiliotest.Fault{Twice: true}),
		"1 0 2 3 ":   status(twiliotest.Fault{Swapped: true}),
		"1 2 0 3 ":   status(twiliotest.Fault{Late: 5 * time.Second}),
	} {
		_, s := talk(t, f)
		require.Equal(t, want, strings.Join(s.forms("/leg", "SequenceNumber"), " ")+" ")
	}
	c, _ := talk(t, status(twiliotest.Fault{Cut: true}))
	require.Empty(t, c.Errors(), "one that could not be connected is tried again")
}

func TestFaults_aRequestForADocumentThatArrivesTwiceBearsTheSameToken(t *testing.T) {
	t.Parallel()
	c, s := talk(t, twiliotest.Faults{Next: []twiliotest.Fault{{For: twiliotest.ForVoice, Twice: true}}})
	require.Equal(t, []string{"/voice", "/voice"}, s.asked()[:2])
	got := c.Requests()
	require.Equal(t, got[0].Form, got[1].Form)
	require.Equal(t, got[0].Header.Get("I-Twilio-Idempotency-Token"), got[1].Header.Get("I-Twilio-Idempotency-Token"))
	require.Len(t, s.forms("/dialled", "CallSid"), 1, "only one answer counts")
}

func TestFaults_byChanceAreTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	f := twiliotest.Faults{Seed: 3, Lost: 0.2, Twice: 0.3, Late: 0.3, Slow: 0.1, Swapped: 0.2, Cut: 0.1, Mute: 0.1}
	different := false
	for seed := range uint64(8) {
		f.Seed = seed
		_, one := talk(t, f)
		_, two := talk(t, f)
		require.Equal(t, one.asked(), two.asked())
		_, plain := talk(t, twiliotest.Faults{})
		different = different || !slices.Equal(one.asked(), plain.asked())
	}
	require.True(t, different)
}

func TestStatus_aCallbackThatIsAnsweredWithAnErrorIsWarnedOf(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Hangup/>`, "/status": ``})
	s.codes["/status"] = 500
	dial(t, c)
	require.Equal(t, []int{15003}, codes(c))
	require.Equal(t, []string{"/voice", "/status"}, s.asked(), "and not made again")
	require.Equal(t, "0", s.form("/status").Get("SequenceNumber"))
}

func TestObserve_tellsWhatHappens(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, screening(pressOne, screened))
	var told []string
	c.Observe(func(h twiliotest.Happening) {
		what := string(h.What)
		switch h.What {
		case twiliotest.Sent:
			what += " " + string(h.Request.For)
		case twiliotest.Heard:
			what = h.Phone + " heard " + h.Said.Text
		case twiliotest.Failed:
			what += fmt.Sprint(" ", h.Error.Code)
		case twiliotest.Lost:
			what += " " + string(h.Request.For)
		}
		if h.Note != "" {
			what += " " + h.Note
		}
		told = append(told, what)
	})
	c.Break(twiliotest.Faults{Next: []twiliotest.Fault{{For: twiliotest.ForStatus, Lost: true}}})
	c.Agent(cell).Set(twiliotest.Takes, 0)
	p := dial(t, c)
	hangUp(t, p)
	require.Equal(t, []string{
		"dialled " + office, "sent voice", "did Say", caller + " heard one moment", "did Dial", "rang " + caller, "picked up",
		"sent whisper", "did Gather", cell + " heard Press 1.", "keyed 1", "sent gather", "joined", "joined",
		"ended the caller has gone", "ended the caller hung up", "lost status lost", "sent dial", "sent status",
	}, told)
}

// Time.

// clock is a clockwork as Drive takes it.
type clock struct {
	at   []time.Time
	woke []time.Time
	now  func() time.Time
	err  error
}

func (k *clock) Next(context.Context) (time.Time, bool, error) {
	if len(k.at) == 0 {
		return time.Time{}, false, nil
	}
	return k.at[0], true, nil
}

func (k *clock) Wake(context.Context) error {
	k.woke = append(k.woke, k.now())
	if k.err == nil {
		k.at = k.at[1:]
	}
	return k.err
}

func TestDrive_wakesTheEngineOnTime(t *testing.T) {
	t.Parallel()
	c := twiliotest.New(twiliotest.Config{})
	start := c.Now()
	k := &clock{now: c.Now, at: []time.Time{start.Add(time.Second), start.Add(time.Minute)}}
	c.Drive(k)
	require.NoError(t, c.WaitUntil(ctx, start.Add(10*time.Second)))
	require.Equal(t, []time.Time{start.Add(time.Second)}, k.woke)
	some, err := c.SkipToNext(ctx)
	require.True(t, some)
	require.NoError(t, err)
	require.Equal(t, start.Add(time.Minute), c.Now())
	some, err = c.SkipToNext(ctx)
	require.False(t, some)
	require.NoError(t, err)
	require.NoError(t, c.WaitUntil(ctx, start), "the past is now")
	require.Equal(t, start.Add(time.Minute), c.Now())

	k.at, k.err = []time.Time{start}, errors.New("the engine complains")
	require.ErrorContains(t, c.Wait(ctx, 0), "only complains")
}

func TestAct_stopsWithItsContextAndInACircle(t *testing.T) {
	t.Parallel()
	c := twiliotest.New(twiliotest.Config{})
	gone, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, c.Wait(gone, time.Second), context.Canceled)
	_, err := c.Dial(gone, caller, office, twiliotest.Options{})
	require.ErrorIs(t, err, context.Canceled)
	c.Clockwork(func() (time.Time, bool) { return c.Now(), true }, func(context.Context) error { return nil })
	require.ErrorContains(t, c.Wait(ctx, time.Second), "circles")

	c, s := line(t, twiliotest.Config{}, waiting)
	slow, cancel := context.WithCancel(ctx)
	defer cancel()
	c.Observe(func(h twiliotest.Happening) {
		if h.What == twiliotest.Dialled {
			cancel()
		}
	})
	_, err = c.Dial(slow, caller, office, twiliotest.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, s.asked())

	begun, over := make(chan bool, 1000), make(chan bool)
	c = twiliotest.New(twiliotest.Config{})
	c.Clockwork(func() (time.Time, bool) { return c.Now(), true }, func(context.Context) error {
		begun <- true
		<-over
		return errors.New("slow")
	})
	first := make(chan error)
	go func() { first <- c.Wait(ctx, 0) }()
	<-begun
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.Wait(short, 0), context.DeadlineExceeded, "acts happen one after the other")
	close(over)
	require.ErrorContains(t, <-first, "slow")
}
