package twilio

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestKnown_theEndOfALegMayBeToldBeforeTheAnswerToPlacingIt(t *testing.T) {
	t.Parallel()
	var k known
	leg := flow.Key{Account: "acme", ID: "leg1"}
	require.True(t, k.leave("CA1", leg), "its next endpoint is to be rung")
	k.remember("CA1", leg) // the answer comes late
	require.NotEqual(t, "CA1", k.ref(leg), "or the next endpoint would count as rung already")
	require.Equal(t, leg, k.key("CA1"))
	require.False(t, k.leave("CA1", leg), "nobody else rings it too")

	k.stay("CA1", leg) // what was told could not be stored, and will be told again
	require.Equal(t, "CA1", k.ref(leg))
	require.True(t, k.leave("CA1", leg))
	k.remember("CA2", leg)
	require.Equal(t, "CA2", k.ref(leg))
	k.stay("CA1", leg)
	require.Equal(t, "CA2", k.ref(leg), "too late")
}

func TestScreen_whoAcceptsACallThatHasEndedIsNotJoined(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	over := turn(flow.Command{Kind: flow.Hangup}) // the same turn's number: nothing stood after it
	d.stands(over)
	require.Equal(t, "Hangup", post(t, tw, at3+"accept?t=1", during("CallSid", "CA2", "Digits", "1")).says())
}
