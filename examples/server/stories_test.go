package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStory_aCallerReachesAnAgentByExtension(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, call := p.dial(alice)
	require.Equal(t, "listening", p.get(phone).is(200).word("state"))
	require.Equal(t, "ringing", p.post(phone+"/keys", object{"keys": "1001"}).is(200).word("state"))
	require.Equal(t, "ada", p.get("/api/v1/calls?live=true").is(200).word("calls", 0, "agent"))
	require.NotEmpty(t, p.get("/api/v1/agents/ada").is(200).at("call"), "a rung agent is reserved")

	require.Equal(t, "talking", p.post("/api/v1/simulator/agents/ada/answer", nil).is(200).word("state"))
	require.Equal(t, "talking", p.get(phone).is(200).word("state"))
	p.skip(time.Minute)
	require.Equal(t, "over", p.post(phone+"/hangup", nil).is(200).word("state"))

	told := p.get(call).is(200)
	require.Equal(t, "answered", told.word("result"))
	require.Equal(t, true, told.at("closed"))
	require.Equal(t, `caller dials +12025550100 from +14155550100
    say "Welcome to Acme. Please enter the extension of the person you would like to reach."
    listen for 4 digits, 5s

caller presses 1001
    look up 1001

directory says ada is available
    ring client:ada, tel:+12025550111 for 20s

ada answers

caller hangs up
    ada talked
    ends answered
`, p.get(call+"/transcript").is(200).text)
	require.Equal(t, p.get(call+"/transcript").text, p.get(phone+"/transcript").is(200).text)
	require.Nil(t, p.get("/api/v1/agents/ada").is(200).at("call"), "and free afterwards")
}

func TestStory_aMobileAgentPressesOne(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, _ := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "1004"}).is(200)
	require.Equal(t, "screening", p.post("/api/v1/simulator/agents/mary/answer", nil).is(200).word("state"))
	require.Equal(t, "ringing", p.get(phone).word("state"), "the caller does not hear her yet")
	require.Equal(t, "talking", p.post("/api/v1/simulator/agents/mary/keys", object{"keys": "1"}).is(200).word("state"))
	require.Equal(t, "talking", p.get(phone).word("state"))
}

func TestStory_aCallerLeavesAMessageAndItIsReadForwardedAndDeleted(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, call := p.dial(alice)
	require.Equal(t, "recording", p.post(phone+"/keys", object{"keys": "1002"}).is(200).word("state"), "Grace is offline")
	p.post(phone+"/speak", object{"for": "7s"}).is(200)
	p.skip(7 * time.Second)
	p.post(phone+"/hangup", nil).is(200)
	p.skip(time.Minute)

	left := p.get("/api/v1/voicemail/team?unread=true").is(200)
	require.Equal(t, "left", left.word("messages", 0, "state"))
	require.Equal(t, "7s", left.word("messages", 0, "length"))
	require.Equal(t, alice, left.word("messages", 0, "from"))
	require.Equal(t, "voicemail", p.get(call).word("result"))

	message := "/api/v1/voicemail/team/" + left.word("messages", 0, "call")
	require.Equal(t, true, p.send("PATCH", message, object{"read": true}).is(200).at("read"))
	require.Empty(t, p.get("/api/v1/voicemail/team?unread=true").is(200).at("messages"))
	require.Equal(t, "ada", p.post(message+"/forward", object{"to": "ada"}).is(200).word("mailbox"))
	p.send("PATCH", message, object{"read": true}).is(404)
	p.post("/api/v1/voicemail/ada/"+left.word("messages", 0, "call")+"/forward", object{"to": "nobody"}).is(422)
	p.send("DELETE", "/api/v1/voicemail/ada/"+left.word("messages", 0, "call"), nil).is(204)
	p.send("DELETE", "/api/v1/voicemail/ada/"+left.word("messages", 0, "call"), nil).is(404)

	kinds := []any{}
	for _, e := range p.get("/api/v1/feed").is(200).at("entries").([]any) {
		kinds = append(kinds, e.(object)["kind"])
	}
	require.Contains(t, kinds, "message_left")
	require.Contains(t, kinds, "ended")
}

