package meter_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/meter"
)

func TestLately_forgetsWhatIsLongAgo(t *testing.T) {
	t.Parallel()
	var l meter.Lately
	now := time.Date(2026, 1, 5, 9, 0, 30, 0, time.UTC)
	l.Note(now, "")
	l.Note(now.Add(3*time.Minute), "EOF")
	l.Note(now.Add(3*time.Minute), "")
	is := l.State(now.Add(9 * time.Minute))
	require.Equal(t, meter.Recent{Good: 2, Bad: 1, Last: now.Add(3 * time.Minute), Failed: now.Add(3 * time.Minute), Fault: "EOF"}, is)
	is = l.State(now.Add(10 * time.Minute))
	require.Equal(t, []int{1, 1}, []int{is.Good, is.Bad})
	l.Note(now.Add(30*time.Minute), "")
	is = l.State(now.Add(30 * time.Minute))
	require.Equal(t, []int{1, 0}, []int{is.Good, is.Bad})
	require.Equal(t, "EOF", is.Fault, "when it was last is known still")
}

func TestLately_countsWhatACarrierAnswers(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	var l meter.Lately
	for _, status = range []int{200, 201, 404, 500, 429, 401} { // a call that has gone is no fault of the carrier's
		r, err := l.Client().Post(s.URL, "", nil) //nolint:noctx // of this process
		require.NoError(t, err)
		r.Body.Close()
	}
	s.CloseClientConnections()
	s.Close()
	r, err := l.Client().Post(s.URL, "", nil) //nolint:noctx // likewise
	if err == nil {
		r.Body.Close()
	}
	require.Error(t, err)
	is := l.State(time.Now())
	require.Equal(t, []int{3, 4}, []int{is.Good, is.Bad})
	require.Contains(t, is.Fault, "refused")
}
