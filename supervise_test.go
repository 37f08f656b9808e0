package extflow_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// asked is a caller who waits, and the leg to Ada, who has just answered.
func (x *exchange) asked(ref string) (caller, leg flow.Turn) {
	x.t.Helper()
	caller = x.waits(alice, ref)
	require.NoError(x.t, x.Wake(x.t.Context()))
	c := x.call(caller)
	require.Len(x.t, c.Legs, 1)
	at, err := x.store.Calls().Load(x.t.Context(), flow.Key{Account: "acme", ID: c.Legs[0]})
	require.NoError(x.t, err)
	return caller, at.Turn()
}

// A supervisor moves the caller at the moment at which the member accepts. Whichever
// is stored first holds, and the other is told: nobody is both moved and joined.
func TestMove_andAMemberWhoAcceptsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	moved, joined := 0, 0
	for i := range 40 {
		x := open(t)
		caller, leg := x.asked("CA1")
		var both sync.WaitGroup
		var refused, dropped error
		both.Go(func() {
			refused = x.Move(t.Context(), caller.Call, "act", *flow.ToVoicemail("team"))
		})
		accept := func() {
			_, dropped = x.Handle(t.Context(), flow.Event{Call: leg.Call, Re: leg.Seq, Reply: true, What: flow.What{Kind: flow.Answered, Yes: true}})
		}
		if i%2 == 0 {
			both.Go(accept)
		} else { // the member surely comes later
			both.Wait()
			accept()
		}
		both.Wait()
		require.NoError(t, dropped)
		c := x.call(caller)
		l, err := x.store.Calls().Load(t.Context(), leg.Call)
		require.NoError(t, err)
		switch {
		case refused == nil:
			moved++
			require.Equal(t, flow.Recording, c.Phase)
			require.Equal(t, flow.Ending, l.Phase, "the member is let go")
		default:
			joined++
			require.ErrorIs(t, refused, extflow.ErrNotWaiting)
			require.Equal(t, flow.InTalk, c.Phase)
			require.Equal(t, flow.InTalk, l.Phase)
		}
	}
	require.NotZero(t, moved)
	x := open(t)
	caller, leg := x.asked("CA1")
	x.then(leg, flow.What{Kind: flow.Answered, Yes: true}) // the member surely comes first
	require.ErrorIs(t, x.Move(t.Context(), caller.Call, "act", *flow.HangUp(nil)), extflow.ErrNotWaiting)
	require.Equal(t, 40, moved+joined)
}

// Two supervisors move a caller at once, one of them over a bad line: every act is done
// once at most, and the caller is in one place.
func TestMove_theSameActAgainIsDoneOnceWhateverCameBetween(t *testing.T) {
	t.Parallel()
	x := open(t)
	caller, _ := x.asked("CA1")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _ = x.Move(t.Context(), caller.Call, "hers", *flow.ToExtension("1002", nil)) })
		all.Go(func() { _ = x.Move(t.Context(), caller.Call, "his", *flow.ToVoicemail("team")) })
	}
	all.Wait()
	turns, err := x.store.Calls().Turns(t.Context(), caller.Call, 0)
	require.NoError(t, err)
	acts := 0
	for _, turn := range turns {
		if turn.Event.News == flow.Moved {
			acts++
			require.NoError(t, x.Move(t.Context(), caller.Call, turn.Event.ID, *flow.ToVoicemail("team")), "it was done")
		}
	}
	require.Equal(t, 1, acts, "the other came too late")
	require.ErrorIs(t, x.Move(t.Context(), caller.Call, "another", *flow.ToVoicemail("team")), extflow.ErrNotWaiting)
}

func TestMove_saysWhatCannotBe(t *testing.T) {
	t.Parallel()
	x := open(t)
	caller, _ := x.asked("CA1")
	move := func(to *flow.Dest) error { return x.Move(t.Context(), caller.Call, "act", *to) }
	require.ErrorIs(t, move(flow.ToQueue("sales")), flow.ErrSettings)
	require.ErrorIs(t, move(flow.ToExtension("1009", nil)), storage.ErrNotFound)
	require.ErrorIs(t, move(flow.ToQueue("support")), extflow.ErrThere)
	require.ErrorIs(t, x.Move(t.Context(), flow.Key{Account: "globex", ID: caller.Call.ID}, "act", *flow.HangUp(nil)), storage.ErrNotFound, "another account's call")
	pick := func(agent string) error { return x.Pick(t.Context(), caller.Call, "act", agent) }
	require.ErrorIs(t, pick("ada"), extflow.ErrNotFree, "she is rung already")
	require.ErrorIs(t, pick("grace"), extflow.ErrNotFree, "she is away")
	require.ErrorIs(t, pick("nobody"), storage.ErrNotFound)
	require.NoError(t, move(flow.ToVoicemail("team")))
	require.ErrorIs(t, x.Pick(t.Context(), caller.Call, "another", "ada"), extflow.ErrNotWaiting)
}

// Two supervisors take two callers to one telephone: it rings for one of them.
func TestPick_ringsOneTelephoneForOneCaller(t *testing.T) {
	t.Parallel()
	x := open(t)
	require.NoError(t, x.SetMembers(t.Context(), "acme", "support", []string{"ada"}))
	first, second := x.waits(alice, "CA1"), x.waits(bob, "CA2")
	require.NoError(t, x.Wake(t.Context()))
	require.NoError(t, x.store.Directory().SetPresence(t.Context(), "acme", "grace", extension.Available, ""))
	var errs [2]error
	var both sync.WaitGroup
	for i, c := range []flow.Turn{first, second} {
		both.Go(func() { errs[i] = x.Pick(t.Context(), c.Call, "act", "grace") })
	}
	both.Wait()
	one, other := errs[0], errs[1]
	if one != nil {
		one, other = other, one
	}
	require.NoError(t, one)
	require.ErrorIs(t, other, extflow.ErrNotFree)
	legs := len(x.call(first).Legs) + len(x.call(second).Legs)
	require.Equal(t, 2, legs, "Ada rings for the first in line, and Grace for one of them")
}

// hasty is a carrier that takes a call every five seconds.
type hasty struct{ *recorder }

func (hasty) Abilities() adapter.Abilities {
	return adapter.Abilities{Place: true, Pace: 5 * time.Second}
}

func TestPick_waitsForTheCarriersPaceNoLongerThanAPersonDoes(t *testing.T) {
	t.Parallel()
	x := open(t)
	n := x.node(hasty{x.carrier})
	caller := n.waits(alice, "CA1")
	require.NoError(t, n.Wake(t.Context())) // Ada rings
	require.NoError(t, x.store.Directory().SetPresence(t.Context(), "acme", "grace", extension.Available, ""))
	require.ErrorIs(t, n.Pick(t.Context(), caller.Call, "act", "grace"), extflow.ErrPace)
	require.Empty(t, x.agent("grace").Duty.HeldBy)
	x.now = x.now.Add(6 * time.Second)
	require.NoError(t, n.Pick(t.Context(), caller.Call, "act", "grace"))
	require.Len(t, x.call(caller).Legs, 2)
}
