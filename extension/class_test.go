package extension_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

func TestClass_isAWordAndBack(t *testing.T) {
	t.Parallel()
	words := []string{}
	for _, c := range extension.Classes() {
		words = append(words, c.String())
		back, ok := extension.ParseClass(c.String())
		require.True(t, ok)
		require.Equal(t, c, back)

		b, err := json.Marshal(c)
		require.NoError(t, err)
		require.Equal(t, `"`+c.String()+`"`, string(b))
		var read extension.Class
		require.NoError(t, json.Unmarshal(b, &read))
		require.Equal(t, c, read)
	}
	require.Equal(t, []string{"available", "busy", "away", "unknown", "partial"}, words)
}

func TestClass_zeroIsNoAnswerAndOtherWordsAreRefused(t *testing.T) {
	t.Parallel()
	require.Empty(t, extension.Class(0).String())
	require.Empty(t, extension.Class(99).String())
	_, ok := extension.ParseClass("")
	require.False(t, ok)

	c := extension.ClassBusy
	require.NoError(t, c.UnmarshalText(nil))
	require.Equal(t, extension.Class(0), c)
	require.EqualError(t, c.UnmarshalText([]byte("ringing")), `no class of answer "ringing"; there are [available busy away unknown partial]`)
}

// One row for each way in which an agent can be asked for (semantics 1, 2.7, 2.19, 2.22).
func TestAgent_Class_saysWhatCanBeDone(t *testing.T) {
	t.Parallel()
	closed := func(hours string) bool { return hours == "night" }
	desk := []extension.Endpoint{{Address: "tel:+12025550111"}, {Address: "client:ada", Via: "twilio"}}
	app := desk[1:]
	for name, c := range map[string]struct {
		agent     extension.Agent
		inquiry   extension.Inquiry
		elsewhere bool
		want      extension.Class
	}{
		"available":                           {agent: extension.Agent{Presence: extension.Available, Endpoints: desk}, want: extension.ClassAvailable},
		"set to busy":                         {agent: extension.Agent{Presence: extension.Busy, Endpoints: desk}, want: extension.ClassBusy},
		"away":                                {agent: extension.Agent{Presence: extension.Away, Endpoints: desk}, want: extension.ClassAway},
		"offline":                             {agent: extension.Agent{Presence: extension.Offline, Endpoints: desk}, want: extension.ClassAway},
		"no endpoint":                         {agent: extension.Agent{Presence: extension.Available}, want: extension.ClassAway},
		"no endpoint and busy":                {agent: extension.Agent{Presence: extension.Busy}, want: extension.ClassAway},
		"an app of another carrier":           {agent: extension.Agent{Presence: extension.Available, Endpoints: app}, inquiry: extension.Inquiry{Carrier: "vonage"}, want: extension.ClassAway},
		"an app of this carrier":              {agent: extension.Agent{Presence: extension.Available, Endpoints: app}, inquiry: extension.Inquiry{Carrier: "twilio"}, want: extension.ClassAvailable},
		"outside hours":                       {agent: extension.Agent{Presence: extension.Available, Endpoints: desk, Hours: "night"}, want: extension.ClassAway},
		"inside hours":                        {agent: extension.Agent{Presence: extension.Available, Endpoints: desk, Hours: "day"}, want: extension.ClassAvailable},
		"held by a call":                      {agent: extension.Agent{Presence: extension.Available, Endpoints: desk, Duty: extension.Duty{HeldBy: "c1"}}, want: extension.ClassBusy},
		"held by the call that asks":          {agent: extension.Agent{Presence: extension.Available, Endpoints: desk, Duty: extension.Duty{HeldBy: "c1"}}, inquiry: extension.Inquiry{Call: "c1"}, want: extension.ClassAvailable},
		"an endpoint held elsewhere":          {agent: extension.Agent{Presence: extension.Available, Endpoints: desk}, elsewhere: true, want: extension.ClassBusy},
		"gone away during a call":             {agent: extension.Agent{Presence: extension.Away, Endpoints: desk, Duty: extension.Duty{HeldBy: "c1"}}, want: extension.ClassAway},
		"calling themselves":                  {agent: extension.Agent{Presence: extension.Available, Endpoints: desk}, inquiry: extension.Inquiry{Caller: "+12025550111"}, want: extension.ClassBusy},
		"calling themselves from the app":     {agent: extension.Agent{Presence: extension.Available, Endpoints: desk}, inquiry: extension.Inquiry{Caller: "client:ada"}, want: extension.ClassBusy},
		"calling themselves while offline":    {agent: extension.Agent{Presence: extension.Offline, Endpoints: desk}, inquiry: extension.Inquiry{Caller: "+12025550111"}, want: extension.ClassBusy},
		"a withheld caller is not themselves": {agent: extension.Agent{Presence: extension.Available, Endpoints: desk}, inquiry: extension.Inquiry{Caller: number.Caller("anonymous")}, want: extension.ClassAvailable},
	} {
		c.inquiry.Closed = closed
		require.Equal(t, c.want, c.agent.Class(c.inquiry, c.elsewhere), name)
	}
}

func TestAgent_Class_neverAsksForHoursThatAreNotSet(t *testing.T) {
	t.Parallel()
	ada := extension.Agent{Presence: extension.Available, Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	asked := extension.Inquiry{Closed: func(string) bool { t.Error("asked"); return true }}
	require.Equal(t, extension.ClassAvailable, ada.Class(asked, false))
	ada.Hours = "day"
	require.Equal(t, extension.ClassAvailable, ada.Class(extension.Inquiry{}, false), "without an answer hours are open")
}

func TestAgent_Free_isForQueuesAndRespectsARest(t *testing.T) {
	t.Parallel()
	ada := extension.Agent{Presence: extension.Available, Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	at := extension.Inquiry{Now: noon}
	require.True(t, ada.Free(at, false))
	require.False(t, ada.Free(at, true), "an endpoint of hers is in use")

	ada.Duty.RestUntil = noon.Add(1)
	require.False(t, ada.Free(at, false))
	require.True(t, ada.AtWork(at), "a rest is work")
	require.Equal(t, extension.ClassAvailable, ada.Class(at, false), "who keys her extension does not care for her rest")
	at.Now = noon.Add(1)
	require.True(t, ada.Free(at, false))

	ada.Presence = extension.Busy
	require.False(t, ada.Free(at, false))
	require.True(t, ada.AtWork(at))
	ada.Presence = extension.Offline
	require.False(t, ada.AtWork(at))
	ada.Presence, ada.Hours = extension.Available, "day"
	at.Closed = func(string) bool { return true }
	require.False(t, ada.AtWork(at))
}
