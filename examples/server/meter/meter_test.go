package meter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/examples/server/meter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func newMeter(t *testing.T) *meter.Meter {
	t.Helper()
	m, err := meter.New()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close(context.Background())) })
	return m
}

func shown(t *testing.T, m *meter.Meter) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return string(text)
}

// engine answers every event alike.
type engine struct {
	turn flow.Turn
	err  error
}

func (e engine) Handle(context.Context, flow.Event) (flow.Turn, error) { return e.turn, e.err }

func TestMeter_countsSafeTurnsAndNoOthers(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	safe := flow.Turn{Seq: flow.SafeSeq}
	for _, h := range []adapter.Handler{
		engine{safe, errors.New("the store is out of reach")},
		engine{safe, storage.ErrNotFound}, // an unknown call is told to hang up
		engine{safe, nil},                 // a number that nobody has
		engine{flow.Turn{Seq: 3}, nil},
	} {
		turn, err := m.Handle(h).Handle(t.Context(), flow.Event{})
		require.Equal(t, h.(engine).turn, turn)
		require.Equal(t, h.(engine).err, err)
	}
	require.Contains(t, shown(t, m), "extflow_turns_safe_total 1\n")
}

func TestMeter_countsWhatWasIgnoredByWhy(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	m.Observe(extflow.Observed{Turn: flow.Turn{Move: flow.Move{Ignored: flow.Late}}})
	m.Observe(extflow.Observed{Turn: flow.Turn{Move: flow.Move{Ignored: flow.JustAFact}}})
	text := shown(t, m)
	require.Contains(t, text, `extflow_ignored_total{reason="late"} 1`)
	require.Contains(t, text, `extflow_ignored_total{reason="just_a_fact"} 1`)
	require.NotContains(t, text, "extflow_turns_total{")
}

func TestMeter_countsWrongEntriesByWhereTheyWereKeyed(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	m.Observe(extflow.Observed{Step: "hang up", Guessed: "flow desk"})
	m.Observe(extflow.Observed{Step: "flow desk"})
	require.Contains(t, shown(t, m), `extflow_entries_wrong_total{step="flow desk"} 1`)
}

func TestMeter_labelsAreNothingThatAClientCanMakeUp(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /numbers/{number}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/hook/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := m.HTTP(mux, func(pattern string) string { return map[string]string{"/hook/": "acme"}[pattern] })
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/numbers/+14155550100", nil), httptest.NewRequest("BREW", "/+14155550100", nil), httptest.NewRequest("POST", "/hook/x", nil),
	} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	text := shown(t, m)
	require.NotContains(t, text, "4155550100")
	require.NotContains(t, text, "BREW")
	require.Contains(t, text, `http_route="/numbers/{number}"`)
	require.Contains(t, text, `http_request_method="_OTHER"`)
	require.Contains(t, text, `extflow_webhooks_refused_total{carrier="acme"} 1`)
}

func TestLag_isHowLongACallHasWaitedForAttention(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	lag, err := meter.Lag(t.Context(), waiting{memory.New(memory.Config{}), now, now.Add(-3 * time.Second)})
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, lag)
	lag, err = meter.Lag(t.Context(), waiting{memory.New(memory.Config{}), now, now.Add(time.Second)})
	require.NoError(t, err)
	require.Zero(t, lag)
}

// waiting is a store whose agenda says what it is told to.
type waiting struct {
	storage.Store
	now, next time.Time
}

func (w waiting) Agenda() storage.Agenda { return calendar{nil, w} }

type calendar struct {
	storage.Agenda
	waiting
}

func (c calendar) Now(context.Context) (time.Time, error) { return c.now, nil }
func (c calendar) Next(context.Context) (time.Time, bool, error) {
	return c.next, true, nil
}
