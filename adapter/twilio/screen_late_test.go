package twilio

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestScreen_whoAcceptsACallThatHasEndedIsNotJoined(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	over := turn(flow.Command{Kind: flow.Hangup}) // the same turn's number: nothing stood after it
	d.stands(over)
	require.Equal(t, "Hangup", post(t, tw, at3+"accept?t=1", during("CallSid", "CA2", "Digits", "1")).says())
}
