package twilio_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Five mobiles, which ring one after the other: the voicemail of the first answers and
// accepts nothing, which takes a while, three ring out, and the agent is reached at the
// last. Our backup clock lets each of them have its turn.
func TestRing_theLastOfManyMobilesHasItsTurn(t *testing.T) {
	t.Parallel()
	x := connected(t)
	a, err := x.store.Directory().Agent(t.Context(), "acme", "linus")
	require.NoError(t, err)
	a.Endpoints = nil
	for _, at := range []string{"tel:+12025550121", "tel:+12025550122", "tel:+12025550123", "tel:+12025550124", "tel:+12025550125"} {
		a.Endpoints = append(a.Endpoints, extension.Endpoint{Address: at})
	}
	x.far.Agent("tel:+12025550121").Set(twiliotest.Voicemail, 9*time.Second)
	x.far.Agent("tel:+12025550125").Set(twiliotest.Takes, 9*time.Second)
	_, err = x.store.Directory().Put(t.Context(), "acme", a)
	require.NoError(t, err)

	phone, err := x.far.Dial(t.Context(), "+14155550100", "+12025550100", twiliotest.Options{})
	require.NoError(t, err)
	require.NoError(t, phone.Press(t.Context(), "1003"))
	require.NoError(t, x.far.Wait(t.Context(), 2*time.Minute))
	require.Equal(t, twiliotest.Talking, phone.View().State)
	require.Equal(t, twiliotest.Talking, x.far.Agent("tel:+12025550125").View().State)
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, x.far.Wait(t.Context(), time.Minute))
	for c, err := range x.store.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		require.Equal(t, flow.ResultAnswered, c.State.Result)
		require.Equal(t, "linus", c.TakenBy)
	}
}
