package feed_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// house is a store with an account in whose feed things happen, and its clock.
type house struct {
	*testing.T
	*memory.Store
	now time.Time
	n   int
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	h.Store = memory.New(memory.Config{Now: func() time.Time { return h.now }})
	require.NoError(t, h.Accounts().Put(t.Context(), storage.Account{ID: "acme", Range: extension.Range{First: 1001, Last: 9999}}))
	return h
}

// rejected is a call of the account that is refused: two lines of the feed.
func (h *house) rejected(times int) {
	h.Helper()
	b, err := flow.Compile(flow.Settings{Entries: map[string]flow.Entry{"no": {Dest: *flow.HangUp(nil)}}})
	require.NoError(h, err)
	for range times {
		h.n++
		info := &flow.Info{Key: flow.Key{Account: "acme", ID: "c" + string(rune('a'+h.n))}, From: "+14155550100", To: "+12025550100", Entry: "no"}
		var call flow.Call
		change := storage.Change{}
		for _, e := range []flow.Event{{Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}, {What: flow.What{Kind: flow.HungUp}}} {
			e.Call, e.At = info.Key, h.now
			next, move := b.Advance(call, e)
			require.Zero(h, move.Ignored)
			change.Turns = append(change.Turns, flow.Turn{Call: info.Key, Seq: next.Rev, Event: e, Move: move, Posts: b.Posts(call, next, e)})
			call = next
		}
		change.Now = call
		require.NoError(h, h.Calls().Commit(h.Context(), &storage.Txn{Account: "acme", Changes: []storage.Change{change}}))
	}
}

// receiver remembers the calls whose entries it took, and may refuse.
type receiver struct {
	mu   sync.Mutex
	took []string
	err  error
}

func (r *receiver) take(_ context.Context, e storage.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.took = append(r.took, e.Call.ID)
	}
	return r.err
}

func TestFollower_goesOnWhereItLeftOff(t *testing.T) {
	t.Parallel()
	h, r := newHouse(t), &receiver{}
	h.rejected(2)
	f := &feed.Follower{Store: h, Account: "acme", Name: "product", Take: r.take}
	took, err := f.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, took)
	h.rejected(1)
	again := &feed.Follower{Store: h, Account: "acme", Name: "product", Take: r.take} // as after a restart
	_, err = again.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"cb", "cc", "cd"}, r.took)
	took, err = again.Pass(t.Context())
	require.NoError(t, err)
	require.Zero(t, took)
}

func TestFollower_triesAgainLaterAndLaterAndHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	h, bad, good := newHouse(t), &receiver{err: errors.New("500")}, &receiver{}
	h.rejected(2)
	f := &feed.Follower{Store: h, Account: "acme", Name: "bad", Take: bad.take}
	other := &feed.Follower{Store: h, Account: "acme", Name: "good", Take: good.take}
	for _, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		_, err := f.Pass(t.Context())
		require.ErrorContains(t, err, "500")
		h.now = h.now.Add(pause - time.Millisecond)
		_, err = f.Pass(t.Context())
		require.NoError(t, err, "not before the pause is over")
		h.now = h.now.Add(time.Millisecond)
	}
	_, err := other.Pass(t.Context())
	require.NoError(t, err)
	require.Len(t, good.took, 2)
	bad.err = nil
	_, err = f.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, good.took, bad.took, "nothing is left out")
}

// A receiver that takes a second for each is slow, and not broken: no entry runs into the
// end of the lease, to be given twice.
func TestFollower_aSlowReceiverIsNoFailureAndIsGivenNothingTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, r := newHouse(t), &receiver{}
		h.rejected(90)
		f := &feed.Follower{Store: h, Account: "acme", Name: "slow", Take: func(ctx context.Context, e storage.Entry) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
				return r.take(ctx, e)
			}
		}}
		for _, some := range []int{31, 31, 28} {
			took, err := f.Pass(t.Context())
			require.NoError(t, err)
			require.Equal(t, some, took)
		}
		require.Len(t, r.took, 90)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(r.took))), 90)
	})
}

