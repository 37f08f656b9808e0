package twilio

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// originate is a leg's first turn.
func originate(ends ...string) flow.Turn {
	do := flow.Command{Kind: flow.Originate, Time: 15 * time.Second, Screen: &flow.Screen{}, Party: &extension.Party{Agent: "ada"}}
	for _, e := range ends {
		do.Party.Endpoints = append(do.Party.Endpoints, extension.Endpoint{Address: e})
	}
	return flow.Turn{Call: leg1, Seq: 1, Move: flow.Move{Do: do},
		Info: &flow.Info{Key: leg1, Carrier: "twilio", From: "+14155550100", To: "+12025550100", Peer: "c1", Queue: "support"}}
}

const look = "GET Calls.json From=+12025550100&PageSize=100"

func TestPlace_aLegIsPlacedOnceAndItsFateIsReported(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	d.stands(originate("client:ada"))
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")))
	require.Equal(t, []string{look,
		"POST Calls.json From=+12025550100&StatusCallback=acme/leg1/1/ended?s=0&k=1&StatusCallbackEvent=completed&Timeout=15&To=client:ada&Url=acme/leg1/1/leg?y=1"}, api.was())
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")))
	require.Empty(t, api.was(), "done twice is done once")

	require.NoError(t, tw.Do(t.Context(), flow.Turn{Call: leg1, Seq: 4, Info: originate().Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}))
	require.Equal(t, []string{"POST Calls/CAnew.json Status=completed"}, api.was())

	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=1", during("CallSid", "CAnew", "CallStatus", "no-answer"))
	require.Equal(t, flow.Unanswered, d.last(t).Kind)
}

func TestPlace_whoCannotBeReachedLeavesTheTimeToTheOthers(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	stands := originate("client:ada", "tel:+12025550111")
	stands.Move.Do.Time = 40 * time.Second
	d.stands(stands)
	require.NoError(t, tw.Do(t.Context(), stands))
	require.Contains(t, api.was()[1], "Timeout=20&To=client:ada")
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=2", during("CallSid", "CAnew", "CallStatus", "failed"))
	require.Contains(t, api.was()[1], "Timeout=40&To=+12025550111")
}

func TestPlace_anotherNodeFindsTheLegInsteadOfPlacingItAgain(t *testing.T) {
	t.Parallel()
	api, _, tw := newRest(t, Config{})
	api.calls = []map[string]string{
		live("CAover", "+12025550111", "completed"),
		live("CAother", "+12025550112", "ringing"),
		{"sid": "CAdial", "to": "+12025550111", "from": "+12025550100", "status": "ringing", "direction": "outbound-dial"},
		live("CAmine", "+12025550111", "ringing"),
	}
	require.NoError(t, tw.Do(t.Context(), originate("tel:+12025550111")))
	require.Equal(t, []string{look}, api.was())
	hang := flow.Turn{Call: leg1, Seq: 4, Info: originate().Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}
	require.NoError(t, tw.Do(t.Context(), hang))
	require.Equal(t, []string{"POST Calls/CAmine.json Status=completed"}, api.was())

	_, _, stranger := newRest(t, Config{})
	stranger.cfg.APIURL = tw.cfg.APIURL
	require.ErrorContains(t, stranger.Do(t.Context(), hang), "2 live legs could be leg1", "it does not guess")
	api.calls = api.calls[:1]
	require.ErrorIs(t, stranger.Do(t.Context(), hang), adapter.ErrGone, "there is none left")
}

