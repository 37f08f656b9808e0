package number_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/number"
)

func TestServes_everyCarrierUnlessSomeAreNamed(t *testing.T) {
	t.Parallel()
	open := number.Assignment{}
	require.True(t, open.Serves("twilio"))
	require.True(t, open.Serves("vonage"))
	bound := number.Assignment{Carriers: []string{"twilio", "sip"}}
	require.True(t, bound.Serves("sip"))
	require.False(t, bound.Serves("vonage"))
	require.False(t, bound.Serves(""))
}

func TestAssignment_survivesJSONAndLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	a := number.Assignment{
		Number: "+12025550100", Account: "acme", Label: "Main line", Entry: "flow front-desk", Release: "r1",
		Carriers: []string{"twilio"}, Language: "en-US", Emergency: number.Emergency{Say: "Please try later."}, Rev: 7,
	}
	b, err := json.Marshal(a)
	require.NoError(t, err)
	var back number.Assignment
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, a, back)

	b, err = json.Marshal(number.Assignment{Number: "+12025550100", Account: "acme", Entry: "menu main"})
	require.NoError(t, err)
	require.JSONEq(t, `{"number": "+12025550100", "account": "acme", "entry": "menu main"}`, string(b))
}