func TestStory_aCallerWaitsUntilAMemberIsFree(t *testing.T) {
	t.Parallel()
	p := still(t)
	for _, agent := range []string{"ada", "mary"} {
		first, _ := p.dial(alice)
		p.post(first+"/keys", object{"keys": map[string]string{"ada": "1001", "mary": "1004"}[agent]}).is(200)
		p.post("/api/v1/simulator/agents/"+agent+"/answer", nil).is(200)
		if agent == "mary" {
			p.post("/api/v1/simulator/agents/mary/keys", object{"keys": "1"}).is(200)
		}
	}
	phone, call := p.dial(bob)
	require.Equal(t, "holding", p.post(phone+"/keys", object{"keys": "*"}).is(200).word("state"))
	waiting := p.get("/api/v1/queues/support/waiting").is(200)
	require.Equal(t, bob, waiting.word("waiting", 0, "from"))
	require.Equal(t, float64(1), waiting.at("waiting", 0, "position"))
	require.Equal(t, false, p.get("/api/v1/queues/support/members").is(200).at("members", 0, "free"))

	p.post("/api/v1/simulator/agents/ada/hangup", nil).is(200)
	require.Equal(t, "talking", p.post("/api/v1/simulator/agents/ada/answer", nil).is(200).word("state"))
	require.Equal(t, "talking", p.get(phone).word("state"))
	require.Empty(t, p.get("/api/v1/queues/support/waiting").is(200).at("waiting"))
	p.post(phone+"/hangup", nil).is(200)
	require.Equal(t, "answered", p.get(call).word("result"))
}

func TestStory_anAgentWhoComesToWorkIsOfferedWhoWaits(t *testing.T) {
	t.Parallel()
	p := still(t)
	p.put("/api/v1/queues/support/members", object{"members": []string{"linus"}}).is(200)
	p.put("/api/v1/agents/linus/presence", object{"presence": "busy"}).is(200)
	phone, _ := p.dial(bob)
	require.Equal(t, "holding", p.post(phone+"/keys", object{"keys": "*"}).is(200).word("state"))
	require.Equal(t, "available", p.put("/api/v1/agents/linus/presence", object{"presence": "available"}).is(200).word("presence"))
	require.Equal(t, "listening", p.post("/api/v1/simulator/agents/linus/answer", nil).is(200).word("state"), "it rings at once, and he is to press 1")
	p.post("/api/v1/simulator/agents/linus/keys", object{"keys": "1"}).is(200)
	require.Equal(t, "talking", p.get(phone).word("state"))
}

func TestStory_agentsDeclineAreBusyOrCannotBeReached(t *testing.T) {
	t.Parallel()
	for manner, then := range map[string]struct {
		after time.Duration
		state string
	}{
		"declines":    {time.Second, "holding"},
		"engaged":     {0, "listening"}, // the menu of rule c
		"unreachable": {0, "recording"}, // the voicemail of rule a
		"rings out":   {20 * time.Second, "holding"},
		"voicemail":   {40 * time.Second, "holding"}, // it is asked twice to press 1
	} {
		p := still(t)
		p.put("/api/v1/simulator/agents/mary/manner", object{"manner": manner, "after": "1s"}).is(200)
		p.put("/api/v1/agents/ada/presence", object{"presence": "busy"}).is(200)
		phone, _ := p.dial(alice)
		p.post(phone+"/keys", object{"keys": "1004"}).is(200)
		p.skip(then.after)
		require.Equal(t, then.state, p.get(phone).is(200).word("state"), manner)
	}
}

func TestStory_anAdministratorEndsACall(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, call := p.dial(alice)
	p.post(call+"/hangup", nil).is(202)
	require.Equal(t, "over", p.get(phone).is(200).word("state"))
	require.Equal(t, true, p.get(call).is(200).at("closed"))
	p.post(call+"/hangup", nil).is(409)
	p.post("/api/v1/calls/nobody/hangup", nil).is(404)
}

func TestStory_aNumberThatNobodyHasIsRefused(t *testing.T) {
	t.Parallel()
	p := still(t)
	a := p.post("/api/v1/simulator/calls", object{"from": alice, "to": "+12025550199"}).is(201)
	require.Equal(t, "over", a.word("state"))
	require.Nil(t, a.at("call"))
	require.Empty(t, p.get("/api/v1/calls").is(200).at("calls"))
}

func TestStory_timePassesByItself(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	phone, _ := p.dial(alice)
	p.post("/api/v1/simulator/skip", object{"to_next": true}).is(200)
	require.Len(t, p.get(phone).is(200).at("heard"), 2, "the time for the first key is over")
	require.Equal(t, true, p.get("/api/v1/simulator").at("clock", "running"))
}
