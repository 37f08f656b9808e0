package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCalls_areListedByWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, call := p.dial(alice)
	p.dial(bob)
	p.post(phone+"/keys", object{"keys": "1001"}).is(200)
	id := strings.TrimPrefix(call, "/api/v1/calls/")
	for query, want := range map[string]int{
		"": 2, "?live=true": 2, "?agent=ada": 1, "?from=%2B14155550100": 1, "?to=%2B12025550100": 2, "?to=%2B12025550101": 0, "?limit=1": 1,
	} {
		require.Len(t, p.get("/api/v1/calls"+query).is(200).at("calls"), want, query)
	}
	one := p.get(call).is(200)
	require.Equal(t, id, one.word("id"))
	require.Equal(t, "ringing", one.word("phase"))
	require.NotEmpty(t, one.word("step"))
	require.NotEmpty(t, one.word("started"))
	require.Equal(t, []any{"ring client:ada, tel:+12025550111 for 20s"}, one.at("standing"))
	turns := p.get(call + "/turns").is(200)
	require.Equal(t, "caller presses 1001", turns.word("turns", 1, "event"))
	require.Len(t, p.get(call+"/turns?after=2").is(200).at("turns"), 1)
	for _, masked := range []string{p.get(call + "/turns?masked=true").text, p.get(call + "/transcript?masked=true").text} {
		require.NotContains(t, masked, alice)
		require.NotContains(t, masked, "presses 1001")
	}
	for _, path := range []string{"", "/turns", "/transcript"} {
		p.get("/api/v1/calls/nothing" + path).is(404)
	}
}

func TestFeed_goesOnFromACursor(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, _ := p.dial(alice)
	p.post(phone+"/hangup", nil).is(200)
	one := p.get("/api/v1/feed?limit=1").is(200)
	require.Equal(t, "ended", one.word("entries", 0, "kind"))
	require.Equal(t, "abandoned", one.word("entries", 0, "result"))
	rest := p.get(fmt.Sprintf("/api/v1/feed?after=%v", one.at("next"))).is(200)
	require.Empty(t, rest.at("entries"))
	require.Equal(t, one.at("next"), rest.at("next"))
}