func TestFollower_givesAnEntryUpAfterDaysAndGoesOn(t *testing.T) {
	t.Parallel()
	h, r := newHouse(t), &receiver{err: errors.New("500")}
	h.rejected(1)
	f := &feed.Follower{Store: h, Account: "acme", Name: "product", Take: r.take, GiveUp: time.Hour}
	for range 40 {
		_, _ = f.Pass(t.Context())
		h.now = h.now.Add(10 * time.Minute)
	}
	r.err = nil
	h.rejected(1)
	_, err := f.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"cc"}, r.took)
}

func TestFollower_isOneNodesAtATimeAndAnothersWhenThatDies(t *testing.T) {
	t.Parallel()
	h, r := newHouse(t), &receiver{}
	h.rejected(1)
	var second *feed.Follower
	first := &feed.Follower{Store: h, Account: "acme", Name: "product", Node: "a", Take: func(ctx context.Context, e storage.Entry) error {
		took, err := second.Pass(ctx) // while the first is at it
		require.NoError(t, err)
		require.Zero(t, took)
		panic("the node dies")
	}}
	second = &feed.Follower{Store: h, Account: "acme", Name: "product", Node: "b", Take: r.take}
	require.Panics(t, func() { _, _ = first.Pass(t.Context()) })
	took, err := second.Pass(t.Context())
	require.NoError(t, err)
	require.Zero(t, took, "its lease runs")
	h.now = h.now.Add(time.Minute)
	took, err = second.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, took)
}

const secret = "a secret of sixteen"

func TestWebhook_isSignedAndCanBeVerified(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rejected(1)
	var signature, body string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		all, _ := io.ReadAll(r.Body)
		signature, body = r.Header.Get(feed.SignatureHeader), string(all)
	}))
	defer server.Close()
	w := &feed.Webhook{URL: server.URL, Secret: secret, Now: func() time.Time { return h.now }}
	require.NoError(t, w.Check())
	f := &feed.Follower{Store: h, Account: "acme", Name: "product", Take: w.Take}
	_, err := f.Pass(t.Context())
	require.NoError(t, err)
	require.JSONEq(t, `{"id": "acme-1", "account": "acme", "cursor": 1, "at": "2026-01-05T09:00:00Z", "kind": "ended", "text": "ends goodbye", "call": "cb", "seq": 2, "result": "goodbye"}`, body)
	require.NotContains(t, body, "4155550100")
	verify := func(secret, signature, body string, after time.Duration) error {
		return feed.Verify(secret, signature, []byte(body), h.now.Add(after), 5*time.Minute)
	}
	require.NoError(t, verify(secret, signature, body, time.Minute))
	for _, bad := range []error{
		verify("another secret, longer", signature, body, 0), verify(secret, signature, body+" ", 0), verify(secret, "", body, 0),
		verify(secret, "t=1,v1=00", body, 0), verify(secret, signature, body, 6*time.Minute), verify(secret, signature, body, -6*time.Minute),
		verify(secret, strings.Replace(signature, "t=1", "t=2", 1), body, 0),
	} {
		require.ErrorIs(t, bad, feed.ErrSignature)
	}
}

func TestWebhook_aReceiverThatAnswers500OrHangsOrRedirectsHasTakenNothing(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	for name, handler := range map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"302": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"deadline": func(http.ResponseWriter, *http.Request) { <-over },
	} {
		server := httptest.NewServer(handler)
		w := &feed.Webhook{URL: server.URL + "/?token=hidden", Secret: secret, Timeout: time.Minute}
		if name == "deadline" {
			w.Timeout = 50 * time.Millisecond
		}
		err := w.Take(t.Context(), storage.Entry{})
		require.ErrorContains(t, err, name)
		require.NotContains(t, err.Error(), "hidden")
		t.Cleanup(server.Close)
	}
	t.Cleanup(func() { close(over) })
}

