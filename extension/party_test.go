package extension

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParty_viaACarrierHasOnlyTheEndpointsThatItReaches(t *testing.T) {
	t.Parallel()
	everywhere := &Party{Agent: "ada", Endpoints: []Endpoint{{Address: "client:ada"}}}
	require.Same(t, everywhere, everywhere.Via("twilio"), "nothing to leave out is nothing to copy")

	mixed := &Party{Agent: "ada", Endpoints: []Endpoint{{Address: "client:ada", Via: "vonage"}, {Address: "tel:+12025550111"}}}
	require.Equal(t, []Endpoint{{Address: "tel:+12025550111"}}, mixed.Via("twilio").Endpoints)
	require.Len(t, mixed.Endpoints, 2, "the party itself is shared and stays as it is")

	elsewhere := &Party{Agent: "ada", Endpoints: []Endpoint{{Address: "client:ada", Via: "vonage"}}}
	require.Nil(t, elsewhere.Via("twilio"))
	require.Nil(t, (&Party{Agent: "bob"}).Via("twilio"), "without an endpoint nobody reaches the agent")
}
