package flowtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow/account"
)

func TestRunOutcomes_theSimulatedTelephonesDoNotDifferFromThemselves(t *testing.T) {
	t.Parallel()
	RunOutcomes(t, "../testdata/*.call", account.Sample(), Outcomes{Lay: func(testing.TB) Lay { return laySim }, Open: OpenCore})
}

const declined = `caller dials +12025550100 from +14155550100
caller presses 1004
mary declines
caller hangs up
`

// stubborn are telephones at which nobody declines so soon: it takes some time, or
// is understood as something else.
type stubborn struct {
	simulated
	since time.Time
	after time.Duration
	line  Manner
}

func (s stubborn) Agent(address string) Handset {
	h := s.simulated.Agent(address)
	if s.line != RingsOut {
		h.Behaves(s.line)
	}
	return slow{h, s}
}

type slow struct {
	Handset
	at stubborn
}

func (h slow) State() State {
	if h.at.Now().Before(h.at.since.Add(h.at.after)) {
		return OnHook
	}
	return h.Handset.State()
}

func (s *shelf) against(t *testing.T, text string, far stubborn, late time.Duration) (string, error) {
	t.Helper()
	lay := func(start time.Time) (Telephones, adapter.Carrier, error) {
		lines, carrier, err := laySim(start)
		far.simulated, far.since = lines.(simulated), start
		for _, a := range mustParse(t).Agents {
			for _, e := range a.Endpoints {
				far.Agent(e.Address)
			}
		}
		return far, carrier, err
	}
	return s.compare(t.Context(), fileOf(t, text), lay, Outcomes{Open: OpenCore, Late: late})
}

func TestRunOutcomes_tellsWhatEndedOtherwise(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	differs, err := s.against(t, declined, stubborn{}, 0)
	require.NoError(t, err)
	require.Empty(t, differs)
	differs, err = s.against(t, declined, stubborn{line: Off}, 0)
	require.NoError(t, err)
	require.Contains(t, differs, "caller\n")
	require.Contains(t, differs, "-     ")
	require.Contains(t, differs, "+     ")
	require.Contains(t, differs, "impossible at the far end: mary declines")
}

// What takes longer at the far end is the same if it may take so long.
func TestRunOutcomes_waitsForWhatComesLateButNotForEver(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	differs, err := s.against(t, declined, stubborn{after: 8 * time.Second}, 10*time.Second)
	require.NoError(t, err)
	require.Empty(t, differs)
	differs, err = s.against(t, declined, stubborn{after: 8 * time.Second}, 5*time.Second)
	require.NoError(t, err)
	require.Contains(t, differs, "impossible at the far end: mary declines")
}

// The waiting for one act is not added to those that follow: what happens by the
// clock happens at its time.
func TestRunOutcomes_keepsTheClockOfTheStory(t *testing.T) {
	t.Parallel()
	s := &shelf{document: account.Sample(), open: OpenCore}
	late := stubborn{after: 8 * time.Second}
	p := &pair{late: 10 * time.Second}
	script, err := s.script(Story{})
	require.NoError(t, err)
	p.near, err = raise(script, monday, laySim, OpenCore)
	require.NoError(t, err)
	p.far, err = raise(script, monday, func(start time.Time) (Telephones, adapter.Carrier, error) {
		lines, carrier, err := laySim(start)
		late.simulated, late.since = lines.(simulated), start
		return late, carrier, err
	}, OpenCore)
	require.NoError(t, err)
	play := func(act string, near, far time.Duration) {
		a, err := ParseAct(act)
		require.NoError(t, err)
		require.NoError(t, p.scene(context.Background(), a))
		require.Equal(t, near, p.near.lines.Now().Sub(onTheWall(monday, script.zone)), act)
		require.Equal(t, far, p.far.lines.Now().Sub(onTheWall(monday, script.zone)), act)
	}
	play("caller dials +12025550100 from +14155550100", 0, 0)
	play("caller presses 1004", 0, 0)
	play("mary declines", 0, 8*time.Second)
	play("...5s", 5*time.Second, 8*time.Second)
	play("...5s", 10*time.Second, 10*time.Second)
}

func TestRunOutcomes_aListOfDifferencesStaysHonest(t *testing.T) {
	t.Parallel()
	o := Outcomes{Differs: map[string]string{"a": "it is a toy"}}
	require.NoError(t, o.verdict("a", "- x"))
	require.NoError(t, o.verdict("b", ""))
	require.ErrorContains(t, o.verdict("a", ""), "take it off the list of those that differ (it is a toy)")
	require.ErrorContains(t, o.verdict("b", "- x"), "- x")
}
