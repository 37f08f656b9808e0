package extension_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestPresence_hasFourWords(t *testing.T) {
	t.Parallel()
	for _, p := range extension.Presences() {
		require.True(t, p.Valid())
	}
	require.Len(t, extension.Presences(), 4)
	require.False(t, extension.Presence("").Valid())
	require.False(t, extension.Presence("lunch").Valid())
}

func TestHold_isForOneCallAtATime(t *testing.T) {
	t.Parallel()
	d, ok := extension.Duty{}.Hold("c1", noon.Add(time.Minute))
	require.True(t, ok)
	require.True(t, d.Held())

	again, ok := d.Hold("c2", noon.Add(time.Hour))
	require.False(t, ok)
	require.Equal(t, d, again)

	again, ok = d.Hold("c1", noon.Add(time.Hour))
	require.True(t, ok, "a call renews its own lease")
	require.Equal(t, extension.Duty{HeldBy: "c1", HeldUntil: noon.Add(time.Hour)}, again)
}

func TestRelease_freesTheCallsOwnHoldOnly(t *testing.T) {
	t.Parallel()
	held := extension.Duty{HeldBy: "c1", HeldUntil: noon, Misses: 1}
	require.Equal(t, held, held.Release("c2"))
	require.Equal(t, extension.Duty{Misses: 1}, held.Release("c1"))
	require.Equal(t, extension.Duty{}, extension.Duty{}.Release(""))
}

func TestMissed_restsAsLongAsTheCauseSays(t *testing.T) {
	t.Parallel()
	for miss, rest := range map[extension.Miss]time.Duration{
		extension.Unanswered: 30 * time.Second, extension.Declined: 15 * time.Second,
		extension.Unreachable: time.Minute, extension.Engaged: 30 * time.Second,
	} {
		a, away := extension.Agent{Presence: extension.Available}.Missed(miss, noon)
		require.False(t, away)
		require.True(t, a.Duty.Resting(noon.Add(rest-1)), string(miss))
		require.False(t, a.Duty.Resting(noon.Add(rest)), string(miss))
	}
}

func TestMissed_neverShortensARest(t *testing.T) {
	t.Parallel()
	a, _ := extension.Agent{Presence: extension.Available}.Missed(extension.Unreachable, noon)
	a, _ = a.Missed(extension.Declined, noon.Add(time.Second))
	require.Equal(t, noon.Add(time.Minute), a.Duty.RestUntil)
}

func TestMissed_threeTimesInARowMakesAway(t *testing.T) {
	t.Parallel()
	a := extension.Agent{Presence: extension.Available}
	var away bool
	for _, m := range []extension.Miss{extension.Unanswered, extension.Engaged, extension.Declined, extension.Engaged} {
		a, away = a.Missed(m, noon)
		require.False(t, away)
		require.Equal(t, extension.Available, a.Presence)
	}
	a, away = a.Missed(extension.Unreachable, noon)
	require.True(t, away)
	require.Equal(t, extension.Away, a.Presence)
	require.Equal(t, extension.ReasonMissed, a.Reason)

	a, away = a.Missed(extension.Unanswered, noon)
	require.False(t, away, "it is told once")

	a = a.Turned(extension.Available, "")
	require.Equal(t, 0, a.Duty.Misses)
	require.Empty(t, a.Reason)
	require.True(t, a.Duty.Resting(noon), "the rest goes on")
	_, away = a.Missed(extension.Unanswered, noon)
	require.False(t, away)
}

func TestMissed_leavesAPresenceThatTheAgentChose(t *testing.T) {
	t.Parallel()
	for _, p := range []extension.Presence{extension.Busy, extension.Offline} {
		a := extension.Agent{Presence: p, Reason: "lunch", Duty: extension.Duty{Misses: 2}}
		a, away := a.Missed(extension.Unanswered, noon)
		require.False(t, away)
		require.Equal(t, p, a.Presence)
		require.Equal(t, "lunch", a.Reason)
	}
}

func TestTalked_wrapsUpAndForgetsMisses(t *testing.T) {
	t.Parallel()
	d := extension.Duty{Misses: 2}.Talked(noon, 10*time.Second)
	require.Equal(t, extension.Duty{IdleSince: noon, RestUntil: noon.Add(10 * time.Second)}, d)

	d = extension.Duty{RestUntil: noon.Add(time.Minute)}.Talked(noon, 10*time.Second)
	require.Equal(t, noon.Add(time.Minute), d.RestUntil)

	d = extension.Duty{IdleSince: noon.Add(time.Second)}.Talked(noon, 0)
	require.Equal(t, extension.Duty{IdleSince: noon.Add(time.Second)}, d, "a direct talk has no wrap-up, and late news changes nothing")
}

func TestAgent_survivesJSONAndLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(extension.Agent{ID: "ada", Extension: "1001", Presence: extension.Offline})
	require.NoError(t, err)
	require.JSONEq(t, `{"id": "ada", "extension": "1001", "presence": "offline"}`, string(b))

	a := extension.Agent{ID: "ada", Extension: "1001", Presence: extension.Available, Duty: extension.Duty{HeldBy: "c1", HeldUntil: noon}, Rev: 3}
	b, err = json.Marshal(a)
	require.NoError(t, err)
	var back extension.Agent
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, a, back)
}
