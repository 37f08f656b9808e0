package vonage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// A connect takes one endpoint: each rings for its share of the time, 10 s at least.
func TestRingTime_isThatOfAllTelephonesInTurn(t *testing.T) {
	t.Parallel()
	a := &Adapter{cfg: Config{Name: "vonage"}}
	for want, ends := range map[time.Duration][]extension.Endpoint{
		20 * time.Second: {{Address: "client:a"}, {Address: "sip:a@a.example"}, {Address: "client:b", Via: "twilio"}},
		40 * time.Second: {{Address: "client:a"}, {Address: "sip:a@a.example"}, {Address: "sip:b@a.example"}, {Address: "client:b"}},
	} {
		do := flow.Command{Kind: flow.Connect, Time: 20 * time.Second, Party: &extension.Party{Agent: "a", Endpoints: ends}}
		require.Equal(t, want, adapter.RingTime(a, do))
		do.Kind = flow.Originate
		require.Equal(t, want, adapter.RingTime(a, do))
	}
	require.Equal(t, 20*time.Second, adapter.RingTime(a, flow.Command{Kind: flow.Connect, Time: 20 * time.Second}))
}
