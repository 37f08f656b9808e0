package twilio

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

func TestProbe_whatTwilioKnowsOfACall(t *testing.T) {
	t.Parallel()
	at := func(p flow.Phase) flow.Call { return flow.Call{Info: caller, State: flow.State{Phase: p}} }
	for name, c := range map[string]struct {
		status   string
		children []string
		phase    flow.Phase
		want     adapter.Status
	}{
		"on the line":              {"in-progress", nil, flow.Listening, adapter.Status{Report: flow.Alive}},
		"it rings":                 {"in-progress", []string{"ringing", "busy"}, flow.InRing, adapter.Status{Report: flow.Alive}},
		"an agent has answered":    {"in-progress", []string{"no-answer", "in-progress"}, flow.InRing, adapter.Status{Report: flow.Talking}},
		"they talk":                {"in-progress", []string{"in-progress"}, flow.InTalk, adapter.Status{Report: flow.Talking}},
		"over":                     {"completed", nil, flow.InTalk, adapter.Status{Report: flow.Gone}},
		"over, a recording is due": {"completed", nil, flow.Pending, adapter.Status{Report: flow.Gone, Ref: "RE2", Length: 7 * time.Second}},
		"unknown":                  {"", nil, flow.Listening, adapter.Status{Report: flow.Gone}},
	} {
		api, _, tw := newRest(t, Config{})
		if c.status != "" {
			api.calls = []map[string]string{live("CA1", "", c.status)}
		}
		for _, s := range c.children {
			api.children = append(api.children, live("CA9", "", s))
		}
		api.tapes = []map[string]any{{"sid": "RE3", "status": "processing"}, {"sid": "RE2", "status": "completed", "duration": "7"}, {"sid": "RE1", "status": "completed", "duration": "3"}}
		got, err := adapter.Probe(t.Context(), tw, at(c.phase))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	api, _, tw := newRest(t, Config{})
	api.then(reply{code: 401})
	_, err := tw.Probe(t.Context(), at(flow.Listening))
	require.ErrorContains(t, err, "ask about call c1")
}

func TestProbe_aLegIsAskedAboutOnceItIsKnownByAReference(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	leg := flow.Call{Info: originate().Info, State: flow.State{Phase: flow.Calling}}
	got, err := tw.Probe(t.Context(), leg)
	require.NoError(t, err)
	require.Equal(t, flow.Unknown, got.Report, "it was never heard of")
	require.Empty(t, api.was())
	api.calls = []map[string]string{live("CA7", "ada@pbx.example", "ringing"), live("CA8", "+12025550111", "ringing")}
	leg.Info.Ref = "CA7"
	got, err = tw.Probe(t.Context(), leg)
	require.NoError(t, err)
	require.Equal(t, flow.Alive, got.Report)
	require.Equal(t, []string{"GET Calls/CA7.json"}, api.was())
}

func TestAlone_whoIsLeftAloneInATalkIsHungUp(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.calls = []map[string]string{live("CA1", "", "in-progress")}
	api.talking = 1
	form := during("ConferenceSid", "CF1")
	first := post(t, tw, at3+"alone", form)
	require.Equal(t, `Pause length=5; Redirect "acme/c1/3/alone?n=1"`, first.says())
	require.Empty(t, api.was(), "the other may be on the way")
	post(t, tw, first.doc.find(t, "Redirect").text, form)
	require.Equal(t, []string{"GET Conferences/CF1/Participants.json", "POST Calls/CA1.json Status=completed"}, api.was())

	api.talking = 2
	post(t, tw, first.doc.find(t, "Redirect").text, form)
	require.Equal(t, []string{"GET Conferences/CF1/Participants.json"}, api.was(), "the other came in the same instant")

	post(t, tw, first.doc.find(t, "Redirect").text, during())
	require.Equal(t, []string{"POST Calls/CA1.json Status=completed"}, api.was())
}
