package extflow_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
)

// wonders opens an exchange whose main line asks the product, in the way of ask.
func wonders(t *testing.T, ask func(context.Context, flow.Asked) (string, error)) *exchange {
	t.Helper()
	x := open(t)
	x.Ask = ask
	s := flow.Settings{
		Questions: map[string]flow.Question{"tier": {
			Limit: 2 * time.Second, Answers: map[string]flow.Dest{"gold": *flow.HangUp(flow.Say("Gold."))}, Otherwise: flow.HangUp(flow.Say("Nobody knows.")),
		}},
		Entries: map[string]flow.Entry{"flow desk": {Dest: *flow.ToQuestion("tier")}},
	}
	latest, err := x.store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	next := latest
	next.ID, next.Version, next.Settings = "asking", latest.Version+1, s
	require.NoError(t, x.store.Releases().Publish(t.Context(), next))
	return x
}

// said is what a caller was told at last.
func (x *exchange) said(turn flow.Turn) string {
	x.t.Helper()
	m := x.call(turn).Now()
	if len(m.Say) == 0 {
		return ""
	}
	return m.Say[0].Say
}

// The product is asked once, after the turn was stored, and its word leads on.
func TestAsk_bringsTheProductsAnswerToTheCall(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]struct {
		answer string
		err    error
		says   string
	}{
		"a word of the question's": {"gold", nil, "Gold."},
		"a word of nobody's":       {"platinum", nil, "Nobody knows."},
		"an error":                 {"gold", errors.New("the product is down"), "Nobody knows."},
		"no answer yet":            {"", nil, ""},
	} {
		var asked []flow.Asked
		x := wonders(t, func(_ context.Context, q flow.Asked) (string, error) {
			asked = append(asked, q)
			return is.answer, is.err
		})
		turn := x.arrives(alice, "CA1")
		require.Equal(t, flow.Hold, turn.Move.Do.Kind, name)
		due, some, err := x.Next(t.Context())
		require.NoError(t, err)
		require.True(t, some && !due.After(x.now), "there is something to ask now")
		require.NoError(t, x.Wake(t.Context()), name)
		require.NoError(t, x.Wake(t.Context()), name)
		require.Len(t, asked, 1, name)
		require.Equal(t, turn.Seq, asked[0].Turn, name)
		require.Equal(t, alice, asked[0].Info.From, name)
		require.Equal(t, []string{"gold"}, asked[0].Answers, name)
		require.Equal(t, is.says, x.said(turn), name)
	}
}

// A product that takes its time is given no more than the limit, and what comes later
// by itself is refused.
func TestAsk_endsWithTheLimit(t *testing.T) {
	t.Parallel()
	var until time.Duration
	x := wonders(t, func(ctx context.Context, _ flow.Asked) (string, error) {
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		until = time.Until(deadline)
		return "", nil
	})
	turn := x.arrives(alice, "CA1")
	require.NoError(t, x.Wake(t.Context()))
	require.LessOrEqual(t, until, 2*time.Second)
	x.now = x.now.Add(2 * time.Second)
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, "Nobody knows.", x.said(turn))
	require.ErrorIs(t, x.Answer(t.Context(), turn.Call, turn.Seq, "gold"), extflow.ErrNotAsked)
}

// The node that took the call dies before it asked: another one leads the caller on
// when the limit passes, and asks nobody.
func TestAsk_ofANodeThatDiedEndsWithTheLimit(t *testing.T) {
	t.Parallel()
	x := wonders(t, func(context.Context, flow.Asked) (string, error) { return "gold", nil })
	turn := x.arrives(alice, "CA1")
	other, err := extflow.New(extflow.Config{Store: x.store, Carriers: x.Carriers, Ask: func(context.Context, flow.Asked) (string, error) {
		t.Error("another node asks what it did not take")
		return "", nil
	}})
	require.NoError(t, err)
	require.NoError(t, other.Wake(t.Context()))
	require.Empty(t, x.said(turn))
	x.now = x.now.Add(2 * time.Second)
	require.NoError(t, other.Wake(t.Context()))
	require.Equal(t, "Nobody knows.", x.said(turn))
	require.NoError(t, x.Wake(t.Context()), "the node comes back, and its question's time is over")
	require.Equal(t, "Nobody knows.", x.said(turn))
}

// Run asks beside everything else, and ends with all that it began.
func TestAsk_isDoneByRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	answered := make(chan struct{})
	x := wonders(t, func(context.Context, flow.Asked) (string, error) {
		defer close(answered)
		return "gold", nil
	})
	turn := x.arrives(alice, "CA1")
	ended := make(chan error)
	go func() { ended <- x.Run(ctx) }()
	<-answered
	require.Eventually(t, func() bool { return x.call(turn).Phase == flow.Ending }, 10*time.Second, time.Millisecond)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Equal(t, "Gold.", x.said(turn))
}

// A product that takes no notice of the time it has holds up nobody: its callers are led
// on, and it is asked no more than so much at once.
func TestAsk_aProductThatNeverReturnsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	var under, most atomic.Int32
	x := wonders(t, func(context.Context, flow.Asked) (string, error) {
		most.Store(max(most.Load(), under.Add(1)))
		defer under.Add(-1)
		<-never
		return "gold", nil
	})
	logged := make(chan string, 100)
	e, err := extflow.New(extflow.Config{
		Store: x.store, Carriers: x.Carriers, Ask: x.Ask, Workers: 2,
		Logger: slog.New(slog.NewTextHandler(lines(logged), nil)),
	})
	require.NoError(t, err)
	x.Engine = e
	var turns []flow.Turn
	for i := range 4 {
		turns = append(turns, x.arrives(alice, fmt.Sprint("CA", i)))
	}
	x.now = x.now.Add(1900 * time.Millisecond) // the test need not wait for all of their time
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- x.Run(ctx) }()
	require.Eventually(t, func() bool { return under.Load() == 2 }, 10*time.Second, time.Millisecond)
	for vain := 0; vain < 4; {
		if line := <-logged; strings.Contains(line, "in vain") {
			require.Regexp(t, "no answer within 2s|Config.Ask must return", line)
			vain++
		}
	}
	for _, turn := range turns {
		require.Equal(t, "Nobody knows.", x.said(turn))
	}
	stop()
	require.ErrorIs(t, <-ended, context.Canceled, "what the product still does is nothing to wait for")
	require.EqualValues(t, 2, most.Load())
	close(never)
	require.Eventually(t, func() bool { return under.Load() == 0 }, 10*time.Second, time.Millisecond)
}

// lines is a log, line by line.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}
