package adapter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

func TestLimits_theSampleAccountIsWithinThem(t *testing.T) {
	t.Parallel()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	require.Empty(t, vonage.Limits.Faults("vonage", doc.Settings))
}

func TestLimits_everyFaultIsToldWithItsPath(t *testing.T) {
	t.Parallel()
	long := flow.Message{Say: strings.Repeat("x", 1501)}
	faults := vonage.Limits.Faults("vonage", flow.Settings{
		Defaults:  flow.Defaults{FirstDigit: 11 * time.Second, InterDigit: 500 * time.Millisecond, MaxTalk: 3 * time.Hour, Terminator: "*"},
		Messages:  map[string]flow.Message{"welcome": long, "other": {Say: "fine"}},
		Flows:     map[string]flow.Flow{"front": {Greeting: &long, Collect: flow.Collecting{Digits: 21, FirstDigit: time.Minute}, Ring: flow.Ringing{Time: 3 * time.Minute}}},
		Queues:    map[string]flow.Queue{"support": {Ring: 3 * time.Minute}},
		Mailboxes: map[string]flow.Mailbox{"team": {Silence: time.Second, MaxLength: 3 * time.Hour, Greeting: &long}},
		Menus:     map[string]flow.Menu{"main": {Prompt: long}},
	})
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
		require.Contains(t, f.Problem, "vonage")
	}
	require.Equal(t, []string{
		"settings.first_digit", "settings.inter_digit", "settings.terminator", "settings.max_talk", "messages.welcome",
		"flows.front.collect.digits", "flows.front.collect.first_digit", "flows.front.ring.time", "flows.front.greeting",
		"queues.support.ring", "mailboxes.team.max_length", "mailboxes.team.silence", "mailboxes.team.greeting", "menus.main.prompt",
	}, paths)
	require.ErrorIs(t, faults.Err(), flow.ErrSettings)
	require.ErrorContains(t, faults, "settings.first_digit: vonage can do no more than 10s; write less than 11s; or take vonage off the account's numbers")
}

func TestLimits_aCarrierWithoutAnyAllowsEverything(t *testing.T) {
	t.Parallel()
	require.Equal(t, adapter.Limits{}, adapter.LimitsOf(nil))
	require.Empty(t, adapter.Limits{}.Faults("any", flow.Settings{Defaults: flow.Defaults{FirstDigit: time.Hour, Terminator: "*"}}))
}