func TestWebhook_asksAProductAndTakesNothingForAnAnswerThatIsNone(t *testing.T) {
	t.Parallel()
	asked := flow.Asked{
		Call: flow.Key{Account: "acme", ID: "c1"}, Turn: 3, Name: "tier", Answers: []string{"gold"}, Limit: 2 * time.Second,
		Info: &flow.Info{From: "+14155550100", To: "+12025550100"}, Why: flow.OnBusy,
	}
	for name, is := range map[string]struct {
		status             int
		reply, answer, err string
	}{
		"an answer":           {200, `{"answer": "gold", "note": "since 2019"}`, "gold", ""},
		"none yet":            {204, "", "", ""},
		"no JSON":             {200, "gold", "", "200 without an answer"},
		"nothing in it":       {200, `{}`, "", "200 without an answer"},
		"more than is read":   {200, `{"pad": "` + strings.Repeat("x", 8<<10) + `", "answer": "gold"}`, "", "200 without an answer"},
		"a fault of its own":  {500, `{"answer": "gold"}`, "", "the product answers 500"},
		"somewhere else":      {302, "", "", "the product answers 302"},
		"accepted, for later": {202, "", "", "and 204 leaves it to the limit"},
	} {
		var body string
		product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			body = string(text)
			w.WriteHeader(is.status)
			_, _ = io.WriteString(w, is.reply)
		}))
		hook := feed.Webhook{URL: product.URL, Secret: "a secret of sixteen"}
		answer, err := hook.Ask(t.Context(), asked)
		product.Close()
		require.Equal(t, is.answer, answer, name)
		if is.err == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, is.err, name)
		}
		require.JSONEq(t, `{"id": "c1-3", "account": "acme", "question": "tier", "answers": ["gold"], "call": "c1", "turn": 3, "from": "+14155550100",
			"to": "+12025550100", "at": "0001-01-01T00:00:00Z", "within": 2, "why": "busy"}`, body, name)
	}
}

func TestWebhook_tellsEveryFaultOfItsSettings(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://example.com/hook", "ftp://example.com", "hook", "://"} {
		err := (&feed.Webhook{URL: url, Secret: "short"}).Check()
		require.ErrorContains(t, err, "https://")
		require.ErrorContains(t, err, "5 characters")
	}
	require.NoError(t, (&feed.Webhook{URL: "http://127.0.0.1:9/", Secret: secret}).Check())
}

// How it goes with a receiver is the same on every node, and also for who asks after a
// start: it is kept where the follower stands.
func TestFollower_saysSinceWhenAndWhyNothingIsTaken(t *testing.T) {
	t.Parallel()
	down := errors.New("the receiver answers 500")
	h, r := newHouse(t), &receiver{err: down}
	h.rejected(2)
	f := &feed.Follower{Store: h, Account: "acme", Name: "product", GiveUp: time.Hour, Take: r.take}
	elsewhere := &feed.Follower{Store: h, Account: "acme", Name: "product", Node: "another"}
	state := func() feed.State {
		st, err := elsewhere.State(t.Context())
		require.NoError(t, err)
		return st
	}
	require.Zero(t, state())
	since := h.now
	for range 3 {
		_, err := f.Pass(t.Context())
		require.ErrorIs(t, err, down)
		h.now = state().Again
	}
	require.True(t, since.Equal(state().Failing))
	require.Equal(t, down.Error(), state().Fault)
	h.now = h.now.Add(2 * time.Hour)
	_, err := f.Pass(t.Context())
	require.ErrorIs(t, err, down)
	require.Equal(t, 1, state().Lost, "an entry that nobody took in an hour is passed over")
	r.err = nil
	_, err = f.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, feed.State{Cursor: state().Cursor, Lost: 1}, state())
}
