package extflow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Twilio rings what is not screened together, and the rest, and members of a queue, one
// telephone after the other.
func TestNotices_sayWhereAgentsRingForLongerThanItIsWritten(t *testing.T) {
	t.Parallel()
	real, err := twilio.New(twilio.Config{
		Name: "twilio", AccountSID: "AC00000000000000000000000000000001", AuthTokens: []string{"0123456789abcdef"}, PublicURL: "https://calls.example.com/twilio",
	})
	require.NoError(t, err)
	agent := func(id string, ends ...string) extension.Agent {
		a := extension.Agent{ID: id}
		for _, at := range ends {
			a.Endpoints = append(a.Endpoints, extension.Endpoint{Address: at})
		}
		return a
	}
	s := desk()
	s.Settings.Queues["support"] = flow.Queue{Ring: 15 * time.Second, Offer: flow.Place}
	s.Settings.Queues["sales"] = flow.Queue{Ring: 15 * time.Second, Offer: flow.Dial}
	s.Agents = []extension.Agent{
		agent("ada", "client:ada", "tel:+12025550111"),                                             // 20 s in turn, as a flow has it
		agent("grace", "client:grace", "sip:grace@a.example", "sip:grace@b.example"),               // together, or 30 s in turn
		agent("linus", "tel:+12025550113", "tel:+12025550114", "tel:+12025550115", "client:linus"), // 40 s
		agent("mary", "tel:+12025550116"), agent("nina", "client:nina", "sip:nina@a.example"), agent("otto"),
	}
	s.Agents[5].Endpoints = []extension.Endpoint{{Address: "tel:+12025550117"}, {Address: "tel:+12025550118", Via: "vonage"}} // one that Twilio reaches
	s.Members = map[string][]string{"support": {"ada", "grace", "mary", "nina", "linus", "otto"}, "sales": {"grace", "nina"}}
	says := func(carriers map[string]adapter.Carrier) (lines []string) {
		for _, n := range extflow.Notices(s, carriers) {
			lines = append(lines, n.String())
		}
		return lines
	}
	const turns = "twilio rings an agent's telephones one after the other, each for 10s at least: it rings "
	require.Equal(t, []string{
		"flows.desk.ring.time: " + turns + "linus for up to 40s, where it is to be 20s; write 40s, or leave telephones out",
		"queues.support.ring: " + turns + "ada, grace, linus and nina for up to 40s, where it is to be 15s; write 40s, or leave telephones out",
	}, says(map[string]adapter.Carrier{"twilio": real, "sim": sim.New(sim.Config{})}), "the simulator rings all of them together")
	require.Empty(t, says(map[string]adapter.Carrier{"sim": sim.New(sim.Config{})}))

	f := s.Settings.Flows["desk"]
	f.Ring.Time = 40 * time.Second
	s.Settings.Flows["desk"] = f
	s.Settings.Queues["support"] = flow.Queue{Ring: 40 * time.Second}
	require.Empty(t, says(map[string]adapter.Carrier{"twilio": real}))

	s.Settings.Queues["support"] = flow.Queue{Ring: 15 * time.Second}
	s.Numbers[0].Carriers = []string{"sim"}
	require.Empty(t, says(map[string]adapter.Carrier{"twilio": real}), "none of the numbers is that carrier's")
}
