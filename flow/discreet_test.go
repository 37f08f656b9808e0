package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// discreet is the book of an account that tells nobody who there is.
func discreetBook(t *testing.T) *Book {
	return compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.Discreet, f.Unavailable = true, nil
		s.Flows["front-desk"] = f
		s.Defaults.MaxGuesses = 3
	})
}

func TestDiscreet_unavailableIsUnknownInEveryRound(t *testing.T) {
	t.Parallel()
	b := discreetBook(t)
	unknown, away := dials(t, b, theFlow), dials(t, b, theFlow)
	for range 4 {
		unknown.keys("5555").found(extension.ClassUnknown, nil)
		away.keys("1002").found(extension.ClassAway, grace)
		require.Equal(t, unknown.m, away.m)
		require.Equal(t, unknown.c.State, away.c.State)
		require.Equal(t, unknown.c.Guesses, away.c.Guesses)
		require.Empty(t, away.c.Mailbox, "no mailbox of an agent's is led to")
	}
	away.does(Hangup)
}

func TestDiscreet_whomTheCarrierCannotReachIsUnknownOnceRung(t *testing.T) {
	t.Parallel()
	b := discreetBook(t)
	unknown, unreached := dials(t, b, theFlow), dials(t, b, theFlow)
	for range 4 {
		unknown.keys("5555").found(extension.ClassUnknown, nil)
		unreached.keys("1001").found(extension.ClassAvailable, ada).does(Connect).happens(What{Kind: Unreachable})
		require.Equal(t, unknown.m, unreached.m)
		require.Equal(t, unknown.c.State, unreached.c.State)
		require.Equal(t, unknown.c.Guesses, unreached.c.Guesses)
		require.Empty(t, unreached.c.Agent())
	}
}

func TestDiscreet_aRingThatReachesNobodyMayBeOneGuessTooMany(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		ten := 10
		f := s.Flows["front-desk"]
		f.Discreet, f.Unavailable, f.Repeats = true, nil, &ten
		s.Flows["front-desk"] = f
		s.Defaults.MaxGuesses = 1
	})
	l := dials(t, b, theFlow).keys("5555").found(extension.ClassUnknown, nil).does(Listen)
	l.keys("1001").found(extension.ClassAvailable, ada).happens(What{Kind: Unreachable}).does(Hangup)
}

func TestDiscreet_otherRulesAreAsEver(t *testing.T) {
	t.Parallel()
	b := discreetBook(t)
	dials(t, b, theFlow).keys("1003").found(extension.ClassBusy, ada).does(Listen)
	l := dials(t, b, theFlow).keys("1001").found(extension.ClassAvailable, ada).after(20 * time.Second).happens(What{Kind: Unanswered})
	require.Equal(t, OnUnanswered, l.c.Why)
	require.True(t, l.c.Has(BoxKeyed))
}

func TestDiscreet_releasesAreRefusedByVersionsThatWouldPassItOver(t *testing.T) {
	t.Parallel()
	for _, s := range []Settings{
		{Flows: map[string]Flow{"f": {Discreet: true}}},
		{Menus: map[string]Menu{"m": {Prompt: Message{Say: "Hello."}, Extensions: true, Discreet: true}}},
	} {
		r, err := NewRelease("acme", "r1", 1, noon, s)
		require.NoError(t, err)
		require.Equal(t, 2, r.Schema)
	}
}
