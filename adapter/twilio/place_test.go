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

const created = "POST Calls.json From=+12025550100&StatusCallback=acme/leg1/1/ended&StatusCallbackEvent=initiated&StatusCallbackEvent=completed&Timeout=15&To=client:ada&Url=acme/leg1/1/leg?y=1"

func TestPlace_aLegIsPlacedAndItsFateIsReported(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	leg := originate("client:ada")
	ref, err := adapter.Place(t.Context(), tw, leg)
	require.NoError(t, err)
	require.Equal(t, "CAnew", ref)
	require.Equal(t, []string{created}, api.was())

	d.stands(leg)
	ended := origin + "/twilio/call/acme/leg1/1/ended"
	post(t, tw, ended, during("CallSid", "CAnew", "CallStatus", "initiated"))
	require.Equal(t, flow.Event{Call: leg1, Re: 1, ID: "CAnew.ended.initiated", What: flow.What{Kind: flow.Began, Ref: "CAnew"}}, d.last(t))
	require.Empty(t, api.was())

	leg.Info.Ref, api.calls = ref, []map[string]string{live("CAnew", "", "ringing")}
	require.NoError(t, tw.Do(t.Context(), hang(leg)))
	require.Equal(t, []string{"POST Calls/CAnew.json Status=completed"}, api.was())
	post(t, tw, ended, during("CallSid", "CAnew", "CallStatus", "no-answer"))
	require.Equal(t, flow.Unanswered, d.last(t).Kind)
}

// hang is the turn that hangs up on a leg.
func hang(leg flow.Turn) flow.Turn {
	return flow.Turn{Call: leg1, Seq: 4, Info: leg.Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}
}

func TestPlace_aLegThatBeginsWhenNobodyWantsItIsHungUp(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	require.NoError(t, tw.Do(t.Context(), hang(originate("client:ada"))), "there may be one, and there may be none")
	require.Empty(t, api.was(), "it does not guess")
	d.stands(hang(originate("client:ada")))
	began := origin + "/twilio/call/acme/leg1/1/ended"
	require.Equal(t, http.StatusNoContent, post(t, tw, began, during("CallSid", "CAlate", "CallStatus", "initiated")).code)
	require.Equal(t, []string{"POST Calls/CAlate.json Status=completed"}, api.was())

	d.answer = func(flow.Event) (flow.Turn, error) {
		return flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}, errors.New("the store is away")
	}
	post(t, tw, began, during("CallSid", "CAlate", "CallStatus", "initiated"))
	require.Empty(t, api.was(), "an emergency of ours ends nobody's call")
}

func TestPlace_telephonesRingOneAfterTheOtherAndWhoCannotBeReachedLeavesTheTimeToTheOthers(t *testing.T) {
	t.Parallel()
	api, d, tw := newRest(t, Config{})
	leg := originate("tel:+12025550111", "sip:ada@pbx.example", "client:ada")
	leg.Move.Do.Time = 60 * time.Second
	d.stands(leg)
	next := func(tried, lost uint8) string {
		t.Helper()
		leg.Move.Do.Tried, leg.Move.Do.Lost = tried, lost
		require.NoError(t, tw.Do(t.Context(), leg))
		return api.was()[0]
	}
	require.Contains(t, next(0, 0), "StatusCallback=acme/leg1/1/ended?m=1&StatusCallbackEvent=initiated&StatusCallbackEvent=completed&Timeout=20&To=sip:ada@pbx.example&Url=acme/leg1/1/leg?y=1")
	post(t, tw, origin+"/twilio/call/acme/leg1/1/ended?m=1", during("CallSid", "CAnew", "CallStatus", "failed"))
	require.Equal(t, flow.Event{Call: leg1, Re: 1, ID: "CAnew.ended.failed", What: flow.What{Kind: flow.Unreachable, Yes: true, Cause: "failed"}}, d.last(t))
	require.Empty(t, api.was(), "the engine says what comes next")
	require.Contains(t, next(1, 1), "Timeout=30&To=client:ada")
	require.Contains(t, next(2, 1), "StatusCallback=acme/leg1/1/ended&StatusCallbackEvent=initiated&StatusCallbackEvent=completed&Timeout=30&To=+12025550111&Url=acme/leg1/1/leg")
	leg.Move.Do.Tried = 3
	require.ErrorIs(t, tw.Do(t.Context(), leg), adapter.ErrRefused, "none is left")

	leg.Move.Do.Tried = 1
	api.then(reply{code: 400, body: `{"code":13224}`})
	require.ErrorIs(t, tw.Do(t.Context(), leg), adapter.ErrNext)
	leg.Move.Do.Tried = 2
	api.then(reply{code: 400, body: `{"code":13224}`})
	err := tw.Do(t.Context(), leg)
	require.ErrorIs(t, err, adapter.ErrRefused)
	require.NotErrorIs(t, err, adapter.ErrNext)
}

func TestPlace_whatMayHaveBeenPlacedIsNoErrorAndWhatWasNotIsOne(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{"the answer is lost": {hang: true}, "the carrier stumbles": {code: 500}} {
		api, _, tw := newRest(t, Config{})
		api.then(r)
		ref, err := tw.Place(t.Context(), originate("client:ada"))
		require.NoError(t, err, name)
		require.Empty(t, ref, name)
		require.Len(t, api.was(), 1, name)
	}
	api, _, tw := newRest(t, Config{})
	api.then(reply{code: 429}, reply{code: 429})
	require.NoError(t, tw.Do(t.Context(), originate("client:ada")), "429 was never processed")
	require.Len(t, api.was(), 3)
	api.then(reply{code: 429}, reply{code: 429}, reply{code: 429}, reply{code: 429})
	err := tw.Do(t.Context(), originate("client:bob"))
	require.Error(t, err)
	require.NotErrorIs(t, err, adapter.ErrRefused)
	api.then(reply{code: 400, body: `{"code":21210}`})
	require.ErrorIs(t, tw.Do(t.Context(), originate("client:bob")), adapter.ErrRefused)
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
