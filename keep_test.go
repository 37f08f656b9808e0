package extflow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage/memory"
)

// quiet is a carrier whose voices speak no language but English.
type quiet struct{ adapter.Carrier }

func (quiet) Speech() adapter.Speech {
	english := func(tag string) string { return adapter.Nearest(tag, []string{"en-US"}) }
	return adapter.Speech{Tag: english, Voiced: func(_, voice string) bool { return voice == "ann" }, Example: func(string) string { return "ann" }}
}

func TestWithinLimits_aVoiceThatACarrierHasNotIsRefusedWhenItIsSaved(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	within := extflow.WithinLimits(store, map[string]adapter.Carrier{"quiet": quiet{}})
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), within, extflow.Setup(*doc), time.Now())
	require.NoError(t, err)
	doc.Settings.Defaults.Voices = map[string]map[string]string{"en-GB": {"quiet": "bob", "other": "bob"}}
	r, err := flow.NewRelease("acme", "2", 2, time.Now(), doc.Settings)
	require.NoError(t, err)
	require.ErrorContains(t, within.Releases().Publish(t.Context(), r), `settings.voices.en-GB.quiet: quiet has no voice "bob" for en-GB; write one such as ann`)
}

func TestWithinLimits_aCarrierThatPutsNothingIntoWordsIsNotAskedTo(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), store, extflow.Setup(*doc), time.Now())
	require.NoError(t, err)
	box := doc.Settings.Mailboxes["team"]
	box.Transcribe = true
	doc.Settings.Mailboxes["team"] = box
	r, err := flow.NewRelease("acme", "2", 2, time.Now(), doc.Settings)
	require.NoError(t, err)
	deaf := extflow.WithinLimits(store, map[string]adapter.Carrier{"deaf": quiet{}, "sim": sim.New(sim.Config{})})
	require.EqualError(t, deaf.Releases().Publish(t.Context(), r),
		"mailboxes.team.transcribe: deaf puts no recordings in en-US into words; leave it off; or take deaf off the account's numbers")
	able := extflow.WithinLimits(store, map[string]adapter.Carrier{"sim": sim.New(sim.Config{})})
	require.NoError(t, able.Releases().Publish(t.Context(), r))
}

// narrow is a carrier that cannot wait for long.
type narrow struct{ adapter.Carrier }

func (narrow) Limits() adapter.Limits {
	return adapter.Limits{Keys: adapter.Span{Least: time.Second, Most: 10 * time.Second}}
}

func TestWithinLimits_whatACarrierCannotDoIsRefusedWhenItIsSaved(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	within := extflow.WithinLimits(store, map[string]adapter.Carrier{"narrow": narrow{}, "sim": sim.New(sim.Config{})})
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	first, err := extflow.Install(t.Context(), within, extflow.Setup(*doc), time.Now())
	require.NoError(t, err, "the sample is within every carrier's limits")

	wide := doc.Settings
	wide.Defaults.FirstDigit = 30 * time.Second
	r, err := flow.NewRelease("acme", "2", 2, time.Now(), wide)
	require.NoError(t, err)
	err = within.Releases().Publish(t.Context(), r)
	require.ErrorContains(t, err, "settings.first_digit: narrow can do no more than 10s")
	latest, err := store.Releases().Current(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, first, latest, "nothing was changed")

	for n, err := range store.Numbers().List(t.Context(), "acme") {
		require.NoError(t, err)
		n.Carriers = []string{"sim"}
		require.NoError(t, within.Numbers().Assign(t.Context(), n))
	}
	require.NoError(t, within.Releases().Publish(t.Context(), r), "no number is that carrier's any more")
	for n, err := range store.Numbers().List(t.Context(), "acme") {
		require.NoError(t, err)
		n.Carriers = nil
		require.ErrorContains(t, within.Numbers().Assign(t.Context(), n), "settings.first_digit", "nor can one become it")
	}
	require.Equal(t, store, extflow.WithinLimits(store, nil))
}
