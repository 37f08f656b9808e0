package webhook

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/flow"
)

func TestTurn_readsWhateverAppendTurnWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		call := flow.Key{Account: rapid.StringN(1, 20, 40).Draw(t, "account"), ID: rapid.StringN(1, 20, 40).Draw(t, "id")}
		seq := rapid.Uint32().Draw(t, "seq")
		path := string(AppendTurn(nil, call, seq, "gather"))
		got, n, what, ok := Turn(path)
		require.True(t, ok, path)
		require.Equal(t, call, got)
		require.Equal(t, seq, n)
		require.Equal(t, "gather", what)
	})
	for _, path := range []string{"/call/a/b", "/call//b/1/x", "/call/a//1/x", "/call/a/b/-1/x", "/call/a/b/4294967296/x", "/call/%zz/b/1/x", "/other/a/b/1/x"} {
		_, _, _, ok := Turn(path)
		require.False(t, ok, path)
	}
}

func TestBelow_skipsWhateverPartOfItsOwnPathComesFirst(t *testing.T) {
	t.Parallel()
	read := func(rest string) bool { return rest == "/voice" }
	for path, want := range map[string]bool{"/a/b/voice": true, "/b/voice": true, "/voice": true, "/a/voice": false, "/c/voice": false} {
		require.Equal(t, want, Below("/a/b", path, read), path)
	}
}

func TestRoom_noTwoTalksShareOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, "extflow:a%2Fb:c", Room("a/b", "c"))
	require.NotEqual(t, Room("a-b", "c"), Room("a", "b-c"))
}

func TestRinging_isReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	r := Ringing{}.After(flow.Unreachable).After(flow.Unanswered)
	require.Equal(t, Ringing{Stage: 2, Worst: 'n', Failed: 1}, r)
	require.Equal(t, "s=2&k=4&w=1&o=n&f=1", r.Query(4, "&w=1"))
	q, err := url.ParseQuery(r.Query(4, ""))
	require.NoError(t, err)
	number := func(name string) int { n, _ := strconv.Atoi(q.Get(name)); return n }
	require.Equal(t, r, Rung(number, []byte(q.Get("o"))))
	require.Equal(t, flow.FoundBusy, r.After(flow.FoundBusy).After(flow.Declined).Outcome(), "the weightiest of all")
	require.Equal(t, flow.Unreachable, Ringing{}.Outcome())
}

func TestSleep_neverOutlastsItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Sleep(ctx, time.Hour), context.Canceled)
	require.NoError(t, Sleep(t.Context(), time.Nanosecond))
	soon, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	require.ErrorIs(t, Sleep(soon, time.Hour), context.DeadlineExceeded, "it would be too late anyway")
}