func TestPlace_endpointsRingOneAfterTheOther(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	stands := originate("tel:+12025550111", "sip:ada@pbx.example", "client:ada")
	d.stands(stands)
	require.NoError(t, tw.Do(t.Context(), stands))
	require.Equal(t, "POST Calls.json From=+12025550100&StatusCallback=acme/leg1/1/ended?s=0&k=3&StatusCallbackEvent=completed&Timeout=10&To=sip:ada@pbx.example&Url=acme/leg1/1/leg?y=1", api.was()[1])

	before := d.count()
	busy := during("CallSid", "CAnew", "CallStatus", "busy")
	api.then(reply{}, reply{code: 400, body: `{"code":13224}`}) // the second is refused
	require.Equal(t, http.StatusNoContent, post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", busy).code)
	asked := api.was()
	require.Len(t, asked, 3)
	require.Equal(t, look, asked[0], "another node may have been faster")
	require.Contains(t, asked[1], "To=client:ada")
	require.Contains(t, asked[2], "ended?s=2&k=3&o=b&f=1")
	require.Contains(t, asked[2], "To=+12025550111")
	require.Contains(t, asked[2], "Url=acme/leg1/1/leg", "somebody must press 1 there")
	require.Equal(t, before+1, d.count(), "it only asked what stands")

	tw.known.remember("CAnewer", leg1)
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", busy)
	require.Empty(t, api.was(), "the same callback once more places nothing")
	require.Equal(t, before+1, d.count())

	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=2&k=3&o=b", during("CallSid", "CAnewer", "CallStatus", "no-answer"))
	require.Equal(t, flow.FoundBusy, d.last(t).Kind, "busy outweighs no answer")

	moved := stands
	moved.Seq = 2
	d.stands(moved)
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", during("CallSid", "CAnewer", "CallStatus", "failed"))
	require.Equal(t, flow.Unreachable, d.last(t).Kind, "nobody is wanted any more")
	require.Empty(t, api.was())

	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Again}}}, errors.New("the store is away")
	}
	tw.known.remember("CAnewest", leg1)
	for range 2 {
		require.Equal(t, http.StatusServiceUnavailable, post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", during("CallSid", "CAnewest", "CallStatus", "failed")).code)
	}
	d.stands(moved)
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?s=0&k=3", during("CallSid", "CAnewest", "CallStatus", "busy"))
	require.Equal(t, flow.FoundBusy, d.last(t).Kind, "it is heard once the store is back")
}

func TestPlace_whatMayHaveBeenPlacedIsNotPlacedAgain(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{"the answer is lost": {hang: true}, "the carrier stumbles": {code: 500}} {
		api, _, tw := newRest(t, Config{})
		api.then(reply{}, r)
		require.NoError(t, tw.Do(t.Context(), originate("client:ada")), name)
		require.Len(t, api.was(), 2, name)
	}
	api, _, tw := newRest(t, Config{})
	api.then(reply{}, reply{code: 429}, reply{code: 429})
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")), "429 was never processed")
	require.Len(t, api.was(), 4)
	api.then(reply{}, reply{code: 429}, reply{code: 429}, reply{code: 429}, reply{code: 429})
	other := originate("client:bob")
	other.Call = flow.Key{Account: "acme", ID: "leg2"}
	err := tw.Do(t.Context(), other)
	require.Error(t, err)
	require.NotErrorIs(t, err, adapter.ErrRefused)
	api.then(reply{}, reply{code: 400, body: `{"code":21210}`})
	require.ErrorIs(t, tw.Do(t.Context(), other), adapter.ErrRefused)
	require.ErrorIs(t, tw.Do(t.Context(), originate()), adapter.ErrRefused, "nobody to ring")

	dead := newAPI(t)
	_, _, tw = newRest(t, Config{})
	tw.cfg.APIURL = dead.URL
	dead.Close()
	require.Error(t, tw.Do(t.Context(), originate("client:ada")), "nothing was reached, so it may be tried again")
}

func TestPlace_oneAfterTheOtherASecond(t *testing.T) {
	t.Parallel()
	var slept []time.Duration
	p := pace{every: time.Minute}
	note := func(_ context.Context, d time.Duration) error { slept = append(slept, d); return nil }
	for range 3 {
		require.NoError(t, p.wait(t.Context(), note))
	}
	require.Len(t, slept, 2)
	require.InDelta(t, time.Minute, slept[0], float64(time.Second))
	require.InDelta(t, 2*time.Minute, slept[1], float64(time.Second))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, p.wait(ctx, note), context.DeadlineExceeded)
}
